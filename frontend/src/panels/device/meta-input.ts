import type { DeviceMetaInput } from "@/api/types";

/** What the form says of a device; an empty field leaves what the configuration file says. */
export function metaFromForm(form: FormData): DeviceMetaInput {
  const text = (name: string) => String(form.get(name) ?? "").trim();
  const ratedPower = text("rated_power_watts");
  return {
    display_name: { ja: text("ja") || null, en: text("en") || null },
    note: text("note"),
    rated_power_watts: ratedPower ? Number(ratedPower) : null,
  };
}
