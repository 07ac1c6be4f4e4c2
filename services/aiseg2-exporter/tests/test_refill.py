"""Hours of an outage: from the unit's pages into the real VictoriaMetrics, where they belong."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from aiseg2_emulator.server import Emulator
from aiseg2_exporter.client import Client
from aiseg2_exporter.energy import DailyCounter, make_outage
from aiseg2_exporter.exporter import Unit
from aiseg2_exporter.live import LiveReader
from aiseg2_exporter.parse import ZONE, DayEnergy
from aiseg2_exporter.refill import Refiller, find_gap, points_between
from aiseg2_exporter.settings import Settings
from exporter_kit.energy.counter import Limits
from exporter_kit.energy.store import EnergyStore, state_document
from home_model.errors import UnreachableError
from home_model.readings import Reading
from home_model.sources import Aiseg2Source
from service_kit.clock import Clock
from testbed.manual_clock import ManualClock
from testbed.process import free_port
from testbed.victoria_metrics import VictoriaMetrics
from timeseries_io.victoria_metrics import Series

HOUSE = """\
house: home
time_zone: Asia/Tokyo
currency: JPY
rooms: [{room: r, shelves: [{shelf: s}]}]
devices:
  - {device: grid, room: r, shelf: s, kind: grid_import, sources: [{source: aiseg2, id: bought}]}
  - {device: aircon, room: r, shelf: s, sources: [{source: aiseg2, id: "11"}]}
"""
SOURCES = {
    "grid": Aiseg2Source(source="aiseg2", id="bought"),
    "aircon": Aiseg2Source(source="aiseg2", id="11"),
}
TODAY = date(2026, 11, 28)
LIMITS = Limits(15_000, 900, 15_000)


class Rig:
    """A unit whose readings go into the kit's counters, which are scraped by hand."""

    def __init__(self, unit: Unit, vm: VictoriaMetrics, time: ManualClock, folder: Path) -> None:
        self.unit, self.vm, self.time = unit, vm, time
        self.energy = EnergyStore(state_document(folder, "rig"), {})

    async def scrape(self) -> None:
        """Read, and write the samples of a second later."""
        found = await self.unit.read(list(SOURCES.values()))
        self.time.pass_by(seconds=1)
        for device, source in SOURCES.items():
            reading = found[source]
            assert isinstance(reading, Reading)
            key = (device, "aiseg2")
            self.energy.advance(key, device, reading, LIMITS)
            self.energy.write(self.energy.take())
            energy_kwh = self.energy.exposed_kwh(key, reading)
            assert energy_kwh is not None
            labels = {"house": "home", "room": "r", "shelf": "s", "device": device}
            self.vm.import_samples(
                {"__name__": "aiseg2_energy_total_kwh", "source": "aiseg2", **labels},
                [(self.time.now().timestamp(), energy_kwh)],
            )
        self.vm.settle()

    async def scrape_for(self, hours: int) -> None:
        """Read and scrape every ten minutes."""
        for _ in range(6 * hours):
            await self.scrape()
            self.time.pass_by(minutes=10)

    def kwh_between(self, device: str, start: datetime, end: datetime) -> float:
        """Return what the samples have at two instants, the difference."""
        counter = f'aiseg2_energy_total_kwh{{device="{device}"}}[90s]'
        at = [
            self.vm.instant(f"last_over_time({counter} @ {instant.timestamp():.0f})")
            for instant in (start, end)
        ]
        ((_, before),), ((_, after),) = at
        return after - before


@pytest.fixture
def refill_settings(settings: Settings, vm: VictoriaMetrics, tmp_path: Path) -> Settings:
    """A house with two sources, its VictoriaMetrics, and circuits that are read in turn."""
    file = tmp_path / "devices.yaml"
    file.write_text(HOUSE, encoding="utf-8")
    settings.state_dir.mkdir(exist_ok=True)
    changed = {"config_file": file, "victoriametrics_url": vm.url, "circuit_energy_seconds": 300.0}
    return settings.model_copy(update=changed)


@pytest.mark.long
@pytest.mark.parametrize("restarts", [False, True])
async def test_an_outage_is_filled_by_the_hour(  # noqa: PLR0913 - fixtures
    *,
    client: Client,
    clock: Clock,
    manual_clock: ManualClock,
    emulator: Emulator,
    refill_settings: Settings,
    vm: VictoriaMetrics,
    tmp_path: Path,
    restarts: bool,
) -> None:
    """Of a day and more: six hours are bought, all others are the sun's, to the watt-hour."""
    unit = Unit(client, LiveReader(client, clock), refill_settings, clock)
    rig = Rig(unit, vm, manual_clock, tmp_path)
    manual_clock.pass_by(hours=18)
    await rig.scrape_for(4)  # from 03:30 to 07:30 in Japan
    emulator.fault = "http_500"
    manual_clock.pass_by(minutes=1)
    with pytest.raises(UnreachableError):
        await unit.read(list(SOURCES.values()))
    emulator.fault = None
    manual_clock.pass_by(hours=25)
    if restarts:
        rig.unit = unit = Unit(client, LiveReader(client, clock), refill_settings, clock)
    refiller = Refiller(refill_settings, unit.counters, clock)
    for _ in range(3):
        await rig.scrape_for(1)
        await refiller.fill_all()
    vm.settle()
    six = datetime(2026, 11, 29, 21, tzinfo=UTC)  # 06:00 in Japan, where the sun begins
    for hour in range(1, 7):
        start, end = six - timedelta(hours=hour), six - timedelta(hours=hour - 1)
        assert rig.kwh_between("grid", start, end) == pytest.approx(1.636, abs=0.0011)
    assert rig.kwh_between(
        "grid", six - timedelta(hours=20), six - timedelta(hours=6)
    ) == pytest.approx(0, abs=1e-6)
    assert rig.kwh_between("aircon", six - timedelta(hours=1), six) == pytest.approx(1.234)
    # The last hour of the air conditioner was held back when the first sample was scraped.
    assert refiller.hours_written == 25 + 24
    assert unit.counters.outages == {}


async def test_hours_wait_for_victoriametrics(
    *,
    client: Client,
    clock: Clock,
    manual_clock: ManualClock,
    refill_settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Over a restart of the exporter too; it is logged once."""
    away = {"victoriametrics_url": f"http://127.0.0.1:{free_port()}"}
    settings = refill_settings.model_copy(update=away)
    sources = list(SOURCES.values())
    await Unit(client, LiveReader(client, clock), settings, clock).read(sources)
    manual_clock.pass_by(hours=5)
    unit = Unit(client, LiveReader(client, clock), settings, clock)
    await unit.read(sources)
    refiller = Refiller(settings, unit.counters, clock)
    for _ in range(3):
        await refiller.fill_all()
    assert len([line for line in caplog.messages if "hours of an outage wait" in line]) == 1
    again = Unit(client, LiveReader(client, clock), settings, clock)
    assert again.counters.outages == unit.counters.outages
    assert "11" in again.counters.outages
    assert "bought" not in again.counters.outages  # the sun is enough


def page(day: date, hours: list[int], yesterday: list[int] | None = None) -> DayEnergy:
    series = [
        tuple(Decimal(wh) / 1000 for wh in [*each, *[0] * (24 - len(each))])
        for each in (hours, yesterday or [0])
    ]
    return DayEnergy(day, sum(series[0], Decimal(0)), *series)


def test_a_day_without_hours_ends_what_is_known() -> None:
    """The total after it would be a guess."""
    before = DailyCounter(TODAY - timedelta(days=3), Decimal(0))
    day = page(TODAY - timedelta(days=3), [500] * 24)
    lost = replace(day, day=TODAY - timedelta(days=2), hours_kwh=())
    now = datetime(2026, 11, 28, 9, 30, tzinfo=ZONE)
    outage = make_outage(before, page(TODAY, [100]), {each.day: each for each in (day, lost)}, now)
    assert outage
    assert len(outage.hours) == 24


def test_hours_go_on_from_the_sample_before_the_gap() -> None:
    """Whatever the unit's own total was then."""
    now = datetime(2026, 11, 28, 9, 30, tzinfo=ZONE)
    outage = make_outage(DailyCounter(TODAY, Decimal("0.1")), page(TODAY, [100] * 9), {}, now)
    assert outage
    (midnight,) = [datetime(2026, 11, 28, 0, 30, tzinfo=ZONE).timestamp()]
    ends_ms = [round(1000 * at) for at in (midnight, now.timestamp() + 5)]
    gap = find_gap([Series({}, ends_ms, [5.0, 5.9])], ends_ms[1])
    assert gap
    assert [kwh for _, kwh in points_between(outage, gap)][:2] == [5.0, 5.1]
    assert find_gap([Series({}, ends_ms[:1], [5.0])], ends_ms[1]) is None
