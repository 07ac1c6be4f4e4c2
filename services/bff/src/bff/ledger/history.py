"""Samples of a stretch for people to look at, with their neighbours, outside the follower."""

from collections.abc import Iterator, Sequence

from bff.database import reading
from bff.ledger.gather import CountersOfSource, Known, Samples, gather
from bff.ledger.ledger import Ledger
from bff.ledger.rules import DeviceRules
from bff.ledger.store import read_days
from bff.stretch import Stretch
from bff.victoriametrics.samples import select_all

DEVICES_AT_ONCE = 10


def days_of(ledger: Ledger, rules: DeviceRules) -> Known:
    """A device with the days that its stored slots were made from."""
    with reading(ledger.engine) as session:
        counted = read_days(session, rules.device)
    return Known(rules, [counted.get(source, {}) for source in rules.sources])


def read_history(
    ledger: Ledger, devices: Sequence[str], stretch: Stretch
) -> Iterator[tuple[DeviceRules, CountersOfSource]]:
    """The samples of each device in the stretch, with at least two before and after it.

    Raises:
        VictoriaMetricsDown: No complete answer in time.
    """
    rules = ledger.rules()
    samples = Samples(ledger.victoriametrics, select_all(ledger.home()), ledger.now_ms())
    for first in range(0, len(devices), DEVICES_AT_ONCE):
        batch = [
            days_of(ledger, rules[device]) for device in devices[first : first + DEVICES_AT_ONCE]
        ]
        for known, counters in gather(samples, batch, stretch):
            yield known.rules, counters
