"""The counters made of daily energies: read from the unit, kept over restarts."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from math import inf
from pathlib import Path
from typing import Any

from aiseg2_exporter.client import BOUGHT, GENERATION, SOLD, USE, Client
from aiseg2_exporter.energy import (
    DailyCounter,
    Outage,
    advance,
    list_missing_days,
    make_outage,
)
from aiseg2_exporter.parse import ZONE, DayEnergy, NoTotalError
from exporter_kit.statefile import (
    DamagedError,
    Document,
    load_document,
    save_document,
    set_aside,
)
from home_model.errors import BadPayloadError, UnreachableError
from service_kit.clock import Clock

LOG = logging.getLogger(__name__)
VERSION = 2
# Not read for so long, a counter's hours are taken from the unit's.
OUTAGE_SECONDS = 3600.0
GRAPH_OF_SOURCE: Mapping[str, str] = {
    "use": USE,
    "generation": GENERATION,
    "bought": BOUGHT,
    "sold": SOLD,
}
WITHOUT_GENERATION = ("use", "bought")
# One watt-hour in this time is 12 W.
MEAN_SECONDS = 300.0
WATT_SECONDS_PER_KWH = 3_600_000

type Fetch = Callable[[date | None], Awaitable[DayEnergy]]


@dataclass(frozen=True, slots=True)
class Reading:
    """A counter and when it was read.

    Attributes:
        base: The total and the time that the mean is counted from.
        mean_power_watts: Of the last interval of at least `MEAN_SECONDS`; None before its end.
    """

    counter: DailyCounter
    read_seconds: float
    base: tuple[Decimal, float]
    mean_power_watts: float | None = None


class DailyCounters:
    """All counters of one unit, by the id of their source.

    Attributes:
        outages: By the id of a source, until `close_outage`; kept over restarts.
    """

    def __init__(
        self,
        client: Client,
        document: Document,
        clock: Clock,
        *,
        notes_outages: bool = False,
        round_seconds: float = inf,
    ) -> None:
        self._client, self._document, self._clock = client, document, clock
        self._notes_outages = notes_outages
        self._counters, self.outages = load_daily_counters(document, clock.now())
        self._readings: dict[str, Reading] = {}
        # After weeks there are hundreds of pages: those that were read are kept until all are.
        self._missed: dict[tuple[str, date], DayEnergy | None] = {}
        self._round_seconds, self._round_began = round_seconds, clock.monotonic()
        self.mixed_pages = 0

    def begin_round(self) -> None:
        """Begin to count the time that pages of missed days may take."""
        self._round_began = self._clock.monotonic()

    def reading(self, source_id: str, max_age_seconds: float) -> Reading | None:
        """Return a counter that was read within the time."""
        found = self._readings.get(source_id)
        if found is None or self.age_seconds(source_id) > max_age_seconds:
            return None
        return found

    def age_seconds(self, source_id: str) -> float:
        """Return the time since a counter was read; infinite for one that never was."""
        found = self._readings.get(source_id)
        return self._clock.monotonic() - found.read_seconds if found else float("inf")

    def was_away(self, source_id: str) -> bool:
        """Return whether a counter that is known was not read for long, or not since the start."""
        return source_id in self._counters and self.age_seconds(source_id) > OUTAGE_SECONDS

    async def read_house(self, *, has_generation: bool, has_only_sun: bool) -> None:
        """Read use, generation, bought and sold in one go; take all of them or none.

        Raises:
            SourceError: A page could not be read, or they are of different moments.
        """
        names = tuple(GRAPH_OF_SOURCE) if has_generation else WITHOUT_GENERATION
        pages = await self._fetch_house(names)
        if not is_consistent(pages, check_balance=has_generation and has_only_sun):
            pages = await self._fetch_house(names)
        if not is_consistent(pages, check_balance=has_generation and has_only_sun):
            self.mixed_pages += 1
            message = "use, generation, bought and sold energy do not fit: pages of two moments"
            raise BadPayloadError(message)
        self._take({name: await self._advance(name, page) for name, page in pages.items()})

    async def read_circuit(self, circuit_id: str) -> None:
        """Read the energy of one circuit.

        Raises:
            SourceError: The page could not be read.
        """
        page = await self._fetch(circuit_id)(None)
        self._take({circuit_id: await self._advance(circuit_id, page)})

    async def _fetch_house(self, names: tuple[str, ...]) -> dict[str, DayEnergy]:
        return {name: await self._fetch(name)(None) for name in names}

    def _fetch(self, source_id: str) -> Fetch:
        if graph := GRAPH_OF_SOURCE.get(source_id):
            return lambda day: self._client.fetch_day(graph, day)
        return lambda day: self._client.fetch_circuit_day(source_id, day)

    async def _advance(self, source_id: str, page: DayEnergy) -> DailyCounter:
        check_day(page.day, self._clock.now())
        before = self._counters.get(source_id)
        check_not_back(before, page.day)
        days = await self._fetch_missed(source_id, list_missing_days(before, page))
        if before and self._notes_outages and self.was_away(source_id):
            outage = make_outage(before, page, days, self._clock.now())
            self.outages |= {source_id: outage} if outage else {}
        return advance(before, page, {day: each.total_kwh for day, each in days.items()})

    async def _fetch_missed(self, source_id: str, days: Sequence[date]) -> Mapping[date, DayEnergy]:
        """Return the pages of missed days that the unit knows; what it lacks stays uncounted.

        Raises:
            SourceError: A page could not be read, or there is no time for more in this round.
        """
        for day in days:
            if (source_id, day) not in self._missed:
                self._check_time()
                self._missed[source_id, day] = await self._fetch_missed_day(source_id, day)
        pages = {day: self._missed[source_id, day] for day in days}
        if unknown := [str(day) for day, page in pages.items() if page is None]:
            LOG.warning("the AiSEG2 has no energy of %s on %s", source_id, ", ".join(unknown))
        return {day: page for day, page in pages.items() if page is not None}

    async def _fetch_missed_day(self, source_id: str, day: date) -> DayEnergy | None:
        """Return a day's page; None where the unit was off that day, or has it no more.

        What it does not know today it will not know tomorrow: no counter waits for it.
        """
        try:
            page = await self._fetch(source_id)(day)
        except NoTotalError:
            return None
        return page if page.day == day else None

    def _check_time(self) -> None:
        if self._clock.monotonic() - self._round_began > self._round_seconds:
            message = "the pages of the days that were missed are being read, some each time"
            raise UnreachableError(message)

    def close_outage(self, source_id: str) -> None:
        """Forget an outage whose hours are written, or that has none to write."""
        del self.outages[source_id]
        self._save()

    def _take(self, counters: Mapping[str, DailyCounter]) -> None:
        now_seconds = self._clock.monotonic()
        for source_id, counter in counters.items():
            last = self._readings.get(source_id)
            self._readings[source_id] = next_reading(last, counter, now_seconds)
        self._missed = {key: p for key, p in self._missed.items() if key[0] not in counters}
        if any(self._counters.get(key) != counter for key, counter in counters.items()):
            self._counters |= counters
            self._save()

    def _save(self) -> None:
        entries = {
            key: [c.day.isoformat(), str(c.today_kwh), str(c.earlier_kwh)]
            for key, c in self._counters.items()
        }
        outages = {key: _dump_outage(outage) for key, outage in self.outages.items()}
        try:
            save_document(self._document, {"counters": entries, "outages": outages})
        except OSError as error:
            LOG.error("%s cannot be written (%s)", self._document.path, error)  # noqa: TRY400


def is_consistent(pages: Mapping[str, DayEnergy], *, check_balance: bool) -> bool:
    """Return whether the pages are of one moment: of one day, and use + sold = sun + bought."""
    if len({page.day for page in pages.values()}) != 1:
        return False
    if not check_balance:
        return True
    kwh = {name: page.total_kwh for name, page in pages.items()}
    return kwh["use"] + kwh["sold"] == kwh["generation"] + kwh["bought"]


def check_day(day: date, now: datetime) -> None:
    """Refuse a page whose calendar is not today's, a day of difference aside.

    Raises:
        BadPayloadError: One of the two clocks is wrong.
    """
    today = now.astimezone(ZONE).date()
    if abs((day - today).days) > 1:
        message = f"the AiSEG2's date is {day}, this machine's {today}: set the wrong clock"
        raise BadPayloadError(message)


def check_not_back(before: DailyCounter | None, day: date) -> None:
    """Refuse a page of a day before the counter's: what it stands still by is no use of 0.

    Raises:
        BadPayloadError: The unit's calendar was ahead, or was set back.
    """
    if before and day < before.day:
        message = f"the AiSEG2's date went back from {before.day} to {day}: no energy until then"
        raise BadPayloadError(message)


def next_reading(last: Reading | None, counter: DailyCounter, now_seconds: float) -> Reading:
    """Return the reading after `last`, its mean power renewed when the time has passed."""
    now = (counter.total_kwh, now_seconds)
    if last is None or counter.total_kwh < last.base[0]:
        return Reading(counter, now_seconds, now)
    duration_seconds = now_seconds - last.base[1]
    if duration_seconds < MEAN_SECONDS:
        return replace(last, counter=counter, read_seconds=now_seconds)
    rise_kwh = float(counter.total_kwh - last.base[0])
    return Reading(counter, now_seconds, now, rise_kwh * WATT_SECONDS_PER_KWH / duration_seconds)


def counters_document(state_dir: Path) -> Document:
    """Return where the counters are kept."""
    return Document(state_dir / "aiseg2-exporter.days.json", VERSION)


type Loaded = tuple[dict[str, DailyCounter], dict[str, Outage]]


def load_daily_counters(document: Document, now: datetime) -> Loaded:
    """Return counters and outages as they were saved; none if the file is missing or damaged."""
    try:
        body = load_document(document) or {}
        counters = {
            key: DailyCounter(date.fromisoformat(day), Decimal(today), Decimal(earlier))
            for key, (day, today, earlier) in body.get("counters", {}).items()
        }
        outages = {key: _load_outage(saved) for key, saved in body.get("outages", {}).items()}
    except (DamagedError, ValueError, ArithmeticError) as error:
        kept = set_aside(document.path, now)
        LOG.error("%s was not used (%s); it is kept as %s", document.path, error, kept.name)  # noqa: TRY400
        return {}, {}
    return counters, outages


def _dump_outage(outage: Outage) -> list[Any]:
    hours = [[at.isoformat(), str(total_kwh)] for at, total_kwh in outage.hours]
    return [str(outage.since_kwh), outage.until.isoformat(), hours]


def _load_outage(saved: list[Any]) -> Outage:
    since_kwh, until, hours = saved
    return Outage(
        Decimal(since_kwh),
        datetime.fromisoformat(until),
        tuple((datetime.fromisoformat(at), Decimal(total)) for at, total in hours),
    )
