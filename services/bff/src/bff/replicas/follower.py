"""Open slots of a BFF that is not the worker: by its own queries, after the shared watermark.

It writes no slots, counts no samples and moves no watermark. How many samples each day has, which
shows how far the neighbours of a sample may be, comes from the stored days.
"""

import time
from collections import defaultdict
from collections.abc import Mapping

from bff.db.engine import read_session
from bff.ledger.ledger import Ledger
from bff.ledger.sample_counts import SampleCounts, StoredDay
from bff.ledger.slots import OpenSlots
from bff.ledger.store import select_stored, select_watermark
from bff.ledger.tasks import fetch_open_slots, measured_besides
from bff.victoriametrics.client import SourceOfDevice

# A year of many devices is too much to be read at each refresh, and only older days matter.
COUNTS_VALID_SECONDS = 600.0


class Follower:
    """Fetches the open slots of one BFF; used by its worker's thread alone."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._counts = SampleCounts()
        self._counted_at_s = float("-inf")

    def fetch(self) -> OpenSlots | None:
        """Fetch everything from the shared watermark on; None before a worker has set one.

        Raises:
            VictoriaMetricsDownError: The samples are not available.
        """
        ledger = self._ledger
        with read_session(ledger.engine) as session:
            watermark_ms = select_watermark(session)
        rules, now_ms = ledger.rules(), ledger.now_ms()
        if watermark_ms is None or watermark_ms > now_ms:
            return None
        self._load_counts()
        devices = [self._counts.device_days(each) for each in rules.values()]
        opened = fetch_open_slots(ledger, devices, watermark_ms, now_ms)
        ledger.status.update(rules=rules, **measured_besides(ledger, rules))
        return opened

    def _load_counts(self) -> None:
        now_s = time.monotonic()
        if now_s < self._counted_at_s + COUNTS_VALID_SECONDS:
            return
        with read_session(self._ledger.engine) as session:
            stored = select_stored(session)
        self._counts = SampleCounts(counts=_counts_of(stored))
        self._counted_at_s = now_s


def _counts_of(
    stored: Mapping[str, Mapping[int, StoredDay]],
) -> dict[SourceOfDevice, dict[int, int]]:
    counted: dict[SourceOfDevice, dict[int, int]] = defaultdict(dict)
    for device, days in stored.items():
        for day_ms, day in days.items():
            for source, samples in day.counts().items():
                counted[device, source][day_ms] = samples
    return counted
