"""Counters on disk: what may be shown, and what becomes of a file that cannot be trusted."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exporter_kit.energy.counter import Limits
from exporter_kit.energy.store import (
    EnergyStore,
    load_counters,
    load_pasts,
    pasts_document,
    save_pasts,
    state_document,
    write_initial_counters,
)
from exporter_kit.statefile import save_document, set_aside_count
from home_model.readings import Reading
from service_kit.files import InUseError, only_writer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = ("server", "cloud")
LIMITS = Limits(1500, 600)
SHA256_OF_NOTHING = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


def opened(folder: Path) -> EnergyStore:
    document = state_document(folder, "x")
    return EnergyStore(document, load_counters(document, NOW))


def count(state: EnergyStore, minute: float, watts: float, meter: str = "plug-1") -> None:
    reading = Reading(at=NOW + timedelta(minutes=minute), power_watts=watts)
    state.advance(KEY, meter, reading, LIMITS)


def test_only_what_is_saved_is_seen(tmp_path: Path) -> None:
    """A counter in memory shows itself after the write, not before."""
    state = opened(tmp_path)
    count(state, 0, 600)
    count(state, 10, 600)
    assert KEY not in state.saved
    state.write(state.take())
    assert state.saved[KEY].counter.total_kwh == pytest.approx(0.1)
    assert not state.has_unsaved


def test_a_restart_goes_on_with_the_same_stretch(tmp_path: Path) -> None:
    """The reading before the restart and the one after it are joined."""
    state = opened(tmp_path)
    count(state, 0, 600)
    state.write(state.take())
    state = opened(tmp_path)
    count(state, 10, 600)
    state.write(state.take())
    assert opened(tmp_path).saved[KEY].counter.total_kwh == pytest.approx(0.1)


def test_what_is_known_of_a_source_outlives_a_restart(tmp_path: Path) -> None:
    """Its hours and recent samples; where the file is damaged they are learned anew."""
    state = opened(tmp_path)
    for minute in range(200):
        at = NOW + timedelta(minutes=minute)
        reading = Reading(at=at, energy_lifetime_kwh=5 + minute / 1000)
        state.advance(KEY, "plug-1", reading, LIMITS)
    known = state.take_pasts()
    assert known[KEY].hours
    assert len(known[KEY].samples) == 200
    save_pasts(state.document, known)
    restarted = EnergyStore(state.document, {}, load_pasts(state.document))
    assert restarted.take_pasts() == known
    pasts_document(state.document).path.write_text("{", encoding="utf-8")
    assert load_pasts(state.document) == {}


def test_a_plug_that_is_exchanged_while_a_rise_is_held_loses_nothing(tmp_path: Path) -> None:
    """What was held back of the former plug is judged as it is."""
    state = opened(tmp_path)
    for minute, kwh, meter in ((0, 5.0, "a"), (60, 5.2, "a"), (61, 900.0, "b"), (62, 900.01, "b")):
        at = NOW + timedelta(minutes=minute)
        state.advance(KEY, meter, Reading(at=at, energy_lifetime_kwh=kwh), LIMITS)
    assert state.take()[KEY].counter.total_kwh == pytest.approx(0.21)


def test_a_file_of_an_earlier_release_goes_on(tmp_path: Path) -> None:
    """What is new begins at nothing; no counter begins again."""
    base = {"value_nwh": 5 * 10**12, "at_us": 1, "counted_nwh": 0, "spare_nwh": 0}
    counter = {"total_nwh": 7 * 10**12, "at_us": 1, "own_kind": "today", "base": base}
    body = {"counters": {"server/cloud": {"meter": "plug-1", "counter": counter}}}
    save_document(state_document(tmp_path, "x"), body)
    found = opened(tmp_path).saved[KEY].counter
    assert (found.total_kwh, found.by_power_kwh) == (7.0, 0.0)


def test_another_plug_in_the_same_place_adds_to_the_same_counter(tmp_path: Path) -> None:
    """The total goes on; the stretch between the two plugs does not count."""
    state = opened(tmp_path)
    for minute, meter in ((0, "plug-1"), (5, "plug-1"), (10, "plug-2"), (15, "plug-2")):
        count(state, minute, 600, meter)
    assert state.take()[KEY].counter.total_kwh == pytest.approx(0.1)


def test_a_disk_that_cannot_be_written_shows_itself(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is counted, and logged once; when it works again nothing was lost."""
    state = opened(tmp_path)
    obstacle = tmp_path / "x.state.json.draft"
    obstacle.mkdir()
    count(state, 0, 600)
    state.write(state.take())
    state.write(state.take())
    assert (state.is_writable, state.failed_saves, state.has_unsaved) == (False, 2, True)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    obstacle.rmdir()
    count(state, 10, 600)
    state.write(state.take())
    assert state.is_writable
    assert state.saved[KEY].counter.total_kwh == pytest.approx(0.1)


@pytest.mark.parametrize(
    "content",
    [
        "{",
        '{"version": 9, "sha256": "", "body": {}}',
        f'{{"version": 1, "sha256": "{SHA256_OF_NOTHING}", "body": {{}}}}',
    ],
)
def test_a_damaged_file_is_set_aside_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: str
) -> None:
    """Cut short, of a newer version, or sound but without sense: kept, logged, counted."""
    path = state_document(tmp_path, "x").path
    path.write_text(content, encoding="utf-8")
    assert opened(tmp_path).saved == {}
    kept = next(tmp_path.glob("x.state.json.set-aside-*"))
    assert kept.read_text(encoding="utf-8") == content
    assert kept.name in caplog.text
    assert set_aside_count(path) == 1


def test_initial_counters_are_where_the_exporter_goes_on(tmp_path: Path) -> None:
    """Never below the float that was given; the first reading adds nothing to it."""
    for total_kwh in (0.1, 123.45678901234567, 1e-13):
        folder = tmp_path / str(total_kwh)
        write_initial_counters(folder, "x", {KEY: total_kwh}, NOW)
        state = opened(folder)
        count(state, 0, 600)
        shown = state.take()[KEY].counter.total_kwh
        assert total_kwh <= shown <= total_kwh + 1e-12


def test_initial_counters_lower_no_counter(tmp_path: Path) -> None:
    """A counter never falls, by nobody's hand."""
    write_initial_counters(tmp_path, "x", {KEY: 5.0}, NOW)
    with pytest.raises(ValueError, match=r"server/cloud has counted 5\.0 kWh already"):
        write_initial_counters(tmp_path, "x", {KEY: 4.0}, NOW)


def test_initial_counters_are_refused_while_the_exporter_runs(tmp_path: Path) -> None:
    """It would write over them."""
    path = state_document(tmp_path, "x").path
    with only_writer(path), pytest.raises(InUseError):
        write_initial_counters(tmp_path, "x", {KEY: 5.0}, NOW)
