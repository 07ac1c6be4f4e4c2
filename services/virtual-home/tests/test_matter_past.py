"""The past of plugs that are also read over Matter: the same electricity, read by another way."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from exporter_kit.energy.store import load_counters, state_document
from home_model.config import Home
from home_model.sources import MatterSource, NativeSource
from testbed.victoria_metrics import VictoriaMetrics as RealServer
from virtual_home.meters import meters_of
from virtual_home.past.backfill import EXPORTERS, backfill
from virtual_home.past.series import MeterPast, days_until, make_past
from virtual_home.past.victoriametrics import connected

NINE_DAYS = days_until(datetime(2026, 11, 20, tzinfo=UTC).timestamp(), 9)
DEVICE = "dehumidifier"


@pytest.fixture
def twice(home: Home) -> Home:
    """The house with its dehumidifier read over Matter, too."""
    over_matter = MatterSource(source="matter", id="P110M-1")
    devices = tuple(
        device.model_copy(update={"sources": (*device.sources, over_matter)})
        if device.device == DEVICE
        else device
        for device in home.devices
    )
    return home.model_copy(update={"devices": devices})


def pasts(home: Home) -> tuple[MeterPast, MeterPast]:
    """Native, Matter."""
    found = [m for m in meters_of(home, NativeSource) if m.device.device == DEVICE]
    native, matter = *found, *meters_of(home, MatterSource)
    return make_past(native, home, NINE_DAYS, seed=1), make_past(matter, home, NINE_DAYS, seed=1)


def test_both_ways_tell_of_the_same_electricity(twice: Home) -> None:
    """Native is always there and counts whole Wh; Matter missed nothing of the energy."""
    native, matter = pasts(twice)
    assert matter.total_kwh == pytest.approx(native.total_kwh, abs=0.002)
    watts = [past.measured[0] for past in (native, matter)]
    both = np.intersect1d(watts[0].at_ms, watts[1].at_ms)
    a, b = (series.values[np.isin(series.at_ms, both)] for series in watts)
    assert np.array_equal(a, b)


def test_matter_was_away_once_in_three_days_and_its_counter_was_not(twice: Home) -> None:
    """`device_up` 0 and nothing else; then the plug's own counter has gone on."""
    _, matter = pasts(twice)
    away = np.flatnonzero(matter.up.values == 0)
    outages = np.split(away, np.flatnonzero(np.diff(away) > 1) + 1)
    assert 2 <= len(outages) <= 4
    assert all(3 <= len(outage) <= 31 for outage in outages)
    energy = matter.measured[1]
    assert set(energy.at_ms) == set(matter.up.at_ms[matter.up.values == 1])
    assert (np.diff(energy.values) >= 0).all()


def test_matter_that_joins_later_gets_its_past_and_its_counter_alone(
    home: Home, twice: Home, vm: RealServer, tmp_path: Path
) -> None:
    """A house that was begun on a machine without Matter keeps all it had."""
    span = days_until(datetime.now(UTC).timestamp(), 1)
    states = dict.fromkeys(EXPORTERS, tmp_path)
    with connected(vm.url) as store:
        assert backfill(home, store, states, span, seed=1) == 34
        assert backfill(twice, store, states, span, seed=1) == 1
    ((labels, kwh),) = vm.instant("last_over_time(tplink_matter_energy_total_kwh[1d])")
    assert (labels["device"], labels["source"]) == (DEVICE, "matter")
    document = state_document(tmp_path, "tp-link-matter-exporter")
    counters = load_counters(document, datetime.now(UTC))
    assert counters[DEVICE, "matter"].counter.total_kwh == pytest.approx(kwh)
