"""Two BFFs on one PostgreSQL: one is the worker of the ledger, neither serves what is outdated."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, select, text

from bff.db.engine import read_session, write_session
from bff.db.migrate import open_database
from bff.db.tables import LedgerWatermark, RegisterCorrection
from bff.ledger.ledger import SharedStatus
from bff.ledger.replicas import NotTheWorkerError, Replicas
from bff.ledger.shared_state import SharedState
from bff.ledger.store import invalidate, save_built
from bff.register.keeper import RegisterKeeper
from bff.time_grid import DAY_MS
from service_kit.clock import utc_now
from service_kit.config_file import ConfigFile
from service_kit.waiting import poll_until
from testbed.bff import Bff, bff
from testbed.process import free_port
from testbed.victoria_metrics import VictoriaMetrics

type Json = dict[str, Any]

LIMIT_SECONDS = 60
# Ten hours of 60 W, a silence of ten hours with a doubtful rise of 40 kWh, ten hours of 60 W.
BEGIN = datetime(2026, 2, 27, 15, tzinfo=UTC)
RANGE = {"from": "2026-02-28T00:00:00+09:00", "to": "2026-03-02T00:00:00+09:00"}
IS_WORKER = "this BFF is the worker of the ledger"


def use(vm: VictoriaMetrics, start: datetime, hours: float, kwh: float, device: str = "a") -> None:
    """One sample each minute at 60 W."""
    labels = {"house": "home", "room": "r", "shelf": "s", "device": device, "source": "cloud"}
    vm.import_samples(
        {"__name__": "switchbot_energy_total_kwh"} | labels,
        [
            (start.timestamp() + 60 * minute, kwh + minute / 1000)
            for minute in range(round(hours * 60) + 1)
        ],
    )


@pytest.fixture
def two(
    bff_settings: dict[str, str], vm: VictoriaMetrics, postgresql_url: str, tmp_path: Path
) -> Iterator[tuple[Bff, Bff]]:
    """The worker, and one that follows it."""
    use(vm, BEGIN, 10, 5)
    use(vm, BEGIN + timedelta(hours=20), 10, 45.6)
    use(vm, datetime.now(UTC) - timedelta(hours=3), 3, 7, device="b")
    settings = bff_settings | {"DATABASE_URL": postgresql_url}
    ports = {"LISTEN_PORT": str(free_port()), "HEALTH_PORT": str(free_port())}
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
    with bff(tmp_path / "first", settings) as first:
        assert poll_until(lambda: is_worker(first), LIMIT_SECONDS)
        with bff(tmp_path / "second", settings | ports) as second:
            yield first, second


def total(of: Bff, wanted: Json = RANGE) -> Json:
    """The first answer that is not 503."""
    found: list[Json] = []

    def is_there() -> bool:
        answer = of.http.get("/cost", params=wanted)
        if answer.status_code != 503:
            found.append(answer.raise_for_status().json())
        return bool(found)

    assert poll_until(is_there, LIMIT_SECONDS)
    return found[0]


def kwh(of: Bff) -> float:
    return float(total(of)["total"]["energy_kwh"])


def is_worker(of: Bff) -> bool:
    return IS_WORKER in of.log.read_text("utf-8")


def test_either_of_two_bffs_gives_the_answers_of_both(
    two: tuple[Bff, Bff], vm: VictoriaMetrics
) -> None:
    """Answered on one, the first answer of the other follows it; a killed worker is replaced."""
    worker, follower = two
    assert (kwh(worker), kwh(follower)) == pytest.approx((1.2, 1.2))
    assert (is_worker(worker), is_worker(follower)) == (True, False)
    # Closed slots of the worker, and open slots of each one's own.
    until = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=5)
    edges = {"from": (until - timedelta(minutes=115)).isoformat(), "to": until.isoformat()}
    recent = edges | {"device": "b"}
    assert total(worker, recent) == total(follower, recent)
    assert float(total(follower, recent)["total"]["energy_kwh"]) == pytest.approx(0.115, abs=0.002)

    [event] = worker.http.get("/events").json()["events"]
    path = f"/events/{event['id']}/answer"
    assert follower.http.post(path, json={"answer": "count"}).status_code == 201
    assert (kwh(worker), kwh(follower)) == pytest.approx((41.2, 41.2))
    assert worker.http.delete(path).status_code == 204
    assert (kwh(follower), kwh(worker)) == pytest.approx((1.2, 1.2))
    assert follower.http.post("/ledger/rebuild", json={}).status_code == 202
    assert (kwh(worker), kwh(follower)) == pytest.approx((1.2, 1.2))

    worker.process.kill()
    worker.process.wait()
    assert poll_until(lambda: is_worker(follower), LIMIT_SECONDS)
    # It counts samples now: history that came late becomes closed slots.
    use(vm, BEGIN, 10, 3, device="c")
    vm.settle()
    follower.http.post("/ledger/rebuild", json={}).raise_for_status()
    assert poll_until(lambda: kwh(follower) == pytest.approx(1.8), LIMIT_SECONDS)


@pytest.fixture
def engine(postgresql_url: str) -> Iterator[Engine]:
    """The database with its tables."""
    opened = open_database(postgresql_url)
    yield opened
    opened.dispose()


@pytest.fixture
def replicas(engine: Engine) -> Iterator[list[Replicas]]:
    """Two that share the database."""
    both = [Replicas(engine, SharedStatus(), lambda _: None) for _ in range(2)]
    yield both
    for each in both:
        each.close()


def watermark_ms(engine: Engine) -> int | None:
    with engine.connect() as connection:
        return connection.scalar(select(LedgerWatermark.watermark_unix_ms))


def end_sessions_with_locks(url: str) -> None:
    admin = create_engine(url)
    with admin.connect() as connection:
        holders = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
        assert connection.execute(text(holders)).all() == [(True,)]
    admin.dispose()


def test_a_worker_that_lost_its_lock_writes_nothing(
    engine: Engine, replicas: list[Replicas], postgresql_url: str
) -> None:
    """Its session ends while a task runs; what it saves after another took over is refused."""
    first, second = replicas
    writes = first.worker_engine()
    assert (first.try_lead(), second.try_lead()) == (True, False)
    save_built(writes, [], DAY_MS)
    end_sessions_with_locks(postgresql_url)
    assert poll_until(second.try_lead, LIMIT_SECONDS)
    with pytest.raises(NotTheWorkerError):
        save_built(writes, [], 2 * DAY_MS)
    assert watermark_ms(engine) == DAY_MS
    handled = first.take_invalidations()
    first.state = SharedState(counted_from_ms=1)
    with pytest.raises(NotTheWorkerError):
        first.publish(handled)
    assert not first.try_lead()


def test_what_was_invalidated_is_stale_until_it_is_rebuilt(
    engine: Engine, replicas: list[Replicas], postgresql_url: str
) -> None:
    """Before the worker takes it, after, and when the worker ends before it is rebuilt."""
    first, second = replicas
    assert first.try_lead()
    with write_session(engine) as session:
        invalidate(session, DAY_MS, 3 * DAY_MS, device="a")
    stale = {"a": frozenset({DAY_MS, 2 * DAY_MS})}
    for each in replicas:
        each.follow()
        assert each.status.current.stale == stale
    first.publish(first.take_invalidations())
    second.follow()
    assert second.status.current.stale == stale
    end_sessions_with_locks(postgresql_url)
    assert poll_until(second.try_lead, LIMIT_SECONDS)
    assert second.inherited() == stale


def test_a_correction_through_one_bff_is_loaded_by_the_other(
    home_file: Path, tmp_path: Path
) -> None:
    """At the beginning of its next request."""
    engine = open_database(f"sqlite:///{tmp_path / 'bff.db'}")
    register = RegisterKeeper(ConfigFile(home_file).current, engine, utc_now)
    correction = RegisterCorrection(
        action="never_was", device="kettle", made_unix_ms=0, made_by="another BFF"
    )
    with write_session(engine) as session:
        session.add(correction)
    assert "kettle" in register.current().by_device
    with read_session(engine) as session:
        register.follow(session)
    assert "kettle" not in register.current().by_device
    engine.dispose()
