"""`/live`: one reader for all streams, events when values change, and an end when it stops."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from bff.live.watch import MAX_STREAMS, LiveWatch
from testbed.bff import Bff
from testbed.victoria_metrics import VictoriaMetrics

type StartBff = Callable[..., Bff]

LABELS = {"house": "home", "room": "work", "shelf": "rack_1", "device": "a", "source": "cloud"}
LIMIT_SECONDS = 60.0


class Values:
    """What is read: each read takes the next value; the last one stays."""

    def __init__(self, *values: str) -> None:
        self.values, self.reads = list(values), 0
        self._running = threading.Lock()

    def __call__(self) -> object:
        """Return the next value; two reads never overlap."""
        assert self._running.acquire(blocking=False), "two reads at once"
        self.reads += 1
        self._running.release()
        return self.values.pop(0) if len(self.values) > 1 else self.values[0]


def test_all_streams_share_one_reader_which_ends_with_the_last_one() -> None:
    """Ten streams see the same versions; equal values are no change."""

    async def watch_all() -> None:
        values = Values("1 W", "1 W", "2 W")
        watch = LiveWatch(values, every_seconds=0)

        async def follow() -> list[int | None]:
            with watch.stream():
                first = await watch.wait_for_change(0)
                return [first, await watch.wait_for_change(first or 0)]

        seen = await asyncio.wait_for(asyncio.gather(*(follow() for _ in range(10))), LIMIT_SECONDS)
        assert seen == [[1, 2]] * 10
        await asyncio.sleep(0)
        reads = values.reads
        for _ in range(100):
            await asyncio.sleep(0)
        assert values.reads <= reads + 1  # one that had begun may end

    asyncio.run(watch_all())


def test_a_new_stream_after_the_last_one_reads_again() -> None:
    """A reader that was ended is begun anew, and its first read is an event."""

    async def watch_twice() -> None:
        watch = LiveWatch(Values("1 W"), every_seconds=0)
        with watch.stream():
            first = await asyncio.wait_for(watch.wait_for_change(0), LIMIT_SECONDS)
        with watch.stream():
            second = await asyncio.wait_for(watch.wait_for_change(first or 0), LIMIT_SECONDS)
        assert (first, second) == (1, 2)

    asyncio.run(watch_twice())


def test_an_error_of_a_read_is_a_change_and_reads_go_on(caplog: pytest.LogCaptureFixture) -> None:
    """It is logged once, however long it lasts."""
    errors = [OSError("no file")] * 3

    def read() -> object:
        if errors:
            raise errors.pop()
        return "1 W"

    async def follow() -> int | None:
        watch = LiveWatch(read, every_seconds=0)
        with watch.stream():
            first = await asyncio.wait_for(watch.wait_for_change(0), LIMIT_SECONDS)
            return await asyncio.wait_for(watch.wait_for_change(first or 0), LIMIT_SECONDS)

    assert asyncio.run(follow()) == 2
    assert caplog.text.count("OSError: no file") == 1


def test_streams_are_bounded_and_end_when_the_process_stops() -> None:
    """One too many is seen before it begins; a closed watch lets nobody wait."""

    async def fill_and_close() -> None:
        watch = LiveWatch(Values("1 W"), every_seconds=0)

        async def follow() -> int | None:
            with watch.stream():
                return await watch.wait_for_change(1_000)

        waiting = [asyncio.create_task(follow()) for _ in range(MAX_STREAMS)]
        await asyncio.sleep(0)
        assert watch.is_full
        await watch.close()
        ended = await asyncio.wait_for(asyncio.gather(*waiting), LIMIT_SECONDS)
        assert set(ended) == {None}
        assert not watch.is_full

    asyncio.run(fill_and_close())


@pytest.fixture
def running(start_bff: StartBff, vm: VictoriaMetrics) -> Bff:
    """A BFF process with one device that was read just now."""
    vm.import_samples({"__name__": "switchbot_power_watts"} | LABELS, [(time.time(), 60.0)])
    vm.import_samples({"__name__": "switchbot_device_up"} | LABELS, [(time.time(), 1.0)])
    return start_bff()


def test_an_event_follows_a_reading(running: Bff, vm: VictoriaMetrics) -> None:
    """The first one comes at once, the next one with the next reading; nothing is stored of it."""
    timeout = httpx.Timeout(LIMIT_SECONDS)
    with running.http.stream("GET", "/live", timeout=timeout) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] in {"no-cache", "no-store"}
        events = changes(answer.iter_lines())
        assert "at" in next(events)
        vm.import_samples({"__name__": "switchbot_power_watts"} | LABELS, [(time.time(), 61.0)])
        assert "at" in next(events)


def changes(lines: Iterator[str]) -> Iterator[dict[str, str]]:
    """Parse the data of `changed`."""
    name = ""
    for line in lines:
        if line.startswith("event:"):
            name = line.removeprefix("event:").strip()
        elif line.startswith("data:") and name == "changed":
            yield json.loads(line.removeprefix("data:"))
