"""Whatever a database can hold: values that no counter shows change no device's energy."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import yaml

from bff.victoriametrics.export import parse_line
from testbed.victoria_metrics import VictoriaMetrics

START_S = 1_772_323_200
INFINITE = ("+Inf", "-Inf", "NaN", "-1")
# VictoriaMetrics keeps one exponent for a block of values: these cost their own device its digits.
HUGE = ("1e308", "-1e308", "1e19")


def write_home(path: Path) -> None:
    devices = [
        {
            "device": name,
            "room": "work",
            "shelf": "rack_1",
            "sources": [{"source": "cloud", "id": f"00000000000{number}"}],
        }
        for number, name in enumerate(("good", "infinite", "huge"))
    ]
    rooms = [{"room": "work", "shelves": [{"shelf": "rack_1"}]}]
    home = {"house": "home", "time_zone": "UTC", "currency": "JPY"}
    document = home | {"rooms": rooms, "devices": devices}
    path.write_text(yaml.safe_dump(document), "utf-8")


def line(device: str, value: str, at_s: int) -> str:
    labels = f'house="home",room="work",shelf="rack_1",device="{device}",source="cloud"'
    return f"switchbot_energy_total_kwh{{{labels}}} {value} {at_s * 1000}"


def test_hostile_values_change_nothing(
    vm: VictoriaMetrics, home_file: Path, open_bff: Callable[..., httpx.Client]
) -> None:
    """Infinities are left out, and numbers beyond any counter disturb no other device."""
    write_home(home_file)
    lines = [
        line(device, str(5 + minute / 60), START_S + 60 * minute)
        for device in ("good", "infinite", "huge")
        for minute in range(121)
    ]
    for device, values in (("infinite", INFINITE), ("huge", HUGE)):
        lines += [line(device, value, START_S + 37 + 60 * n) for n, value in enumerate(values)]
    vm.post("/api/v1/import/prometheus", content="\n".join(lines))
    vm.settle()
    api = open_bff(vm.url)
    question = {
        "from": "2026-03-01T00:00:00Z",
        "to": "2026-03-01T03:00:00Z",
        "group_by": "device",
    }
    answer = api.get("/cost", params=question).raise_for_status().json()
    energies = {row["place"]["device"]: row["figures"]["energy_kwh"] for row in answer["rows"]}
    assert float(energies["good"]) == float(energies["infinite"]) == pytest.approx(2, abs=1e-6)


@pytest.mark.parametrize("written", ['"Infinity"', "Infinity", "+Inf", "Inf", '"+Inf"', "null"])
def test_every_spelling_of_no_number_is_parsed(written: str) -> None:
    """Releases of VictoriaMetrics write what JSON cannot hold in several ways."""
    exported = b'{"metric":{"device":"a"},"values":[1,%s,2],"timestamps":[1,2,3]}'
    _, at_ms, values = parse_line(exported % written.encode())
    assert at_ms.tolist() == [1, 2, 3]
    assert values[[0, 2]].tolist() == [1, 2]
    assert not -1e300 < values[1] < 1e300
