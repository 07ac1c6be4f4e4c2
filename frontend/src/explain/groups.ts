import type { ExplainedSlot } from "@/api/types";

/** Neighbouring slots of which each has the same content. */
export interface SlotGroup {
  from: string;
  to: string;
  count: number;
  /** What each of them holds. */
  slot: ExplainedSlot;
}

/** Slots in the order of time, what is equal and adjacent as one. */
export function groupsOf(slots: readonly ExplainedSlot[]): SlotGroup[] {
  const groups: SlotGroup[] = [];
  for (const slot of slots) {
    const last = groups.at(-1);
    if (last && last.to === slot.from && isSame(last.slot, slot)) {
      last.to = slot.to;
      last.count += 1;
    } else {
      groups.push({ from: slot.from, to: slot.to, count: 1, slot });
    }
  }
  return groups;
}

function isSame(a: ExplainedSlot, b: ExplainedSlot): boolean {
  return (
    a.quality === b.quality &&
    a.source === b.source &&
    a.measured_kwh === b.measured_kwh &&
    a.estimated_kwh === b.estimated_kwh &&
    a.missing_seconds === b.missing_seconds
  );
}
