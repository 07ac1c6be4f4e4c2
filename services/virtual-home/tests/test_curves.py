"""Load curves: the same every time, and such as a household has."""

from datetime import UTC, datetime

import numpy as np
import pytest

from home_model.config import Home
from virtual_home.appliances import APPLIANCES
from virtual_home.chance import Chance, Floats
from virtual_home.electricity import electricity_at
from virtual_home.meters import AnyMeter, every_meter
from virtual_home.moments import moments

DAY_MINUTES = 1440
KWH_A_DAY = {
    "tv": (0.2, 0.8),
    "recorder": (0.08, 0.25),
    "living_light": (0.08, 0.4),
    "indirect_light": (0.02, 0.1),
    "living_air_conditioner": (0.04, 12.0),
    "kettle": (0.06, 0.4),
    "espresso_machine": (0.05, 0.5),
    "rice_cooker": (0.2, 0.6),
    "microwave": (0.1, 0.5),
    "fridge": (0.5, 2.0),
    "server": (2.0, 3.5),
    "nas": (0.4, 0.9),
    "network": (0.3, 0.45),
    "desk_pc": (0.2, 1.5),
    "bedroom_air_conditioner": (0.04, 7.0),
    "bedside_lamp": (0.002, 0.02),
    "humidifier": (0.01, 2.5),
    "washing_machine": (0.03, 0.25),
    "hair_dryer": (0.1, 0.6),
    "aquarium": (0.3, 1.8),
    "circulator": (0.02, 0.25),
    "dehumidifier": (0.3, 1.2),
    "ceramic_heater": (0.01, 2.0),
}
AUGUST, NOVEMBER, JANUARY = "2026-08-01", "2026-11-01", "2026-01-05"


def meter_of(home: Home, device: str) -> AnyMeter:
    return next(meter for meter in every_meter(home) if meter.device.device == device)


def minutes_from(day: str, days: int) -> Floats:
    start = datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() - 9 * 3600
    return np.linspace(start, start + days * 86_400, days * DAY_MINUTES, endpoint=False)


def load_curve(home: Home, device: str, at: Floats, seed: int = 1) -> Floats:
    appliance = meter_of(home, device).appliance
    return electricity_at(device, appliance, moments(at, home.zone), seed=seed).power_watts


def kwh_a_day(home: Home, device: str, day: str) -> float:
    return float(load_curve(home, device, minutes_from(day, 28)).mean() * 24 / 1000)


def test_every_device_of_the_house_has_its_curve(home: Home) -> None:
    """No device of the shipped configuration falls back to a lamp, no row is without a device."""
    plugs = {meter.device.device for meter in every_meter(home) if meter.source.source != "aiseg2"}
    assert set(APPLIANCES) == set(KWH_A_DAY) == plugs


@pytest.mark.parametrize("device", KWH_A_DAY)
def test_one_instant_alone_is_the_same_as_among_many(home: Home, device: str) -> None:
    """What the emulator serves at t is what the backfill writes at t, to the bit."""
    at = minutes_from("2026-06-10", 2)[:: 2880 // 160] + 0.0
    many = electricity_at(device, meter_of(home, device).appliance, moments(at, home.zone), seed=7)
    for number, instant in enumerate(at):
        alone = electricity_at(
            device, meter_of(home, device).appliance, moments(instant, home.zone), seed=7
        )
        assert alone.power_watts[0] == many.power_watts[number]
        assert alone.voltage_volts[0] == many.voltage_volts[number]
        assert alone.current_amperes[0] == many.current_amperes[number]


def test_a_seed_is_a_life(home: Home) -> None:
    """The same seed gives the same month, another seed another one."""
    at = minutes_from(NOVEMBER, 28)
    for device in KWH_A_DAY:
        first = load_curve(home, device, at, seed=3)
        assert np.array_equal(first, load_curve(home, device, at, seed=3))
        assert not np.array_equal(first, load_curve(home, device, at, seed=4))


@pytest.mark.parametrize("device", KWH_A_DAY)
@pytest.mark.parametrize("day", [AUGUST, NOVEMBER, JANUARY])
def test_energy_a_day_is_that_of_such_a_thing(home: Home, device: str, day: str) -> None:
    """A fridge takes 0.5 to 2 kWh a day, and so on, in any season."""
    least, most = KWH_A_DAY[device]
    assert least < kwh_a_day(home, device, day) < most


@pytest.mark.parametrize("device", KWH_A_DAY)
@pytest.mark.parametrize("day", [AUGUST, JANUARY])
def test_nothing_draws_more_than_it_is_rated_for(home: Home, device: str, day: str) -> None:
    """A rise beyond the rated power is taken for a changed counter, not for energy."""
    watts = load_curve(home, device, minutes_from(day, 28))
    assert watts.min() >= 0
    assert watts.max() <= meter_of(home, device).device.rated_power_watts


def test_the_air_conditioner_follows_the_season(home: Home) -> None:
    """Little in November, more in August, most in January near Tokyo."""
    november, august, january = (
        kwh_a_day(home, "living_air_conditioner", day) for day in (NOVEMBER, AUGUST, JANUARY)
    )
    assert november < august / 2
    assert august < january


def test_the_air_conditioner_rests_at_night(home: Home) -> None:
    """The living room's: standby between midnight and six."""
    watts = load_curve(home, "living_air_conditioner", minutes_from(JANUARY, 28))
    assert watts.reshape(28, 24, 60)[:, 1:6].max() == 1.8


def test_the_kettle_boils_for_minutes(home: Home) -> None:
    """Bursts of 1.2 kW, none longer than ten minutes, nothing between."""
    watts = load_curve(home, "kettle", minutes_from(NOVEMBER, 28))
    on = watts > 0
    assert 1190 < watts[on].min() <= watts.max() < 1240
    starts = np.flatnonzero(np.diff(on.astype(int)) == 1)
    ends = np.flatnonzero(np.diff(on.astype(int)) == -1)
    assert 28 < len(starts) < 28 * 4
    assert (ends - starts).max() < 10


def test_the_fridge_cycles_and_defrosts(home: Home) -> None:
    """About thirty compressor starts a day, and a heater twice."""
    watts = load_curve(home, "fridge", minutes_from(NOVEMBER, 10))
    starts = np.count_nonzero(np.diff((watts > 50).astype(int)) == 1) / 10
    assert 25 < starts < 40
    assert np.count_nonzero(np.diff((watts == 172).astype(int)) == 1) == pytest.approx(21, abs=1)


def test_the_server_is_busier_by_day(home: Home) -> None:
    """And never off."""
    by_hour = load_curve(home, "server", minutes_from(NOVEMBER, 28)).reshape(28, 24, 60)
    assert by_hour[:, 13:17].mean() > by_hour[:, 4:6].mean() + 15
    assert by_hour.min() > 70


def test_lamps_burn_in_the_evening(home: Home) -> None:
    """More of it in winter."""
    by_hour = load_curve(home, "living_light", minutes_from(JANUARY, 28)).reshape(28, 24, 60)
    assert by_hour[:, 19:21].mean() > 30
    assert by_hour[:, 10:15].max() < 1
    assert kwh_a_day(home, "living_light", JANUARY) > kwh_a_day(home, "living_light", AUGUST)


def test_chance_is_even_and_without_pattern() -> None:
    """Neighbouring indices and other purposes are unrelated."""
    index = np.arange(20_000)
    drawn, other = Chance(1, "a").of("x", index), Chance(1, "a").of("y", index)
    assert drawn.min() >= 0
    assert drawn.max() < 1
    assert drawn.mean() == pytest.approx(0.5, abs=0.01)
    assert np.corrcoef(drawn[1:], drawn[:-1])[0, 1] == pytest.approx(0, abs=0.03)
    assert np.corrcoef(drawn, other)[0, 1] == pytest.approx(0, abs=0.03)
