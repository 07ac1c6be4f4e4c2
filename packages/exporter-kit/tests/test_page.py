"""The text of /metrics: names, types, escaping; what is on it and what has left it."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as prometheus_text

from exporter_kit import Exporter, Poll, Sample
from exporter_kit.device_metrics import DeviceCollector, encode_metrics
from exporter_kit.metrics_page import SampleCollector
from exporter_kit.testing import Rig, Time
from home_model.config import Home
from home_model.errors import UnreachableError
from home_model.readings import Reading
from home_model.sources import NativeSource

type HomeOf = Callable[..., Home]
type Start = Callable[..., Rig]

# What VictoriaMetrics 1.79.5 and Prometheus 2.42 send.
VICTORIA_METRICS = "text/plain;version=0.0.4;q=1,*/*;q=0.1"
OPEN_METRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
KNOWN_LINT = ['tplink_native_energy_total_kwh counter metrics should have "_total" suffix']
LABELS = '{device="a",house="home",room="work",shelf="rack_1",source="native"}'
GOLDEN = f"""\
# HELP tplink_native_current_amperes RMS current, in amperes.
# TYPE tplink_native_current_amperes gauge
tplink_native_current_amperes{LABELS} 3.6
# HELP tplink_native_device_up 1 if the last reading is good and fresh, else 0.
# TYPE tplink_native_device_up gauge
tplink_native_device_up{LABELS} 1.0
tplink_native_device_up{LABELS.replace('"a"', '"b"')} 0.0
# HELP tplink_native_energy_total_kwh Energy used since this source was first read, in kWh. Never \
falls.
# TYPE tplink_native_energy_total_kwh counter
tplink_native_energy_total_kwh{LABELS} 0.06
# HELP tplink_native_power_watts Active power now, in watts.
# TYPE tplink_native_power_watts gauge
tplink_native_power_watts{LABELS} 360.0
# HELP tplink_native_reading_timestamp_seconds Unix time at which the reading was taken, in seconds.
# TYPE tplink_native_reading_timestamp_seconds gauge
tplink_native_reading_timestamp_seconds{LABELS} 1.7723238e+09
# HELP tplink_native_signal_dbm Strength of the radio signal, in dBm.
# TYPE tplink_native_signal_dbm gauge
tplink_native_signal_dbm{LABELS} -60.0
# HELP tplink_native_voltage_volts RMS voltage, in volts.
# TYPE tplink_native_voltage_volts gauge
tplink_native_voltage_volts{LABELS} 100.0
"""


def text_of(rig: Rig, accept: str) -> str:
    rig.energy.write(rig.energy.take())
    registry = CollectorRegistry()
    registry.register(DeviceCollector(rig.latest.current, rig.energy))
    return encode_metrics(registry, accept)[0].decode()


@pytest.fixture
async def rig(time: Time, start: Start, home_of: HomeOf) -> Rig:
    """Ten minutes at 360 W of `a`; `b` does not answer."""

    async def read(source: NativeSource) -> Reading:
        if source.address == "b":
            message = "no answer"
            raise UnreachableError(message)
        return Reading(
            at=time.now(),
            power_watts=360,
            voltage_volts=100,
            current_amperes=3.6,
            extra={"signal_dbm": -60},
        )

    rig = start(Exporter((Poll(NativeSource, read),)), home_of("a", "b"))
    await time.pass_by(600)
    return rig


async def test_the_whole_page_as_victoria_metrics_asks_for_it(rig: Rig) -> None:
    """Exact names, TYPE counter for energy, no timestamps, nothing but `up` of who is down."""
    assert text_of(rig, VICTORIA_METRICS) == GOLDEN


async def test_the_text_format_parses(rig: Rig) -> None:
    """By the parser of `prometheus_client`, which reads the energy as a counter."""
    families = {family.name: family for family in prometheus_text(text_of(rig, VICTORIA_METRICS))}
    assert families["tplink_native_energy_total_kwh"].type == "counter"


async def test_open_metrics_parses_and_has_the_same_names(rig: Rig) -> None:
    """There the energy is of unknown type: OpenMetrics has no counter of that name."""
    text = text_of(rig, OPEN_METRICS)
    families = {family.name: family for family in open_metrics(text)}
    assert families["tplink_native_energy_total_kwh"].type == "unknown"
    assert [s.value for s in families["tplink_native_energy_total_kwh"].samples] == [0.06]
    plain = {line for line in text.splitlines() if not line.startswith("#")}
    assert plain == {line for line in GOLDEN.splitlines() if not line.startswith("#")}


async def test_promtool_has_no_complaint_but_the_fixed_name(rig: Rig) -> None:
    """The contract's name is known to displease it; by exact text, so that nothing hides."""
    done = subprocess.run(  # noqa: ASYNC221 - nothing else runs meanwhile
        ["promtool", "check", "metrics"],  # noqa: S607 - found on PATH, as in all suites
        input=text_of(rig, VICTORIA_METRICS),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.splitlines() == KNOWN_LINT


async def test_energy_leaves_the_page_while_it_cannot_be_saved(rig: Rig, tmp_path: Path) -> None:
    """A counter that stands still because of a full disk would be false."""
    (tmp_path / "rig.state.json.draft").mkdir()
    text = text_of(rig, VICTORIA_METRICS)
    assert "energy" not in text
    assert f"tplink_native_power_watts{LABELS} 360.0" in text


async def test_energy_leaves_the_page_when_the_reading_does_not_feed_it(
    time: Time, start: Start, home_of: HomeOf
) -> None:
    """A source that gives only volts has no energy now."""
    watts: list[float | None] = [600.0]

    async def read(_: NativeSource) -> Reading:
        return Reading(at=time.now(), power_watts=watts[0], voltage_volts=100)

    rig = start(Exporter((Poll(NativeSource, read),)), home_of("a"))
    await time.settle()
    assert "tplink_native_energy_total_kwh" in rig.metrics()
    watts[0] = None
    await time.pass_by(10)
    assert set(rig.metrics()) == {
        "tplink_native_device_up",
        "tplink_native_reading_timestamp_seconds",
        "tplink_native_voltage_volts",
    }


@pytest.mark.parametrize("accept", [VICTORIA_METRICS, OPEN_METRICS])
def test_label_values_and_help_are_escaped(accept: str) -> None:
    """Quotes, backslashes, new lines and Japanese come back as they were."""
    awkward = 'a"b\\c\nd 書斎'
    values = (
        Sample(
            "x_requests_total", "counter", 'Help with "quotes",\nlines and \\.', 3, {"l": awkward}
        ),
        Sample("x_left", "gauge", "Left.", 2.5),
    )
    registry = CollectorRegistry()
    registry.register(SampleCollector(lambda: values))
    text = encode_metrics(registry, accept)[0].decode()
    parse = open_metrics if accept == OPEN_METRICS else prometheus_text
    samples = {s.name: s for family in parse(text) for s in family.samples}
    assert samples["x_requests_total"].labels == {"l": awkward}
    assert samples["x_left"].value == 2.5
