"""The board as the emulated AiSEG2 measures it, loads that were set by hand included."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from aiseg2_emulator.household import Circuit as EmulatedCircuit
from aiseg2_emulator.household import Curve, Household
from aiseg2_emulator.household import Floats as UnitFloats
from home_model.config import Home
from virtual_home.chance import Floats
from virtual_home.cloud.overrides import WattsChange
from virtual_home.moments import Moments, moments
from virtual_home.panel.circuits import CIRCUITS
from virtual_home.panel.power import Panel, PlugWatts, panel_of

# A unit shows the power of the last seconds; plugs are read as often. Its pages of energy fit each
# other when they are read within a minute of its clock.
STEP_SECONDS, ENERGY_STEP_SECONDS = 5, 60.0


def household(home: Home, changes: Sequence[WattsChange], *, seed: int) -> Household:
    """Return what the unit measures; `changes` grows while it runs."""
    by_curve = panel_of(home, seed)
    panel = panel_of(home, seed, changed_watts(by_curve.plug_watts, changes))
    places = _Places(panel)
    return Household(
        circuits=tuple(
            EmulatedCircuit(
                circuit.id,
                circuit.name,
                places.curve(partial(panel.circuit_watts, circuit)),
                circuit.page_name,
            )
            for circuit in CIRCUITS
        ),
        sun=places.curve(panel.sun_watts),
        rest=places.curve(panel.rest_watts),
        step_seconds=STEP_SECONDS,
        energy_step_seconds=ENERGY_STEP_SECONDS,
    )


def changed_watts(by_curve: PlugWatts, changes: Sequence[WattsChange]) -> PlugWatts:
    """Return the loads of plugs with those that were set by hand, each from its instant on."""

    def watts(device: str, at: Moments) -> Floats:
        curve = by_curve(device, at)
        found = curve
        for change in changes:
            if change.device == device:
                wanted = curve if change.watts is None else change.watts
                found = np.where(at.unix_seconds >= change.at_unix_seconds, wanted, found)
        return found

    return watts


@dataclass(slots=True)
class _Places:
    """Places the instants of one request in the house's days once for all of its curves."""

    panel: Panel
    seconds: UnitFloats = field(default_factory=lambda: np.empty(0))
    at: Moments | None = None

    def curve(self, watts: Callable[[Moments], Floats]) -> Curve:
        return lambda seconds: watts(self.moments(seconds))

    def moments(self, seconds: UnitFloats) -> Moments:
        if self.at is None or seconds is not self.seconds:
            self.seconds, self.at = seconds, moments(seconds, self.panel.zone)
        return self.at
