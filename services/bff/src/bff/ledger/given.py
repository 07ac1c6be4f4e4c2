"""Select what the ledger depends on besides the configuration.

The answers and rated powers that people entered, and the sources that were ever found.
"""

from collections import defaultdict
from typing import get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from bff.db.tables import DeviceMeta, EventAnswer, FoundSource, QuestionKind
from bff.ledger.device_rules import FoundSources, Given, GivenAnswer
from energy_rules.state import Answer


def select_given(session: Session) -> Given:
    """Select all of it, by device."""
    answers: dict[str, list[GivenAnswer]] = defaultdict(list)
    of_counters = select(EventAnswer).where(EventAnswer.kind.in_(get_args(QuestionKind.__value__)))
    for row in session.scalars(of_counters.order_by(EventAnswer.at_unix_ms)):
        answers[row.device].append(
            GivenAnswer(row.source, row.since_unix_ms, row.at_unix_ms, row.uwh, Answer(row.answer))
        )
    rated = session.execute(
        select(DeviceMeta.device, DeviceMeta.rated_power_watts).where(
            DeviceMeta.rated_power_watts.is_not(None)
        )
    )
    ratings = {device: watts for device, watts in rated if watts is not None}
    return Given(answers, ratings, _select_found(session))


def _select_found(session: Session) -> FoundSources:
    """Select the sources that each device ever had samples of, in the order they were found."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in session.scalars(select(FoundSource).order_by(FoundSource.number)):
        found[row.device].append(row.source)
    return found
