"""The count of the day's calls on disk."""

import logging
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, NonNegativeInt, TypeAdapter, ValidationError

from exporter_kit.statefile import DamagedError, Document, load_document, save_document, set_aside

log = logging.getLogger(__name__)
VERSION = 1


@dataclass(frozen=True, slots=True)
class Spent:
    """Calls gone in the day that began at `day_start` (UTC)."""

    day_start: AwareDatetime
    calls: NonNegativeInt


SPENT = TypeAdapter(Spent)


def spent_document(state_dir: Path) -> Document:
    """Where the count is kept."""
    return Document(state_dir / "switchbot.quota.json", VERSION)


def load_spent(document: Document, now: datetime) -> Spent | None:
    """The count as it was saved; None if there is none, or it had to be set aside.

    Raises:
        OSError: The file cannot be read.
    """
    try:
        body = load_document(document)
        return None if body is None else SPENT.validate_python(body)
    except (DamagedError, ValidationError) as error:
        kept = set_aside(document.path, now)
        reason = type(error).__name__
        log.warning("%s was not used (%s). It is kept as %s.", document.path, reason, kept.name)
        return None


def save_spent(document: Document, spent: Spent) -> None:
    """Write the count.

    Raises:
        OSError: It could not be written.
    """
    save_document(document, asdict(spent) | {"day_start": spent.day_start.isoformat()})


def in_day(spent: Spent | None, day_start: datetime) -> Spent:
    """The count for a day. A clock that was set back does not give calls back."""
    if spent is None or spent.day_start < day_start:
        return Spent(day_start, 0)
    return Spent(day_start, spent.calls)
