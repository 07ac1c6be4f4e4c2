"use client";

import { Button } from "@/ui/Button";
import { ProblemNotice } from "./ProblemNotice";

interface DeleteButtonsProps {
  /** Whether the effect of deleting is known. */
  canDelete: boolean;
  removal: { error: unknown; isPending: boolean };
  onDelete: () => void;
  onCancel: () => void;
  labels: { remove: string; cancel: string };
}

/** The end of a dialog that deletes: why it was refused, and the two ways out. */
export function DeleteButtons(props: DeleteButtonsProps) {
  const { canDelete, removal, onDelete, onCancel, labels } = props;
  return (
    <>
      {removal.error !== null && <ProblemNotice failure={removal.error} />}
      <div className="flex gap-2">
        {canDelete && (
          <Button look="danger" onClick={onDelete} disabled={removal.isPending}>
            {labels.remove}
          </Button>
        )}
        <Button onClick={onCancel}>{labels.cancel}</Button>
      </div>
    </>
  );
}
