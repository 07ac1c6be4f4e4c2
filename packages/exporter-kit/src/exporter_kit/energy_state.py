"""The counters of one exporter and the file they are kept in.

`advance` moves them in memory; only what `save` has written is ever exposed, so that no restart
can make an exposed counter fall.
"""

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from exporter_kit.advance import advance
from exporter_kit.counter import Counter, Limits, nwh_of_kwh, without_marks
from exporter_kit.durable import (
    DamagedError,
    Document,
    load_document,
    only_writer,
    save_document,
    set_aside,
)
from exporter_kit.targets import Key
from home_model.readings import Reading

VERSION = 1
LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Metered:
    """A counter and the meter that feeds it now."""

    meter: str
    counter: Counter


type Counters = Mapping[Key, Metered]
ENTRIES = TypeAdapter(dict[str, Metered])


def state_document(state_dir: Path, exporter: str) -> Document:
    """Where an exporter keeps its counters."""
    return Document(state_dir / f"{exporter}.state.json", VERSION)


def load_counters(document: Document, now: datetime) -> dict[Key, Metered]:
    """Every counter as it was saved; none if there is no file, or if it had to be set aside.

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


class EnergyState:
    """The counters in memory and those of them that are safe on disk."""

    def __init__(self, document: Document, counters: Counters) -> None:
        self.document = document
        self.saved: Counters = dict(counters)
        self._now = dict(counters)
        self.in_order = True
        self.failed_saves = 0

    def advance(self, key: Key, meter: str, reading: Reading, limits: Limits) -> None:
        """Count one reading. Another meter in the same place has a counter of its own."""
        metered = self._now.get(key, Metered(meter, Counter()))
        if metered.meter != meter:
            metered = Metered(meter, without_marks(metered.counter))
        self._now[key] = replace(metered, counter=advance(metered.counter, reading, limits))

    @property
    def waiting(self) -> bool:
        """Whether there is anything that is not yet safe."""
        return not self.in_order or self._now != self.saved

    def take(self) -> Counters:
        """What is to be written now."""
        return dict(self._now)

    def write(self, counters: Counters) -> None:
        """Make `counters` safe, then let them be seen. May run in another thread.

        A failure is logged when it begins and when it ends; until then no counter is shown.
        """
        try:
            save_counters(self.document, counters)
        except OSError as error:
            self._not_saved(error)
            return
        if not self.in_order:
            LOG.warning("%s is written again", self.document.path)
        self.saved, self.in_order = counters, True

    def _not_saved(self, error: OSError) -> None:
        self.failed_saves += 1
        if self.in_order:
            LOG.error("%s cannot be written (%s): no energy is shown", self.document.path, error)
        self.in_order = False


def write_initial_counters(
    state_dir: Path, exporter: str, totals_kwh: Mapping[Key, float], now: datetime
) -> None:
    """Let an exporter that is not running go on from these totals, by (device, kind of source).

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
