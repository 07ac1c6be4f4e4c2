import type { Availability, State } from "@/api/types";

/** Cells beside each other in the same state. */
export interface Run {
  state: State;
  fromMs: number;
  toMs: number;
  upSeconds: number;
  downSeconds: number;
  silentSeconds: number;
}

/** What a cell is called: whatever it was besides up, however short. */
export function stateOfCell({
  down_seconds,
  silent_seconds,
}: Availability["cells"][number]): State {
  if (down_seconds === 0 && silent_seconds === 0) return "up";
  return down_seconds >= silent_seconds ? "down" : "silent";
}

/** The cells of a device joined into runs, earliest first. */
export function runsOf({ cells, step_seconds }: Availability): Run[] {
  const runs: Run[] = [];
  for (const cell of cells) {
    const state = stateOfCell(cell);
    const fromMs = Date.parse(cell.at);
    const passed = cell.up_seconds + cell.down_seconds + cell.silent_seconds;
    let run = runs.at(-1);
    if (run?.state !== state) {
      run = { state, fromMs, toMs: fromMs, upSeconds: 0, downSeconds: 0, silentSeconds: 0 };
      runs.push(run);
    }
    run.toMs = fromMs + Math.min(passed, step_seconds) * 1000;
    run.upSeconds += cell.up_seconds;
    run.downSeconds += cell.down_seconds;
    run.silentSeconds += cell.silent_seconds;
  }
  return runs.filter(({ fromMs, toMs }) => toMs > fromMs);
}
