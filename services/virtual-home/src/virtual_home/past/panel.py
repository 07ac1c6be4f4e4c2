"""The past of the meters of the distribution board, as the AiSEG2's exporter would have written it.

The unit counts whole watt-hours, and its quantities fit each other exactly: what is used and what
is generated are sums of the own use of the sun and of what is bought and sold.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from home_model.config import Home
from virtual_home.chance import Floats, Integers
from virtual_home.moments import moments
from virtual_home.panel.circuits import CIRCUITS
from virtual_home.panel.power import panel_of

# In which the unit's pages of all circuits are read once.
SAMPLE_SECONDS = 300
WATT_HOURS_PER_KWH = 1_000
JOULES_PER_WATT_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class PanelPast:
    """Parallel arrays, by the ids of the unit's meters.

    Attributes:
        at: Unix seconds.
        energy_kwh: Counters from the first sample on.
        power_watts: The mean since the sample before.
    """

    at: Integers
    energy_kwh: Mapping[str, Floats]
    power_watts: Mapping[str, Floats]


@lru_cache(maxsize=1)
def panel_past(home: Home, start: int, end: int, seed: int) -> PanelPast:
    """Return the past of all meters from `start` to `end`, Unix seconds and whole minutes."""
    minutes = np.arange(start, end + 1, 60)
    panel, placed = panel_of(home, seed), moments(minutes, home.zone)
    circuits = {each.id: panel.circuit_watts(each, placed) for each in CIRCUITS}
    used, generated = sum(circuits.values(), panel.rest_watts(placed)), panel.sun_watts(placed)
    flows = {
        "own": np.minimum(used, generated),
        "bought": np.maximum(used - generated, 0.0),
        "sold": np.maximum(generated - used, 0.0),
    }
    kept = (minutes % SAMPLE_SECONDS == 0) | (minutes == start) | (minutes == end)
    exact = {name: _watt_hours(watts)[kept] for name, watts in (circuits | flows).items()}
    whole = {name: np.floor(counter) for name, counter in exact.items()}
    at = minutes[kept]
    return PanelPast(
        at,
        {name: counter / WATT_HOURS_PER_KWH for name, counter in _with_sums(whole).items()},
        {name: _mean_watts(at, counter) for name, counter in _with_sums(exact).items()},
    )


def _with_sums(counters: Mapping[str, Floats]) -> dict[str, Floats]:
    """Add the meters that are sums: of the house, and of the one generator."""
    found = dict(counters)
    own = found.pop("own")
    generated = own + found["sold"]
    return {
        **found,
        "use": own + found["bought"],
        "generation": generated,
        "generator_1": generated,
    }


def _watt_hours(watts: Floats) -> Floats:
    """Count watts of minutes as the other meters of the house do: by trapezoids."""
    means = (watts[1:] + watts[:-1]) / 2
    return np.concatenate([[0.0], np.cumsum(means) * 60 / JOULES_PER_WATT_HOUR])


def _mean_watts(at: Integers, watt_hours: Floats) -> Floats:
    seconds, risen = np.diff(at), np.diff(watt_hours)
    means = risen * JOULES_PER_WATT_HOUR / np.maximum(seconds, 1)
    return np.round(np.concatenate([means[:1], means]), 1)
