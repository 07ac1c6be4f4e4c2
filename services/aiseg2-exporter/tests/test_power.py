"""Power of the house with a battery: what its answer lets one conclude, and nothing beyond it."""

import pytest

from aiseg2_exporter.parse import Battery, Generator, Summary
from aiseg2_exporter.power import house_power

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
