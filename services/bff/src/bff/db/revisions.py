"""Who changed what when: every change that a person makes is written with its state before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson
from sqlalchemy import insert
from sqlalchemy.orm import Session

from bff.db.tables import Revision

type ObjectType = Literal[
    "contract", "series", "reading_dates", "real_bill", "budget", "unit_price"
]
# A state as JSON; None where the object is not there.
type State = Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes something, and when.

    Attributes:
        login: As Tailscale names the person; empty where nobody is named.
    """

    login: str
    at: datetime


def record(
    session: Session,
    author: Author,
    object_type: ObjectType,
    key: str,
    change: tuple[State, State],
) -> None:
    """Write a change of an object from one state to another; nothing where they are the same."""
    record_all(session, author, object_type, [(key, change)])


def record_all(
    session: Session,
    author: Author,
    object_type: ObjectType,
    changes: Iterable[tuple[str, tuple[State, State]]],
) -> None:
    """Write changes of several objects, by their keys, as `record` does for one."""
    rows = [
        {
            "object_type": object_type,
            "object_key": key,
            "before": _text(before),
            "after": _text(after),
            "made_at": author.at,
            "made_by": author.login,
            "undone_at": None,
            "undone_by": None,
        }
        for key, (before, after) in changes
        if before != after
    ]
    if rows:
        session.execute(insert(Revision), rows)


def _text(state: State) -> str | None:
    return None if state is None else orjson.dumps(state, option=orjson.OPT_SORT_KEYS).decode()
