"""Select what people entered that the ledger depends on: answers on events, rated powers."""

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from bff.db.tables import DeviceMeta, EventAnswer
from bff.ledger.device_rules import Given, GivenAnswer
from energy_rules.state import Answer


def select_given(session: Session) -> Given:
    """Select everything that people entered, by device."""
    answers: dict[str, list[GivenAnswer]] = defaultdict(list)
    for row in session.scalars(select(EventAnswer).order_by(EventAnswer.at_unix_ms)):
        answers[row.device].append(
            GivenAnswer(row.source, row.since_unix_ms, row.at_unix_ms, row.uwh, Answer(row.answer))
        )
    rated = session.execute(
        select(DeviceMeta.device, DeviceMeta.rated_power_watts).where(
            DeviceMeta.rated_power_watts.is_not(None)
        )
    )
    return Given(answers, {device: watts for device, watts in rated if watts is not None})
