"""The power of each meter from one reading of the live pages. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiseg2_exporter.names import Match, match_names
from aiseg2_exporter.parse import WATTS_PER_KILOWATT, Circuit, CircuitPower, Summary, has_name

BUYING, SELLING, NO_DIRECTION = 0, 1, 2
CHARGING, DISCHARGING, IDLE = 0, 1, 2
# How a battery that discharges is expected to be called among the generators.
BATTERY_TITLE = "蓄電池"


@dataclass(frozen=True, slots=True)
class CircuitsPower:
    """The power of the circuits by their id.

    Attributes:
        power_watts: Of circuits whose place on the pages is certain.
        shared_ids: Circuits that have one name and different watts: no page distinguishes them.
        unknown_names: On the pages and not in the catalogue.
        missing_ids: In the catalogue and on no page of this round.
    """

    power_watts: Mapping[str, float]
    shared_ids: frozenset[str]
    unknown_names: tuple[str, ...]
    missing_ids: frozenset[str]


def house_power(summary: Summary, circuits: Sequence[CircuitPower]) -> dict[str, float]:
    """Return watts by the id of a source; an absent one has no number.

    The totals have steps of 100 W. Generation is better known from the generators, use never less
    than its circuits. Bought and sold power are the difference of the totals in the direction
    that the unit reports; without a direction, or without the generation of a house that has one,
    they are not known. A battery's power is no field of its answer: see `_battery_power`.
    """
    watts = {
        f"generator_{n}": generator.power_watts
        for n, generator in enumerate(summary.generators, 1)
        if generator.power_watts is not None
    }
    if (generation_watts := _generation_watts(summary)) is not None:
        watts["generation"] = generation_watts
    if summary.use_kw is None:
        return watts
    watts["use"] = max(_watts(summary.use_kw), sum(circuit.power_watts for circuit in circuits))
    if summary.direction not in {BUYING, SELLING, NO_DIRECTION}:
        return watts
    if summary.generation_kw is None and summary.has_generation:
        return watts | _idle_grid(summary)
    balance_watts = _watts(summary.use_kw) - _watts(summary.generation_kw)
    if summary.battery:
        battery = _battery_power(summary, balance_watts)
        watts |= battery
        if battery.keys() != {"battery_charge", "battery_discharge"}:
            return watts | _idle_grid(summary)
        balance_watts += battery["battery_charge"] - battery["battery_discharge"]
    watts["bought"] = max(0.0, balance_watts) if summary.direction == BUYING else 0.0
    watts["sold"] = max(0.0, -balance_watts) if summary.direction == SELLING else 0.0
    return watts


def _generation_watts(summary: Summary) -> float | None:
    """Return the sum of the generators; where one has no number, not less than the total."""
    own = [g.power_watts for g in summary.generators if BATTERY_TITLE not in g.title]
    shown_watts = sum(watts for watts in own if watts is not None)
    if own and None not in own:
        return shown_watts
    if summary.generation_kw is None:
        return None
    return max(shown_watts, _watts(summary.generation_kw))


def _shown(summary: Summary) -> list[tuple[str, float]]:
    """Return the generators that have a number: title and watts."""
    return [(g.title, g.power_watts) for g in summary.generators if g.power_watts is not None]


def _battery_power(summary: Summary, balance_watts: float) -> dict[str, float]:
    """Return what is known of a battery's power.

    Where nothing is bought or sold it makes up the balance of use and generation; where it is a
    generator of the page, its watts are there. What else it does is hidden in the grid's power.
    """
    state = summary.battery.state if summary.battery else IDLE
    watts = {}
    if state in {DISCHARGING, IDLE}:
        watts["battery_charge"] = 0.0
    if state in {CHARGING, IDLE}:
        watts["battery_discharge"] = 0.0
    shown = [watts for title, watts in _shown(summary) if BATTERY_TITLE in title]
    if state == DISCHARGING and shown:
        watts["battery_discharge"] = shown[0]
    elif state == DISCHARGING and summary.direction == NO_DIRECTION:
        watts["battery_discharge"] = max(0.0, balance_watts)
    elif state == CHARGING and summary.direction == NO_DIRECTION:
        watts["battery_charge"] = max(0.0, -balance_watts)
    return watts


def _idle_grid(summary: Summary) -> dict[str, float]:
    """Return 0 for the directions in which nothing flows; the other one is not known."""
    idle = {"bought": summary.direction != BUYING, "sold": summary.direction != SELLING}
    return {source_id: 0.0 for source_id, is_idle in idle.items() if is_idle}


def _watts(kilowatts: float | None) -> float:
    return round((kilowatts or 0.0) * WATTS_PER_KILOWATT, 3)


def circuits_power(
    catalogue: Sequence[Circuit], page: Sequence[CircuitPower], *, is_complete: bool = True
) -> CircuitsPower:
    """Return which circuit of the catalogue draws how much.

    The pages are sorted by watts, so a circuit that changed while they were read may be on two of
    them, or on none. Where a page could not be read, `is_complete` is False.
    """
    named = [(circuit.id, circuit.name) for circuit in catalogue if has_name(circuit)]
    shown = [(i, circuit.name) for i, circuit in enumerate(page) if has_name(circuit)]
    matches = match_names(shown, named, finds_renamed=is_complete)
    power: dict[str, float] = {}
    shared: set[str] = set()
    for match in matches:
        values = [page[i].power_watts for i in match.left]
        if len(match.right) == 1:
            power[match.right[0]] = values[-1]  # seen twice: the later is the newer
        elif len(set(values)) == 1 and len(values) >= len(match.right):
            power |= dict.fromkeys(match.right, values[0])
        else:
            shared |= set(match.right)
    matched = {i for match in matches for i in match.left}
    return CircuitsPower(
        power_watts=power,
        shared_ids=frozenset(shared),
        unknown_names=tuple(name for i, name in shown if i not in matched),
        missing_ids=frozenset(key for key, _ in named if not _has(matches, key)),
    )


def _has(matches: Sequence[Match[int, str]], key: str) -> bool:
    return any(key in match.right for match in matches)
