"""The counters of one exporter and the file they are kept in.

`advance` moves them in memory; only what was saved is ever exposed, so that no restart can make an
exposed counter fall.
"""

import asyncio
import json
import logging
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from exporter_kit.energy.accumulate import (
    advance,
    after_clock_step,
    leave_counter,
    own_counter_of,
)
from exporter_kit.energy.counter import (
    Counter,
    Limits,
    Past,
    nwh_of_kwh,
    unix_us,
    without_marks,
)
from exporter_kit.statefile import (
    DamagedError,
    Document,
    check_document,
    load_document,
    save_document,
    set_aside,
    set_aside_count,
)
from home_model.readings import Reading
from service_kit.backup import BackupError
from service_kit.clock import Clock
from service_kit.errors import CannotStartError
from service_kit.files import InUseError, only_writer

type Key = tuple[str, str]  # device, source

VERSION = 1
STATE_SUFFIX = ".state.json"
SAVE_SECONDS = 1.0
# What is known of a source may be some minutes old after a restart: it changes within days.
SAVE_PASTS_SECONDS = 600.0
# On a slow disk at most a twentieth of the time goes into writing.
SKIP_FACTOR = 20.0
LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Metered:
    """A counter and the meter that feeds it now."""

    meter: str
    counter: Counter


@dataclass(frozen=True, slots=True)
class SavedPast:
    """A `Past` as it is written.

    Attributes:
        hours: Number of the hour, micro-watt-hours, measured milliseconds.
        samples: Unix milliseconds, micro-watt-hours.
        learned_ms: As in `Past`.
    """

    hours: list[tuple[int, int, int]]
    samples: list[tuple[int, int]]
    learned_ms: int


type Counters = Mapping[Key, Metered]
ENTRIES = TypeAdapter(dict[str, Metered])
PASTS = TypeAdapter(dict[str, SavedPast])


def state_document(state_dir: Path, exporter: str) -> Document:
    """Return where an exporter keeps its counters."""
    return Document(state_dir / f"{exporter}{STATE_SUFFIX}", VERSION)


def load_counters(document: Document, now: datetime) -> dict[Key, Metered]:
    """Return every counter as it was saved; none if there is no file, or it had to be set aside.

    Raises:
        OSError: The file cannot be read or set aside: better not to start.
    """
    try:
        return read_counters(document)
    except DamagedError as error:
        kept = set_aside(document.path, now)
        LOG.error("%s was not used: %s. It is kept as %s.", document.path, error, kept.name)  # noqa: TRY400
        return {}


def read_counters(document: Document) -> dict[Key, Metered]:
    """Return every counter as it was saved; none if there is no file.

    Raises:
        DamagedError: The file is not what was saved, or of another version.
        OSError: It cannot be read.
    """
    body = load_document(document)
    return {} if body is None else _parse(body)


def save_counters(document: Document, counters: Counters) -> None:
    """Write every counter.

    Raises:
        OSError: They could not be written.
    """
    entries = {"/".join(key): metered for key, metered in counters.items()}
    save_document(document, {"counters": ENTRIES.dump_python(entries, mode="json")})


def pasts_document(document: Document) -> Document:
    """Return where the past of an exporter's sources is kept, beside its counters."""
    name = document.path.name.replace(".state.", ".past.")
    return Document(document.path.with_name(name), VERSION)


def load_pasts(document: Document) -> dict[Key, Past]:
    """Return what is known of every source; none where that cannot be read: it is learned anew."""
    try:
        body = load_document(pasts_document(document)) or {"pasts": {}}
        saved = PASTS.validate_python(body["pasts"])
        return {_key(name): _past(each) for name, each in saved.items()}
    except (DamagedError, OSError, KeyError, ValidationError, ValueError) as error:
        LOG.warning("%s was not used: %s", pasts_document(document).path, error)
        return {}


def save_pasts(document: Document, pasts: Mapping[Key, SavedPast]) -> None:
    """Write what is known of every source."""
    entries = {"/".join(key): past for key, past in pasts.items()}
    try:
        body = {"pasts": PASTS.dump_python(entries, mode="json")}
        save_document(pasts_document(document), body)
    except OSError as error:
        LOG.warning("%s cannot be written: %s", pasts_document(document).path, error)


def _past(saved: SavedPast) -> Past:
    past = Past(learned_ms=saved.learned_ms)
    for number, uwh, measured_ms in saved.hours:
        past.history.add_to_hour(number, uwh, measured_ms)
    for at_ms, uwh in saved.samples:
        past.add(at_ms, uwh)
    return past


def _saved(past: Past) -> SavedPast:
    hours = [(number, hour.uwh, hour.measured_ms) for number, hour in past.history.hours.items()]
    return SavedPast(hours, list(zip(past.at_ms, past.uwh, strict=True)), past.learned_ms)


def _parse(body: Mapping[str, Any]) -> dict[Key, Metered]:
    try:
        entries = ENTRIES.validate_python(body.get("counters"), strict=False, extra="ignore")
        return {_key(name): metered for name, metered in entries.items()}
    except (ValidationError, ValueError) as error:
        message = f"its content makes no sense ({type(error).__name__})"
        raise DamagedError(message) from None


def _key(name: str) -> Key:
    device, source = name.split("/")
    return (device, source)


class EnergyStore:
    """The counters in memory and those of them that are on disk."""

    def __init__(
        self, document: Document, counters: Counters, pasts: Mapping[Key, Past] | None = None
    ) -> None:
        self.document = document
        self._pasts = dict(pasts or {})
        self.saved: Counters = dict(counters)
        self._now = dict(counters)
        self.is_writable = True
        self.failed_saves = 0

    def advance(self, key: Key, meter: str, reading: Reading, limits: Limits) -> None:
        """Count one reading. Another meter in the same place has a counter of its own."""
        metered = self._now.get(key, Metered(meter, Counter()))
        past = self._pasts.setdefault(key, Past())
        if metered.meter != meter:
            left = leave_counter(metered.counter, limits, past)
            metered = Metered(meter, without_marks(left))
        counter = metered.counter
        for at, energy_kwh in reading.energy_past:
            if counter.at_us is not None and unix_us(at) > counter.at_us:
                unread = Reading(at=at, energy_lifetime_kwh=energy_kwh)
                counter = advance(counter, unread, limits, past)
        counter = advance(counter, reading, limits, past)
        self._now[key] = replace(metered, counter=counter)

    def set_clock(self, key: Key, step_us: int) -> None:
        """Take into account that the wall clock was set since the last reading of a source."""
        if metered := self._now.get(key):
            counter = after_clock_step(metered.counter, step_us)
            self._now[key] = replace(metered, counter=counter)

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

    def take_pasts(self) -> Mapping[Key, SavedPast]:
        """Return what is known of the sources, to be written by `save_pasts`."""
        return {key: _saved(past) for key, past in self._pasts.items()}

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
            energy = EnergyStore(document, load_counters(document, now), load_pasts(document))
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
    pasts_saved_at = clock.monotonic()
    while not stopped.done():
        took_seconds = await _save(energy, clock)
        if clock.monotonic() - pasts_saved_at > SAVE_PASTS_SECONDS:
            await asyncio.to_thread(save_pasts, energy.document, energy.take_pasts())
            pasts_saved_at = clock.monotonic()
        await asyncio.wait([stopped], timeout=max(SAVE_SECONDS, SKIP_FACTOR * took_seconds))
    await _save(energy, clock)
    await asyncio.to_thread(save_pasts, energy.document, energy.take_pasts())


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


def check_state(folder: Path) -> str:
    """Read every document of a restored folder as this version reads it.

    Returns:
        How many documents and counters there are.

    Raises:
        BackupError: One of them is damaged, or of another version.
    """
    documents = sorted(folder.glob("*.json"))
    try:
        for path in documents:
            _check_document(path)
        counters = [
            read_counters(Document(path, VERSION))
            for path in documents
            if path.name.endswith(STATE_SUFFIX)
        ]
    except (DamagedError, ValueError) as error:
        message = f"a document of the backup cannot be used: {error}"
        raise BackupError(message) from None
    return f"{len(documents)} documents, {sum(map(len, counters))} counters"


def _check_document(path: Path) -> None:
    """A document with a checksum has to fit it; any other has to be JSON."""
    document = json.loads(path.read_bytes())
    if isinstance(document, dict) and "sha256" in document:
        check_document(path)
