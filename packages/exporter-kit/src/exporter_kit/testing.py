"""For tests of exporters: time that the test owns, and readers that run in it."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prometheus_client.core import Metric

from exporter_kit.app import Program, Readers
from exporter_kit.attempts import Failure, Outcome
from exporter_kit.energy.store import EnergyStore, load_counters, state_document
from exporter_kit.exporter import Exporter
from exporter_kit.settings import ExporterSettings
from service_kit.clock import Clock

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


class Time:
    """A clock that the test advances; sleepers wake in their order.

    `seconds` counts from the begin of the test; the wall clock differs by `set_by_seconds`.
    """

    def __init__(self) -> None:
        self.seconds, self.set_by_seconds = 0.0, 0.0
        self._sleepers = list[tuple[float, asyncio.Future[None]]]()
        self.clock = Clock(lambda: self.seconds, self.now, self._sleep)

    def now(self) -> datetime:
        """The wall clock."""
        return BEGIN + timedelta(seconds=self.seconds + self.set_by_seconds)

    def set_clock(self, by_seconds: float) -> None:
        """Set the wall clock, as NTP does; no time passes."""
        self.set_by_seconds += by_seconds

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
    """An exporter's readers without a server; `readers.apply(home)` starts them."""

    def __init__(
        self,
        exporter: Exporter,
        time: Time,
        state_dir: Path,
        interval_seconds: float = 10.0,
        deadline_seconds: float = 5.0,
    ) -> None:
        document = state_document(state_dir, "rig")
        self.energy = EnergyStore(document, load_counters(document, time.now()))
        settings = ExporterSettings(
            poll_interval_seconds=interval_seconds, deadline_seconds=deadline_seconds
        )
        self._tasks = set[asyncio.Task[None]]()
        program = Program("rig", "0", settings, exporter)
        self.readers = Readers(program, self.energy, time.clock, self._spawn)
        self.latest = self.readers.latest

    def outcome(self, device: str) -> Outcome:
        """Return what is shown of a device."""
        current = self.latest.current()
        return next(outcome for target, outcome in current if target.key[0] == device)

    def state(self, device: str) -> str:
        """Return `up`, or the type of the failure."""
        outcome = self.outcome(device)
        return outcome.failure_type if isinstance(outcome, Failure) else "up"

    def metrics(self) -> dict[str, Metric]:
        """Return the devices' metrics as a scrape gives them now, all counters saved."""
        self.energy.write(self.energy.take())
        return {metric.name: metric for metric in self.readers.page.devices.collect()}

    async def stop(self) -> None:
        """End all tasks.

        Raises:
            Exception: What ended one of them before its time.
        """
        self.readers.stop()
        for task in self._tasks:
            task.cancel()
        for end in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(end, Exception):
                raise end

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        self._tasks.add(task := asyncio.create_task(work))
        return task
