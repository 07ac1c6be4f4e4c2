interface ChoiceProps<Value extends string> {
  label: string;
  choices: readonly { value: Value; label: string; lang?: string }[];
  chosen: Value;
  onChoose: (value: Value) => void;
}

/** One of a few, side by side. */
export function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const { label, choices, chosen, onChoose } = props;
  return (
    <fieldset aria-label={label} className="flex flex-wrap rounded-md border border-line p-0.5">
      {choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          lang={choice.lang}
          aria-pressed={choice.value === chosen}
          onClick={() => onChoose(choice.value)}
          className="tap choice rounded-sm px-2.5 text-muted text-xs hover:text-ink"
        >
          {choice.label}
        </button>
      ))}
    </fieldset>
  );
}
