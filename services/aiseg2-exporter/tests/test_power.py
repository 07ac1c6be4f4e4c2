"""Power of the house with a battery: what its answer lets one conclude, and nothing beyond it."""

import pytest

from aiseg2_exporter.parse import Battery, Circuit, CircuitPower, Generator, Summary
from aiseg2_exporter.power import circuits_power, house_power

SUN = Generator("太陽光発電", 2130.0)


def power(
    state: int, direction: int, use_kw: float, generation_kw: float, *generators: Generator
) -> dict[str, float]:
    summary = Summary(
        generation_kw, use_kw, direction, generators or (SUN,), battery=Battery(state, 55.0)
    )
    watts = house_power(summary, [])
    return {key: watts[key] for key in watts if "generat" not in key and key != "use"}


@pytest.mark.parametrize(
    ("state", "direction", "use_kw", "generation_kw", "watts"),
    [
        # Neither bought nor sold: the battery makes up the balance.
        (0, 2, 1.2, 2.1, {"battery_charge": 900, "battery_discharge": 0, "bought": 0, "sold": 0}),
        (1, 2, 1.2, 0.0, {"battery_charge": 0, "battery_discharge": 1200, "bought": 0, "sold": 0}),
        # Idle: all of the balance is the grid's.
        (2, 0, 1.2, 0.0, {"battery_charge": 0, "battery_discharge": 0, "bought": 1200, "sold": 0}),
        # Grid and battery at once: how they share it, the answer does not have.
        (0, 0, 1.2, 0.0, {"battery_discharge": 0, "sold": 0}),
        (0, 1, 1.2, 2.1, {"battery_discharge": 0, "bought": 0}),
        (1, 0, 1.2, 0.0, {"battery_charge": 0, "sold": 0}),
        # A state without any description.
        (7, 2, 1.2, 2.1, {"bought": 0, "sold": 0}),
    ],
)
def test_a_battery_has_the_power_that_is_certain(
    state: int, direction: int, use_kw: float, generation_kw: float, watts: dict[str, float]
) -> None:
    """What is hidden in the grid's power is absent, never 0."""
    assert power(state, direction, use_kw, generation_kw) == watts


def test_a_battery_among_the_generators_is_no_generation() -> None:
    """Its watts are discharge, and what is bought is the rest."""
    battery = Generator("蓄電池", 700.0)
    summary = Summary(
        0.0, 1.2, 0, (Generator("太陽光発電", 0.0), battery), battery=Battery(1, 55.0)
    )
    watts = house_power(summary, [])
    assert watts["generation"] == 0
    assert (watts["battery_discharge"], watts["bought"]) == (700, 500)


@pytest.mark.parametrize(
    ("generation_kw", "direction", "watts"),
    [
        (0.0, None, {"use": 1200, "generation": 0}),
        (None, 0, {"use": 1200, "sold": 0}),
        (None, 1, {"use": 1200, "bought": 0}),
        (None, 2, {"use": 1200, "bought": 0, "sold": 0}),
    ],
)
def test_without_direction_or_generation_the_grid_is_not_known(
    generation_kw: float | None, direction: int | None, watts: dict[str, float]
) -> None:
    """What flows is absent; in the other direction it is 0."""
    assert house_power(Summary(generation_kw, 1.2, direction, ()), []) == watts


def test_without_any_generation_all_use_is_bought() -> None:
    """A dash for the generation of a house that has none is 0."""
    watts = house_power(Summary(None, 1.2, 0, (), has_generation=False), [])
    assert watts == {"use": 1200, "bought": 1200, "sold": 0}


@pytest.mark.parametrize(("generation_kw", "watts"), [(3.1, 3100), (0.7, 712), (None, None)])
def test_a_generator_without_a_number_makes_no_sum_of_the_others(
    generation_kw: float | None, watts: float | None
) -> None:
    """The unit's total has it; without the total it is unknown."""
    generators = (Generator("太陽光発電", None), Generator("燃料電池", 712.0))
    found = house_power(Summary(generation_kw, 1.2, 0, generators), [])
    assert found.get("generation") == watts
    assert found["generator_2"] == 712


@pytest.mark.parametrize("dash", ["-", "－", "---", "―"])
def test_every_dash_is_no_name(dash: str) -> None:
    """It is neither a new circuit nor one that is missing."""
    catalogue = [Circuit("8", "ＬＤ"), Circuit("9", dash)]
    found = circuits_power(catalogue, [CircuitPower("ＬＤ", 5), CircuitPower("-", 7)])
    assert found.power_watts == {"8": 5}
    assert (found.unknown_names, found.missing_ids) == ((), frozenset())


def test_an_unknown_name_is_no_missing_circuit_where_a_page_is_missing() -> None:
    """A new circuit beside one whose page could not be read: its watts are not the other's."""
    catalogue = [Circuit("8", "ＬＤ"), Circuit("9", "ＩＨ")]
    page = [CircuitPower("ＬＤ", 5), CircuitPower("電気自動車", 3000)]
    assert circuits_power(catalogue, page, is_complete=False).power_watts == {"8": 5}
    assert circuits_power(catalogue, page).power_watts == {"8": 5, "9": 3000}
