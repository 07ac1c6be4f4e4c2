"""The past, in the real vmsingle."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import httpx
import numpy as np
import pytest

from exporter_kit.energy.accumulate import advance
from exporter_kit.energy.counter import Counter, Limits, Past
from exporter_kit.energy.store import load_counters, state_document, write_initial_counters
from home_model.config import Device, Home
from home_model.readings import Reading
from testbed.victoria_metrics import VictoriaMetrics as RealServer
from testbed.victoria_metrics import victoria_metrics
from virtual_home.electricity import electricity_at
from virtual_home.meters import AnyMeter, every_meter
from virtual_home.moments import moments
from virtual_home.past.backfill import EXPORTERS, CountersAheadError, StateDirs, backfill
from virtual_home.past.series import Series, Span, days_until, make_past
from virtual_home.past.verification import NotWrittenError, verify
from virtual_home.past.victoriametrics import VictoriaMetrics, VictoriaMetricsError, connected
from virtual_home.presence import COMES_AND_GOES, GONE_FOR_GOOD, present

NOW = datetime.now(UTC).timestamp()
TWO_DAYS = days_until(NOW, 2)
SAMPLES = 2 * 1440 + 1
# Of the distribution board: every five minutes by the clock, and both ends.
PANEL_SAMPLES = len(
    {*range(-(-TWO_DAYS.start // 300) * 300, TWO_DAYS.end, 300)} | {TWO_DAYS.start, TWO_DAYS.end}
)


def meter_of(home: Home, device: str) -> AnyMeter:
    return next(meter for meter in every_meter(home) if meter.device.device == device)


def plugs_of(home: Home) -> list[Device]:
    """The devices that have a plug of their own."""
    return [device for device in home.devices if device.sources[0].source != "aiseg2"]


def exported(vm: RealServer, name: str, device: str) -> list[tuple[int, float]]:
    match = f'{name}{{house="virtual_home",device="{device}"}}'
    answer = httpx.get(
        f"{vm.url}/api/v1/export", params={"match[]": match, "start": "0"}, trust_env=False
    )
    points: list[tuple[int, float]] = []
    for line in answer.raise_for_status().text.splitlines():
        block = json.loads(line)
        points += zip(block["timestamps"], block["values"], strict=True)
    return sorted(points)


def totals_kwh(state_dir: Path) -> dict[str, float]:
    return {
        device: metered.counter.total_kwh
        for exporter in EXPORTERS.values()
        for (device, _), metered in load_counters(
            state_document(state_dir, exporter), datetime.now(UTC)
        ).items()
    }


def both(state_dir: Path) -> StateDirs:
    """The exporters' states side by side."""
    return dict.fromkeys(EXPORTERS, state_dir)


def trapezoid_kwh(home: Home, device: str, span: Span) -> float:
    """The integral, written down once more: measured minutes only, no silence over ten minutes."""
    at = span.minutes
    appliance = meter_of(home, device).appliance
    watts = electricity_at(device, appliance, moments(at, home.zone), seed=1).power_watts
    up = present(device, at, seed=1, gone_since_unix_seconds=span.gone_since)
    measured = list(zip(at[up].tolist(), watts[up].tolist(), strict=True))
    joules = sum(
        (t2 - t1) * (w1 + w2) / 2 for (t1, w1), (t2, w2) in pairwise(measured) if t2 - t1 <= 600
    )
    return joules / 3.6e6


@pytest.fixture
def store(vm: RealServer) -> Iterator[VictoriaMetrics]:
    """Our client of the real server."""
    with connected(vm.url) as client:
        yield client


def test_two_days_of_every_device(
    home: Home, vm: RealServer, store: VictoriaMetrics, tmp_path: Path
) -> None:
    """Counts of samples, labels, and totals that are the integral of the curve."""
    assert backfill(home, store, both(tmp_path), TWO_DAYS, seed=1) == 34
    counted = {
        (labels["device"], labels["__name__"]): value
        for labels, value in vm.instant(
            'count_over_time({house="virtual_home"}[3d]) keep_metric_names'
        )
    }
    assert counted["fridge", "switchbot_power_watts"] == SAMPLES
    assert counted[GONE_FOR_GOOD, "switchbot_power_watts"] == SAMPLES // 2
    assert counted[COMES_AND_GOES, "switchbot_energy_total_kwh"] < 0.9 * SAMPLES
    ups = {name: v for (_, name), v in counted.items() if name.endswith("_device_up")}
    assert ups.pop("aiseg2_device_up") == PANEL_SAMPLES
    assert set(ups.values()) == {SAMPLES}
    # The old P110 has neither volts nor amperes, and the board has none.
    assert len(counted) == 22 * 5 + 3 + 11 * 3
    reached = totals_kwh(tmp_path)
    for device in plugs_of(home):
        native = device.sources[0].source == "native"
        family = "tplink_native" if native else "switchbot"
        energy = exported(vm, f"{family}_energy_total_kwh", device.device)
        expected = trapezoid_kwh(home, device.device, TWO_DAYS)
        step = 1e-3 if native else 1e-8  # a Tapo plug counts whole watt-hours
        assert energy[-1][1] == pytest.approx(expected, abs=step)
        assert reached[device.device] == pytest.approx(expected, abs=step)
        assert reached[device.device] >= energy[-1][1]


def test_labels_are_exactly_those_of_the_configuration(
    home: Home, vm: RealServer, store: VictoriaMetrics, tmp_path: Path
) -> None:
    """So that the exporter's own series go on in the same place."""
    backfill(home, store, both(tmp_path), days_until(NOW, 1), seed=1)
    ((labels, _),) = vm.instant('last_over_time(switchbot_power_watts{device="nas"}[1d])')
    assert labels == {
        "__name__": "switchbot_power_watts",
        "house": "virtual_home",
        "room": "study",
        "shelf": "rack_1",
        "device": "nas",
        "source": "cloud",
    }


def test_silence_is_absent_and_up_is_zero(
    home: Home, vm: RealServer, store: VictoriaMetrics, tmp_path: Path
) -> None:
    """Where the plug was silent there is a 0 of `device_up` and nothing else."""
    backfill(home, store, both(tmp_path), TWO_DAYS, seed=1)
    up = dict(exported(vm, "switchbot_device_up", COMES_AND_GOES))
    measured = {at for at, _ in exported(vm, "switchbot_power_watts", COMES_AND_GOES)}
    assert measured == {at for at, value in up.items() if value == 1}
    assert 0.0 in up.values()


def test_a_second_time_nothing_is_written(
    home: Home,
    vm: RealServer,
    store: VictoriaMetrics,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """VictoriaMetrics is asked; a later `now` changes nothing."""
    backfill(home, store, both(tmp_path), TWO_DAYS, seed=1)
    before, totals = exported(vm, "switchbot_energy_total_kwh", "fridge"), totals_kwh(tmp_path)
    with caplog.at_level(logging.INFO):
        assert backfill(home, store, both(tmp_path), days_until(NOW + 7200, 2), seed=1) == 0
    store.settle()
    assert "nothing to do" in caplog.text
    assert exported(vm, "switchbot_energy_total_kwh", "fridge") == before
    assert totals_kwh(tmp_path) == totals


def test_a_device_that_joined_later_gets_its_past_alone(
    home: Home, vm: RealServer, store: VictoriaMetrics, tmp_path: Path
) -> None:
    """An older house without TP-Link plugs keeps every sample and every counter as it is."""
    older = home.model_copy(
        update={"devices": tuple(d for d in home.devices if d.sources[0].source == "cloud")}
    )
    assert backfill(older, store, both(tmp_path), TWO_DAYS, seed=1) == 19
    before, totals = exported(vm, "switchbot_energy_total_kwh", "fridge"), totals_kwh(tmp_path)
    assert backfill(home, store, both(tmp_path), days_until(NOW + 7200, 2), seed=1) == 4 + 11
    store.settle()
    assert exported(vm, "switchbot_energy_total_kwh", "fridge") == before
    joined = {d.device for d in home.devices if d.sources[0].source != "cloud"}
    reached = totals_kwh(tmp_path)
    assert {device: reached[device] for device in totals} == totals
    assert reached.keys() - totals.keys() == joined


def test_a_run_that_was_cut_off_is_completed(
    home: Home, vm: RealServer, store: VictoriaMetrics, tmp_path: Path
) -> None:
    """Half-written devices begin where they had begun: the counter is one line, without a fall."""
    cut_off = days_until(NOW - 3 * 3600, 2)
    store.write(make_past(meter_of(home, "fridge"), home, cut_off, seed=1).measured)
    store.settle()
    assert backfill(home, store, both(tmp_path), TWO_DAYS, seed=1) == 34
    energy = exported(vm, "switchbot_energy_total_kwh", "fridge")
    values = [value for _, value in energy]
    assert energy[0] == (cut_off.start * 1000, 0.0)
    assert values == sorted(values)
    whole = Span(cut_off.start, TWO_DAYS.end)
    assert values[-1] == pytest.approx(trapezoid_kwh(home, "fridge", whole), abs=1e-8)


def test_the_exporters_own_rule_gives_the_same_total(home: Home) -> None:
    """Reading by reading through the kit: the same energy, silences included."""
    meter = meter_of(home, COMES_AND_GOES)
    span = Span(TWO_DAYS.end - 86_400, TWO_DAYS.end)
    past = make_past(meter, home, span, seed=1)
    limits = Limits(meter.device.rated_power_watts, meter.source.gap_limit_seconds)
    counter, beside = Counter(), Past()
    for at_ms, watts in zip(past.measured[0].at_ms, past.measured[0].values, strict=True):
        at = datetime.fromtimestamp(int(at_ms) / 1000, UTC)
        counter = advance(counter, Reading(at=at, power_watts=float(watts)), limits, beside)
    assert counter.gaps > 0
    assert counter.total_kwh == pytest.approx(past.total_kwh, abs=1e-8)


def test_counters_that_are_further_are_not_touched(
    home: Home, store: VictoriaMetrics, tmp_path: Path
) -> None:
    """An emptied VictoriaMetrics beside an old state: logged, and the device stays undone."""
    write_initial_counters(
        tmp_path, EXPORTERS["cloud"], {("fridge", "cloud"): 5000.0}, datetime.now(UTC)
    )
    with pytest.raises(CountersAheadError, match=r"fridge/cloud has counted 5000\.0 kWh already"):
        backfill(home, store, both(tmp_path), TWO_DAYS, seed=1)
    assert totals_kwh(tmp_path) == {"fridge": 5000.0}


def test_what_was_not_kept_is_noticed(home: Home, tmp_path: Path) -> None:
    """204 is no proof: samples before the retention period are dropped in silence."""
    eleven_years_ago = (datetime.now(UTC) - timedelta(days=11 * 366)).timestamp()
    old = make_past(meter_of(home, "nas"), home, days_until(eleven_years_ago, 1), seed=1)
    with (
        victoria_metrics(tmp_path, flags=["-retentionPeriod=10y"]) as server,
        connected(server.url) as store,
    ):
        store.write(old.measured)
        with pytest.raises(NotWrittenError, match=r"of 1441 samples 0 were kept"):
            verify(store, old.measured, visible_within_seconds=1.0)


def test_samples_that_become_visible_late_are_waited_for(home: Home, vm: RealServer) -> None:
    """A flush that is under way hides them: here the first two answers lack them."""
    series = make_past(meter_of(home, "nas"), home, TWO_DAYS, seed=1).measured[0]
    hidden = iter([True, True])

    class HiddenAtFirst(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.path == "/api/v1/export" and next(hidden, False):
                return httpx.Response(200)
            return super().handle_request(request)

    with httpx.Client(base_url=vm.url, transport=HiddenAtFirst()) as client:
        store = VictoriaMetrics(client)
        store.write([series])
        verify(store, [series])
    assert next(hidden, None) is None


def test_other_values_are_noticed(home: Home, store: VictoriaMetrics) -> None:
    """Each sample is compared."""
    series = make_past(meter_of(home, "nas"), home, TWO_DAYS, seed=1).measured[0]
    store.write([series])
    verify(store, [series])
    other = series.values.copy()
    other[1000] += 0.1
    with pytest.raises(NotWrittenError, match="other values"):
        verify(store, [Series(series.metric, series.at_ms, np.asarray(other))])


def test_a_victoriametrics_that_is_away_is_named(home: Home, tmp_path: Path) -> None:
    """With its address."""
    reason = r"at http://127\.0\.0\.1:9 does not answer"
    with connected("http://127.0.0.1:9") as away, pytest.raises(VictoriaMetricsError, match=reason):
        backfill(home, away, both(tmp_path), TWO_DAYS, seed=1)
