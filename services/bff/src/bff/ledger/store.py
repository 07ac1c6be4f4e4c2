"""Save closed slots, and select them as sums and as slots."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import ColumnElement, Engine, delete, func, insert, select, update
from sqlalchemy.orm import Session

from bff.db.engine import write_session
from bff.db.tables import EventAnswer, FoundSource, LedgerDay, LedgerEvent, LedgerWatermark
from bff.energy import QUANTITIES, Integers
from bff.ledger.events import QUESTIONS, CounterEvent
from bff.ledger.packing import Days, pack_day, unpack_days
from bff.ledger.sample_counts import counts_in
from bff.ledger.slots import Slots
from bff.time_grid import DAY_MS, Interval, day_start

WATERMARK_ID = 1
MAX_DAYS_AT_ONCE = 4_000

type DeviceDay = tuple[str, int]
type DeviceSource = tuple[str, str]
# Device, kind, how many, and the micro-watt-hours at stake in them.
type OpenEvents = tuple[str, str, int, int]


@dataclass(frozen=True, slots=True)
class BuiltDay:
    """All slots of one device on one day, and the fingerprint of what they were made from."""

    day_ms: int
    fingerprint: str
    slots: Slots


@dataclass(frozen=True, slots=True)
class Built:
    """New slots and events of one device: they replace all that was stored in [start, end)."""

    device: str
    start_ms: int
    end_ms: int
    days: Sequence[BuiltDay]
    events: Sequence[CounterEvent] = ()


def save_built(engine: Engine, built: Sequence[Built], watermark_ms: int | None = None) -> None:
    """Replace the days of several devices, and move the watermark, in one transaction."""
    with write_session(engine) as session:
        for each in built:
            _delete(session, each)
        rows = [_row(each.device, day) for each in built for day in each.days]
        if rows:
            session.execute(insert(LedgerDay), rows)
        for each in built:
            _replace_events(session, each)
        if watermark_ms is not None:
            session.merge(LedgerWatermark(id=WATERMARK_ID, watermark_unix_ms=watermark_ms))


def _delete(session: Session, built: Built) -> None:
    session.execute(
        delete(LedgerDay).where(
            LedgerDay.device == built.device,
            LedgerDay.day_unix_ms >= built.start_ms,
            LedgerDay.day_unix_ms < built.end_ms,
        )
    )


def _replace_events(session: Session, built: Built) -> None:
    """Replace the events of the days, but for those whose samples are deleted meanwhile."""
    stored = session.scalars(
        select(LedgerEvent).where(
            LedgerEvent.device == built.device,
            LedgerEvent.day_unix_ms >= built.start_ms,
            LedgerEvent.day_unix_ms < built.end_ms,
        )
    )
    sampled = {(s, day.day_ms) for day in built.days for s in counts_in(day.fingerprint)}
    new = {event.event_id: event for event in built.events}
    for row in stored:
        if row.id in new or (row.source, row.day_unix_ms) in sampled:
            session.delete(row)
    session.flush()
    if new:
        session.execute(insert(LedgerEvent), [event_row(event) for event in new.values()])


def event_row(event: CounterEvent) -> dict[str, object]:
    """Return the columns of an event."""
    return {
        "id": event.event_id,
        "day_unix_ms": event.day_ms,
        "device": event.device,
        "source": event.source,
        "kind": event.kind,
        "since_unix_ms": event.since_ms,
        "at_unix_ms": event.at_ms,
        "before_uwh": event.before_uwh,
        "after_uwh": event.after_uwh,
        "uwh": event.uwh,
        "max_mw": event.max_mw,
    }


def save_found_sources(engine: Engine, sources: Collection[DeviceSource]) -> bool:
    """Save sources that samples were found of.

    Returns:
        Whether any of them is new.
    """
    with write_session(engine) as session:
        known = {(row.device, row.source) for row in session.scalars(select(FoundSource))}
        new = sorted(set(sources) - known)
        session.add_all(
            FoundSource(device=device, source=source, number=number)
            for number, (device, source) in enumerate(new, start=len(known))
        )
    return bool(new)


def select_open_events(session: Session) -> Sequence[OpenEvents]:
    """Select the questions without answer, by device and kind."""
    rows = session.execute(
        select(LedgerEvent.device, LedgerEvent.kind, func.count(), func.sum(LedgerEvent.uwh))
        .where(LedgerEvent.kind.in_(QUESTIONS), LedgerEvent.id.not_in(select(EventAnswer.id)))
        .group_by(LedgerEvent.device, LedgerEvent.kind)
    )
    return [(device, kind, count, int(uwh)) for device, kind, count, uwh in rows]


def _row(device: str, day: BuiltDay) -> dict[str, object]:
    amounts = day.slots.amounts
    return {
        "device": device,
        "day_unix_ms": day.day_ms,
        "made_from": day.fingerprint,
        "measured_uwh": int(amounts.measured_uwh.sum()),
        "estimated_uwh": int(amounts.estimated_uwh.sum()),
        "measured_ms": int(amounts.measured_ms.sum()),
        "estimated_ms": int(amounts.estimated_ms.sum()),
        "slots": pack_day(day.slots),
    }


def select_fingerprints(session: Session) -> Mapping[str, dict[int, str]]:
    """Return what every stored day was made from, by device and day."""
    fingerprints: dict[str, dict[int, str]] = {}
    rows = session.execute(select(LedgerDay.device, LedgerDay.day_unix_ms, LedgerDay.made_from))
    for device, day_ms, made_from in rows.yield_per(10_000):
        fingerprints.setdefault(device, {})[day_ms] = made_from
    return fingerprints


def select_sample_counts(session: Session, device: str) -> Mapping[str, dict[int, int]]:
    """Return how many samples a device's stored days were made from, by source and day."""
    counted: dict[str, dict[int, int]] = {}
    rows = session.execute(
        select(LedgerDay.day_unix_ms, LedgerDay.made_from).where(LedgerDay.device == device)
    )
    for day_ms, made_from in rows:
        for source, samples in counts_in(made_from).items():
            counted.setdefault(source, {})[day_ms] = samples
    return counted


def select_watermark(session: Session) -> int | None:
    """Return the end of the closed slots, Unix milliseconds; None before the first build."""
    row = session.get(LedgerWatermark, WATERMARK_ID)
    return None if row is None else row.watermark_unix_ms


def invalidate(session: Session, start_ms: int, end_ms: int, *, device: str | None = None) -> None:
    """Delete the fingerprints of the days that touch [start, end), so that they are rebuilt."""
    days = update(LedgerDay).where(
        LedgerDay.day_unix_ms >= start_ms, LedgerDay.day_unix_ms < end_ms
    )
    if device is not None:
        days = days.where(LedgerDay.device == device)
    session.execute(days.values(made_from=""))


def select_sums(session: Session, devices: Sequence[str], start_ms: int, end_ms: int) -> Integers:
    """Return sums of the whole days in [start, end): shape (quantities, devices)."""
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


def select_slots(
    session: Session, devices: Sequence[str], days_ms: Sequence[int]
) -> Iterator[tuple[list[DeviceDay], Days]]:
    """Select the slots of days in batches of bounded memory; days without row are left out."""
    step = max(1, MAX_DAYS_AT_ONCE // max(1, len(days_ms)))
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


def select_uneven_edges(session: Session, devices: Sequence[str], interval: Interval) -> set[int]:
    """Select the edges of days that were measured in part, and of runs of days without a row."""
    known_ms = LedgerDay.measured_ms + LedgerDay.estimated_ms
    start_ms = day_start(interval.start_ms)
    here = (
        LedgerDay.device.in_(devices),
        LedgerDay.day_unix_ms >= start_ms,
        LedgerDay.day_unix_ms < interval.end_ms,
    )
    days = session.scalars(select(LedgerDay.day_unix_ms).where(*here, known_ms < DAY_MS).distinct())
    edges = {edge for day in days for edge in (day, day + DAY_MS)}
    wanted = -((start_ms - interval.end_ms) // DAY_MS)
    stored = select(LedgerDay.device, func.count()).where(*here).group_by(LedgerDay.device)
    for device, count in session.execute(stored).all():
        if count < wanted:
            edges |= _edges_of_runs(
                session.scalars(
                    select(LedgerDay.day_unix_ms)
                    .where(*here, LedgerDay.device == device)
                    .order_by(LedgerDay.day_unix_ms)
                ).all()
            )
    return edges


def _edges_of_runs(days_ms: Sequence[int]) -> set[int]:
    """Return the first and the end of each run of neighbouring days."""
    days = np.array(days_ms, dtype=np.int64)
    gaps = np.flatnonzero(np.diff(days) > DAY_MS)
    ends = days[gaps] + DAY_MS
    return {days_ms[0], *days[gaps + 1].tolist(), *ends.tolist(), days_ms[-1] + DAY_MS}
