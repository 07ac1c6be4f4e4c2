"""The outbox on both databases: nothing lost, nothing out of order, never without bounds."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, MetaData, create_engine

from testbed.manual_clock import ManualClock
from timeseries_io.delivery import Delivery, Limits
from timeseries_io.errors import BadPointsError, DatabaseRejectedError, DatabaseUnreachableError
from timeseries_io.outbox import OutboxTables, define_outbox, enqueue, requeue_refused
from timeseries_io.sqlite import open_sqlite

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


@dataclass
class Destination:
    """Collects lines; `answer` may raise for a batch instead."""

    received: list[str] = field(default_factory=list)
    answer: Callable[[Sequence[str]], None] = lambda _: None
    requests: int = 0

    def write(self, lines: Sequence[str]) -> None:
        """Take a batch as a database does."""
        self.requests += 1
        self.answer(lines)
        self.received += lines


@dataclass
class Rig:
    """An outbox, its delivery and its destination."""

    engine: Engine
    tables: OutboxTables
    clock: ManualClock
    destination: Destination
    limits: Limits

    def enqueue(self, *lines: str) -> None:
        """Enqueue in a transaction of its own."""
        with self.engine.begin() as connection:
            enqueue(connection, self.tables, lines, self.clock.now())

    def delivery(self) -> Delivery:
        """Return a sender as after a start."""
        return Delivery(
            self.engine,
            self.tables,
            self.destination.write,
            destination="the test",
            limits=self.limits,
            now=self.clock.now,
        )


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Each database that a service may have."""
    if request.param == "sqlite":
        engine = open_sqlite(tmp_path / "outbox.db")
    else:
        engine = create_engine(request.getfixturevalue("postgresql_url"))
    yield engine
    engine.dispose()


@pytest.fixture
def make(engine: Engine) -> Callable[..., Rig]:
    """Build a rig with other limits."""

    def build(**limits: Any) -> Rig:  # noqa: ANN401 - the fields of Limits
        metadata = MetaData()
        tables = define_outbox(metadata)
        metadata.create_all(engine)
        return Rig(engine, tables, ManualClock(NOON), Destination(), Limits(**limits))

    return build


def refuse(*bad: str) -> Callable[[Sequence[str]], None]:
    """Answer as InfluxDB does: a batch with a bad point is refused."""

    def answer(lines: Sequence[str]) -> None:
        if set(lines) & set(bad):
            message = "HTTP 400: unable to parse"
            raise BadPointsError(message)

    return answer


def down(_lines: Sequence[str]) -> None:
    message = "connection refused"
    raise DatabaseUnreachableError(message)


def test_lines_arrive_in_order_and_once(make: Callable[..., Rig]) -> None:
    """However they were enqueued and however many fit into a request."""
    rig = make(max_lines_per_write=3)
    lines = [f"m v={n} {n}" for n in range(20)]
    rig.enqueue(*lines[:1])
    rig.enqueue(*lines[1:12])
    rig.enqueue(*lines[12:])
    delivery = rig.delivery()
    while delivery.deliver():
        pass
    assert rig.destination.received == lines
    assert delivery.status().waiting.lines == 0
    assert delivery.status().counts.sent_lines == 20


def test_a_rolled_back_transaction_enqueues_nothing(make: Callable[..., Rig]) -> None:
    """The outbox is part of the caller's transaction."""
    rig = make()
    with rig.engine.connect() as connection, connection.begin() as transaction:
        enqueue(connection, rig.tables, ["m v=1 1"], NOON)
        transaction.rollback()
    assert rig.delivery().deliver() == 0


def test_an_outage_delays_and_loses_nothing(make: Callable[..., Rig]) -> None:
    """Attempts become rarer, the age of the oldest point is known, and the replay is in order."""
    rig = make(min_retry_seconds=1, max_retry_seconds=8)
    rig.destination.answer = down
    delivery = rig.delivery()
    lines = [f"m v={n} {n}" for n in range(50)]
    waits = []
    for line in lines:
        rig.enqueue(line)
        waits.append(delivery.attempt())
        rig.clock.pass_by(seconds=5)
    assert waits[:6] == [1, 2, 4, 8, 8, 8]
    status = delivery.status()
    assert (status.waiting.lines, status.oldest_age_seconds) == (50, 250)
    assert "connection refused" in status.error
    rig.destination.answer = lambda _: None
    while not delivery.attempt():
        pass
    assert rig.destination.received == lines
    assert delivery.status().error == ""


def test_a_server_that_asks_to_wait_is_left_alone(make: Callable[..., Rig]) -> None:
    """`Retry-After` beyond our own longest wait is respected."""
    rig = make(max_retry_seconds=8)

    def busy(_lines: Sequence[str]) -> None:
        message = "HTTP 429"
        raise DatabaseUnreachableError(message, 120)

    rig.destination.answer = busy
    rig.enqueue("m v=1 1")
    assert rig.delivery().attempt() == 120


def test_one_bad_point_is_set_aside_and_the_rest_arrives(make: Callable[..., Rig]) -> None:
    """The batch is split until the point is found; it is kept with the reason."""
    rig = make()
    rig.enqueue(*[f"m v={n} {n}" for n in range(100)])
    rig.destination.answer = refuse("m v=41 41", "m v=42 42")
    delivery = rig.delivery()
    assert delivery.deliver() == 100
    assert rig.destination.received == [f"m v={n} {n}" for n in range(100) if n not in {41, 42}]
    status = delivery.status()
    assert (status.counts.sent_lines, status.counts.refused_lines) == (98, 2)
    assert (status.refused_kept, status.waiting.lines) == (2, 0)
    assert rig.destination.requests < 30

    rig.destination.answer = lambda _: None
    with rig.engine.begin() as connection:
        assert requeue_refused(connection, rig.tables, NOON) == 2
    delivery.deliver()
    assert rig.destination.received[-2:] == ["m v=41 41", "m v=42 42"]


def test_refused_points_are_bounded(make: Callable[..., Rig]) -> None:
    """The newest are kept; all are counted."""
    rig = make(max_refused=3)
    lines = [f"m v={n} {n}" for n in range(8)]
    rig.destination.answer = refuse(*lines)
    rig.enqueue(*lines)
    delivery = rig.delivery()
    delivery.deliver()
    status = delivery.status()
    assert (status.refused_kept, status.counts.refused_lines) == (3, 8)
    with rig.engine.begin() as connection:
        requeue_refused(connection, rig.tables, NOON)
    rig.destination.answer = lambda _: None
    delivery.deliver()
    assert rig.destination.received == lines[-3:]


def test_a_wrong_token_keeps_everything(make: Callable[..., Rig]) -> None:
    """What a person has to set right is not a fault of the points."""
    rig = make()

    def unauthorized(_lines: Sequence[str]) -> None:
        message = "HTTP 401"
        raise DatabaseRejectedError(message)

    rig.destination.answer = unauthorized
    rig.enqueue("m v=1 1")
    delivery = rig.delivery()
    with pytest.raises(DatabaseRejectedError):
        delivery.deliver()
    assert delivery.status().waiting.lines == 1
    assert delivery.status().refused_kept == 0


def test_a_full_outbox_drops_the_oldest_and_counts_them(make: Callable[..., Rig]) -> None:
    """Even while the database is away; the newest always stay."""
    rig = make(max_bytes=2_000)
    rig.destination.answer = down
    delivery = rig.delivery()
    lines = [f"m v={n:04d} {n}" for n in range(100)]
    for line in lines:
        rig.enqueue(line)
        delivery.attempt()
        assert delivery.status().waiting.size_bytes <= 2_000 + 100
    rig.destination.answer = lambda _: None
    while not delivery.attempt():
        pass
    kept = rig.destination.received
    assert kept == lines[-len(kept) :]
    assert delivery.status().counts.dropped_lines == 100 - len(kept)
    assert 15 < len(kept) < 30


def test_the_sender_outlives_a_broken_outbox(make: Callable[..., Rig]) -> None:
    """A database that cannot be read is a failure like any other, tried again later."""
    rig = make()
    rig.tables.entries.drop(rig.engine)
    assert rig.delivery().attempt() > 0


def test_run_delivers_until_it_is_stopped(make: Callable[..., Rig]) -> None:
    """What is enqueued while it runs is sent; `stop` ends it at once."""
    rig, stop = make(idle_seconds=0.01), threading.Event()

    def end(lines: Sequence[str]) -> None:
        if "m v=2 2" in lines:
            stop.set()

    rig.destination.answer = end
    rig.enqueue("m v=1 1")
    thread = threading.Thread(target=rig.delivery().run, args=(stop,))
    thread.start()
    rig.enqueue("m v=2 2")
    thread.join(30)
    assert not thread.is_alive()
    assert rig.destination.received == ["m v=1 1", "m v=2 2"]
