"""Several sources behind one request: asked once, each with an outcome of its own."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from exporter_kit import Exporter, PollGroup
from exporter_kit.exporter import Result
from exporter_kit.testing import Rig, Time
from home_model.config import Home
from home_model.errors import RejectedError, UnreachableError
from home_model.readings import Reading
from home_model.sources import NativeSource

type HomeOf = Callable[..., Home]
type Start = Callable[..., Rig]


@dataclass
class Strips:
    """Devices named `strip.outlet`; those of one strip are read together."""

    time: Time
    results: dict[str, Result | None] = field(default_factory=dict)
    faults: dict[str, Exception | str] = field(default_factory=dict)
    requests: list[tuple[float, tuple[str, ...]]] = field(default_factory=list)

    async def read(self, sources: Sequence[NativeSource]) -> Mapping[NativeSource, Result]:
        """Give 100 W for each outlet, or what was set."""
        names = tuple(source.address for source in sources)
        self.requests.append((self.time.seconds, names))
        fault = self.faults.get(strip_of(sources[0]))
        if fault == "hang":
            await asyncio.Event().wait()
        if isinstance(fault, Exception):
            raise fault
        good = Reading(at=self.time.now(), power_watts=100.0)
        results = {source: self.results.get(source.address, good) for source in sources}
        return {source: result for source, result in results.items() if result is not None}

    def exporter(self, deadline_seconds: float | None = None) -> Exporter:
        """An exporter that polls them."""
        reader = PollGroup(NativeSource, strip_of, self.read, deadline_seconds=deadline_seconds)
        return Exporter((reader,))


def strip_of(source: NativeSource) -> str:
    return source.address.split("_")[0]


@pytest.fixture
def strips(time: Time) -> Strips:
    return Strips(time)


async def test_one_request_reads_the_whole_group(
    time: Time, strips: Strips, start: Start, home_of: HomeOf
) -> None:
    """Each group at the interval, spread like single devices; every source has its reading."""
    rig = start(strips.exporter(), home_of("x_1", "y_1", "x_2"))
    await time.pass_by(11)
    assert strips.requests == [
        (0.0, ("x_1", "x_2")),
        (0.25, ("y_1",)),
        (10.0, ("x_1", "x_2")),
        (10.25, ("y_1",)),
    ]
    assert [rig.state(device) for device in ("x_1", "x_2", "y_1")] == ["up", "up", "up"]


async def test_an_error_of_one_source_takes_down_no_other(
    time: Time, strips: Strips, start: Start, home_of: HomeOf
) -> None:
    """An error, nonsense and a missing result are failures of that source; the rest go on."""
    rig = start(strips.exporter(), home_of("x_1", "x_2", "x_3", "x_4"))
    strips.results = {
        "x_2": RejectedError("no such outlet"),
        "x_3": Reading(at=time.now(), power_watts=float("nan")),
        "x_4": None,
    }
    await time.pass_by(21)
    states = [rig.state(f"x_{n}") for n in (1, 2, 3, 4)]
    assert states == ["up", "rejected", "bad_payload", "bad_payload"]
    # The group is asked on at its interval, since one of its sources answers.
    assert [at for at, _ in strips.requests] == [0.0, 10.0, 20.0]


async def test_a_group_that_fails_takes_down_all_of_it_and_backs_off(
    time: Time, strips: Strips, start: Start, home_of: HomeOf
) -> None:
    """By one failure of the request; the other group is not held up."""
    strips.faults["x"] = UnreachableError("no answer", retry_after_seconds=500)
    rig = start(strips.exporter(), home_of("x_1", "x_2", "y_1"))
    await time.pass_by(100)
    assert [rig.state(device) for device in ("x_1", "x_2")] == ["unreachable", "unreachable"]
    assert [names for _, names in strips.requests].count(("x_1", "x_2")) == 1
    assert [names for _, names in strips.requests].count(("y_1",)) == 10


async def test_a_group_has_a_deadline_of_its_own(
    time: Time, strips: Strips, start: Start, home_of: HomeOf
) -> None:
    """All of it is down after it; another group that answers is up all the while."""
    strips.faults["x"] = "hang"
    rig = start(strips.exporter(0.01), home_of("x_1", "x_2", "y_1"), deadline_seconds=600)
    await time.pass_by(1)
    async with asyncio.timeout(30):
        while rig.state("x_1") != "deadline":  # noqa: ASYNC110 - a deadline is real time
            await asyncio.sleep(0.005)
    assert [rig.state(device) for device in ("x_2", "y_1")] == ["deadline", "up"]


async def test_a_group_with_other_members_begins_anew(
    time: Time, strips: Strips, start: Start, home_of: HomeOf
) -> None:
    """A source that joins is read at once; a group that stays keeps its time."""
    rig = start(strips.exporter(), home_of("x_1", "y_1"))
    await time.pass_by(5)
    rig.readers.apply(home_of("x_1", "y_1", "x_2"))
    await time.settle()
    assert strips.requests == [
        (0.0, ("x_1",)),
        (0.25, ("y_1",)),
        (5.0, ("x_1", "x_2")),
    ]
    assert rig.state("y_1") == "up"


async def test_a_device_of_a_group_may_get_another_name(
    time: Time, strips: Strips, start: Start, home_of: HomeOf
) -> None:
    """Its source stays; it is read under the new name from then on."""
    rig = start(strips.exporter(), home_of("x_1", "x_2"))
    await time.pass_by(5)
    rig.readers.apply(home_of(fan="x_1", x_2="x_2"))
    await time.pass_by(60)
    assert [rig.state(device) for device in ("fan", "x_2")] == ["up", "up"]


async def test_a_group_counts_as_one_request(
    time: Time, strips: Strips, start: Start, home_of: HomeOf
) -> None:
    """A shared budget is spent by requests, however many sources one of them reads."""
    asked = set[int]()

    class Budget:
        def interval_seconds(self, request_count: int) -> float:
            asked.add(request_count)
            return 10.0

        def pause_seconds(self) -> float:
            return 0.0

    reader = PollGroup(NativeSource, strip_of, strips.read, schedule=Budget())
    rig = start(Exporter((reader,)), home_of("x_1", "x_2", "x_3", "y_1"))
    await time.pass_by(1)
    assert rig.readers.is_ready()
    assert max(asked) == 2
