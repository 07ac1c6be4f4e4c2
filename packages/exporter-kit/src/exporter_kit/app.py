"""An exporter as a running process: its parts, and the signals that move them."""

import asyncio
import logging
import signal
from collections.abc import Coroutine
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from exporter_kit.energy.store import EnergyStore, load_counters, save_until, state_document
from exporter_kit.exporter import Exporter, Subscribe
from exporter_kit.latest import LatestReadings, Recorder
from exporter_kit.metrics_page import MetricsPage
from exporter_kit.scheduler import Context, Polling
from exporter_kit.server import Endpoints, serve
from exporter_kit.settings import ExporterSettings
from exporter_kit.statefile import Document, InUseError, only_writer
from exporter_kit.subscriptions import Subscription
from exporter_kit.targets import select_targets, source_name
from home_model.config import Home
from service_kit.clock import Clock
from service_kit.config_file import ConfigFile
from service_kit.errors import CannotStartError
from service_kit.health import Pulse
from service_kit.signals import event_on, stop_event
from service_kit.waiting import wait_for_event

LOG = logging.getLogger(__name__)
WATCH_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Program:
    """An exporter under its name; the state file has the distribution's name."""

    name: str
    version: str
    settings: ExporterSettings
    exporter: Exporter


class Readers:
    """All readers of an exporter; `apply` starts them and follows each new configuration."""

    def __init__(self, exporter: Exporter, context: Context) -> None:
        self._latest = context.recorder.latest
        self.running: list[Polling | Subscription] = [
            Subscription(reader, context)
            if isinstance(reader, Subscribe)
            else Polling(reader, context)
            for reader in exporter.readers
        ]

    def apply(self, home: Home) -> int:
        """Read what this home has; return the number of targets."""
        wanted = [(each, select_targets(home, each.reader.source_type)) for each in self.running]
        for each, targets in wanted:
            for target in targets:
                self._latest.add(target, lambda each=each: each.times().age_limit_seconds)
        self._latest.keep_only(target.key for _, targets in wanted for target in targets)
        for each, targets in wanted:
            each.apply(targets)
        return sum(len(targets) for _, targets in wanted)

    def is_ready(self) -> bool:
        """Return whether every polled target was attempted; subscribed ones are not waited for."""
        return all(each.is_ready() for each in self.running)

    def stop(self) -> None:
        """End all tasks."""
        for each in self.running:
            each.stop()


class Process:
    """Ready when constructed; works while `run` does."""

    def __init__(
        self, program: Program, config: ConfigFile, energy: EnergyStore, clock: Clock
    ) -> None:
        self._program, self._config, self._energy, self._clock = program, config, energy, clock
        self._tasks = asyncio.TaskGroup()
        self._pulse = Pulse(clock.monotonic)
        self._page = MetricsPage()
        self._latest = LatestReadings(clock)
        recorder = Recorder(self._latest, energy, self._page.count_failure)
        settings = program.settings
        context = Context(
            recorder,
            clock,
            settings.poll_interval_seconds,
            settings.deadline_seconds,
            self._spawn,
            self._page.observe_seconds,
        )
        self._readers = Readers(program.exporter, context)
        self._fill_page()

    def endpoints(self) -> Endpoints:
        """Return what the server shows."""
        return Endpoints(
            name=self._program.name,
            version=self._program.version,
            metrics=self._page.text,
            is_alive=self._pulse.is_alive,
            is_ready=self._readers.is_ready,
        )

    async def run(self) -> None:
        """Work until SIGTERM or SIGINT; what was counted is saved before this returns."""
        stopping, reload = stop_event(), event_on(signal.SIGHUP)
        settings = self._program.settings
        async with self._tasks:
            self._spawn(save_until(stopping, self._energy, self._clock))
            self._apply()
            LOG.info("serving http://%s:%d/metrics", settings.listen_host, settings.listen_port)
            while not stopping.is_set():
                await self._watch(reload)
                await wait_for_event(stopping, WATCH_SECONDS)
            LOG.info("stopping")
            self._readers.stop()

    async def _watch(self, reload: asyncio.Event) -> None:
        self._pulse.beat()
        self._page.refresh_disk(self._energy)
        self._latest.log_aged()
        if reload.is_set() or self._config.is_stale():
            force = reload.is_set()
            reload.clear()
            if await asyncio.to_thread(self._config.reload, force=force):
                self._apply()

    def _apply(self) -> None:
        if count := self._readers.apply(self._config.home):
            LOG.info("%d devices to read", count)
        else:
            LOG.warning("no device of the configuration is for this exporter")

    def _fill_page(self) -> None:
        program = self._program
        self._page.add_devices(self._latest.current, self._energy)
        self._page.add_exporter(program.name, program.version, program.exporter.samples)
        for each in self._readers.running:
            self._page.add_times(source_name(each.reader.source_type), each.times)
        self._page.add_state(self._energy)
        self._page.add_config(self._config)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return self._tasks.create_task(work)


async def run_exporter(program: Program, clock: Clock) -> None:
    """Run until SIGTERM or SIGINT.

    Raises:
        ConfigError: There is no good configuration to begin with.
        CannotStartError: The state or the port cannot be used.
    """
    settings = program.settings
    config = ConfigFile(settings.config_file, clock.now)
    document = state_document(settings.state_dir, program.name)
    with ExitStack() as held:
        energy = _hold_state(held, document, clock.now())
        process = Process(program, config, energy, clock)
        async with serve(process.endpoints(), settings.listen_host, settings.listen_port):
            await process.run()


def _hold_state(held: ExitStack, document: Document, now: datetime) -> EnergyStore:
    try:
        held.enter_context(only_writer(document.path))
        return EnergyStore(document, load_counters(document, now))
    except InUseError as error:
        message = f"STATE_DIR: {error}"
    except OSError as error:
        message = f"STATE_DIR {document.path.parent} cannot be used: {error.strerror}"
    raise CannotStartError(message)
