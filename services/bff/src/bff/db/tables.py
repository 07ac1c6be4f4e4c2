"""Every table of the BFF. What people wrote cannot be made again; the ledger is derived."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, get_args

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from bff.db.engine import Base, Instant, Price

type QuestionKind = Literal["doubtful_rise", "doubtful_restart", "fall"]
type NoticeKind = Literal["stuck", "over_rating", "factor_of_ten", "bill_drift"]
# Of what the ledger keeps, not of a counter: samples that are gone, and rows that were damaged.
type KeptKind = Literal["samples_lost", "ledger_damaged"]
type EventKind = QuestionKind | NoticeKind | KeptKind
type LossAnswer = Literal["keep", "rebuild"]
type AnswerWord = Literal["count", "other_meter", "wrong_reading"] | LossAnswer

QUESTIONS: Sequence[QuestionKind] = get_args(QuestionKind.__value__)


class UnitPrice(Base):
    """A price per kWh that holds from `valid_from` until just before `valid_to` (None: for ever).

    The currency is kept with the row: a house that changes currency must not read old yen
    as euros. `direction` is `import` for what is bought or used, `export` for what is sold.
    """

    __tablename__ = "unit_prices"
    __table_args__ = (
        CheckConstraint("valid_to_unix_ms > valid_from_unix_ms", name="valid_to_after_valid_from"),
        # An id that was deleted never comes back as another price.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    price_per_kwh: Mapped[Decimal] = mapped_column("price_per_kwh_millionths", Price)
    currency: Mapped[str] = mapped_column(String(3))
    valid_from: Mapped[datetime] = mapped_column("valid_from_unix_ms", Instant, index=True)
    valid_to: Mapped[datetime | None] = mapped_column("valid_to_unix_ms", Instant)
    note: Mapped[str] = mapped_column(String(500))
    direction: Mapped[str] = mapped_column(String(6), server_default="import")


class DeviceMeta(Base):
    """Overrides the configuration's name and rated power; None leaves them as configured."""

    __tablename__ = "device_meta"

    device: Mapped[str] = mapped_column(String(63), primary_key=True)
    name_ja: Mapped[str | None] = mapped_column(String(200))
    name_en: Mapped[str | None] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(String(2000))
    rated_power_watts: Mapped[float | None]


class RegisterRow(Base):
    """What the configuration had of a device, from one instant until just before another.

    A device's first row has no beginning, that of the present no end. `configuration` is the
    device as JSON, with its names and sources: of a device that left the file there is no other.
    """

    __tablename__ = "register_rows"
    # At most one present row of a device.
    __table_args__ = (
        Index(
            "ux_register_rows_present",
            "device",
            unique=True,
            sqlite_where=text("to_unix_ms IS NULL"),
            postgresql_where=text("to_unix_ms IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    device: Mapped[str] = mapped_column(String(63), index=True)
    from_unix_ms: Mapped[int | None] = mapped_column(BigInteger)
    to_unix_ms: Mapped[int | None] = mapped_column(BigInteger)
    room: Mapped[str] = mapped_column(String(63))
    shelf: Mapped[str] = mapped_column(String(63))
    upstream: Mapped[str | None] = mapped_column(String(63))
    kind: Mapped[str] = mapped_column(String(20))
    house_meter: Mapped[bool]
    sources: Mapped[str] = mapped_column(Text)
    configuration: Mapped[str] = mapped_column(Text)
    written_unix_ms: Mapped[int] = mapped_column(BigInteger)


class RegisterCorrection(Base):
    """What a person decided of the past of a device; one that was undone is kept."""

    __tablename__ = "register_corrections"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[str] = mapped_column(String(20))
    device: Mapped[str] = mapped_column(String(63))
    former: Mapped[str | None] = mapped_column(String(63))
    at_unix_ms: Mapped[int | None] = mapped_column(BigInteger)
    made_unix_ms: Mapped[int] = mapped_column(BigInteger)
    made_by: Mapped[str] = mapped_column(String(200))
    undone_unix_ms: Mapped[int | None] = mapped_column(BigInteger)
    undone_by: Mapped[str | None] = mapped_column(String(200))


class LedgerDay(Base):
    """The closed slots of one device on one UTC day, and their sums.

    A day without any data has no row. `made_from` is the fingerprint of
    `bff.ledger.sample_counts`; `slots` is packed by `bff.db.stored_days` (docs/decisions/0006).
    `is_stale`: to be rebuilt whatever its samples are. `counts_left`: the day is archived, and so
    many of its samples were left when they were last counted. `checksum` covers the row but for
    these two, `sums_checksum` its sums alone.
    """

    __tablename__ = "ledger_days"
    # Sums over a year are read from this index alone, without touching the packed slots.
    __table_args__ = (
        Index(
            "ix_ledger_days_sums",
            "device",
            "day_unix_ms",
            "measured_uwh",
            "estimated_uwh",
            "measured_ms",
            "estimated_ms",
            "sums_checksum",
        ),
    )

    device: Mapped[str] = mapped_column(String(63), primary_key=True)
    day_unix_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    made_from: Mapped[str] = mapped_column(Text)
    measured_uwh: Mapped[int] = mapped_column(BigInteger)
    estimated_uwh: Mapped[int] = mapped_column(BigInteger)
    measured_ms: Mapped[int] = mapped_column(BigInteger)
    estimated_ms: Mapped[int] = mapped_column(BigInteger)
    slots: Mapped[bytes] = mapped_column(LargeBinary)
    is_stale: Mapped[bool] = mapped_column(default=False)
    counts_left: Mapped[str | None] = mapped_column(Text)
    checksum: Mapped[int] = mapped_column(BigInteger)
    sums_checksum: Mapped[int] = mapped_column(BigInteger)


class LedgerDayVersion(Base):
    """A number that is another one after each change of the rows of a UTC day in `ledger_days`.

    Triggers of the database write it, by which no writer can leave it out.
    """

    __tablename__ = "ledger_day_versions"

    day_unix_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(BigInteger)


class TableVersion(Base):
    """A number that is another one after each change of a row of a table.

    Triggers write it, on SQLite alone; see `bff.db.engine.DatabaseVersion`.
    """

    __tablename__ = "table_versions"

    name: Mapped[str] = mapped_column(String(63), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)


class LedgerSplit(Base):
    """The amounts of slots of one day up to the edges of prices inside of them.

    `amounts` has one record for each edge, by instant, of integers of 64 bits, the lowest byte
    first: the instant in Unix milliseconds, the four amounts of the whole slot, by which the
    record is known to hold, and those up to the edge. Once its samples are lost nothing else
    could split the slot exactly.
    """

    __tablename__ = "ledger_splits"

    device: Mapped[str] = mapped_column(String(63), primary_key=True)
    day_unix_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    amounts: Mapped[bytes] = mapped_column(LargeBinary)
    checksum: Mapped[int] = mapped_column(BigInteger)


class _EventColumns:
    """One event as `bff.ledger.events.CounterEvent` has it."""

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    device: Mapped[str] = mapped_column(String(63))
    source: Mapped[str] = mapped_column(String(63))
    kind: Mapped[EventKind] = mapped_column(String(30))
    since_unix_ms: Mapped[int] = mapped_column(BigInteger)
    at_unix_ms: Mapped[int] = mapped_column(BigInteger)
    before_uwh: Mapped[int | None] = mapped_column(BigInteger)
    after_uwh: Mapped[int | None] = mapped_column(BigInteger)
    uwh: Mapped[int] = mapped_column(BigInteger)
    max_mw: Mapped[int | None] = mapped_column(BigInteger)


class LedgerEvent(_EventColumns, Base):
    """An event that was found while the slots of its UTC day were built."""

    __tablename__ = "ledger_events"
    __table_args__ = (
        Index("ix_ledger_events_device_day", "device", "day_unix_ms"),
        Index("ix_ledger_events_at", "at_unix_ms"),
    )

    day_unix_ms: Mapped[int] = mapped_column(BigInteger)


class EventAnswer(_EventColumns, Base):
    """What a person decided on an event, with the event itself: its samples may be deleted."""

    __tablename__ = "event_answers"

    answer: Mapped[AnswerWord] = mapped_column(String(20))
    answered_by: Mapped[str | None] = mapped_column(String(200))
    answered_at: Mapped[datetime] = mapped_column("answered_at_unix_ms", Instant)
    note: Mapped[str] = mapped_column(String(500))


class NoticeAcknowledgement(Base):
    """That a person has seen a version of a notice. A newer version is not acknowledged by it."""

    __tablename__ = "notice_acknowledgements"

    notice: Mapped[str] = mapped_column(String(100), primary_key=True)
    version: Mapped[str] = mapped_column(String(200))
    acknowledged_by: Mapped[str | None] = mapped_column(String(200))
    acknowledged_at: Mapped[datetime] = mapped_column("acknowledged_at_unix_ms", Instant)


class LedgerWatermark(Base):
    """The end of the closed slots: one row, for a restart while VictoriaMetrics is away."""

    __tablename__ = "ledger_watermark"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    watermark_unix_ms: Mapped[int] = mapped_column(BigInteger)


class LedgerWorkerState(Base):
    """Which of several BFFs is the worker of the ledger, and its state: one row, on PostgreSQL."""

    __tablename__ = "ledger_worker"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    worker: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(Text)


class LedgerInvalidation(Base):
    """Days that a request to any of several BFFs invalidated, until the worker has taken them.

    Without a device those of all. `is_damage`: something stored was found damaged.
    """

    __tablename__ = "ledger_invalidations"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    device: Mapped[str | None] = mapped_column(String(63))
    start_unix_ms: Mapped[int] = mapped_column(BigInteger)
    end_unix_ms: Mapped[int] = mapped_column(BigInteger)
    is_damage: Mapped[bool] = mapped_column(default=False)


class FoundSource(Base):
    """A source that a device has or ever had samples of, numbered in the order they were found.

    Slots name their source by its position, so a number is never given again.
    """

    __tablename__ = "found_sources"

    device: Mapped[str] = mapped_column(String(63), primary_key=True)
    source: Mapped[str] = mapped_column(String(63), primary_key=True)
    number: Mapped[int]


class RulesVersion(Base):
    """When the ledger began to use a version of its rules, and when the past was built by it."""

    __tablename__ = "rules_versions"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    began_at: Mapped[datetime] = mapped_column("began_at_unix_ms", Instant)
    finished_at: Mapped[datetime | None] = mapped_column("finished_at_unix_ms", Instant)


class MonthChange(Base):
    """What a device used and cost in a month of the house, before and after new rules."""

    __tablename__ = "month_changes"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    device: Mapped[str] = mapped_column(String(63), primary_key=True)
    month_unix_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    currency: Mapped[str] = mapped_column(String(3))
    before_uwh: Mapped[int | None] = mapped_column(BigInteger)
    after_uwh: Mapped[int | None] = mapped_column(BigInteger)
    before_cost: Mapped[str | None] = mapped_column(String(40))
    after_cost: Mapped[str | None] = mapped_column(String(40))


class Contract(Base):
    """A contract with a supplier: `document` is a `ContractDocument` as JSON."""

    __tablename__ = "contracts"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    document: Mapped[str] = mapped_column(Text)
    valid_to: Mapped[date | None]
    note: Mapped[str] = mapped_column(String(2000))


class Series(Base):
    """A rate that changes by month, by slot of the market, or by day (a series of names)."""

    __tablename__ = "series"

    series: Mapped[str] = mapped_column(String(63), primary_key=True)
    period: Mapped[str] = mapped_column(String(10))
    slot_minutes: Mapped[int | None]
    note: Mapped[str] = mapped_column(String(2000))


class SeriesValue(Base):
    """A value of a series: `key` is a month, a day or an instant in UTC, in the order of time."""

    __tablename__ = "series_values"

    series: Mapped[str] = mapped_column(String(63), primary_key=True)
    key: Mapped[str] = mapped_column(String(20), primary_key=True)
    value: Mapped[str] = mapped_column(String(40))


class ReadingDate(Base):
    """A day at whose start the meter of the supplier is read."""

    __tablename__ = "reading_dates"

    day: Mapped[date] = mapped_column(primary_key=True)


class ReadingRule(Base):
    """The day of the month on which a meter is read beyond the list of dates: one row or none."""

    __tablename__ = "reading_rules"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day_of_month: Mapped[int | None]


class RealBill(Base):
    """What the supplier's own bill of a reading period comes to; amounts are decimals as text."""

    __tablename__ = "real_bills"

    first_day: Mapped[date] = mapped_column(primary_key=True)
    statement: Mapped[str] = mapped_column(String(6), primary_key=True)
    kwh: Mapped[str | None] = mapped_column(String(40))
    total: Mapped[str] = mapped_column(String(40))
    lines: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(String(2000))


class Budget(Base):
    """What a month may cost: of the house (an empty device) or of a device."""

    __tablename__ = "budgets"

    device: Mapped[str] = mapped_column(String(63), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    amount: Mapped[str] = mapped_column(String(40))


class Revision(Base):
    """A change that a person made, with what was before and after it as JSON; None: not there."""

    __tablename__ = "revisions"
    __table_args__ = (
        Index("ix_revisions_object", "object_type", "object_key"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    object_type: Mapped[str] = mapped_column(String(20))
    object_key: Mapped[str] = mapped_column(String(200))
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column("made_at_unix_ms", Instant)
    made_by: Mapped[str] = mapped_column(String(200))
    undone_at: Mapped[datetime | None] = mapped_column("undone_at_unix_ms", Instant)
    undone_by: Mapped[str | None] = mapped_column(String(200))


MODELS = (
    UnitPrice,
    DeviceMeta,
    EventAnswer,
    NoticeAcknowledgement,
    RulesVersion,
    MonthChange,
    RegisterRow,
    RegisterCorrection,
    Contract,
    Series,
    SeriesValue,
    ReadingDate,
    ReadingRule,
    RealBill,
    Budget,
    Revision,
)
# Written by triggers.
VERSIONS = (LedgerDayVersion, TableVersion)
DERIVED = (
    *VERSIONS,  # first: whatever is written to another table writes them
    LedgerDay,
    LedgerSplit,
    LedgerWatermark,
    LedgerEvent,
    FoundSource,
    LedgerWorkerState,
    LedgerInvalidation,
)
METADATA = Base.metadata
