"""The counters of one exporter and the file they are kept in.

`advance` moves them in memory; only what was saved is ever exposed, so that no restart can make an
exposed counter fall.
"""

import asyncio
import logging
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from exporter_kit.energy.accumulate import advance, own_counter_of
from exporter_kit.energy.counter import Counter, Limits, nwh_of_kwh, without_marks
from exporter_kit.statefile import (
    DamagedError,
    Document,
    load_document,
    save_document,
    set_aside,
    set_aside_count,
)
from home_model.readings import Reading
from service_kit.clock import Clock
from service_kit.errors import CannotStartError
from service_kit.files import InUseError, only_writer

type Key = tuple[str, str]  # device, source

VERSION = 1
SAVE_SECONDS = 1.0
# On a slow disk at most a twentieth of the time goes into writing.
SKIP_FACTOR = 20.0
LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Metered:
    """A counter and the meter that feeds it now."""

    meter: str
    counter: Counter


type Counters = Mapping[Key, Metered]
ENTRIES = TypeAdapter(dict[str, Metered])


def state_document(state_dir: Path, exporter: str) -> Document:
    """Return where an exporter keeps its counters."""
    return Document(state_dir / f"{exporter}.state.json", VERSION)


def load_counters(document: Document, now: datetime) -> dict[Key, Metered]:
    """Return every counter as it was saved; none if there is no file, or it had to be set aside.

    Raises:
        OSError: The file cannot be read or set aside: better not to start.
    """
    try:
        body = load_document(document)
        return {} if body is None else _parse(body)
    except DamagedError as error:
        kept = set_aside(document.path, now)
        LOG.error("%s was not used: %s. It is kept as %s.", document.path, error, kept.name)  # noqa: TRY400
        return {}


def save_counters(document: Document, counters: Counters) -> None:
    """Write every counter.

    Raises:
        OSError: They could not be written.
    """
    entries = {"/".join(key): asdict(metered) for key, metered in counters.items()}
    save_document(document, {"counters": entries})


def _parse(body: Mapping[str, Any]) -> dict[Key, Metered]:
    try:
        entries = ENTRIES.validate_python(body.get("counters"), strict=False, extra="forbid")
        return {_key(name): metered for name, metered in entries.items()}
    except (ValidationError, ValueError) as error:
        message = f"its content makes no sense ({type(error).__name__})"
        raise DamagedError(message) from None


def _key(name: str) -> Key:
    device, source = name.split("/")
    return (device, source)


class EnergyStore:
    """The counters in memory and those of them that are on disk."""

    def __init__(self, document: Document, counters: Counters) -> None:
        self.document = document
        self.saved: Counters = dict(counters)
        self._now = dict(counters)
        self.is_writable = True
        self.failed_saves = 0

    def advance(self, key: Key, meter: str, reading: Reading, limits: Limits) -> None:
        """Count one reading. Another meter in the same place has a counter of its own."""
        metered = self._now.get(key, Metered(meter, Counter()))
        if metered.meter != meter:
            metered = Metered(meter, without_marks(metered.counter))
        self._now[key] = replace(metered, counter=advance(metered.counter, reading, limits))

    @property
    def has_unsaved(self) -> bool:
        """Whether anything was counted that is not on disk yet."""
        return not self.is_writable or self._now != self.saved

    def exposed_kwh(self, key: Key, reading: Reading) -> float | None:
        """Return the saved total, if this reading still feeds the counter."""
        feeds = reading.power_watts is not None or own_counter_of(reading) is not None
        metered = self.saved.get(key)
        if not feeds or metered is None or not self.is_writable:
            return None
        return metered.counter.total_kwh

    def files_set_aside(self) -> int:
        """Return how many damaged files lie beside the one in use. Reads the disk."""
        return set_aside_count(self.document.path)

    def take(self) -> Counters:
        """Return what is to be written now."""
        return dict(self._now)

    def write(self, counters: Counters) -> None:
        """Save `counters`, then expose them. May run in another thread.

        A failure is logged when it begins and when it ends; until then no counter is shown.
        """
        try:
            save_counters(self.document, counters)
        except OSError as error:
            self._not_saved(error)
            return
        if not self.is_writable:
            LOG.warning("%s is written again", self.document.path)
        self.saved, self.is_writable = counters, True

    def _not_saved(self, error: OSError) -> None:
        self.failed_saves += 1
        if self.is_writable:
            LOG.error("%s cannot be written (%s): no energy is shown", self.document.path, error)
        self.is_writable = False


@contextmanager
def open_energy(state_dir: Path, exporter: str, now: datetime) -> Generator[EnergyStore]:
    """Hold the counters of an exporter for the length of a `with` block.

    Raises:
        CannotStartError: Another process holds them, or the folder cannot be used.
    """
    document = state_document(state_dir, exporter)
    with ExitStack() as held:
        try:
            held.enter_context(only_writer(document.path))
            energy = EnergyStore(document, load_counters(document, now))
        except InUseError as error:
            message = f"STATE_DIR: {error}"
            raise CannotStartError(message) from None
        except OSError as error:
            message = f"STATE_DIR {state_dir} cannot be used: {error.strerror}"
            raise CannotStartError(message) from None
        yield energy


async def save_until(stopping: asyncio.Event, energy: EnergyStore, clock: Clock) -> None:
    """Save whenever something was counted, and once more at the end.

    Ends by the event, never by cancellation: a write that was begun must not be overtaken.
    """
    stopped = asyncio.create_task(stopping.wait())
    while not stopped.done():
        took_seconds = await _save(energy, clock)
        await asyncio.wait([stopped], timeout=max(SAVE_SECONDS, SKIP_FACTOR * took_seconds))
    await _save(energy, clock)


async def _save(energy: EnergyStore, clock: Clock) -> float:
    began = clock.monotonic()
    if energy.has_unsaved:
        await asyncio.to_thread(energy.write, energy.take())
    return clock.monotonic() - began


def write_initial_counters(
    state_dir: Path, exporter: str, totals_kwh: Mapping[Key, float], now: datetime
) -> None:
    """Set the totals, by (device, source), from which an exporter that is not running goes on.

    What the exporter exposes first is never below the total given. Other counters stay.

    Raises:
        ValueError: A counter is already higher: a counter never falls.
        InUseError: The exporter is running.
        OSError: The state cannot be read or written.
    """
    document = state_document(state_dir, exporter)
    with only_writer(document.path):
        counters = load_counters(document, now)
        for key, total_kwh in totals_kwh.items():
            counters[key] = _raised(counters.get(key, Metered("", Counter())), key, total_kwh)
        save_counters(document, counters)


def _raised(metered: Metered, key: Key, total_kwh: float) -> Metered:
    total_nwh = nwh_of_kwh(total_kwh)
    if metered.counter.total_nwh > total_nwh:
        message = f"{'/'.join(key)} has counted {metered.counter.total_kwh} kWh already"
        raise ValueError(message)
    return replace(metered, counter=replace(metered.counter, total_nwh=total_nwh))
