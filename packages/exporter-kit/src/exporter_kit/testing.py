"""For tests of exporters: time that the test owns, and feeds at work in it."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prometheus_client.core import Metric

from exporter_kit.board import Board
from exporter_kit.clock import Clock
from exporter_kit.collector import DeviceCollector
from exporter_kit.energy_state import EnergyState, load_counters, state_document
from exporter_kit.feeds import Exporter
from exporter_kit.feeds_at_work import FeedsAtWork
from exporter_kit.outcomes import Failure
from exporter_kit.own_metrics import OwnMetrics
from exporter_kit.recording import Recorder
from exporter_kit.surroundings import Surroundings
from home_model.readings import Reading

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


class Time:
    """A clock that goes on when the test says so; sleepers wake in their order.

    `seconds` counts from the begin of the test.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._sleepers = list[tuple[float, asyncio.Future[None]]]()
        self.clock = Clock(lambda: self.seconds, self.now, self._sleep)

    def now(self) -> datetime:
        """The wall clock."""
        return BEGIN + timedelta(seconds=self.seconds)

    async def pass_by(self, seconds: float) -> None:
        """Let time pass, with everything that is due in it."""
        end = self.seconds + seconds
        await self.settle()
        while due := [sleeper for sleeper in self._sleepers if sleeper[0] <= end]:
            first = min(due, key=lambda sleeper: sleeper[0])
            self._sleepers.remove(first)
            self.seconds = max(self.seconds, first[0])
            if not first[1].done():
                first[1].set_result(None)
            await self.settle()
        self.seconds = end

    async def settle(self) -> None:
        """Let every task run until it waits for something."""
        for _ in range(20):
            await asyncio.sleep(0)

    async def _sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.seconds + seconds, woken))
        await woken


class Rig:
    """An exporter's feeds at work without a server; `feeds.apply(home)` starts them."""

    def __init__(
        self,
        exporter: Exporter,
        time: Time,
        state_dir: Path,
        interval_seconds: float = 10.0,
        deadline_seconds: float = 5.0,
    ) -> None:
        document = state_document(state_dir, "rig")
        self.energy = EnergyState(document, load_counters(document, time.now()))
        self.board = Board(time.clock)
        self._tasks = set[asyncio.Task[None]]()
        recorder = Recorder(self.board, self.energy, OwnMetrics())
        around = Surroundings(recorder, time.clock, deadline_seconds, self._spawn)
        self.feeds = FeedsAtWork(exporter, around, interval_seconds)

    def standing(self, device: str) -> Reading | Failure:
        """What is shown of a device."""
        standings = self.board.standings()
        return next(standing for target, standing in standings if target.key[0] == device)

    def kind(self, device: str) -> str:
        """`up`, or the kind of the failure."""
        standing = self.standing(device)
        return standing.kind if isinstance(standing, Failure) else "up"

    def metrics(self) -> dict[str, Metric]:
        """The devices' metrics as a scrape gives them now, all counters saved."""
        self.energy.write(self.energy.take())
        collector = DeviceCollector(self.board, self.energy)
        return {metric.name: metric for metric in collector.collect()}

    async def stop(self) -> None:
        """End all tasks; raises what ended one of them before its time."""
        self.feeds.stop()
        for task in self._tasks:
            task.cancel()
        for end in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(end, Exception):
                raise end

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        self._tasks.add(task := asyncio.create_task(work))
        return task
