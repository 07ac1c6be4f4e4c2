"""The worker: whatever came in whatever order, stored slots end up as if made in one go."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete, select

from bff.db.engine import read_session, write_session
from bff.db.migrate import open_database
from bff.db.tables import LedgerDay
from bff.device_meta.query import save_meta
from bff.device_meta.schemas import DeviceMetaInput
from bff.energy import Energy
from bff.ledger import query as read
from bff.ledger.ledger import Ledger
from bff.ledger.query import energy_between
from bff.ledger.status import LedgerStaleError
from bff.ledger.worker import LedgerWorker
from bff.time_grid import unix_milliseconds
from bff.victoriametrics.client import VictoriaMetrics, VictoriaMetricsDownError
from service_kit.config_file import ConfigFile
from testbed.process import free_port
from testbed.victoria_metrics import VictoriaMetrics as Server

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KWH = 1_000_000_000


@dataclass
class FakeClock:
    """The ledger's present."""

    at: datetime

    def __call__(self) -> datetime:
        """Any number of times the same."""
        return self.at


@dataclass
class Followed:
    """A ledger on a real vmsingle whose worker works when a test calls it."""

    ledger: Ledger
    worker: LedgerWorker
    clock: FakeClock
    server: Server

    def use(self, device: str, start: datetime, minutes: int, kwh: float, watts: int) -> None:
        """One sample each minute, the first at `start`."""
        points = [
            ((start + timedelta(minutes=minute)).timestamp(), kwh + watts * minute / 60_000)
            for minute in range(minutes)
        ]
        self.server.import_samples(labels(device), points)

    def between(self, device: str, *edges: datetime) -> Energy:
        """The ledger's energy of one device."""
        return energy_between(self.ledger, [device], [unix_milliseconds(edge) for edge in edges])

    def rows(self) -> Sequence[tuple[object, ...]]:
        """Everything that is stored."""
        columns = LedgerDay.__table__.columns
        with read_session(self.ledger.engine) as session:
            order = (LedgerDay.device, LedgerDay.day_unix_ms)
            return [tuple(row) for row in session.execute(select(*columns).order_by(*order))]


type Open = Callable[..., Followed]


def labels(device: str) -> dict[str, str]:
    return {
        "__name__": "switchbot_energy_total_kwh",
        "house": "home",
        "room": "work",
        "shelf": "rack_1",
        "device": device,
        "source": "cloud",
    }


@pytest.fixture
def open_ledger(tmp_path: Path, home_file: Path, vm: Server) -> Iterator[Open]:
    """Open a ledger on this test's vmsingle, or on another URL, with a database of its own."""
    opened: list[Ledger] = []

    def open_one(at: datetime, *, database: str = "ledger.db", url: str = vm.url) -> Followed:
        clock = FakeClock(at)
        engine = open_database(f"sqlite:///{tmp_path / database}")
        ledger = Ledger(ConfigFile(home_file).current, engine, VictoriaMetrics(url), clock)
        opened.append(ledger)
        return Followed(ledger, LedgerWorker(ledger), clock, vm)

    yield open_one
    for ledger in opened:
        ledger.victoriametrics.close()
        ledger.engine.dispose()


def test_following_day_by_day_stores_what_one_rebuild_stores(open_ledger: Open) -> None:
    """Derived data: dropping it and making it again gives the same rows, byte for byte."""
    followed = open_ledger(NOON)
    start = NOON - timedelta(hours=3)
    for step in range(6):
        followed.use("a", start, 540, 10 + step * 5.4, 600)
        followed.use("b", start + timedelta(minutes=step * 37), 500, 900 - step * 80, 700)
        start += timedelta(minutes=541)
        followed.clock.at = start
        followed.worker.backfill()
    kept = followed.rows()
    with write_session(followed.ledger.engine) as session:
        session.execute(delete(LedgerDay))
    followed = open_ledger(followed.clock.at)
    followed.worker.backfill()
    assert followed.rows() == kept
    fresh = open_ledger(followed.clock.at, database="fresh.db")
    fresh.worker.backfill()
    assert fresh.rows() == kept


def test_a_batch_that_comes_late_is_noticed_by_itself(open_ledger: Open) -> None:
    """VictoriaMetrics does not announce a sample written into the past; counting finds it."""
    followed = open_ledger(NOON)
    day = timedelta(days=1)
    followed.use("a", NOON - 40 * day, 60, 10, 600)
    followed.use("a", NOON - 40 * day + timedelta(hours=3), 60, 11.8, 600)
    followed.worker.backfill()
    before = followed.between("a", NOON - 41 * day, NOON)
    assert before.estimated_uwh.sum() == pytest.approx(1.21 * KWH)
    followed.use("a", NOON - 40 * day + timedelta(hours=1), 120, 10.6, 600)
    followed.worker.backfill()
    after = followed.between("a", NOON - 41 * day, NOON)
    assert after.estimated_uwh.sum() == 0
    assert after.measured_uwh.sum() == pytest.approx(2.39 * KWH)


def test_samples_that_were_deleted_take_their_energy_with_them(open_ledger: Open) -> None:
    """What nobody can show any more is not energy."""
    followed = open_ledger(NOON)
    followed.use("a", NOON - timedelta(days=3), 60, 10, 600)
    followed.use("b", NOON - timedelta(days=3), 60, 10, 600)
    followed.worker.backfill()
    followed.server.post('/api/v1/admin/tsdb/delete_series?match[]={device="a"}')
    followed.server.settle()
    followed.worker.backfill()
    assert followed.between("a", NOON - timedelta(days=4), NOON).measured_ms.sum() == 0
    assert followed.between("b", NOON - timedelta(days=4), NOON).measured_ms.sum() > 0


def test_a_device_that_comes_back_fills_its_silence_at_once(open_ledger: Open) -> None:
    """The slots were closed as missing; its counter survived, so they become estimated."""
    followed = open_ledger(NOON)
    followed.use("a", NOON - timedelta(hours=20), 60, 10, 600)
    followed.worker.backfill()
    silent = followed.between("a", NOON - timedelta(hours=19), NOON - timedelta(hours=1))
    assert silent.missing_ms.sum() == pytest.approx(18 * 3_600_000, abs=60_000)
    followed.use("a", NOON, 1, 12.4, 600)
    followed.clock.at = NOON + timedelta(seconds=30)
    followed.worker.backfill()
    back = followed.between("a", NOON - timedelta(hours=19), NOON - timedelta(hours=1))
    assert back.missing_ms.sum() == 0
    assert back.estimated_uwh.sum() == pytest.approx(18 / 19 * 1.81 * KWH, rel=0.01)


def test_the_open_slot_counts_up_to_the_last_sample(open_ledger: Open) -> None:
    """Provisional but true: energy until the last sample, missing until now, nothing after."""
    followed = open_ledger(NOON + timedelta(minutes=7, seconds=30))
    followed.use("a", NOON - timedelta(hours=2), 128, 10, 600)
    followed.worker.backfill()
    now = followed.between("a", NOON, NOON + timedelta(hours=1))
    assert now.measured_uwh.tolist() == [[70_000_000]]
    assert now.measured_ms.tolist() == [[7 * 60_000]]
    assert now.missing_ms.tolist() == [[30_000]]


@pytest.mark.parametrize("minutes", [1, 4, 14, 29, 44, 61])
def test_edges_anywhere_around_the_watermark_add_up(open_ledger: Open, minutes: int) -> None:
    """Closed slots and open ones meet without a seam, wherever the question cuts them."""
    followed = open_ledger(NOON + timedelta(minutes=minutes, seconds=20))
    followed.use("a", NOON - timedelta(hours=5), 5 * 60 + minutes + 1, 10, 480)
    followed.worker.backfill()
    start, end = NOON - timedelta(hours=3), followed.clock.at
    edges = [start + (end - start) * part / 37 for part in range(38)]
    parts = followed.between("a", *edges)
    whole = followed.between("a", start, end)
    assert parts.measured_uwh.sum() == whole.measured_uwh.sum()
    assert whole.measured_uwh.sum() == pytest.approx((180 + minutes) * 8_000_000)
    assert np.ptp(parts.measured_uwh[0, :-1]) < 1000


def test_a_rated_power_changes_no_energy(open_ledger: Open) -> None:
    """3 kW on a device rated at 1500 W is energy; so it is with a rating that fits."""
    followed = open_ledger(NOON)
    followed.use("a", NOON - timedelta(days=9), 60, 10, 3000)
    followed.worker.backfill()
    span = (NOON - timedelta(days=10), NOON)
    assert followed.between("a", *span).measured_uwh.sum() == pytest.approx(2.95 * KWH)
    with write_session(followed.ledger.engine) as session:
        save_meta(session, "a", DeviceMetaInput(rated_power_watts=3000))
    followed.worker.backfill()
    assert followed.between("a", *span).measured_uwh.sum() == pytest.approx(2.95 * KWH)


def test_closed_slots_need_no_victoriametrics(
    open_ledger: Open, caplog: pytest.LogCaptureFixture
) -> None:
    """A start while it is away: yesterday is known, the present is not; it is logged once."""
    open_ledger(NOON).use("a", NOON - timedelta(hours=30), 60, 10, 600)
    followed = open_ledger(NOON)
    followed.worker.backfill()
    away = open_ledger(NOON, url=f"http://127.0.0.1:{free_port()}")
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            away.worker.try_step()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    yesterday = (NOON - timedelta(hours=31), NOON - timedelta(hours=20))
    known = away.between("a", *yesterday).measured_uwh
    assert known.tolist() == followed.between("a", *yesterday).measured_uwh.tolist()
    assert known.sum() == pytest.approx(0.59 * KWH)
    with pytest.raises(VictoriaMetricsDownError):
        away.between("a", NOON - timedelta(hours=1), NOON)
    with pytest.raises(VictoriaMetricsDownError):
        away.between("a", yesterday[0] + timedelta(minutes=67), NOON - timedelta(hours=20))


def test_what_is_not_built_yet_is_said_and_not_shown_as_zero(
    open_ledger: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the first look, and while days are behind, there is no answer but a 503."""
    monkeypatch.setattr(read, "WAIT_SECONDS", 0.01)
    followed = open_ledger(NOON)
    followed.use("a", NOON - timedelta(days=50), 60, 10, 600)
    span = (NOON - timedelta(days=51), NOON)
    with pytest.raises(LedgerStaleError):
        followed.between("a", *span)
    followed.worker.refresh()
    while not followed.ledger.status.current.stale:
        followed.worker.count()
    with pytest.raises(LedgerStaleError):
        followed.between("a", *span)
    assert followed.between("a", NOON - timedelta(days=9), NOON).missing_ms.sum() > 0
    followed.worker.backfill()
    assert followed.between("a", *span).measured_uwh.sum() == pytest.approx(0.59 * KWH)
