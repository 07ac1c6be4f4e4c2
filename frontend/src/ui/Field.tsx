import { type InputHTMLAttributes, type ReactNode, useId } from "react";

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  hint?: ReactNode;
  /** Why the API refused this input. */
  error?: string | undefined;
}

/** A labelled input; hint and error belong to it also for screen readers. */
export function Field({ label, hint, error, ...input }: FieldProps) {
  const id = useId();
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="text-muted text-sm">
        {label}
      </label>
      <input
        {...input}
        id={id}
        aria-describedby={`${id}-hint`}
        aria-invalid={error ? true : undefined}
        className="mt-1 block w-full rounded-md border border-line-strong bg-paper tap px-3 py-2 placeholder:text-muted aria-invalid:border-down"
      />
      <div id={`${id}-hint`} className="mt-1 text-muted text-xs">
        {hint}
        {error && <p className="text-down">{error}</p>}
      </div>
    </div>
  );
}
