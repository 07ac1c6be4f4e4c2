import { type InputHTMLAttributes, type ReactNode, useId } from "react";

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  hint?: ReactNode;
  /** What the API said against this very input. */
  fault?: string | undefined;
}

/** A labelled input; hint and fault belong to it also for screen readers. */
export function Field({ label, hint, fault, ...input }: FieldProps) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="text-muted text-sm">
        {label}
      </label>
      <input
        {...input}
        id={id}
        aria-describedby={`${id}-hint`}
        aria-invalid={fault ? true : undefined}
        className="mt-1 block w-full rounded-md border border-line-strong bg-paper px-3 py-2 placeholder:text-muted aria-invalid:border-down"
      />
      <div id={`${id}-hint`} className="mt-1 text-muted text-xs">
        {hint}
        {fault && <p className="text-down">{fault}</p>}
      </div>
    </div>
  );
}
