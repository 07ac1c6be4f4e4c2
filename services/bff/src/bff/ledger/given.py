"""Select what the ledger depends on besides the configuration.

The answers and rated powers that people entered, the sources that were ever found, and those
that were configured before.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bff.db.tables import QUESTIONS, DeviceMeta, EventAnswer, FoundSource, RegisterRow
from bff.ledger.slots import ConfiguredUntil, FoundSources, Given, GivenAnswer
from energy_rules.state import Answer


def select_given(session: Session) -> Given:
    """Select all of it, by device."""
    answers: dict[str, list[GivenAnswer]] = defaultdict(list)
    of_counters = select(EventAnswer).where(EventAnswer.kind.in_(QUESTIONS))
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
    return Given(answers, ratings, _select_found(session), _select_configured(session))


def _select_found(session: Session) -> FoundSources:
    """Select the sources that each device ever had samples of, in the order they were found."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in session.scalars(select(FoundSource).order_by(FoundSource.number)):
        found[row.device].append(row.source)
    return found


def _select_configured(session: Session) -> Mapping[str, Sequence[ConfiguredUntil]]:
    """Select the sources of each device that were configured until an instant, oldest first."""
    ended = select(RegisterRow).where(RegisterRow.to_unix_ms.is_not(None)).order_by(RegisterRow.id)
    configured: dict[str, list[ConfiguredUntil]] = defaultdict(list)
    for row in session.scalars(ended):
        sources = [source["source"] for source in json.loads(row.sources)]
        configured[row.device].append((row.to_unix_ms or 0, sources))
    return configured
