"""Writing closed slots, and reading them back as sums and as slots."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import ColumnElement, Engine, delete, func, insert, select, update
from sqlalchemy.orm import Session

from bff.database import writing
from bff.grid import DAY_MS
from bff.ledger.counter import Int64s
from bff.ledger.marks import counts_in
from bff.ledger.model import LedgerDay, LedgerFrontier
from bff.ledger.packing import Days, pack_day, unpack_days
from bff.ledger.slots import Slots

ONLY = 1
MOST_DAYS_AT_ONCE = 4_000
QUANTITIES = 4

type DeviceDay = tuple[str, int]


@dataclass(frozen=True, slots=True)
class BuiltDay:
    """All slots of one device on one day, and the mark of what they were made from."""

    day_ms: int
    mark: str
    slots: Slots


@dataclass(frozen=True, slots=True)
class Built:
    """New slots for one device: they replace all that was there in [start, end)."""

    device: str
    start_ms: int
    end_ms: int
    days: Sequence[BuiltDay]


def write_built(engine: Engine, built: Sequence[Built], frontier_ms: int | None = None) -> None:
    """Replace the days of several devices, and move the frontier, in one transaction."""
    with writing(engine) as session:
        for each in built:
            _forget(session, each)
        rows = [_row(each.device, day) for each in built for day in each.days]
        if rows:
            session.execute(insert(LedgerDay), rows)
        if frontier_ms is not None:
            session.merge(LedgerFrontier(id=ONLY, frontier_unix_ms=frontier_ms))


def _forget(session: Session, built: Built) -> None:
    session.execute(
        delete(LedgerDay).where(
            LedgerDay.device == built.device,
            LedgerDay.day_unix_ms >= built.start_ms,
            LedgerDay.day_unix_ms < built.end_ms,
        )
    )


def _row(device: str, day: BuiltDay) -> dict[str, object]:
    amounts = day.slots.amounts
    return {
        "device": device,
        "day_unix_ms": day.day_ms,
        "made_from": day.mark,
        "measured_uwh": int(amounts.measured_uwh.sum()),
        "estimated_uwh": int(amounts.estimated_uwh.sum()),
        "measured_ms": int(amounts.measured_ms.sum()),
        "estimated_ms": int(amounts.estimated_ms.sum()),
        "slots": pack_day(day.slots),
    }


def read_marks(session: Session) -> Mapping[str, dict[int, str]]:
    """What every stored day was made from, by device and day."""
    marks: dict[str, dict[int, str]] = {}
    rows = session.execute(select(LedgerDay.device, LedgerDay.day_unix_ms, LedgerDay.made_from))
    for device, day_ms, made_from in rows.yield_per(10_000):
        marks.setdefault(device, {})[day_ms] = made_from
    return marks


def read_days(session: Session, device: str) -> Mapping[str, dict[int, int]]:
    """How many samples the stored days of a device were made from, by source and day."""
    counted: dict[str, dict[int, int]] = {}
    rows = session.execute(
        select(LedgerDay.day_unix_ms, LedgerDay.made_from).where(LedgerDay.device == device)
    )
    for day_ms, made_from in rows:
        for source, samples in counts_in(made_from).items():
            counted.setdefault(source, {})[day_ms] = samples
    return counted


def read_frontier(session: Session) -> int | None:
    """Up to where slots are closed; None before the first time."""
    row = session.get(LedgerFrontier, ONLY)
    return None if row is None else row.frontier_unix_ms


def doubt(engine: Engine, start_ms: int, end_ms: int) -> None:
    """Forget what the days that touch [start, end) were made from, so that they are made again."""
    with writing(engine) as session:
        session.execute(
            update(LedgerDay)
            .where(LedgerDay.day_unix_ms >= start_ms, LedgerDay.day_unix_ms < end_ms)
            .values(made_from="")
        )


def read_sums(session: Session, devices: Sequence[str], start_ms: int, end_ms: int) -> Int64s:
    """Sums of the whole days in [start, end): shape (quantities, devices)."""
    place = {device: position for position, device in enumerate(devices)}
    sums = np.zeros((QUANTITIES, len(devices)), dtype=np.int64)
    columns = (
        LedgerDay.measured_uwh,
        LedgerDay.estimated_uwh,
        LedgerDay.measured_ms,
        LedgerDay.estimated_ms,
    )
    rows = session.connection().execute(
        select(LedgerDay.device, *(func.sum(column) for column in columns))
        .where(LedgerDay.device.in_(devices))
        .where(LedgerDay.day_unix_ms >= start_ms, LedgerDay.day_unix_ms < end_ms)
        .group_by(LedgerDay.device)
    )
    for device, *of_device in rows:
        sums[:, place[device]] = [int(each) for each in of_device]
    return sums


def read_opened(
    session: Session, devices: Sequence[str], days_ms: Sequence[int]
) -> Iterator[tuple[list[DeviceDay], Days]]:
    """The slots of these days, in batches whose memory is bounded; days without row left out."""
    step = max(1, MOST_DAYS_AT_ONCE // max(1, len(days_ms)))
    for first in range(0, len(devices), step):
        rows = (
            session.connection()
            .execute(
                select(LedgerDay.device, LedgerDay.day_unix_ms, LedgerDay.slots)
                .where(LedgerDay.device.in_(devices[first : first + step]))
                .where(_among(days_ms))
            )
            .all()
        )
        if rows:
            yield [(device, day) for device, day, _ in rows], unpack_days([r[2] for r in rows])


def _among(days_ms: Sequence[int]) -> ColumnElement[bool]:
    first, last = min(days_ms), max(days_ms)
    if last - first == (len(days_ms) - 1) * DAY_MS:
        return LedgerDay.day_unix_ms.between(first, last)
    return LedgerDay.day_unix_ms.in_(days_ms)
