"""Save closed slots, and select them as sums and as slots."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Engine,
    Select,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from bff.db.damage import DamagedError
from bff.db.engine import write_session
from bff.db.stored_days import (
    Days,
    added_checksums,
    pack_days,
    row_checksum,
    run_of,
    slots_at,
    sums_checksum,
    unpack_day,
    unpack_days,
)
from bff.db.tables import (
    EventAnswer,
    FoundSource,
    LedgerDay,
    LedgerDayVersion,
    LedgerEvent,
    LedgerInvalidation,
    LedgerWatermark,
)
from bff.energy import QUANTITIES, Integers
from bff.ledger.archive import KeptDay, KeptDays, add_answered, known_ms, merge
from bff.ledger.events import (
    DAMAGED,
    KEPT_KINDS,
    OPEN_KINDS,
    SAMPLES_LOST,
    CounterEvent,
    LostDay,
    loss_of,
)
from bff.ledger.sample_counts import StoredDay, counts_in, parse_counts
from bff.time_grid import DAY_MS, SLOT_MS, Interval, day_start
from energy_rules.state import Quality, Span

WATERMARK_ID = 1
MAX_DAYS_AT_ONCE = 4_000
SUMS = (
    LedgerDay.measured_uwh,
    LedgerDay.estimated_uwh,
    LedgerDay.measured_ms,
    LedgerDay.estimated_ms,
)
SUM_NAMES = tuple(column.key for column in SUMS)

# What a row's checksum covers besides its key, and the checksum.
CHECKED = (*SUMS, LedgerDay.made_from, LedgerDay.slots, LedgerDay.checksum)

type DeviceDay = tuple[str, int]
type DeviceSource = tuple[str, str]
# Device, kind, how many, and the micro-watt-hours at stake in them.
type OpenEvents = tuple[str, str, int, int]


@dataclass(frozen=True, slots=True)
class PackedDays:
    """The slots of some days of neighbouring devices.

    Attributes:
        devices: Which of the wanted devices.
        row: The position of each device's day in `slots`, -1 where none is stored: shape (devices,
            days).
        slots: As `pack_day` returns them.
        is_archived: Which of them are archived.
    """

    devices: slice
    row: Integers
    slots: Sequence[bytes]
    is_archived: NDArray[np.bool_]

    def unpacked(self) -> Days:
        """Return all slots of the days in `slots`."""
        return unpack_days(self.slots)


@dataclass(frozen=True, slots=True)
class Built:
    """New slots and events of one device: they replace all that was stored in [start, end).

    Archived days are no part of "all": see `bff.ledger.archive`.

    Attributes:
        device: Whose they are.
        start_ms: Unix milliseconds.
        end_ms: Likewise.
        days: Those with samples or energy.
        events: What is in doubt, or was.
        is_as_counted: All samples that had been counted were read.
    """

    device: str
    start_ms: int
    end_ms: int
    days: Sequence[KeptDay]
    events: Sequence[CounterEvent] = ()
    is_as_counted: bool = True

    def made_from(self) -> Mapping[int, str]:
        """Return the fingerprint of each day."""
        return {day.day_ms: day.stored.made_from for day in self.days}


def save_built(
    engine: Engine, built: Sequence[Built], watermark_ms: int | None = None
) -> Mapping[str, Mapping[int, StoredDay]]:
    """Replace the days of several devices, and move the watermark, in one transaction.

    Returns:
        What is stored of each device in its interval.
    """
    saved = {}
    rows: list[Mapping[str, object]] = []
    with write_session(engine) as session:
        events = _select_events(session, built)
        archived = _select_archived(session, built, events)
        for each in built:
            days = _merged(session, each, archived[each.device])
            _replace_events(session, each, events[each.device], archived[each.device])
            rows += _rows(each.device, list(days.values()))
            saved[each.device] = {day_ms: day.stored for day_ms, day in days.items()}
        _delete_days(session, built)
        if rows:
            session.connection().execute(insert(LedgerDay), rows)
        if watermark_ms is not None:
            session.merge(LedgerWatermark(id=WATERMARK_ID, watermark_unix_ms=watermark_ms))
    return saved


def _delete_days(session: Session, built: Sequence[Built]) -> None:
    """Delete all days that are replaced, with one statement."""
    if not built:
        return
    is_replaced = (
        LedgerDay.device == bindparam("of_device"),
        LedgerDay.day_unix_ms >= bindparam("start_ms"),
        LedgerDay.day_unix_ms < bindparam("end_ms"),
    )
    session.connection().execute(
        delete(LedgerDay).where(*is_replaced),
        [
            {"of_device": each.device, "start_ms": each.start_ms, "end_ms": each.end_ms}
            for each in built
        ],
    )


def _select_archived(
    session: Session, built: Sequence[Built], events: Mapping[str, Sequence[LedgerEvent]]
) -> Mapping[str, set[int]]:
    """Select the archived days of what was built and beside it, and that stored events rest on."""
    archived: dict[str, set[int]] = {each.device: set() for each in built}
    since_ms = [day_start(row.since_unix_ms) for rows in events.values() for row in rows]
    start_ms = min([*since_ms, *(each.start_ms - DAY_MS for each in built)], default=0)
    end_ms = max((each.end_ms + DAY_MS for each in built), default=0)
    of_devices = select(LedgerDay.device, LedgerDay.day_unix_ms).where(
        LedgerDay.device.in_(archived),
        LedgerDay.day_unix_ms >= start_ms,
        LedgerDay.day_unix_ms < end_ms,
        LedgerDay.counts_left.is_not(None),
    )
    for device, day_ms in session.execute(of_devices):
        archived[device].add(day_ms)
    return archived


def _merged(session: Session, built: Built, archived: set[int]) -> KeptDays:
    """Return the days to be stored in place of those of the interval."""
    new = {day.day_ms: day for day in built.days}
    near = Interval(built.start_ms - DAY_MS, built.end_ms + DAY_MS)
    if not any(near.start_ms <= day < near.end_ms for day in archived):
        return new
    days = merge(select_days(session, built.device, near), new)
    return {
        day_ms: day
        for day_ms, day in days.items()
        if built.start_ms <= day_ms < built.end_ms
        and (counts_in(day.stored.made_from) or known_ms(day.slots).any())
    }


def _of_device(device: str, start_ms: int, end_ms: int) -> Sequence[ColumnElement[bool]]:
    return (
        LedgerDay.device == device,
        LedgerDay.day_unix_ms >= start_ms,
        LedgerDay.day_unix_ms < end_ms,
    )


def select_days(session: Session, device: str, interval: Interval) -> KeptDays:
    """Select the stored days of a device in an interval.

    Raises:
        DamagedError: A row is not the one that was saved.
    """
    columns = (LedgerDay.day_unix_ms, LedgerDay.is_stale, LedgerDay.counts_left, *CHECKED)
    of_device = _of_device(device, interval.start_ms, interval.end_ms)
    days = {}
    for row in session.execute(select(*columns).where(*of_device)):
        sums = row.measured_uwh, row.estimated_uwh, row.measured_ms, row.estimated_ms
        computed = row_checksum(device, row.day_unix_ms, sums, row.made_from, row.slots)
        _check([(device, row.day_unix_ms)], [computed], [row.checksum])
        stored = StoredDay(row.made_from, row.is_stale, row.counts_left)
        days[row.day_unix_ms] = KeptDay(row.day_unix_ms, stored, unpack_day(row.slots))
    return days


def update_days(session: Session, device: str, days: KeptDays) -> None:
    """Replace stored days by the same ones with other slots."""
    for day_ms, day in days.items():
        changed = update(LedgerDay).where(
            LedgerDay.device == device, LedgerDay.day_unix_ms == day_ms
        )
        session.execute(changed.values(_rows(device, [day])[0]))


def add_to_archived(
    session: Session, answer: EventAnswer, interval: Interval, *, taken_back: bool
) -> None:
    """Add the energy that a person had counted to the archived days of its event, or remove it."""
    span = Span(answer.since_unix_ms, answer.at_unix_ms, answer.uwh, Quality.ESTIMATED)
    days = select_days(session, answer.device, interval)
    changed = {
        day_ms: add_answered(day, span, answer.source, taken_back=taken_back)
        for day_ms, day in days.items()
        if day.is_archived
    }
    update_days(session, answer.device, changed)


def save_archived(session: Session, left: Mapping[DeviceDay, str | None]) -> None:
    """Save which days are archived, with the samples that are left of each; None: no longer."""
    is_row = (
        LedgerDay.device == bindparam("of_device"),
        LedgerDay.day_unix_ms == bindparam("of_day"),
    )
    session.connection().execute(
        update(LedgerDay).where(*is_row).values(counts_left=bindparam("left")),
        [
            {"of_device": device, "of_day": day, "left": each}
            for (device, day), each in left.items()
        ],
    )


def update_losses(session: Session, devices: Collection[str], kept_from_ms: int) -> None:
    """Replace the events of lost samples that no one has decided on, from a day on."""
    is_loss = LedgerEvent.kind == SAMPLES_LOST
    for device in devices:
        decided = session.execute(
            select(EventAnswer.since_unix_ms, EventAnswer.at_unix_ms).where(
                EventAnswer.kind == SAMPLES_LOST, EventAnswer.device == device
            )
        )
        lost = list(_lost_days(session, device, kept_from_ms))
        loss = loss_of(device, lost, [Interval(*each) for each in decided])
        is_open = LedgerEvent.id.not_in(select(EventAnswer.id))
        session.execute(delete(LedgerEvent).where(LedgerEvent.device == device, is_loss, is_open))
        if loss is not None:
            session.execute(insert(LedgerEvent), [event_row(loss)])


def _lost_days(session: Session, device: str, kept_from_ms: int) -> Iterator[LostDay]:
    columns = (LedgerDay.day_unix_ms, LedgerDay.made_from, LedgerDay.counts_left, *SUMS[:2])
    is_lost = (LedgerDay.device == device, LedgerDay.counts_left.is_not(None))
    rows = session.execute(select(*columns).where(*is_lost, LedgerDay.day_unix_ms >= kept_from_ms))
    for day_ms, made_from, left, *uwh in rows:
        counts = parse_counts(left or "")
        sources = [s for s, count in counts_in(made_from).items() if counts.get(s, 0) < count]
        yield LostDay(day_ms, next(iter(sources), ""), sum(uwh))


def delete_archived(
    session: Session, interval: Interval, device: str | None = None
) -> Mapping[str, Interval]:
    """Delete archived days: a person accepts that what their lost samples measured is gone.

    Returns:
        From which to which day they were, by device.
    """
    is_archived = [
        LedgerDay.counts_left.is_not(None),
        LedgerDay.day_unix_ms >= interval.start_ms,
        LedgerDay.day_unix_ms < interval.end_ms,
    ]
    if device is not None:
        is_archived.append(LedgerDay.device == device)
    day = LedgerDay.day_unix_ms
    found = select(LedgerDay.device, func.min(day), func.max(day)).where(*is_archived)
    rows = session.execute(found.group_by(LedgerDay.device)).all()
    session.execute(delete(LedgerDay).where(*is_archived))
    return {device: Interval(first_ms, last_ms + DAY_MS) for device, first_ms, last_ms in rows}


def _select_events(session: Session, built: Sequence[Built]) -> Mapping[str, list[LedgerEvent]]:
    """Select the stored events of what was built."""
    interval = {each.device: Interval(each.start_ms, each.end_ms) for each in built}
    found: dict[str, list[LedgerEvent]] = {device: [] for device in interval}
    of_devices = select(LedgerEvent).where(
        LedgerEvent.device.in_(interval),
        LedgerEvent.kind.not_in(KEPT_KINDS),
        LedgerEvent.day_unix_ms >= min((each.start_ms for each in built), default=0),
    )
    for event in session.scalars(of_devices):
        of_device = interval[event.device]
        if of_device.start_ms <= event.day_unix_ms < of_device.end_ms:
            found[event.device].append(event)
    return found


def _replace_events(
    session: Session, built: Built, stored: Sequence[LedgerEvent], archived: set[int]
) -> None:
    """Replace the events of the days, but for those whose samples are lost meanwhile."""
    if not stored and not built.events:
        return
    sampled = {(s, day.day_ms) for day in built.days for s in counts_in(day.stored.made_from)}
    new = {event.event_id: event for event in built.events if event.day_ms not in archived}
    for row in stored:
        rests_on = {row.day_unix_ms, day_start(row.since_unix_ms)}
        is_found_again = (row.source, row.day_unix_ms) in sampled and not rests_on & archived
        if row.id in new or is_found_again:
            session.delete(row)
    if new:
        session.flush()
        session.execute(insert(LedgerEvent), [event_row(event) for event in new.values()])


def save_damage(session: Session, device: str, days: Interval) -> None:
    """Save the event that stored days of a device were damaged."""
    event = CounterEvent(device, "", DAMAGED, days.start_ms, days.end_ms, None, None, 0)
    session.execute(delete(LedgerEvent).where(LedgerEvent.id == event.event_id))
    session.execute(insert(LedgerEvent), [event_row(event)])


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
        .where(LedgerEvent.kind.in_(OPEN_KINDS), LedgerEvent.id.not_in(select(EventAnswer.id)))
        .group_by(LedgerEvent.device, LedgerEvent.kind)
    )
    return [(device, kind, count, int(uwh)) for device, kind, count, uwh in rows]


def _rows(device: str, days: Sequence[KeptDay]) -> list[dict[str, object]]:
    """Return the columns of some days, packed and added up together: a year has many."""
    if not days:
        return []
    amounts = np.stack([day.slots.amounts.stacked() for day in days], axis=1)
    packed = pack_days(amounts, np.stack([day.slots.source for day in days]))
    sums = amounts.sum(axis=2).T.tolist()
    return [
        day_row((device, day.day_ms), day.stored, of_day, slots)
        for day, of_day, slots in zip(days, sums, packed, strict=True)
    ]


def day_row(
    key: DeviceDay, stored: StoredDay, sums: Sequence[int], packed: bytes
) -> dict[str, object]:
    """Return the columns of a day with its checksums.

    Args:
        key: The device and the day.
        stored: What its slots were made from.
        sums: Of the four quantities, in the order of `SUM_NAMES`.
        packed: Its slots.
    """
    device, day_ms = key
    return {
        "device": device,
        "day_unix_ms": day_ms,
        "made_from": stored.made_from,
        "is_stale": stored.is_stale,
        "counts_left": stored.counts_left,
        **dict(zip(SUM_NAMES, sums, strict=True)),
        "slots": packed,
        "checksum": row_checksum(device, day_ms, tuple(sums), stored.made_from, packed),
        "sums_checksum": sums_checksum(device, day_ms, sums),
    }


def select_stored(session: Session) -> dict[str, dict[int, StoredDay]]:
    """Return what every stored day was made from, by device and day."""
    stored: dict[str, dict[int, StoredDay]] = {}
    rows = session.execute(
        select(
            LedgerDay.device,
            LedgerDay.day_unix_ms,
            LedgerDay.made_from,
            LedgerDay.is_stale,
            LedgerDay.counts_left,
        )
    )
    for device, day_ms, made_from, is_stale, left in rows.yield_per(10_000):
        stored.setdefault(device, {})[day_ms] = StoredDay(made_from, is_stale, left)
    return stored


def select_sample_counts(session: Session, device: str) -> Mapping[str, dict[int, int]]:
    """Return how many samples a device has on its stored days, by source and day."""
    counted: dict[str, dict[int, int]] = {}
    rows = session.execute(
        select(LedgerDay.day_unix_ms, LedgerDay.made_from, LedgerDay.counts_left).where(
            LedgerDay.device == device
        )
    )
    for day_ms, made_from, left in rows:
        stored = StoredDay(made_from, counts_left=left)
        for source, samples in stored.counts().items():
            counted.setdefault(source, {})[day_ms] = samples
    return counted


def select_watermark(session: Session) -> int | None:
    """Return the end of the closed slots, Unix milliseconds; None before the first build."""
    row = session.get(LedgerWatermark, WATERMARK_ID)
    return None if row is None else row.watermark_unix_ms


def save_invalidation(
    session: Session, days: Interval, *, device: str | None = None, is_damage: bool = False
) -> None:
    """Have every BFF on this database wait until the worker has taken these days."""
    if session.connection().dialect.name == "sqlite":
        return  # one process, in whose status they are
    session.add(
        LedgerInvalidation(
            device=device,
            start_unix_ms=days.start_ms,
            end_unix_ms=days.end_ms,
            is_damage=is_damage,
        )
    )


def invalidate(session: Session, start_ms: int, end_ms: int, *, device: str | None = None) -> None:
    """Have the days that touch [start, end) rebuilt; archived ones when their samples are back."""
    save_invalidation(session, Interval(start_ms, end_ms), device=device)
    days = update(LedgerDay).where(
        LedgerDay.day_unix_ms >= start_ms, LedgerDay.day_unix_ms < end_ms
    )
    if device is not None:
        days = days.where(LedgerDay.device == device)
    session.execute(days.values(is_stale=True))


# Statements that are built once: to build one anew takes as long as to run it.
_IS_OF_DEVICES = LedgerDay.device.in_(bindparam("devices", expanding=True))
_ADDED_UP = (*SUMS, LedgerDay.day_unix_ms, LedgerDay.sums_checksum)
SUMS_OF_DAYS = (
    select(LedgerDay.device, func.count(), *(func.sum(column) for column in _ADDED_UP))
    .where(_IS_OF_DEVICES)
    .where(LedgerDay.day_unix_ms >= bindparam("start_ms"))
    .where(LedgerDay.day_unix_ms < bindparam("end_ms"))
    .group_by(LedgerDay.device)
)


def select_sums(session: Session, devices: Sequence[str], start_ms: int, end_ms: int) -> Integers:
    """Return sums of the whole days in [start, end): shape (quantities, devices)."""
    sums = np.zeros((QUANTITIES, len(devices)), dtype=np.int64)
    wanted = {"devices": devices, "start_ms": start_ms, "end_ms": end_ms}
    rows = session.connection().execute(SUMS_OF_DAYS, wanted).all()
    if not rows:
        return sums
    found, *columns = zip(*rows, strict=True)
    try:
        days, *added, checksums = np.array(columns, dtype=np.int64)
    except OverflowError:  # PostgreSQL adds up without a limit what no one saved
        raise DamagedError(found[0]) from None
    computed = added_checksums(found, days, np.array(added))
    if damaged := np.flatnonzero(computed != checksums).tolist():
        raise DamagedError(found[damaged[0]])
    place = {device: position for position, device in enumerate(devices)}
    sums[:, [place[device] for device in found]] = added[:QUANTITIES]
    return sums


VERSIONS_OF_DAYS = select(LedgerDayVersion.day_unix_ms, LedgerDayVersion.version).where(
    LedgerDayVersion.day_unix_ms.in_(bindparam("days", expanding=True))
)


def select_day_versions(session: Session, days_ms: Sequence[int]) -> Mapping[int, int]:
    """Return the versions of days; a day that never had a row has none."""
    rows = session.connection().execute(VERSIONS_OF_DAYS, {"days": days_ms})
    return {row.day_unix_ms: row.version for row in rows}


@dataclass(frozen=True, slots=True)
class DaysOfDevices:
    """A query for columns of some days of some devices.

    Attributes:
        near: Of all days from a first to a last one.
        some: Of the days in a list.
    """

    near: Select[*tuple[Any, ...]]
    some: Select[*tuple[Any, ...]]

    @classmethod
    def of(cls, *columns: ColumnElement[Any] | InstrumentedAttribute[Any]) -> Self:
        """Return the query, with device and day as the first columns."""
        every = select(LedgerDay.device, LedgerDay.day_unix_ms, *columns).where(_IS_OF_DEVICES)
        day = LedgerDay.day_unix_ms
        return cls(
            every.where(day.between(bindparam("first"), bindparam("last"))),
            every.where(day.in_(bindparam("days", expanding=True))),
        )

    def execute(
        self, session: Session, devices: Sequence[str], days_ms: Sequence[int]
    ) -> CursorResult[*tuple[Any, ...]]:
        """Select the rows; each day is given once."""
        if run := run_of(days_ms):
            wanted = {"devices": devices, "first": run[0], "last": run[1]}
            return session.connection().execute(self.near, wanted)
        return session.connection().execute(self.some, {"devices": devices, "days": days_ms})


PACKED_DAYS = DaysOfDevices.of(LedgerDay.counts_left, *CHECKED)
SUMMED_DAYS = DaysOfDevices.of(*SUMS, LedgerDay.sums_checksum)


def select_packed(
    session: Session, devices: Sequence[str], days_ms: Sequence[int]
) -> Iterator[PackedDays]:
    """Select the slots of days, which rise, in batches of bounded memory.

    Raises:
        DamagedError: A row is not the one that was saved.
    """
    step = max(1, MAX_DAYS_AT_ONCE // max(1, len(days_ms)))
    for first in range(0, len(devices), step):
        of_batch = slice(first, min(first + step, len(devices)))
        rows = PACKED_DAYS.execute(session, devices[of_batch], days_ms).all()
        if rows:
            # By column: a year of many devices is too much for a loop over rows.
            of_devices, of_days, counts_left, *sums, made_from, slots, checksums = zip(
                *rows, strict=True
            )
            keys = list(zip(of_devices, of_days, strict=True))
            by_day = zip(*sums, strict=True)
            _check(
                keys, map(row_checksum, of_devices, of_days, by_day, made_from, slots), checksums
            )
            row = _positions(keys, devices[of_batch], days_ms)
            is_archived = np.array([left is not None for left in counts_left])
            yield PackedDays(of_batch, row, slots, is_archived)


def _positions(
    keys: Sequence[DeviceDay], devices: Sequence[str], days_ms: Sequence[int]
) -> Integers:
    """Return the position of each device's day among the keys, -1 where it is not there."""
    place = {device: position for position, device in enumerate(devices)}
    found = np.full((len(devices), len(days_ms)), -1, dtype=np.int64)
    days = np.searchsorted(days_ms, [day_ms for _, day_ms in keys])
    found[[place[device] for device, _ in keys], days] = np.arange(len(keys))
    return found


def _check(keys: Sequence[DeviceDay], computed: Iterable[int], stored: Sequence[int]) -> None:
    found = list(computed)
    if found != list(stored):
        pairs = zip(keys, found, stored, strict=True)
        device, day_ms = next(key for key, one, other in pairs if one != other)
        raise DamagedError(device, day_ms)


def select_uneven_days(
    session: Session, devices: Sequence[str], interval: Interval
) -> Mapping[str, dict[int, int]]:
    """Select the days in an interval that a device was not measured for as a whole.

    Args:
        session: The session.
        devices: Whose days.
        interval: From a start of a day to another one.

    Returns:
        For how long it was measured, by device and day; 0 on days without a row.
    """
    known_ms = LedgerDay.measured_ms + LedgerDay.estimated_ms
    here = (
        LedgerDay.device.in_(devices),
        LedgerDay.day_unix_ms >= interval.start_ms,
        LedgerDay.day_unix_ms < interval.end_ms,
    )
    found: dict[str, dict[int, int]] = {device: {} for device in devices}
    columns = (LedgerDay.device, LedgerDay.day_unix_ms, known_ms)
    for device, day_ms, of_day_ms in session.execute(
        select(*columns).where(*here, known_ms < DAY_MS)
    ):
        found[device][day_ms] = of_day_ms
    counted = select(LedgerDay.device, func.count()).where(*here).group_by(LedgerDay.device)
    stored = {row.device: row[1] for row in session.execute(counted)}
    every_day = range(interval.start_ms, interval.end_ms, DAY_MS)
    for device in devices:
        if stored.get(device, 0) < len(every_day):
            of_device = select(LedgerDay.day_unix_ms).where(*here, LedgerDay.device == device)
            without_row = set(every_day).difference(session.scalars(of_device))
            found[device] |= dict.fromkeys(without_row, 0)
    return found


def select_day_sums(session: Session, devices: Sequence[str], days_ms: Integers) -> Integers:
    """Return the sums of some whole days, each by itself: shape (quantities, devices, days)."""
    place = {device: position for position, device in enumerate(devices)}
    sums = np.zeros((QUANTITIES, len(devices), len(days_ms)), dtype=np.int64)
    wanted = {day_ms: position for position, day_ms in enumerate(days_ms.tolist())}
    rows = SUMMED_DAYS.execute(session, devices, list(wanted))
    for device, day_ms, *of_day, checksum in rows:
        if day_ms in wanted:
            if sums_checksum(device, day_ms, of_day) != checksum:
                raise DamagedError(device, day_ms)
            sums[:, place[device], wanted[day_ms]] = of_day
    return sums


def select_slots_at(session: Session, devices: Sequence[str], starts_ms: Integers) -> Integers:
    """Return the amounts of single slots: shape (quantities, devices, slots).

    Raises:
        DamagedError: A row is not the one that was saved.
    """
    found = np.zeros((QUANTITIES, len(devices), len(starts_ms)), dtype=np.int64)
    days_ms, of_slot = np.unique(starts_ms // DAY_MS * DAY_MS, return_inverse=True)
    for read in select_packed(session, devices, days_ms.tolist()):
        rows = read.row[:, of_slot]
        device, position = np.nonzero(rows >= 0)
        slot = starts_ms[position] % DAY_MS // SLOT_MS
        amounts = slots_at(read.slots, rows[device, position], slot)
        found[:, read.devices.start + device, position] = amounts
    return found
