"""A wall clock that is set counts no energy, and costs none."""

from collections.abc import Callable
from typing import Literal

import pytest

from exporter_kit import Exporter, Poll
from exporter_kit.testing import Rig, Time
from home_model.config import Home
from home_model.readings import Reading
from home_model.sources import NativeSource

type HomeOf = Callable[..., Home]
type Start = Callable[..., Rig]

KEY = ("a", "native")
POLL_SECONDS = 10


type OwnCounter = Literal["energy_lifetime_kwh", "energy_today_kwh"]


def polling(time: Time, counter: OwnCounter | None = None) -> Exporter:
    """A plug of 1.2 kW, perhaps with a counter of its own."""

    async def read(_: NativeSource) -> Reading:
        own = {} if counter is None else {counter: 5 + 1.2 * time.seconds / 3600}
        return Reading(at=time.now(), power_watts=1200.0, **own)

    return Exporter(readers=(Poll(NativeSource, read),))


@pytest.mark.parametrize("counter", [None, "energy_lifetime_kwh", "energy_today_kwh"])
@pytest.mark.parametrize("step_seconds", [20, 300, 3600, 86_400])
async def test_a_clock_that_jumps_forward_counts_only_the_time_that_passed(
    time: Time, start: Start, home_of: HomeOf, step_seconds: float, counter: OwnCounter | None
) -> None:
    """1.2 kW for ten minutes are 0.2 kWh, whatever the clock shows meanwhile."""
    rig = start(polling(time, counter), home_of("a"))
    await time.pass_by(300)
    time.set_clock(step_seconds)
    await time.pass_by(300)
    found = rig.energy.take()[KEY].counter
    assert found.total_kwh == pytest.approx(0.2, abs=0.01)
    assert found.by_power_kwh == pytest.approx(0.2, abs=0.001)


@pytest.mark.parametrize("counter", [None, "energy_lifetime_kwh", "energy_today_kwh"])
async def test_a_clock_that_is_set_back_loses_nothing(
    time: Time, start: Start, home_of: HomeOf, counter: OwnCounter | None
) -> None:
    """By five minutes and forward again, as by a server with a wrong clock."""
    rig = start(polling(time, counter), home_of("a"))
    await time.pass_by(200)
    time.set_clock(-300)
    await time.pass_by(200)
    time.set_clock(300)
    await time.pass_by(200)
    assert rig.energy.take()[KEY].counter.total_kwh == pytest.approx(0.2, abs=0.01)


async def test_a_slewed_clock_is_no_step(time: Time, start: Start, home_of: HomeOf) -> None:
    """NTP changes its speed by half a thousandth: the wall clock is followed."""
    rig = start(polling(time), home_of("a"))
    for _ in range(60):
        await time.pass_by(POLL_SECONDS)
        time.set_clock(POLL_SECONDS / 2000)
    assert rig.energy.take()[KEY].counter.total_kwh == pytest.approx(0.2, abs=0.003)
