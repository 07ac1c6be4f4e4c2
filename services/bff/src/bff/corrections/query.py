"""Save corrections of the past and undo them."""

from sqlalchemy.orm import Session

from bff.corrections.schemas import CorrectionInput
from bff.db.revisions import Author
from bff.db.tables import RegisterCorrection
from bff.register.register import BEGINNING_MS, NO_END_MS, Register
from bff.register.store import select_corrections
from bff.time_grid import unix_milliseconds
from service_kit.problems import ProblemError, not_found

STORABLE_IDS = range(2**63)


def add_correction(
    session: Session, register: Register, wanted: CorrectionInput, author: Author
) -> RegisterCorrection:
    """Save a correction.

    Raises:
        ProblemError: 404, there is no such device; 409, there is nothing to correct.
    """
    row = RegisterCorrection(
        action=wanted.action,
        device=wanted.device,
        former=wanted.former if wanted.action == "renamed" else None,
        at_unix_ms=_instant_ms(register, wanted),
        made_unix_ms=unix_milliseconds(author.at),
        made_by=author.login or wanted.by,
    )
    for other in select_corrections(session):
        same = (other.action, other.device, other.former, other.at_unix_ms)
        if other.undone_unix_ms is None and same == (
            row.action,
            row.device,
            row.former,
            row.at_unix_ms,
        ):
            message = f"Correction {other.id} states it already."
            raise _nothing_to_correct(message)
    session.add(row)
    session.flush()
    return row


def _instant_ms(register: Register, wanted: CorrectionInput) -> int | None:
    at_ms = None if wanted.at is None else unix_milliseconds(wanted.at)
    match wanted.action:
        case "always_there":
            return _move_ms(register, wanted.device, at_ms)
        case "renamed":
            return _rename_ms(register, wanted, at_ms)
        case "never_was":
            _check_retired(register, wanted.device)
            return None


def _move_ms(register: Register, device: str, at_ms: int | None) -> int:
    """Return when a move is dated: the last one unless another one is given."""
    if device not in register.by_device:
        raise not_found(device, what="device", known=list(register.by_device))
    moves = [entry.from_ms for entry in register.by_device[device] if entry.from_ms != BEGINNING_MS]
    if not moves or (at_ms is not None and at_ms not in moves):
        message = f"'{device}' did not move then."
        raise _nothing_to_correct(message)
    return moves[-1] if at_ms is None else at_ms


def _rename_ms(register: Register, wanted: CorrectionInput, at_ms: int | None) -> int:
    """Return until when a device had its former name: its retirement unless given."""
    present = [device.device for device in register.home.devices]
    if wanted.device not in present:
        raise not_found(wanted.device, what="device", known=present)
    former = wanted.former or ""
    _check_retired(register, former)
    retired_ms = max(entry.to_ms for entry in register.by_device[former])
    return retired_ms if at_ms is None else at_ms


def _check_retired(register: Register, device: str) -> None:
    retired = [each.device for each in register.retired]
    if device not in retired:
        raise not_found(device, what="retired device", known=retired)


def _nothing_to_correct(message: str) -> ProblemError:
    return ProblemError(
        409,
        "nothing-to-correct",
        message,
        what_to_do="GET /api/v1/register lists where each device was, and since when.",
    )


def undo_correction(session: Session, correction_id: int, author: Author) -> RegisterCorrection:
    """Undo a correction; it is kept with who undid it.

    Raises:
        ProblemError: 404, there is none that is not undone.
    """
    row = session.get(RegisterCorrection, correction_id) if correction_id in STORABLE_IDS else None
    if row is None or row.undone_unix_ms is not None:
        known = [
            str(each.id) for each in select_corrections(session) if each.undone_unix_ms is None
        ]
        raise not_found(correction_id, what="correction", known=known)
    row.undone_unix_ms, row.undone_by = unix_milliseconds(author.at), author.login
    session.flush()
    return row


def end_or_none(at_ms: int) -> int | None:
    """Return an instant; None where an entry has no beginning or no end."""
    return None if at_ms in {BEGINNING_MS, NO_END_MS} else at_ms
