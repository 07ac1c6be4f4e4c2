"""The wiring: the unit's pages as readings of the configured sources."""

import asyncio
import logging
from collections.abc import (
    AsyncGenerator,
    Awaitable,
    Coroutine,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime
from math import ceil
from typing import Any

from aiseg2_exporter.client import Client
from aiseg2_exporter.daily_counters import GRAPH_OF_SOURCE, DailyCounters, counters_document
from aiseg2_exporter.daily_counters import Reading as CounterReading
from aiseg2_exporter.forwarder import forwarding_unit
from aiseg2_exporter.live import Live, LiveReader
from aiseg2_exporter.parse import Circuit, Summary
from aiseg2_exporter.power import CircuitsPower, circuits_power, house_power
from aiseg2_exporter.refill import Refiller
from aiseg2_exporter.settings import Settings
from exporter_kit import Exporter, PollGroup, Sample
from home_model.errors import BadPayloadError, SourceError, UnreachableError
from home_model.readings import Reading
from home_model.sources import Aiseg2Source
from service_kit.clock import Clock

LOG = logging.getLogger(__name__)
CATALOGUE_SECONDS = 86_400.0
# A settings page locks the owner's screen for a while.
CATALOGUE_RETRY_SECONDS = 600.0
# An energy that is older than so many of its intervals is not shown.
AGE_INTERVALS = 3
# All pages of circuits, the four of energy, some of circuits' energy.
DEADLINES_PER_READ = 6

type Result = Reading | SourceError


class Unit:
    """One AiSEG2 and the readings of its meters."""

    def __init__(self, client: Client, live: LiveReader, settings: Settings, clock: Clock) -> None:
        self._client, self._live, self._settings, self._clock = client, live, settings, clock
        self.counters = DailyCounters(
            client,
            counters_document(settings.state_dir),
            clock,
            notes_outages=bool(settings.victoriametrics_url),
            round_seconds=DEADLINES_PER_READ / 2 * settings.deadline_seconds,
        )
        self._catalogue = tuple[Circuit, ...]()
        self._catalogue_lock = asyncio.Lock()
        self._catalogue_due_seconds = self._catalogue_read_seconds = float("-inf")
        self._problems: dict[str, str] = {}
        self._failed_seconds: dict[str, float] = {}
        self._last: Live | None = None
        self._unmatched = frozenset[str]()  # ids and names that the last round left over
        self._summary: Summary | None = None  # the last good one

    async def read(self, sources: Sequence[Aiseg2Source]) -> Mapping[Aiseg2Source, Result]:
        """Read all sources.

        Raises:
            SourceError: The live pages could not be read.
        """
        live = await self._live.read(0.5 * self._settings.poll_interval_seconds)
        self._note("summary", live.error)
        self._note("circuits", live.circuits.error)
        if live.error is None:
            self._summary = live.summary
        ids = [source.id for source in sources]
        circuits = await self._read_circuits(live) if any(map(str.isdecimal, ids)) else None
        await self._read_energy(ids)
        self._last = live
        watts = house_power(live.summary, live.circuits.once)
        if circuits:
            watts |= {**circuits.power_watts, **self._mean_watts(circuits.shared_ids)}
        return {source: self._reading(source.id, watts, live) for source in sources}

    async def log_unplaced(self, sources: Sequence[Aiseg2Source]) -> None:
        """Log the measured circuits that the configuration does not place."""
        await self._refresh_catalogue()
        placed = {source.id for source in sources}
        rest = [f"{c.id} {c.name}" for c in self._catalogue if c.id not in placed]
        if rest:
            LOG.info("not placed, so part of what the house's meter has left: %s", ", ".join(rest))

    def samples(self) -> Iterator[Sample]:
        """Yield what concerns the unit itself, from memory."""
        yield Sample(
            "aiseg2_mixed_energy_pages_total", "counter",
            "Times that the pages of energy were of different moments and not used.",
            self.counters.mixed_pages,
        )  # fmt: skip
        if self._last is None:
            return
        page = self._last.circuits.first_page
        yield Sample(
            "aiseg2_unit_info", "gauge", "Which unit this is.", 1, {"firmware": page.firmware}
        )
        if page.clock is not None:
            yield Sample(
                "aiseg2_clock_skew_seconds", "gauge",
                "The unit's clock minus this machine's, in seconds.",
                (page.clock - self._last.at).total_seconds(),
            )  # fmt: skip
        battery = self._last.summary.battery
        if battery and battery.percent is not None:
            yield Sample(
                "aiseg2_battery_percent", "gauge", "Level of the battery.", battery.percent
            )

    def _reading(self, source_id: str, watts: Mapping[str, float], live: Live) -> Result:
        found, power_watts = self._energy(source_id), watts.get(source_id)
        if power_watts is None and found is None:
            return BadPayloadError(self._why_absent(source_id, live))
        return Reading(
            at=live.at,
            power_watts=power_watts,
            energy_lifetime_kwh=float(found.counter.total_kwh) if found else None,
            energy_past=self._past(source_id) if found else (),
        )

    def _past(self, source_id: str) -> tuple[tuple[datetime, float], ...]:
        """Return the hours of an outage: the counter is checked by the hour, not by all at once."""
        outage = self.counters.outages.get(source_id)
        return tuple((at, float(kwh)) for at, kwh in outage.hours) if outage else ()

    def _energy(self, source_id: str) -> CounterReading | None:
        settings = self._settings
        is_circuit = source_id.isdecimal()
        interval_seconds = (
            settings.circuit_energy_seconds if is_circuit else settings.energy_interval_seconds
        )
        return self.counters.reading(source_id, AGE_INTERVALS * interval_seconds)

    def _mean_watts(self, shared_ids: Iterable[str]) -> dict[str, float]:
        """Return the mean power of circuits that have one name, from their own counters."""
        found = {source_id: self._energy(source_id) for source_id in shared_ids}
        return {
            source_id: reading.mean_power_watts
            for source_id, reading in found.items()
            if reading and reading.mean_power_watts is not None
        }

    def _why_absent(self, source_id: str, live: Live) -> str:
        if not source_id.isdecimal():
            reason = f"the AiSEG2 shows no value for `{source_id}`"
            return f"{reason}: {live.error.reason}" if live.error else reason
        if not self._catalogue:
            return self._problems.get("catalogue", "the list of circuits was not read yet")
        names = {circuit.id: circuit.name for circuit in self._catalogue}
        if source_id not in names:
            return f"the AiSEG2 measures no circuit {source_id}; --discover lists those it has"
        reason = f"circuit {source_id} ({names[source_id]}) was on no page of this round"
        return f"{reason}: {live.circuits.error.reason}" if live.circuits.error else reason

    async def _read_circuits(self, live: Live) -> CircuitsPower | None:
        await self._refresh_catalogue()
        if not self._catalogue:
            return None
        found, before = self._circuits_of(live), self._unmatched
        if not live.circuits.error and _unmatched(found) - before:
            # A circuit that changed its place while the pages were read; else a changed name.
            with suppress(SourceError):  # what was read stays true
                found = self._circuits_of(await self._live.read(0.0))
        self._unmatched = _unmatched(found)
        # What a list did not explain, the same list would not explain again.
        if set(found.unknown_names) - before:
            self._catalogue_due_seconds = min(
                self._catalogue_due_seconds, self._catalogue_read_seconds + CATALOGUE_RETRY_SECONDS
            )
        return found

    def _circuits_of(self, live: Live) -> CircuitsPower:
        circuits = live.circuits
        return circuits_power(
            self._catalogue, circuits.circuits, is_complete=circuits.error is None
        )

    async def _refresh_catalogue(self) -> None:
        # A task that needs the list while another one reads it waits for it.
        async with self._catalogue_lock:
            await self._read_catalogue_if_due()

    async def _read_catalogue_if_due(self) -> None:
        now_seconds = self._clock.monotonic()
        if now_seconds < self._catalogue_due_seconds:
            return
        self._catalogue_read_seconds = now_seconds
        self._catalogue_due_seconds = now_seconds + CATALOGUE_RETRY_SECONDS
        try:
            self._catalogue = await self._client.fetch_catalogue()
        except SourceError as error:
            self._note("catalogue", error)
        else:
            self._note("catalogue", None)
            self._catalogue_due_seconds = now_seconds + CATALOGUE_SECONDS

    async def _read_energy(self, ids: Sequence[str]) -> None:
        """Read what is due. One page that makes no sense keeps no other from being read."""
        settings, counters = self._settings, self.counters
        counters.begin_round()
        summary = self._summary
        if summary and _is_due(counters, ids, settings.energy_interval_seconds):
            house = counters.read_house(
                has_generation=summary.has_generation, has_only_sun=summary.has_only_sun
            )
            self._note("energy", await _error_of(house))
        for circuit_id in self._circuits_due(ids):
            error = await _error_of(counters.read_circuit(circuit_id))
            self._note(f"energy of circuit {circuit_id}", error)
            if error:
                self._failed_seconds[circuit_id] = self._clock.monotonic()
            if isinstance(error, UnreachableError):
                break  # the unit itself: the others would fail too

    def _circuits_due(self, ids: Sequence[str]) -> list[str]:
        """Return those tried longest ago, so many that all are read within their interval.

        After an outage it is all of them: a sample of the old value would end the time that
        `refill` may fill.
        """
        settings, counters = self._settings, self.counters
        circuits = [source_id for source_id in ids if source_id.isdecimal()]
        share = settings.poll_interval_seconds / settings.circuit_energy_seconds
        count = max(ceil(len(circuits) * min(1.0, share)), sum(map(counters.was_away, circuits)))
        return sorted(circuits, key=self._tried_seconds)[:count]

    def _tried_seconds(self, circuit_id: str) -> float:
        """Return when the energy of a circuit was last read, or could not be."""
        read_seconds = self._clock.monotonic() - self.counters.age_seconds(circuit_id)
        return max(read_seconds, self._failed_seconds.get(circuit_id, read_seconds))

    def _note(self, what: str, error: SourceError | None) -> None:
        """Log a problem when it begins and when it ends."""
        reason, before = error.reason if error else "", self._problems.get(what, "")
        if reason and reason != before:
            LOG.warning("%s: %s", what, reason)
        elif before and not reason:
            LOG.info("%s: read again", what)
        self._problems[what] = reason


def _unmatched(found: CircuitsPower) -> frozenset[str]:
    return found.missing_ids | frozenset(found.unknown_names)


async def _error_of(read: Awaitable[None]) -> SourceError | None:
    try:
        await read
    except SourceError as error:
        return error
    return None


def _is_due(counters: DailyCounters, ids: Sequence[str], interval_seconds: float) -> bool:
    house = [source_id for source_id in ids if source_id in GRAPH_OF_SOURCE]
    return any(counters.age_seconds(source_id) >= interval_seconds for source_id in house)


@asynccontextmanager
async def running(work: Coroutine[Any, Any, None]) -> AsyncGenerator[None]:
    """Run work that has no end for the length of a `with` block; its failure ends the block."""
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(work)
        yield
        task.cancel()


@asynccontextmanager
async def open_exporter(settings: Settings) -> AsyncGenerator[Exporter]:
    """Yield the exporter, and forward beside it if InfluxDB is set."""
    clock, client = Clock(), Client(settings.connection)
    live = LiveReader(client, clock)
    unit = Unit(client, live, settings, clock)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(client.close)
        samples = [unit.samples]
        if settings.victoriametrics_url:
            refiller = Refiller(settings, unit.counters, clock)
            await stack.enter_async_context(running(refiller.run()))
            samples.append(refiller.samples)
        if settings.forwards:
            forwarder = await stack.enter_async_context(forwarding_unit(settings, live, clock))
            samples.append(forwarder.samples)
        yield Exporter(
            readers=(
                PollGroup(
                    Aiseg2Source,
                    group=lambda _: "the unit",
                    read=unit.read,
                    deadline_seconds=DEADLINES_PER_READ * settings.deadline_seconds,
                    inspect=unit.log_unplaced,
                ),
            ),
            samples=lambda: [sample for each in samples for sample in each()],
        )
