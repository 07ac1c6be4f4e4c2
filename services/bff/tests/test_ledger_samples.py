"""Exports of raw samples are read as VictoriaMetrics writes them."""

import numpy as np
import pytest

from bff.time_grid import DAY_MS
from bff.victoriametrics.client import VictoriaMetrics, VictoriaMetricsDownError
from bff.victoriametrics.counters import (
    CounterSelection,
    fetch_counters,
    fetch_day_counts,
    fetch_increases,
)
from bff.victoriametrics.export import lines_of, parse_line
from testbed.victoria_metrics import VictoriaMetrics as Server

MIDNIGHT_MS = 1_772_323_200_000
METRIC = "switchbot_energy_total_kwh"
SELECTION = CounterSelection("home", ("a", "b"), (METRIC,))
LINE = b'{"metric":{"device":"a","source":"cloud"},"values":[1.5,null,2],"timestamps":[%b]}'


def test_a_stale_marker_is_no_number() -> None:
    """It comes as null and must not become zero."""
    labels, at_ms, kwh = parse_line(LINE % b"1772323200000,1772323200001,1772323260000")
    assert labels == {"device": "a", "source": "cloud"}
    assert at_ms.tolist() == [MIDNIGHT_MS, MIDNIGHT_MS + 1, MIDNIGHT_MS + 60_000]
    assert np.isnan(kwh).tolist() == [False, True, False]


@pytest.mark.parametrize(
    "instants",
    [
        [999_999_999_999, 1_000_000_000_000, 1_000_000_000_001],  # lengths differ: 2001-09-09
        [5, 60_000, 999_999_999_999],
        [11, 1_000_000_000_000_000, 1_000_000_000_000_001],
    ],
)
def test_instants_of_any_length_are_read(instants: list[int]) -> None:
    """Those of thirteen digits are read by a shorter way; all others by the JSON parser."""
    _, at_ms, _ = parse_line(LINE % ",".join(map(str, instants)).encode())
    assert at_ms.tolist() == instants


def test_lines_are_joined_however_they_arrive() -> None:
    """The network cuts anywhere."""
    received = [b"on", b"e\ntwo\nth", b"ree", b"\n"]
    assert list(lines_of(iter(received))) == [b"one", b"two", b"three"]


def test_an_export_that_breaks_off_is_no_answer() -> None:
    """Half of the samples would be wrong energy."""
    with pytest.raises(VictoriaMetricsDownError):
        list(lines_of(iter([b"one\nhal"])))


def test_days_are_half_open_to_the_millisecond(vm: Server) -> None:
    """A sample at midnight belongs to the day that begins, when counted and when exported."""
    edges = [MIDNIGHT_MS - 1, MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS - 1, MIDNIGHT_MS + DAY_MS]
    labels = {"__name__": METRIC, "house": "home", "device": "a", "source": "cloud"}
    vm.import_samples(labels, [(at / 1000, 1.0) for at in edges])
    client = VictoriaMetrics(vm.url)
    day = (MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS)
    assert fetch_counters(client, SELECTION, *day)["a", "cloud"].at_ms.tolist() == edges[1:3]
    around = (MIDNIGHT_MS - 60 * DAY_MS, MIDNIGHT_MS + 2 * DAY_MS)
    counted = fetch_day_counts(client, SELECTION, *around)["a", "cloud"]
    assert counted == {MIDNIGHT_MS - DAY_MS: 1, MIDNIGHT_MS: 2, MIDNIGHT_MS + DAY_MS: 1}
    part = fetch_day_counts(client, SELECTION, MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS - 1)
    assert part["a", "cloud"] == {MIDNIGHT_MS: 1}
    client.close()


def test_a_thousand_devices_take_several_queries(vm: Server) -> None:
    """VictoriaMetrics refuses a query that names all of them."""
    names = tuple(f"a_device_with_a_name_of_its_own_{number:04}" for number in range(1000))
    labels = {"__name__": METRIC, "house": "home", "source": "cloud"}
    for name in (names[0], names[-1]):
        vm.import_samples(labels | {"device": name}, [(MIDNIGHT_MS / 1000, 1.0)])
    client = VictoriaMetrics(vm.url)
    day = (MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS)
    counted = fetch_day_counts(client, SELECTION.only(names), *day)
    found = {(names[0], "cloud"), (names[-1], "cloud")}
    assert counted == {source: {MIDNIGHT_MS: 1} for source in found}
    assert fetch_counters(client, SELECTION.only(names), *day).keys() == found
    client.close()


def test_labels_that_changed_are_one_counter(vm: Server) -> None:
    """A moved device is the same device; PromQL finds two series, and their number is shown."""
    for room, offset in (("old", 0), ("new", 60_000)):
        labels = {"__name__": METRIC, "house": "home", "device": "a", "source": "cloud"}
        at = (MIDNIGHT_MS + offset) / 1000
        vm.import_samples(labels | {"room": room}, [(at, 1.0), (at + 30, 2.0)])
    client = VictoriaMetrics(vm.url)
    span = (MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS)
    assert len(fetch_counters(client, SELECTION, *span)["a", "cloud"].at_ms) == 4
    assert fetch_increases(client, SELECTION, *span)["a", "cloud"].series == 2
    client.close()
