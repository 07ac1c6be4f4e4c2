"""Write the hours of an outage into VictoriaMetrics, from the unit's own energy of each hour.

A counter that was not read for some hours rises by all of them at once. The unit has each hour's
energy, so samples at the ends of the hours place it where it was used. Only time without samples
is filled, and only what the samples after it confirm: the counter takes the hours one by one, and
the last ones when it has seen an hour more.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiseg2_exporter.daily_counters import DailyCounters
from aiseg2_exporter.energy import HOUR, Outage
from aiseg2_exporter.settings import Settings
from exporter_kit import Sample
from exporter_kit.exporter import Target, select_targets
from home_model.load import load_home
from home_model.metrics import ENERGY, metric_name
from home_model.problems import ConfigError
from home_model.sources import Aiseg2Source
from service_kit.clock import Clock
from timeseries_io.errors import TimeSeriesError
from timeseries_io.victoria_metrics import (
    Series,
    VictoriaMetrics,
    encode_series,
    format_selector,
)

LOG = logging.getLogger(__name__)
COUNTER = metric_name("aiseg2", ENERGY)
INTERVAL_SECONDS = 60.0
# The counter holds back the last hours of an outage for an hour.
MAX_WAIT = timedelta(hours=3)
# A counter has 1 Wh; a rounding of its sample is less.
TOLERANCE_KWH = 1e-6

type Point = tuple[int, float]  # Unix milliseconds, kWh


@dataclass(frozen=True, slots=True)
class Gap:
    """The samples on both sides of a time without any, and the labels of the first."""

    before: Point
    after: Point
    labels: Mapping[str, str]


class Refiller:
    """Fills the outages that `DailyCounters` has noted."""

    def __init__(self, settings: Settings, counters: DailyCounters, clock: Clock) -> None:
        self._settings, self._counters, self._clock = settings, counters, clock
        self._last_failure = ""
        self.hours_written = 0

    async def run(self) -> None:
        """Look for outages every minute, for ever."""
        while True:
            await self._clock.sleep(INTERVAL_SECONDS)
            await self.fill_all()

    async def fill_all(self) -> None:
        """Fill what can be filled now. A failure is logged when it begins and when it ends."""
        if not self._counters.outages:
            return
        try:
            closed = await asyncio.to_thread(self._fill, dict(self._counters.outages))
        except (ConfigError, OSError, TimeSeriesError) as error:
            if str(error) != self._last_failure:
                LOG.warning("hours of an outage wait: %s", error)
            self._last_failure = str(error)
            return
        self._last_failure = ""
        for source_id in closed:
            self._counters.close_outage(source_id)

    def samples(self) -> Iterable[Sample]:
        """Yield what was filled, from memory."""
        yield Sample(
            "aiseg2_refilled_hours_total", "counter",
            "Ends of hours of outages that were written into VictoriaMetrics.", self.hours_written,
        )  # fmt: skip

    def _fill(self, outages: Mapping[str, Outage]) -> list[str]:
        settings = self._settings
        targets = select_targets(load_home(settings.config_file), Aiseg2Source)
        by_id = {
            source_id: [t for t in targets if t.source.id == source_id] for source_id in outages
        }
        file = settings.refill_password_file
        client = VictoriaMetrics(
            settings.victoriametrics_url,
            username=settings.victoria_metrics_username,
            password=file.read_text("ascii").strip() if file else "",
        )
        now = self._clock.now()
        with closing(client):
            done = {
                source_id: [self._fill_one(client, target, outage) for target in by_id[source_id]]
                for source_id, outage in outages.items()
            }
        return [
            source_id
            for source_id, outage in outages.items()
            if all(done[source_id]) or now - outage.until > MAX_WAIT
        ]

    def _fill_one(
        self, client: VictoriaMetrics, target: Target[Aiseg2Source], outage: Outage
    ) -> bool:
        """Return whether nothing is left to do."""
        identity = {"device": target.labels["device"], "source": target.labels["source"]}
        selector = format_selector({"__name__": COUNTER, **identity})
        since_ms = unix_ms(outage.hours[0][0] - HOUR)
        until_ms = unix_ms(outage.until + MAX_WAIT)
        found = list(client.export(selector, since_ms, until_ms))
        gap = find_gap(found, unix_ms(outage.until))
        if gap is None:
            return not any(series.at_ms for series in found)  # of a device that is new there
        points = points_between(outage, gap)
        newest_kwh = max(max(series.values, default=0.0) for series in found)
        if points and points[-1][1] > newest_kwh + TOLERANCE_KWH:
            return False
        if points := [each for each in points if each[1] <= gap.after[1] + TOLERANCE_KWH]:
            at_ms, kwh = zip(*points, strict=True)
            client.write([encode_series(Series(gap.labels, at_ms, kwh))])
            self.hours_written += len(points)
            LOG.info("%s: %d hours of an outage were written", target, len(points))
        return True


def find_gap(found: Sequence[Series], until_ms: int) -> Gap | None:
    """Return the last sample before an instant and the first from it on; None without both."""
    samples = sorted(
        (at_ms, kwh, position)
        for position, series in enumerate(found)
        for at_ms, kwh in zip(series.at_ms, series.values, strict=True)
    )
    before = next((each for each in reversed(samples) if each[0] < until_ms), None)
    after = next((each for each in samples if each[0] >= until_ms), None)
    if before is None or after is None:
        return None
    return Gap(before[:2], after[:2], found[before[2]].labels)


def points_between(outage: Outage, gap: Gap) -> list[Point]:
    """Return the counter at the ends of hours in the gap."""
    before_ms, before_kwh = gap.before
    return [
        (unix_ms(at), round(before_kwh + float(total_kwh - outage.since_kwh), 6))
        for at, total_kwh in outage.hours
        if before_ms < unix_ms(at) < gap.after[0]
    ]


def unix_ms(at: datetime) -> int:
    """Return an instant in Unix milliseconds."""
    return round(at.timestamp() * 1000)
