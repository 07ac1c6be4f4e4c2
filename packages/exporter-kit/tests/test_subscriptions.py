"""Sources that send by themselves: up while they send, down when they stop."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence

import pytest

from exporter_kit import Exporter, Subscribe
from exporter_kit.testing import Rig, Time
from home_model.config import Home
from home_model.errors import SourceError, UnreachableError
from home_model.readings import Reading
from home_model.sources import BleSource, NativeSource

type Item = tuple[NativeSource, Reading | SourceError]
type HomeOf = Callable[..., Home]
type Start = Callable[..., Rig]

AGE_LIMIT_SECONDS = 120.0


class Radio:
    """A stream of what the test puts into it; an exception ends it."""

    def __init__(self, time: Time) -> None:
        self.time = time
        self.runs = list[list[str]]()
        self.closed = 0
        self._items = asyncio.Queue[tuple[str, Reading | SourceError] | Exception]()
        self.exporter = Exporter((Subscribe(NativeSource, self.stream, AGE_LIMIT_SECONDS),))

    async def stream(self, sources: Sequence[NativeSource]) -> AsyncGenerator[Item]:
        """One run."""
        by_address = {source.address: source for source in sources}
        self.runs.append(list(by_address))
        try:
            while not isinstance(item := await self._items.get(), Exception):
                yield by_address[item[0]], item[1]
            raise item
        finally:
            self.closed += 1

    async def send(self, device: str, result: Reading | SourceError) -> None:
        """Send for one device."""
        await self._items.put((device, result))
        await self.time.settle()

    def power(self, watts: float) -> Reading:
        """A reading of now."""
        return Reading(at=self.time.now(), power_watts=watts)

    async def break_down(self, error: Exception) -> None:
        """End the run."""
        await self._items.put(error)
        await self.time.settle()


@pytest.fixture
def radio(time: Time) -> Radio:
    return Radio(time)


async def test_a_source_is_up_when_it_has_sent(
    time: Time, radio: Radio, start: Start, home_of: HomeOf
) -> None:
    """And only it; one without a reading has no series until its age limit."""
    rig = start(radio.exporter, home_of("a", "b"))
    await time.settle()
    await radio.send("a", radio.power(100))
    assert rig.readers.is_ready()
    assert shown(rig) == {"a": 1}
    await time.pass_by(AGE_LIMIT_SECONDS + 1)
    assert shown(rig) == {"a": 0, "b": 0}


def shown(rig: Rig) -> dict[str, float]:
    """`device_up` of each device that has one."""
    (metric,) = [m for m in rig.metrics().values() if m.name == "tplink_native_device_up"]
    return {sample.labels["device"]: sample.value for sample in metric.samples}


async def test_each_source_has_its_own_age_limit(
    time: Time, radio: Radio, start: Start, home_of: HomeOf
) -> None:
    """One that sends every five minutes is not down while one that sends each second is."""
    limits_seconds = {"a": 5.0, "b": 600.0}
    reader = Subscribe(
        NativeSource,
        radio.stream,
        600.0,
        source_age_limit_seconds=lambda source: limits_seconds[source.address],
    )
    rig = start(Exporter((reader,)), home_of("a", "b"))
    await time.settle()
    for device in limits_seconds:
        await radio.send(device, radio.power(100))
    await time.pass_by(6)
    assert (rig.state("a"), rig.state("b")) == ("over_age", "up")
    await time.pass_by(600)
    assert rig.state("b") == "over_age"


async def test_silence_is_measured_by_time(
    time: Time, radio: Radio, start: Start, home_of: HomeOf
) -> None:
    """Nothing is raised when a plug stops sending; its reading leaves by its age."""
    rig = start(radio.exporter, home_of("a"))
    await time.settle()
    await radio.send("a", radio.power(100))
    await time.pass_by(AGE_LIMIT_SECONDS - 1)
    assert rig.state("a") == "up"
    await time.pass_by(2)
    assert rig.state("a") == "over_age"


async def test_an_error_may_be_sent_for_one_source(
    time: Time, radio: Radio, start: Start, home_of: HomeOf
) -> None:
    """An error in place of a reading takes down that source alone."""
    rig = start(radio.exporter, home_of("a", "b"))
    await time.settle()
    for device in ("a", "b"):
        await radio.send(device, radio.power(100))
    await radio.send("a", UnreachableError("node is not available"))
    await radio.send("b", Reading(at=time.now(), power_watts=float("inf")))
    assert (rig.state("a"), rig.state("b")) == ("unreachable", "bad_payload")


async def test_a_stream_that_breaks_down_takes_all_down_and_is_called_again(
    time: Time, radio: Radio, start: Start, home_of: HomeOf
) -> None:
    """The radio is gone: nobody is up; it comes back: they are again."""
    rig = start(radio.exporter, home_of("a", "b"))
    await time.settle()
    await radio.send("a", radio.power(100))
    await radio.break_down(RuntimeError("adapter gone"))
    assert (rig.state("a"), rig.state("b")) == ("unexpected", "unexpected")
    await time.pass_by(2)
    assert radio.runs == [["a", "b"], ["a", "b"]]
    await radio.send("a", radio.power(100))
    assert rig.state("a") == "up"


async def test_a_stream_that_keeps_breaking_is_called_more_and_more_seldom(
    time: Time, radio: Radio, start: Start, home_of: HomeOf
) -> None:
    """Once a minute in the end."""
    start(radio.exporter, home_of("a"))
    for _ in range(200):
        await radio.break_down(UnreachableError("no adapter"))
    await time.pass_by(3600)
    assert 50 <= len(radio.runs) <= 70


async def test_other_sources_begin_another_run(
    time: Time, radio: Radio, start: Start, home_of: HomeOf
) -> None:
    """The old one is closed; the same sources again change nothing."""
    rig = start(radio.exporter, home_of("a"))
    await time.settle()
    rig.readers.apply(home_of("a"))
    await time.settle()
    rig.readers.apply(home_of("a", "b"))
    await time.settle()
    assert radio.runs == [["a"], ["a", "b"]]
    assert radio.closed == 1


async def test_energy_is_integrated_between_adverts(
    time: Time, radio: Radio, start: Start, home_of: HomeOf
) -> None:
    """600 W received each minute for ten minutes is 0.1 kWh."""
    rig = start(radio.exporter, home_of("a"))
    await time.settle()
    for _ in range(11):
        await radio.send("a", radio.power(600))
        await time.pass_by(60)
    counter = next(iter(rig.energy.take().values())).counter
    assert counter.total_kwh == pytest.approx(0.1)


async def test_what_the_server_has_is_logged_even_if_nothing_is_configured(
    time: Time, start: Start, home_of: HomeOf
) -> None:
    """`inspect` is what one fills the configuration in from."""
    asked = list[Sequence[BleSource]]()

    async def listen(_: Sequence[BleSource]) -> AsyncGenerator[tuple[BleSource, Reading]]:
        pytest.fail("there is nothing to subscribe to")
        yield

    async def about(sources: Sequence[BleSource]) -> None:
        asked.append(sources)

    start(Exporter((Subscribe(BleSource, listen, AGE_LIMIT_SECONDS, about),)), home_of("a"))
    await time.settle()
    assert asked == [[]]
