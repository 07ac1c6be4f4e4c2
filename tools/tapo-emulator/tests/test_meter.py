"""The emulated meter: energy follows power, days end at the plug's own midnight."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tapo_emulator.meter import Meter, constant_watts

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)  # 21:00 in Tokyo


def test_energy_is_power_times_time() -> None:
    """A constant load of 100 W for an hour is 100 Wh; a change counts from its instant on."""
    meter = Meter(constant_watts(100.0), NOON)
    meter.set_watts(constant_watts(300.0), NOON + timedelta(hours=1))
    meter.advance(NOON + timedelta(hours=2))
    assert meter.lifetime_wh == pytest.approx(400.0)


def test_the_daily_total_starts_again_at_the_plugs_midnight() -> None:
    """Three hours before Tokyo's midnight, one after: the day holds the one, the month both."""
    meter = Meter(constant_watts(100.0), NOON, ZoneInfo("Asia/Tokyo"))
    meter.advance(NOON + timedelta(hours=4))
    assert meter.today_wh == pytest.approx(100.0)
    assert meter.month_wh == pytest.approx(400.0)


def test_an_open_relay_uses_nothing() -> None:
    """Power and energy stop with the relay."""
    meter = Meter(constant_watts(100.0), NOON)
    meter.switch(NOON + timedelta(hours=1), on=False)
    meter.advance(NOON + timedelta(hours=2))
    assert (meter.power_watts(meter.at), meter.lifetime_wh) == (0.0, pytest.approx(100.0))


def test_the_energy_does_not_depend_on_how_often_it_is_asked_for() -> None:
    """Else a plug that starts again would show less than it had, and be taken for reset."""

    def pulses(at: datetime) -> float:
        return 1000.0 if at.timestamp() % 420 < 140 else 0.0

    seldom, often = Meter(pulses, NOON), Meter(pulses, NOON)
    for seconds in range(7, 3600, 7):
        often.advance(NOON + timedelta(seconds=seconds))
    end = NOON + timedelta(seconds=3600 - 3)
    seldom.advance(end)
    often.advance(end)
    assert often.lifetime_wh == pytest.approx(seldom.lifetime_wh, abs=1e-9)
