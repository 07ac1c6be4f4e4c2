"""An exporter as a running process: its parts, and the signals that move them."""

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from exporter_kit.energy.store import EnergyStore, open_energy, save_until
from exporter_kit.exporter import (
    Exporter,
    Reader,
    Sample,
    Subscribe,
    select_targets,
    source_name,
)
from exporter_kit.latest import Context, LatestReadings, Recorder, Spawn
from exporter_kit.metrics_page import MetricsPage
from exporter_kit.scheduler import Polling
from exporter_kit.server import Endpoints, serve
from exporter_kit.settings import ExporterSettings
from exporter_kit.subscriptions import Subscription
from home_model.config import Home
from service_kit.clock import Clock
from service_kit.config_file import ConfigFile
from service_kit.health import Pulse
from service_kit.signals import event_on, stop_event

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
    """All readers of an exporter with their latest readings and metrics.

    `apply` starts them and follows each new configuration.

    Args:
        program: The exporter, and the settings of the intervals and deadlines.
        energy: The counters that readings are counted in.
        clock: All waiting and all ages are by it.
        spawn: Starts a task that ends with the process.
    """

    def __init__(self, program: Program, energy: EnergyStore, clock: Clock, spawn: Spawn) -> None:
        self.latest = LatestReadings(clock)
        self.page = MetricsPage()
        context = Context(
            recorder=Recorder(self.latest, energy, self.page.count_failure),
            clock=clock,
            interval_seconds=program.settings.poll_interval_seconds,
            deadline_seconds=program.settings.deadline_seconds,
            spawn=spawn,
            observe_seconds=self.page.observe_seconds,
        )
        exporter = program.exporter
        self._running = [_running(reader, context) for reader in exporter.readers]
        self._shard = program.settings.shard
        self.page.add_devices(self.latest.current, energy)
        self.page.add_exporter(program.name, program.version, exporter.samples)
        for each in self._running:
            self.page.add_times(source_name(each.reader.source_type), each.times)

    def apply(self, home: Home) -> int:
        """Read what this home has; return the number of targets."""
        wanted = [
            (each, self._shard.select(select_targets(home, each.reader.source_type)))
            for each in self._running
        ]
        for each, targets in wanted:
            each.apply(targets)
        self.latest.keep_only(target.key for _, targets in wanted for target in targets)
        return sum(len(targets) for _, targets in wanted)

    def is_ready(self) -> bool:
        """Return whether every polled target was attempted; subscribed ones are not waited for."""
        return all(each.is_ready() for each in self._running)

    def stop(self) -> None:
        """End all tasks."""
        for each in self._running:
            each.stop()


def _running(reader: Reader, context: Context) -> Polling | Subscription:
    if isinstance(reader, Subscribe):
        return Subscription(reader, context)
    return Polling(reader, context)


class Process:
    """Ready when constructed; works while `run` does."""

    def __init__(
        self, program: Program, config: ConfigFile, energy: EnergyStore, clock: Clock
    ) -> None:
        self._program, self._config, self._energy, self._clock = program, config, energy, clock
        self._tasks = asyncio.TaskGroup()
        self._pulse = Pulse(clock.monotonic)
        self._readers = Readers(program, energy, clock, self._spawn)
        self._readers.page.add_state(energy)
        self._readers.page.add_config(config)

    def endpoints(self) -> Endpoints:
        """Return what the server shows."""
        return Endpoints(
            name=self._program.name,
            version=self._program.version,
            metrics=self._readers.page.text,
            is_alive=self._pulse.is_alive,
            is_ready=self._readers.is_ready,
            allowed_hosts=self._program.settings.allowed_hosts,
        )

    async def run(self) -> None:
        """Work until SIGTERM or SIGINT; what was counted is saved before this returns."""
        stopping, reload = stop_event(), event_on(signal.SIGHUP)
        settings = self._program.settings
        async with self._tasks:
            self._spawn(save_until(stopping, self._energy, self._clock))
            self._apply()
            LOG.info("serving http://%s:%d/metrics", settings.listen_host, settings.listen_port)
            stopped = self._tasks.create_task(stopping.wait())
            while not stopped.done():
                await self._watch(reload)
                await asyncio.wait([stopped], timeout=WATCH_SECONDS)
            LOG.info("stopping")
            self._readers.stop()

    async def _watch(self, reload: asyncio.Event) -> None:
        self._pulse.beat()
        self._readers.page.refresh_disk(self._energy)
        self._readers.latest.log_aged()
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
    with open_energy(settings.state_dir, program.name, clock.now()) as energy:
        process = Process(program, config, energy, clock)
        async with serve(process.endpoints(), settings.listen_host, settings.listen_port):
            await process.run()


async def run_without_devices(
    name: str, settings: ExporterSettings, samples: Callable[[], Iterable[Sample]]
) -> None:
    """Serve /metrics and /healthz until SIGTERM or SIGINT, for a process without `devices.yaml`.

    Raises:
        CannotStartError: The port cannot be used.
    """
    pulse, page, stopping = Pulse(), MetricsPage(), stop_event()
    page.add_exporter(name, version(name), samples)
    endpoints = Endpoints(
        name, version(name), page.text, pulse.is_alive, lambda: True, settings.allowed_hosts
    )
    async with serve(endpoints, settings.listen_host, settings.listen_port):
        stopped = asyncio.create_task(stopping.wait())
        while not stopped.done():
            pulse.beat()
            await asyncio.wait([stopped], timeout=WATCH_SECONDS)
