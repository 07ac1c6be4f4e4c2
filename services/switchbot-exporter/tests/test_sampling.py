"""Fifty plugs on one account: the calls of a day, and how far their energy may be off."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from home_model.readings import Reading
from home_model.sources import CloudSource
from switchbot_exporter.cloud.budget import Budget
from switchbot_exporter.cloud.freshness import SamplingError
from switchbot_exporter.cloud.quota import Quota, RemainingCalls, ResetTime, quota_document
from switchbot_exporter.cloud.schedule import CloudSchedule, Pause
from testbed.manual_clock import ManualClock

MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC)
PLUGS, INTERVAL_SECONDS, DAY_SECONDS = 50, 455, 86_400


@dataclass(frozen=True)
class Load:
    """Something that is on again and again, each time for as long."""

    starts: list[float]
    on_seconds: float
    watts: float = 800.0

    def power_watts(self, now: float) -> float:
        """What a reading finds."""
        last = bisect_right(self.starts, now) - 1
        return self.watts if last >= 0 and now - self.starts[last] < self.on_seconds else 0.0

    def energy_wh(self, begin: float, end: float) -> float:
        """What was used."""
        on = (min(end, s + self.on_seconds) - max(begin, s) for s in self.starts)
        return self.watts * sum(max(seconds, 0.0) for seconds in on) / 3600


def source(number: int) -> CloudSource:
    return CloudSource(source="cloud", id=f"6055F9A1{number:04X}")


def reading(at_seconds: float, watts: float | None) -> Reading:
    return Reading(at=MIDNIGHT + timedelta(seconds=at_seconds), power_watts=watts)


def cycling(on_seconds: float, period_seconds: float, chance: Random) -> Load:
    """Return a load that is on at instants that know nothing of polls."""
    starts, at = list[float](), -chance.uniform(0, period_seconds)
    while at < DAY_SECONDS + period_seconds:
        starts.append(at)
        at += on_seconds + chance.expovariate(1 / (period_seconds - on_seconds))
    return Load(starts, on_seconds)


def sampled(loads: list[Load], phases: list[float]) -> tuple[float, SamplingError]:
    """Return by how much the day's energy by readings is off, as a share, and what is said."""
    sampling, by_readings_wh, true_wh = SamplingError(), 0.0, 0.0
    for number, (load, phase) in enumerate(zip(loads, phases, strict=True)):
        at = [phase + n * INTERVAL_SECONDS for n in range(DAY_SECONDS // INTERVAL_SECONDS)]
        watts = [load.power_watts(instant) for instant in at]
        for instant, power_watts in zip(at, watts, strict=True):
            sampling.record(source(number), reading(instant, power_watts), INTERVAL_SECONDS)
        by_readings_wh += (sum(watts) - (watts[0] + watts[-1]) / 2) * INTERVAL_SECONDS / 3600
        true_wh += load.energy_wh(at[0], at[-1])
    return (by_readings_wh - true_wh) / by_readings_wh, sampling


def test_fifty_plugs_keep_a_days_quota(tmp_path: Path) -> None:
    """From midnight to midnight, each asked whenever it is due: 10 000 less the reserve."""
    clock, calls = ManualClock(MIDNIGHT), 0
    quota = Quota(quota_document(tmp_path), 10_000, ResetTime(ZoneInfo("UTC")), clock.now)
    remaining = RemainingCalls(quota, "X-Left", clock.monotonic)
    pause = Pause(clock.monotonic)
    schedule = CloudSchedule(Budget(10_000, 500, 30_000), remaining, pause, clock.monotonic)
    due = dict.fromkeys(range(PLUGS), clock.monotonic())
    while clock.now() < MIDNIGHT + timedelta(days=1):
        plug = min(due, key=lambda number: due[number])
        interval_seconds = schedule.interval_seconds(PLUGS)
        clock.pass_by(seconds=max(due[plug] - clock.monotonic(), schedule.pause_seconds(), 0.0))
        due[plug] = clock.monotonic() + interval_seconds
        schedule.on_request()
        calls += 1
    assert 9_000 < calls <= 9_550


@pytest.mark.parametrize(
    ("on_seconds", "period_seconds"),
    [(180, 14_400), (240, 3_600), (900, 2_700), (3_600, 14_400)],
)
def test_the_error_of_a_day_is_of_the_size_that_is_said(
    on_seconds: float, period_seconds: float
) -> None:
    """Kettles, microwaves, refrigerators, heaters: never far beyond, and not a cautious nothing."""
    chance = Random(f"{on_seconds}/{period_seconds}")  # noqa: S311 - a seed
    in_errors = []
    for _ in range(100):
        loads = [cycling(on_seconds, period_seconds, chance) for _ in range(5)]
        phases = [chance.uniform(0, INTERVAL_SECONDS) for _ in loads]
        error, sampling = sampled(loads, phases)
        said = sampling.ratio()
        assert said is not None
        in_errors.append(error / said)
    spread = (sum(each**2 for each in in_errors) / len(in_errors)) ** 0.5
    assert 0.2 < spread < 1.6
    assert max(map(abs, in_errors)) < 4


def test_a_steady_load_has_no_error_and_nothing_is_said_before_two_readings() -> None:
    """A line between neighbours is what the reading says, too."""
    sampling = SamplingError()
    sampling.record(source(1), reading(0, 50.0), INTERVAL_SECONDS)
    sampling.record(source(1), reading(1, None), INTERVAL_SECONDS)
    assert list(sampling.samples()) == []
    for poll in range(1, 20):
        sampling.record(source(1), reading(poll * INTERVAL_SECONDS, 50.0), INTERVAL_SECONDS)
    (sample,) = sampling.samples()
    assert sample.name == "switchbot_sampling_error_ratio"
    assert sample.value == pytest.approx(0)


def test_a_gap_is_no_load_and_a_day_is_forgotten() -> None:
    """No energy is counted across a gap; what is older than a day does not count."""
    sampling = SamplingError()
    for poll, watts in enumerate((0, 800, 0, 800)):
        sampling.record(source(1), reading(poll * INTERVAL_SECONDS, watts), INTERVAL_SECONDS)
    restless = sampling.ratio()
    assert restless is not None
    assert restless > 0.5
    for poll in range(4):
        at = 2 * DAY_SECONDS + poll * INTERVAL_SECONDS
        sampling.record(source(1), reading(at, 800), INTERVAL_SECONDS)
    assert sampling.ratio() == pytest.approx(0)
