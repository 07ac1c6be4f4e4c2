import type { ButtonHTMLAttributes } from "react";

const LOOKS = {
  plain: "border border-line bg-surface text-ink hover:border-line-strong",
  primary: "border border-accent bg-accent text-on-accent hover:opacity-90",
  danger: "border border-down bg-surface text-down hover:bg-danger-wash",
} as const;

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: keyof typeof LOOKS;
}

export function Button({ look = "plain", type = "button", ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      className={`tap rounded-md px-3 py-1.5 font-medium text-sm disabled:opacity-50 ${LOOKS[look]}`}
    />
  );
}
