"""A query for a reconciliation: its days, and everything its rows are made of."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from bff.ledger.tasks import VISIBLE_AFTER_MS
from bff.services import Services
from bff.time_grid import bucket_edges, unix_milliseconds
from bff.victoriametrics.client import SourceOfDevice
from bff.victoriametrics.counters import Increase, energy_series, fetch_increases
from home_model.metrics import ENERGY
from service_kit.problems import ProblemError, wrong_input

MAX_ROWS = 1_000


def day_edges(services: Services, from_: datetime, to: datetime, zone: ZoneInfo) -> list[int]:
    """Return the edges of the house's days in a range, as far as all ways to count have samples.

    Raises:
        ProblemError: 422, the range is empty or in the future.
    """
    start_ms = unix_milliseconds(from_)
    end_ms = min(unix_milliseconds(to), _settled_until_ms(services))
    if start_ms >= end_ms:
        message = "from must be before to, and in the past"
        raise wrong_input(message, where="query.from", what_to_do="Request a range in the past.")
    return bucket_edges(start_ms, end_ms, "day", zone)


def _settled_until_ms(services: Services) -> int:
    """Return until when all ways to count use the same samples: the ledger refreshes at times."""
    open_slots = services.ledger.status.current.open_slots
    refreshed_ms = open_slots.end_ms if open_slots else services.ledger.now_ms()
    return refreshed_ms - VISIBLE_AFTER_MS


def check_rows(rows: int) -> None:
    """Limit the size of a response.

    Raises:
        ProblemError: 422, too many rows.
    """
    if rows > MAX_ROWS:
        raise ProblemError(
            422,
            "too-many-rows",
            f"This requests {rows} rows; at most {MAX_ROWS} are returned at once.",
            what_to_do="Request fewer days, or rows for one device.",
        )


def fetch_increases_by_day(
    services: Services, devices: Sequence[str], edges_ms: Sequence[int]
) -> list[Mapping[SourceOfDevice, Increase]]:
    """Fetch PromQL's `increase()` of every day.

    Raises:
        VictoriaMetricsDownError: No complete response in time.
        VictoriaMetricsRefusedError: The response was 4xx.
    """
    everything = energy_series(services.register.ledger_home())
    selection = everything.only(tuple(devices)).of(ENERGY)
    return [
        fetch_increases(services.victoriametrics, selection, start_ms, end_ms)
        for start_ms, end_ms in pairwise(edges_ms)
    ]
