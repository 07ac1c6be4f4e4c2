"""The distribution board: its circuits are what the plugs are, in the past and by the unit."""

from datetime import UTC, datetime
from itertools import chain

import httpx
import numpy as np
import pytest
from aiohttp.test_utils import TestClient, TestServer

from aiseg2_emulator.household import Household, day_of, energy_of, watts_at
from aiseg2_emulator.server import PASSWORD, USER, Emulator, serving
from home_model.config import Home
from home_model.sources import Aiseg2Source
from virtual_home.cloud.account import VirtualCloud
from virtual_home.cloud.overrides import WattsChange
from virtual_home.cloud.server import cloud_app
from virtual_home.meters import meters_of
from virtual_home.moments import moments
from virtual_home.panel.circuits import CIRCUITS
from virtual_home.panel.household import household
from virtual_home.panel.power import panel_of
from virtual_home.panel.unit import unit_of, unit_routes
from virtual_home.past.panel import panel_past

# Noon in Japan.
NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
YESTERDAY = day_of(datetime(2026, 11, 19, 3, 0, tzinfo=UTC))


@pytest.fixture(scope="module")
def house(home: Home) -> Household:
    return household(home, [], seed=1)


def test_every_plug_is_on_one_circuit_and_the_configuration_agrees(home: Home) -> None:
    """What is behind a circuit in the file is what its load is made of."""
    on_circuits = list(chain.from_iterable(circuit.plugs for circuit in CIRCUITS))
    plugs = {d.device for d in home.devices if not isinstance(d.sources[0], Aiseg2Source)}
    assert sorted(on_circuits) == sorted(plugs)
    placed = {m.source.id: m.device.device for m in meters_of(home, Aiseg2Source)}
    for circuit in CIRCUITS:
        if circuit.id in placed:
            behind = {d.device for d in home.devices if d.upstream == placed[circuit.id]}
            assert behind == set(circuit.plugs), circuit.name


def test_there_are_22_circuits_of_which_three_share_a_name() -> None:
    """As in real units, where no page distinguishes them."""
    names = [circuit.name for circuit in CIRCUITS]
    assert len(names) == 22
    assert sorted(names.count(name) for name in set(names))[-2:] == [1, 3]


def test_a_complete_day_of_the_unit_is_the_plugs_and_what_has_none(
    home: Home, house: Household
) -> None:
    """Each circuit but for the cut of its hours to watt-hours; the sum is no more than the use."""
    day = energy_of(house, YESTERDAY, NOON)
    start = datetime(2026, 11, 18, 15, 0, tzinfo=UTC).timestamp()
    minutes = moments(start + 60 * np.arange(1440), home.zone)
    panel = panel_of(home, 1)
    for circuit in CIRCUITS:
        watts = sum(
            (panel.plug_watts(plug, minutes) for plug in circuit.plugs), np.zeros(1440)
        ) + circuit.own(minutes, panel.chance_of(circuit))
        of_unit = int(day.circuits_wh[circuit.id].sum())
        assert 0 <= watts.sum() / 60 - of_unit <= 24.01, circuit.name
    assert sum(int(wh.sum()) for wh in day.circuits_wh.values()) <= int(day.use_wh.sum())


def test_the_house_buys_and_sells_on_a_day_in_november(house: Household) -> None:
    """A home of four with a heat pump for water and four kilowatts on the roof."""
    day = energy_of(house, YESTERDAY, NOON)
    used, generated = day.use_wh.sum(), day.generation_wh.sum()
    assert 12_000 < used < 35_000
    assert 2_000 < generated < 18_000
    assert day.sold_wh.sum() > 200
    assert day.generation_wh[:5].sum() == 0


def test_the_past_of_the_unit_fits_exactly(home: Home) -> None:
    """Used and sold is bought and generated at every sample; no counter falls."""
    end = int(NOON.timestamp())
    past = panel_past(home, end - 3 * 86_400 - 60, end, 1)
    wh = {name: np.round(kwh * 1000).astype(int) for name, kwh in past.energy_kwh.items()}
    assert np.array_equal(wh["use"] + wh["sold"], wh["bought"] + wh["generation"])
    assert all((np.diff(counter) >= 0).all() for counter in wh.values())
    circuits = sum(int(wh[circuit.id][-1]) for circuit in CIRCUITS)
    assert 0 <= wh["use"][-1] - circuits - 31 * 72 <= len(CIRCUITS) + 4


def test_the_past_ends_as_the_unit_goes_on(home: Home, house: Household) -> None:
    """Energy of a whole day by both: trapezoids here and whole minutes there."""
    start = int(datetime(2026, 11, 18, 15, 0, tzinfo=UTC).timestamp())
    past = panel_past(home, start, start + 86_400, 1).energy_kwh
    day = energy_of(house, YESTERDAY, NOON)
    assert past["use"][-1] == pytest.approx(day.use_wh.sum() / 1000, rel=0.005)
    assert past["generation"][-1] == pytest.approx(day.generation_wh.sum() / 1000, rel=0.01)


def test_a_load_that_was_set_by_hand_flows_through_its_circuit(home: Home) -> None:
    """From its instant on and until it is returned to its curve; in power and in energy."""
    midnight = datetime(2026, 11, 18, 15, 0, tzinfo=UTC).timestamp()
    changes = [
        WattsChange(midnight + 3600, "nas", 1000.0),
        WattsChange(midnight + 7200, "nas", None),
    ]
    plain, changed = (
        energy_of(household(home, each, seed=1), YESTERDAY, NOON).circuits_wh["15"]
        for each in ([], changes)
    )
    risen = changed - plain
    assert risen[1] == pytest.approx(1000 - 30, abs=15)
    assert not np.delete(risen, 1).any()
    later = household(home, [*changes, WattsChange(NOON.timestamp(), "nas", 500.0)], seed=1)
    of_study = (
        watts_at(later, NOON).circuits["15"]
        - watts_at(household(home, [], seed=1), NOON).circuits["15"]
    )
    assert of_study == pytest.approx(500 - 25, abs=20)


async def test_the_units_faults_are_set_by_the_control_api(cloud: VirtualCloud) -> None:
    """Beside the plugs'; what is not known is refused with its reason."""
    unit: Emulator = unit_of(cloud)
    app = cloud_app(cloud)
    app.router.add_routes(unit_routes(unit))
    async with (
        TestClient(TestServer(app)) as web,
        serving(unit) as host,
        httpx.AsyncClient(auth=httpx.DigestAuth(USER, PASSWORD), trust_env=False) as http,
    ):
        summary = f"http://{host}/data/electricflow/111/update"
        assert (await http.post(summary, data={"data": "{}"})).json()["measReg"] == 1
        changed = await web.patch("/virtual/aiseg2", json={"fault": "unregistered"})
        assert (await changed.json())["fault"] == "unregistered"
        assert (await http.post(summary, data={"data": "{}"})).json()["measReg"] == 0
        assert (await web.patch("/virtual/aiseg2", json={"fault": "tired"})).status == 400
        await web.delete("/virtual/aiseg2")
        assert (await http.post(summary, data={"data": "{}"})).json()["measReg"] == 1
        assert (await (await web.get("/virtual/aiseg2")).json())["requests"] == 3
