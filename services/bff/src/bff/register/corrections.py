"""What people corrected of the past, laid over the rows of the register. Pure.

`always_there`: a move that was entered late; the device always was where it is since that change.
`renamed`: a retired device is the same as one of the file. `never_was`: a retired device and its
past are left out of every total.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from bff.db.tables import RegisterCorrection
from bff.register.entries import Entry, FormerName

type Action = Literal["always_there", "renamed", "never_was"]


def corrected(entries: Sequence[Entry], corrections: Sequence[RegisterCorrection]) -> list[Entry]:
    """Return the entries after the corrections of places and retirements, in their order."""
    found = list(entries)
    for correction in corrections:
        match correction.action:
            case "always_there":
                found = _always_there(found, correction.device, correction.at_unix_ms or 0)
            case "never_was":
                found = [entry for entry in found if entry.device != correction.device]
    return found


def _always_there(entries: Sequence[Entry], device: str, since_ms: int) -> list[Entry]:
    moved = next(
        (entry for entry in entries if entry.device == device and entry.from_ms == since_ms), None
    )
    if moved is None:
        return list(entries)
    return [
        replace(entry, room=moved.room, shelf=moved.shelf, upstream=moved.upstream)
        if entry.device == device and entry.to_ms <= since_ms
        else entry
        for entry in entries
    ]


def corrected_names(corrections: Sequence[RegisterCorrection]) -> list[FormerName]:
    """Return the former names that people entered."""
    return [
        FormerName(each.device, each.former, each.at_unix_ms)
        for each in corrections
        if each.action == "renamed" and each.former and each.at_unix_ms is not None
    ]
