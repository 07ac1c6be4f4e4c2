"""`/reconcile`: the ledger beside PromQL's increase() and the bare readings, by device and day."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query

from bff.cost.calendar import bucket_edges
from bff.database import unix_milliseconds
from bff.instants import Instant
from bff.ledger.history import read_history
from bff.ledger.look import SHOWN_AFTER_MS
from bff.places.tree import device_by_id
from bff.problems import Problem, wrong_input
from bff.reconcile.rows import Compared, rows_of, shown
from bff.reconcile.schemas import Reconciliation
from bff.services import Services, Used
from bff.stretch import Stretch
from bff.victoriametrics.samples import Increase, Meter, fetch_increases, select_all

MOST_ROWS = 1_000

router = APIRouter(tags=["ledger"])


@router.get("/reconcile", summary="The ledger beside PromQL and the bare readings")
def get_reconciliation(
    used: Used,
    from_: Annotated[Instant, Query(alias="from", description="The first instant of the range.")],
    to: Annotated[
        Instant,
        Query(description="The first instant after it.", examples=["2026-04-01T00:00:00+09:00"]),
    ],
    device: Annotated[
        str | None, Query(description="Its id; all devices when left out.", examples=["server"])
    ] = None,
) -> Reconciliation:
    """One row for each device, source and day of the house; whatever differs has its reasons.

    The four ways to count: the ledger, each source by the ledger's rules, `increase()`, and the
    last reading less the first.
    """
    home = used.home()
    devices = [device_by_id(home, device).device] if device else [d.device for d in home.devices]
    edges_ms = _edges(used, from_, to, home.zone)
    _check_rows(len(devices) * (len(edges_ms) - 1))
    compared = Compared(
        edges_ms,
        devices,
        used.energy_between(devices, edges_ms),
        _increases(used, devices, edges_ms),
        home.zone,
    )
    stretch = Stretch(edges_ms[0], edges_ms[-1])
    rows = [
        row
        for rules, counters in read_history(used.ledger, devices, stretch)
        for row in rows_of(compared, rules, counters)
    ]
    return Reconciliation(
        from_=shown(edges_ms[0], home.zone),
        to=shown(edges_ms[-1], home.zone),
        time_zone=home.time_zone,
        rows=rows,
    )


def _edges(used: Services, from_: datetime, to: datetime, zone: ZoneInfo) -> list[int]:
    start_ms, end_ms = unix_milliseconds(from_), min(unix_milliseconds(to), _known_until_ms(used))
    if start_ms >= end_ms:
        message = "from must be before to, and in the past"
        raise wrong_input(message, where="query.from", what_to_do="Ask for a range that was.")
    return bucket_edges(start_ms, end_ms, "day", zone)


def _known_until_ms(used: Services) -> int:
    """Until when all ways to count have seen the same samples: the ledger looks now and then."""
    tail = used.ledger.board.now.tail
    looked_ms = tail.end_ms if tail else used.ledger.now_ms()
    return looked_ms - SHOWN_AFTER_MS


def _check_rows(rows: int) -> None:
    if rows > MOST_ROWS:
        raise Problem(
            422,
            "too-many-rows",
            f"This asks for {rows} rows; at most {MOST_ROWS} are given at once.",
            what_to_do="Ask for fewer days, or for one device.",
        )


def _increases(
    used: Services, devices: Sequence[str], edges_ms: Sequence[int]
) -> list[Mapping[Meter, Increase]]:
    selection = select_all(used.home()).only(tuple(devices))
    return [
        fetch_increases(used.victoriametrics, selection, start_ms, end_ms)
        for start_ms, end_ms in pairwise(edges_ms)
    ]
