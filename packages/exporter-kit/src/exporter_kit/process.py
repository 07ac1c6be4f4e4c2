"""The parts of a running exporter and the signals that move them."""

import asyncio
import logging
import signal
from collections.abc import Coroutine
from typing import Any

from exporter_kit.board import Board
from exporter_kit.clock import Clock
from exporter_kit.configuration import Configuration
from exporter_kit.energy_state import EnergyState
from exporter_kit.feeds_at_work import FeedsAtWork
from exporter_kit.own_metrics import OwnMetrics
from exporter_kit.page import Page
from exporter_kit.program import Program
from exporter_kit.recording import Recorder
from exporter_kit.saving import save_until, wait_for
from exporter_kit.server import Answers
from exporter_kit.surroundings import Surroundings

LOG = logging.getLogger(__name__)
WATCH_SECONDS = 1.0
PULSE_LIMIT_SECONDS = 60.0


class Process:
    """Made ready at once; works while `run` does."""

    def __init__(
        self, program: Program, configuration: Configuration, energy: EnergyState, clock: Clock
    ) -> None:
        self._program, self._configuration = program, configuration
        self._energy, self._clock = energy, clock
        self._stopping, self._reload = asyncio.Event(), asyncio.Event()
        self._pulse = clock.monotonic()
        self._tasks = asyncio.TaskGroup()
        own, self._board = OwnMetrics(), Board(clock)
        settings, recorder = program.settings, Recorder(self._board, energy, own)
        around = Surroundings(recorder, clock, settings.deadline_seconds, self._spawn)
        self._feeds = FeedsAtWork(program.exporter, around, settings.poll_interval_seconds)
        self._page = Page(program, own, self._board, energy)
        self._page.add_work(self._feeds, configuration)

    def answers(self) -> Answers:
        """What the server shows."""
        return Answers(
            name=self._program.name,
            version=self._program.version,
            metrics=self._page.text,
            healthy=lambda: self._clock.monotonic() - self._pulse < PULSE_LIMIT_SECONDS,
            ready=self._feeds.tried,
        )

    async def run(self) -> None:
        """Work until a signal says stop; what was counted is saved before this returns."""
        self._catch_signals()
        settings = self._program.settings
        async with self._tasks:
            self._spawn(save_until(self._stopping, self._energy, self._clock))
            self._apply()
            LOG.info("serving http://%s:%d/metrics", settings.listen_host, settings.listen_port)
            while not self._stopping.is_set():
                await self._watch()
                await wait_for(self._stopping, WATCH_SECONDS)
            LOG.info("stopping")
            self._feeds.stop()

    async def _watch(self) -> None:
        self._pulse = self._clock.monotonic()
        self._page.look_at_disk()
        self._board.tell_aged()
        if self._reload.is_set() or self._configuration.changed():
            self._reload.clear()
            if await self._configuration.load_again():
                self._apply()

    def _apply(self) -> None:
        if count := self._feeds.apply(self._configuration.home):
            LOG.info("%d devices to read", count)
        else:
            LOG.warning("no device of the configuration is for this exporter")

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return self._tasks.create_task(work)

    def _catch_signals(self) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._stopping.set)
        loop.add_signal_handler(signal.SIGINT, self._stopping.set)
        loop.add_signal_handler(signal.SIGHUP, self._reload.set)
