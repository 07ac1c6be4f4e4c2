import { useTranslations } from "use-intl";
import { parseProblem } from "@/api/problem";
import { reasonOfFieldError } from "@/api/problem-types";

/** The field errors of a refused request, by the last part of the path the API names. */
export function useFieldErrors(failure: unknown): (field: string) => string | undefined {
  const t = useTranslations("fields");
  const { errors } = failure ? parseProblem(failure) : { errors: [] };
  return (field) => {
    const error = errors.find(({ where }) => where.split(".").at(-1) === field);
    return error && t(reasonOfFieldError(error.message));
  };
}

/** Whether a request was refused for its fields. */
export function isFieldFailure(failure: unknown): boolean {
  return failure !== null && parseProblem(failure).errors.length > 0;
}
