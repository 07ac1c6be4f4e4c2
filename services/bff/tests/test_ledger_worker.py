"""The worker: whatever came in whatever order, stored slots end up as if made in one go."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete, select

from bff.db.engine import read_session, write_session
from bff.db.migrate import open_database
from bff.db.tables import LedgerDay, LedgerEvent
from bff.device_meta.query import save_meta
from bff.device_meta.schemas import DeviceMetaInput
from bff.energy import Energy
from bff.ledger import query as read
from bff.ledger.ledger import Ledger, LedgerStaleError
from bff.ledger.query import energy_between
from bff.ledger.store import invalidate
from bff.ledger.worker import LedgerWorker
from bff.time_grid import FAR_FUTURE_MS, Interval, instant, unix_milliseconds
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


def delete_series(followed: Followed, *devices: str) -> None:
    for device in devices:
        followed.server.post(f'/api/v1/admin/tsdb/delete_series?match[]={{device="{device}"}}')
    followed.server.settle()


def archived_days(followed: Followed, device: str) -> Mapping[str, str | None]:
    """Of each stored day of a device the samples that were left; None where it is not archived."""
    columns = (LedgerDay.day_unix_ms, LedgerDay.counts_left)
    with read_session(followed.ledger.engine) as session:
        rows = session.execute(select(*columns).where(LedgerDay.device == device))
        return {f"{instant(day_ms):%m-%d}": left for day_ms, left in rows}


def losses(followed: Followed) -> Sequence[LedgerEvent]:
    with read_session(followed.ledger.engine) as session:
        lost = select(LedgerEvent).where(LedgerEvent.kind == "samples_lost")
        return session.scalars(lost.order_by(LedgerEvent.device)).all()


def use_days(followed: Followed, device: str, days: int, before: datetime = NOON) -> None:
    """Six hours of 600 W on each of some days, the last of which is the one before."""
    for day in range(1, days + 1):
        followed.use(device, before - timedelta(days=day), 360, 100 - 3.6 * day, 600)


def test_samples_that_are_lost_take_no_energy_with_them(open_ledger: Open) -> None:
    """The ledger outlives them: not a row of slots changes, whatever is built afterwards."""
    followed = open_ledger(NOON)
    use_days(followed, "a", 5)
    use_days(followed, "b", 5)
    followed.worker.backfill()
    span = (NOON - timedelta(days=6), NOON)
    kept = followed.between("a", *span).measured_uwh.tolist()
    slots = [row[7] for row in followed.rows()]
    delete_series(followed, "a")
    followed.worker.backfill()
    assert followed.between("a", *span).measured_uwh.tolist() == kept
    with write_session(followed.ledger.engine) as session:
        invalidate(session, 0, FAR_FUTURE_MS)
    again = open_ledger(NOON)
    again.worker.backfill()
    assert again.between("a", *span).measured_uwh.tolist() == kept
    assert [row[7] for row in again.rows()] == slots
    assert set(archived_days(again, "a").values()) == {""}
    assert set(archived_days(again, "b").values()) == {None}


def test_samples_that_are_lost_unnoticed_take_nothing_from_a_rebuild(open_ledger: Open) -> None:
    """They were counted, then lost, and at that moment their days are rebuilt."""
    followed = open_ledger(NOON)
    use_days(followed, "a", 5)
    followed.worker.backfill()
    span = (NOON - timedelta(days=6), NOON)
    kept = followed.between("a", *span).measured_uwh.tolist()
    delete_series(followed, "a")
    days = Interval(unix_milliseconds(span[0]), unix_milliseconds(NOON))
    followed.ledger.status.invalidate_days("a", days)
    while followed.worker.try_step() == 0 or followed.ledger.status.current.stale:
        pass
    assert followed.between("a", *span).measured_uwh.tolist() == kept
    assert set(archived_days(followed, "a").values()) == {""}


def test_a_loss_of_more_than_three_days_is_an_event(open_ledger: Open) -> None:
    """With the energy that only the ledger has; three days are none, nor is an end of retention."""
    followed = open_ledger(NOON)
    use_days(followed, "a", 4)
    use_days(followed, "b", 3)
    use_days(followed, "c", 9, before=NOON - timedelta(days=731))
    followed.worker.backfill()
    delete_series(followed, "a", "b", "c")
    followed.worker.backfill()
    [loss] = losses(followed)
    assert (loss.device, loss.source) == ("a", "cloud")
    assert loss.since_unix_ms == unix_milliseconds(datetime(2026, 2, 25, tzinfo=UTC))
    assert loss.at_unix_ms == unix_milliseconds(datetime(2026, 3, 1, tzinfo=UTC))
    assert loss.uwh == pytest.approx(4 * 3.6 * KWH, rel=0.01)
    assert len(archived_days(followed, "b")) == 3
    assert len(archived_days(followed, "c")) == 9


def test_samples_that_are_all_back_end_the_loss(open_ledger: Open) -> None:
    """VictoriaMetrics ran on a wrong path for a while: the days are what they were."""
    followed = open_ledger(NOON)
    use_days(followed, "a", 5)
    followed.worker.backfill()
    before = followed.rows()
    delete_series(followed, "a")
    followed.worker.backfill()
    assert losses(followed)
    use_days(followed, "a", 5)
    followed.worker.backfill()
    assert followed.rows() == before
    assert not losses(followed)


def test_samples_added_to_an_archived_day_fill_only_what_is_missing(open_ledger: Open) -> None:
    """Others than those of the kept slots: these stay, and the rest of the day is measured."""
    followed = open_ledger(NOON)
    day = NOON - timedelta(days=9)
    followed.use("a", day, 121, 10, 600)
    followed.worker.backfill()
    delete_series(followed, "a")
    followed.worker.backfill()
    followed.use("a", day + timedelta(hours=1), 181, 50, 1200)
    followed.worker.backfill()
    hours = [day + timedelta(hours=hour) for hour in range(5)]
    measured = followed.between("a", *hours).measured_uwh[0]
    assert measured.tolist() == pytest.approx([0.6 * KWH, 0.6 * KWH, 1.2 * KWH, 1.2 * KWH])
    assert archived_days(followed, "a") == {"02-20": "cloud=181"}
    followed.use("a", day + timedelta(hours=5), 61, 54.8, 600)
    followed.worker.backfill()
    later = followed.between("a", *(each + timedelta(hours=2) for each in hours)).measured_uwh[0]
    assert later.tolist() == pytest.approx([1.2 * KWH, 1.2 * KWH, 0, 0.6 * KWH])


def test_what_rests_on_lost_samples_of_other_days_is_kept(open_ledger: Open) -> None:
    """Energy over days without samples: new rules build these, but cannot measure it again."""
    followed = open_ledger(NOON)
    followed.use("a", NOON - timedelta(days=9), 61, 10, 600)
    followed.use("a", NOON - timedelta(days=6), 361, 15, 600)
    followed.worker.backfill()
    span = (NOON - timedelta(days=10), NOON)
    kept = followed.between("a", *span)
    assert kept.estimated_uwh.sum() > 4 * KWH
    delete_series(followed, "a")
    followed.use("a", NOON - timedelta(days=6), 361, 15, 600)
    followed.worker.backfill()
    with write_session(followed.ledger.engine) as session:
        invalidate(session, 0, FAR_FUTURE_MS)
    again = open_ledger(NOON)
    again.worker.backfill()
    after = again.between("a", *span)
    assert after.estimated_uwh.tolist() == kept.estimated_uwh.tolist()
    assert after.measured_uwh.tolist() == kept.measured_uwh.tolist()


def test_a_clock_that_is_set_back_loses_nothing(open_ledger: Open) -> None:
    """Fewer samples of today lie before it: the day is built anew, and goes on."""
    followed = open_ledger(NOON)
    followed.use("a", NOON - timedelta(hours=6), 361, 10, 600)
    followed.worker.backfill()
    followed.clock.at = NOON - timedelta(hours=2)
    followed.worker.backfill()
    followed.clock.at = NOON
    followed.worker.backfill()
    assert archived_days(followed, "a") == {"03-01": None}
    span = (NOON - timedelta(hours=6), NOON)
    assert followed.between("a", *span).measured_uwh.sum() == pytest.approx(3.6 * KWH)


def test_an_edge_within_an_archived_slot_needs_no_samples(open_ledger: Open) -> None:
    """It is split evenly: the parts add up to the slot."""
    followed = open_ledger(NOON)
    start = NOON - timedelta(days=9)
    followed.use("a", start, 361, 10, 600)
    followed.worker.backfill()
    delete_series(followed, "a")
    followed.worker.backfill()
    edges = [start + timedelta(minutes=minutes) for minutes in (0, 67, 68, 75)]
    assert followed.between("a", *edges).measured_uwh[0].tolist() == pytest.approx(
        [0.67 * KWH, 0.01 * KWH, 0.07 * KWH], abs=1
    )


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


def test_the_minutes_of_a_month_ago_are_split_before_they_are_asked_for(
    open_ledger: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No request of a quarter of an hour needs raw samples; it gets what it got before."""
    followed, plain = open_ledger(NOON), open_ledger(NOON, database="plain.db")
    followed.use("a", NOON - timedelta(days=29), 29 * 24 * 60, 10, 600)
    plain.worker.backfill()
    minutes = [NOON - timedelta(days=28) + timedelta(minutes=minute) for minute in range(15)]
    expected = [plain.between("a", NOON - timedelta(days=28.5), each) for each in minutes]
    while followed.worker.step() == 0.0:
        pass
    monkeypatch.setattr(read, "split_slots", None)
    found = [followed.between("a", NOON - timedelta(days=28.5), each) for each in minutes]
    for one, other in zip(found, expected, strict=True):
        assert (one.stacked() == other.stacked()).all()
    with pytest.raises(TypeError):
        plain.between("a", NOON - timedelta(days=28.5), minutes[7] + timedelta(seconds=1))


def test_open_slots_are_judged_ahead_while_someone_looks(open_ledger: Open) -> None:
    """Not while no request comes."""
    followed = open_ledger(NOON)
    followed.use("a", NOON - timedelta(hours=3), 180, 10, 600)
    judged = []
    for _ in range(2):
        followed.worker.backfill()
        open_slots = followed.ledger.status.current.open_slots
        judged.append(open_slots is not None and set(open_slots.judged))
        followed.between("a", NOON - timedelta(hours=1), NOON)
    everyone = {device.device for device in followed.ledger.home().devices}
    assert judged == [set(), everyone]


def test_nothing_depends_on_what_is_split_ahead(
    open_ledger: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it fails, a request splits the slot itself; the server counts as there."""
    followed = open_ledger(NOON)
    followed.use("a", NOON - timedelta(days=29), 29 * 24 * 60, 10, 600)

    def fail(*_: object) -> None:
        message = "no byte for 2.5 s"
        raise VictoriaMetricsDownError(message)

    with monkeypatch.context() as patched:
        patched.setattr(read, "split_slots", fail)
        while followed.worker.try_step() == 0.0:
            pass
    assert followed.ledger.status.current.victoriametrics_error is None
    at = NOON - timedelta(days=28) + timedelta(minutes=7)
    assert followed.between("a", at, at + timedelta(hours=1)).measured_uwh.sum() == 600_000_000


def test_what_was_used_weeks_ago_explains_a_rise_in_a_silence(open_ledger: Open) -> None:
    """A heater that was off for days may be on while nobody reads it; a used plug never was."""
    followed, day, hour = open_ledger(NOON), timedelta(days=1), timedelta(hours=1)
    for device, watts in (("a", 2000), ("b", 5)):
        begin = NOON - 20 * day
        followed.use(device, begin, 8 * 60, 10, watts)
        kwh = 10 + watts * (8 * 60 - 1) / 60_000
        followed.use(device, begin + 8 * hour, 19 * 24 * 60, kwh, 2)
        kwh += 2 * (19 * 24 * 60 - 1) / 60_000
        followed.use(device, NOON - 4 * hour, 4 * 60, kwh + 12, 2)
    followed.worker.backfill()
    silence = NOON - 20 * day + 8 * hour + 19 * day, NOON - 4 * hour
    assert followed.between("a", *silence).estimated_uwh.sum() == pytest.approx(12 * KWH, rel=0.01)
    assert followed.between("b", *silence).estimated_uwh.sum() == 0


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
    with caplog.at_level(logging.INFO, logger="bff"):
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
