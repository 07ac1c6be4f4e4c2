"""How targets are polled: each at its own time, none held up or brought down by another."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from exporter_kit import Exporter, Poll, Schedule
from exporter_kit.testing import Rig, Time
from home_model.config import Home
from home_model.errors import BadPayloadError, RejectedError, UnreachableError
from home_model.readings import Reading
from home_model.sources import NativeSource

type HomeOf = Callable[..., Home]
type Start = Callable[..., Rig]


@dataclass
class Plugs:
    """A reader whose plugs do what the test sets; records when each was read."""

    time: Time
    faults: dict[str, Exception | str] = field(default_factory=dict)
    read_at: dict[str, list[float]] = field(default_factory=dict)

    async def read(self, source: NativeSource) -> Reading:
        """Give 100 W, or the fault that was set."""
        self.read_at.setdefault(source.address, []).append(self.time.seconds)
        fault = self.faults.get(source.address)
        if fault == "hang":
            await asyncio.Event().wait()
        if fault == "cancel":
            raise asyncio.CancelledError
        if isinstance(fault, Exception):
            raise fault
        return Reading(at=self.time.now(), power_watts=100.0)

    def polled(self, schedule: Schedule | None = None) -> Exporter:
        """An exporter that polls them."""
        return Exporter(readers=(Poll(NativeSource, self.read, schedule),))


@pytest.fixture
def plugs(time: Time) -> Plugs:
    return Plugs(time)


def giving(reading: Reading) -> Exporter:
    """An exporter that always gives the same reading."""

    async def read(_: NativeSource) -> Reading:
        return reading

    return Exporter(readers=(Poll(NativeSource, read),))


async def test_every_target_is_read_at_the_interval(
    time: Time, plugs: Plugs, start: Start, home_of: HomeOf
) -> None:
    """The first round is spread a little; after it each keeps its own beat."""
    start(plugs.polled(), home_of("a", "b"))
    await time.pass_by(25)
    assert plugs.read_at == {"a": [0.0, 10.0, 20.0], "b": [0.25, 10.25, 20.25]}


async def test_a_target_that_was_not_attempted_yet_has_no_series(
    time: Time, plugs: Plugs, start: Start, home_of: HomeOf
) -> None:
    """Neither up nor down: a 0 in the first seconds after each restart would be invented."""
    plugs.faults["b"] = UnreachableError("no answer")
    rig = start(plugs.polled(), home_of("a", "b"))
    assert rig.metrics() == {}
    assert not rig.readers.is_ready()
    await time.settle()
    assert up_of(rig) == {"a": 1}
    await time.pass_by(0.25)
    assert up_of(rig) == {"a": 1, "b": 0}


async def test_a_first_attempt_that_never_ends_is_no_excuse(
    time: Time, plugs: Plugs, start: Start, home_of: HomeOf
) -> None:
    """After the age at which a reading would have left, the target is down."""
    plugs.faults["a"] = "hang"
    rig = start(plugs.polled(), home_of("a"), deadline_seconds=600)
    await time.pass_by(619)
    assert up_of(rig) == {}
    await time.pass_by(2)
    assert up_of(rig) == {"a": 0}


def up_of(rig: Rig) -> dict[str, float]:
    """`device_up` of each device that has one."""
    metric = rig.metrics().get("tplink_native_device_up")
    return {sample.labels["device"]: sample.value for sample in metric.samples} if metric else {}


async def test_a_hanging_plug_delays_nobody(
    time: Time, plugs: Plugs, start: Start, home_of: HomeOf
) -> None:
    """Others are read on time while one does not answer."""
    plugs.faults["a"] = "hang"
    rig = start(plugs.polled(), home_of("a", "b"), deadline_seconds=60)
    await time.pass_by(35)
    assert plugs.read_at["b"] == [0.25, 10.25, 20.25, 30.25]
    assert rig.state("b") == "up"


async def test_the_deadline_is_total(
    time: Time, plugs: Plugs, start: Start, home_of: HomeOf
) -> None:
    """A plug that never answers is down after it, and is asked again."""
    plugs.faults["a"] = "hang"
    rig = start(plugs.polled(), home_of("a"), deadline_seconds=0.01)
    await time.settle()
    await asyncio.wait_for(_is(rig, "deadline"), 30)
    del plugs.faults["a"]
    await time.pass_by(15)
    assert rig.state("a") == "up"


async def _is(rig: Rig, kind: str) -> None:
    while rig.state("a") != kind:  # noqa: ASYNC110 - a deadline is real time
        await asyncio.sleep(0.005)


FAULTS: Sequence[tuple[Exception | str, str]] = (
    (UnreachableError("no answer"), "unreachable"),
    (RejectedError("wrong password"), "rejected"),
    (BadPayloadError("no JSON"), "bad_payload"),
    (KeyError("watts"), "unexpected"),
    (TimeoutError(), "unexpected"),
    ("cancel", "unexpected"),
)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
async def test_a_failure_takes_the_reading_away_at_once(
    time: Time, plugs: Plugs, start: Start, home_of: HomeOf, fault: tuple[Exception | str, str]
) -> None:
    """Whatever the reader raises, the target is down by its kind and the loop lives on."""
    plugs.faults["b"] = UnreachableError("another plug")
    rig = start(plugs.polled(), home_of("a", "b"))
    await time.settle()
    assert rig.state("a") == "up"
    plugs.faults["a"], kind = fault
    await time.pass_by(10)
    assert rig.state("a") == kind
    del plugs.faults["a"]
    await time.pass_by(75)
    assert rig.state("a") == "up"


async def test_a_reader_that_swallows_its_cancellation_is_late_or_gone(
    time: Time, start: Start, home_of: HomeOf
) -> None:
    """Past the deadline it is late whatever it returns; once removed, it is ignored."""

    async def read(_: NativeSource) -> Reading:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return Reading(at=time.now(), power_watts=100.0)

    exporter = Exporter((Poll(NativeSource, read),))
    rig = start(exporter, home_of("a"), deadline_seconds=0.01)
    await time.settle()
    await asyncio.wait_for(_is(rig, "deadline"), 30)
    patient = start(exporter, home_of("a", "b"), deadline_seconds=60)
    await time.pass_by(1)
    patient.readers.apply(home_of("b"))
    await time.settle()
    assert [target.key[0] for target, _ in patient.latest.current()] == ["b"]


async def test_readings_that_no_metric_can_carry_are_failures(
    time: Time, start: Start, home_of: HomeOf
) -> None:
    """Not a number is nonsense; an instant without a zone is a fault of the reader."""
    for reading, kind in (
        (Reading(at=time.now(), power_watts=float("nan")), "bad_payload"),
        (Reading(at=time.now().replace(tzinfo=None), power_watts=1), "unexpected"),
        (Reading(at=time.now(), extra={"colour": 1}), "unexpected"),
        (Reading(at=time.now(), power_watts=10**400), "unexpected"),
    ):
        rig = start(giving(reading), home_of("a"))
        await time.settle()
        assert rig.state("a") == kind


async def test_a_reader_that_gives_old_readings_is_down(
    time: Time, start: Start, home_of: HomeOf
) -> None:
    """What was taken before the age limit is not shown as if it were new."""
    old = Reading(at=time.now(), power_watts=100.0)
    await time.pass_by(100)
    rig = start(giving(old), home_of("a"))
    await time.settle()
    assert rig.state("a") == "over_age"


async def test_failing_targets_are_asked_more_and_more_seldom(
    time: Time, plugs: Plugs, start: Start, home_of: HomeOf
) -> None:
    """To once a minute for the unreachable, to once in a quarter of an hour for the rejected."""
    plugs.faults = {"a": UnreachableError("no answer"), "b": RejectedError("wrong password")}
    start(plugs.polled(), home_of("a", "b"))
    await time.pass_by(3600)
    gaps_a = [after - before for before, after in pairwise(plugs.read_at["a"])]
    gaps_b = [after - before for before, after in pairwise(plugs.read_at["b"])]
    assert 10 <= gaps_a[0] <= 12
    assert all(60 <= gap <= 72 for gap in gaps_a[4:])
    assert 60 <= gaps_b[0] <= 72
    assert 900 <= gaps_b[-1] <= 1080


async def test_a_source_that_names_a_time_is_left_alone_so_long(
    time: Time, plugs: Plugs, start: Start, home_of: HomeOf
) -> None:
    """`retry_after_seconds` is honoured."""
    plugs.faults["a"] = UnreachableError("busy", retry_after_seconds=500)
    start(plugs.polled(), home_of("a"))
    await time.pass_by(499)
    assert plugs.read_at["a"] == [0.0]
    await time.pass_by(120)
    assert len(plugs.read_at["a"]) == 2


@dataclass
class Budget:
    """A schedule whose interval and pause the test sets."""

    seconds: float = 10.0
    pause: float = 0.0

    def interval_seconds(self, request_count: int) -> float:
        """Shared by all targets."""
        return self.seconds * request_count

    def pause_seconds(self) -> float:
        """As set."""
        return self.pause


async def test_a_pace_may_stretch_and_shorten_while_targets_wait(
    time: Time, plugs: Plugs, start: Start, home_of: HomeOf
) -> None:
    """The effective interval counts, not the one at the last poll."""
    schedule = Budget(seconds=1000)
    start(plugs.polled(schedule), home_of("a"))
    await time.pass_by(100)
    assert plugs.read_at["a"] == [0.0]
    schedule.seconds = 120
    await time.pass_by(30)
    assert plugs.read_at["a"] == [0.0, 120.0]


async def test_nobody_is_read_in_a_pause_and_readings_age(
    time: Time, plugs: Plugs, start: Start, home_of: HomeOf
) -> None:
    """A used-up quota does not keep old readings on the page."""
    schedule = Budget()
    rig = start(plugs.polled(schedule), home_of("a"))
    await time.settle()
    schedule.pause = 3600
    await time.pass_by(24)
    assert rig.state("a") == "up"
    await time.pass_by(2)
    assert rig.state("a") == "over_age"
    assert plugs.read_at["a"] == [0.0]
    schedule.pause = 0
    await time.pass_by(10)
    assert rig.state("a") == "up"


async def test_age_and_gap_follow_the_effective_interval(
    time: Time, plugs: Plugs, start: Start, home_of: HomeOf
) -> None:
    """Polled once an hour, a reading holds for the hour and energy is integrated across it."""
    schedule = Budget(seconds=3600)
    rig = start(plugs.polled(schedule), home_of("a"))
    await time.pass_by(3590)
    assert rig.state("a") == "up"
    schedule.seconds = 60  # a shorter interval does not condemn the hour before it
    assert rig.state("a") == "up"
    await time.pass_by(60)
    metered = next(iter(rig.energy.take().values()))
    assert metered.counter.gaps == 0
    assert metered.counter.total_kwh == pytest.approx(0.1, abs=0.001)


async def test_availability_is_logged_once_each_way(
    time: Time, plugs: Plugs, start: Start, home_of: HomeOf, caplog: pytest.LogCaptureFixture
) -> None:
    """Device, source and reason; not at every poll."""
    caplog.set_level(logging.INFO)
    plugs.faults["a"] = UnreachableError("no answer")
    start(plugs.polled(), home_of("a"))
    await time.pass_by(300)
    del plugs.faults["a"]
    await time.pass_by(300)
    assert [record.getMessage() for record in caplog.records] == [
        "a/native is down: unreachable: no answer",
        "a/native is up",
    ]


async def test_a_fault_of_the_reader_is_logged_with_its_traceback(
    time: Time, plugs: Plugs, start: Start, home_of: HomeOf, caplog: pytest.LogCaptureFixture
) -> None:
    """Also when the target was down already, and once only."""
    plugs.faults["a"] = UnreachableError("no answer")
    start(plugs.polled(), home_of("a"))
    await time.pass_by(60)
    plugs.faults["a"] = KeyError("watts")
    await time.pass_by(600)
    logged = [record for record in caplog.records if record.exc_info]
    assert len(logged) == 1
    assert "KeyError: 'watts'" in logged[0].getMessage()


async def test_a_new_configuration_leaves_alone_what_stays(
    time: Time, plugs: Plugs, start: Start, home_of: Callable[..., Home]
) -> None:
    """A device that stays keeps its reading and its time; one that goes leaves no trace."""
    rig = start(plugs.polled(), home_of("a", "b"))
    await time.pass_by(5)
    rig.readers.apply(home_of("a", "c"))
    assert rig.state("a") == "up"
    await time.pass_by(1)
    assert {target.key[0] for target, _ in rig.latest.current()} == {"a", "c"}
    assert plugs.read_at == {"a": [0.0], "b": [0.25], "c": [5.0]}


async def test_inspecting_the_account_may_fail(
    time: Time, plugs: Plugs, start: Start, home_of: HomeOf, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged, and polling goes on."""
    asked = list[str]()

    async def about(sources: Sequence[NativeSource]) -> None:
        asked.extend(source.address for source in sources)
        message = "no answer"
        raise UnreachableError(message)

    rig = start(Exporter((Poll(NativeSource, plugs.read, inspect=about),)), home_of("a"))
    await time.settle()
    assert asked == ["a"]
    assert "no answer" in caplog.text
    assert rig.state("a") == "up"
