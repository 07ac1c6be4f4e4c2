"""The readings of a whole unit: power, energy over midnight and outages, and what may not be."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from aiseg2_emulator.server import PASSWORD, USER, Emulator
from aiseg2_exporter.client import Client, Connection
from aiseg2_exporter.exporter import Unit
from aiseg2_exporter.live import LiveReader
from aiseg2_exporter.parse import DayEnergy, NoTotalError
from aiseg2_exporter.settings import Settings
from home_model.errors import BadPayloadError, SourceError, UnreachableError
from home_model.readings import Reading
from home_model.sources import Aiseg2Source
from service_kit.clock import Clock
from testbed.manual_clock import ManualClock

HOUSE_IDS = ("use", "bought", "sold", "generation", "generator_1")


def sources_of(*ids: str) -> list[Aiseg2Source]:
    return [Aiseg2Source(source="aiseg2", id=source_id) for source_id in ids]


async def read(unit: Unit, *ids: str) -> dict[str, Reading]:
    """Read, and insist on a reading of each."""
    results = await unit.read(sources_of(*ids))
    readings = {source.id: result for source, result in results.items()}
    errors = [result for result in readings.values() if isinstance(result, SourceError)]
    assert not errors, errors
    return {key: value for key, value in readings.items() if isinstance(value, Reading)}


async def test_the_house_has_its_power(unit: Unit) -> None:
    """In steps of 100 W but for the generators; sold is the difference, bought is 0."""
    readings = await read(unit, *HOUSE_IDS)
    watts = {key: reading.power_watts for key, reading in readings.items()}
    assert watts == {
        "use": 1605,  # of the circuits: the total of 1.6 kW would be less than they are
        "bought": 0,
        "sold": 500,
        "generation": 2130,
        "generator_1": 2130,
    }


async def test_circuits_are_read_by_id_whatever_the_pages_spell(unit: Unit) -> None:
    """A wrapped name, one without its dot, a full-width one, blank and equal names."""
    ids = ("8", "11", "15", "12", "13", "14")
    readings = await read(unit, *ids)
    assert [readings[key].power_watts for key in ids] == [53, 1234, 7, 0, 0, 0]


async def test_a_poll_while_the_list_of_circuits_is_read_waits_for_it(
    emulator: Emulator, host: str, clock: Clock, settings: Settings
) -> None:
    """At the start both need it: no circuit is down only because the other one asked first."""

    async def sleep(_: float) -> None:
        for _ in range(500):
            if any(path.endswith("1113?id=2") for path in emulator.requests):
                return
            await asyncio.sleep(0.01)

    connection = Connection(host, USER, PASSWORD, deadline_seconds=settings.deadline_seconds)
    client = Client(connection, clock.monotonic, sleep)
    settings.state_dir.mkdir()
    unit = Unit(client, LiveReader(client, clock), settings, clock)
    sources = sources_of("8", "11")
    _, results = await asyncio.gather(unit.log_unplaced(sources), unit.read(sources))
    await client.close()
    readings = [results[source] for source in sources]
    assert [isinstance(r, Reading) and r.power_watts for r in readings] == [53, 1234]


async def test_circuits_of_one_name_are_told_apart_by_their_energy(
    unit: Unit, manual_clock: ManualClock
) -> None:
    """No page shows which ＬＤ draws 224 W; their own counters do, in the mean."""
    first = await read(unit, "9")
    assert first["9"].power_watts is None
    assert (await unit.read(sources_of("10")))[sources_of("10")[0]] is not None
    manual_clock.pass_by(hours=1)
    readings = await read(unit, "9", "10")
    assert readings["9"].power_watts == pytest.approx(224, abs=1)
    manual_clock.pass_by(minutes=5)
    readings = await read(unit, "9", "10")
    assert readings["9"].power_watts == pytest.approx(224, abs=13)
    assert readings["10"].power_watts == 0


async def test_a_shuffled_order_loses_and_doubles_nothing_silently(
    unit: Unit, emulator: Emulator, manual_clock: ManualClock
) -> None:
    """A circuit that was on no page has no power in that round; none has another's."""
    emulator.shuffle = True
    truth = {"8": 53, "11": 1234, "15": 7, "17": 62, "18": 15, "19": 10}
    for _ in range(30):
        manual_clock.pass_by(seconds=10)
        results = await unit.read(sources_of(*truth))
        for source, result in results.items():
            if isinstance(result, Reading) and result.power_watts is not None:
                assert result.power_watts == truth[source.id]


@pytest.mark.parametrize("status", [200, 404, 500])
@pytest.mark.parametrize(
    ("pages", "watts"),
    [
        ([1], {"use": 1600, "8": None, "11": None, "12": None}),
        ([2], {"use": 1605, "8": 53, "11": 1234, "12": None}),
        ([1, 2], {"use": 1600, "8": None, "11": None, "12": None}),
    ],
)
async def test_a_page_of_circuits_that_makes_no_sense_costs_its_circuits_only(
    unit: Unit, emulator: Emulator, status: int, pages: list[int], watts: dict[str, float]
) -> None:
    """The summary and the energy of the day are there; what was on the page has no power."""
    emulator.bad_pages = dict.fromkeys(pages, status)
    readings = await read(unit, "generation", *watts)
    assert readings["generation"].power_watts == 2130
    assert {key: readings[key].power_watts for key in watts} == watts
    assert all(reading.energy_lifetime_kwh is not None for reading in readings.values())


async def test_a_summary_that_makes_no_sense_costs_no_circuit(
    unit: Unit, emulator: Emulator, manual_clock: ManualClock
) -> None:
    """The house's power is absent; its energy goes on with what was known of its generators."""
    before = kwh(await read(unit, "use", "sold", "11"))
    emulator.bad_pages = {0: 200}
    manual_clock.pass_by(hours=1)
    readings = await read(unit, "use", "sold", "11")
    assert [readings[key].power_watts for key in readings] == [None, None, 1234]
    after = kwh(readings)
    assert after["use"] - before["use"] == pytest.approx(1.636, abs=0.1)
    assert after["sold"] > before["sold"]
    (absent,) = (await unit.read(sources_of("generator_1"))).values()
    assert isinstance(absent, BadPayloadError)
    assert "`generator_1`: the summary of power has none of the marks" in absent.reason


async def test_a_house_uses_no_circuit_twice_that_moved_between_pages(
    unit: Unit, emulator: Emulator, manual_clock: ManualClock
) -> None:
    """It is on two pages of one round then: use is the total, or what each draws once."""
    emulator.shuffle = True
    for _ in range(30):
        manual_clock.pass_by(seconds=10)
        watts = (await read(unit, "use"))["use"].power_watts
        assert watts is not None
        assert 1600 <= watts <= 1605


async def test_a_page_of_circuits_that_makes_no_sense_is_named(
    unit: Unit, emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    """In the log, and in the error of a circuit that was on it."""
    emulator.bad_pages = {1: 404}
    (result,) = (await unit.read(sources_of("99"))).values()
    assert isinstance(result, BadPayloadError)
    assert [text for text in caplog.messages if text.startswith("circuits:")]


@pytest.mark.parametrize("switch", ["comma", "full_width"])
async def test_other_forms_of_numbers_are_read(unit: Unit, emulator: Emulator, switch: str) -> None:
    """1,234W and １２３４Ｗ are 1234."""
    setattr(emulator, switch, True)
    assert (await read(unit, "11"))["11"].power_watts == 1234


async def test_energy_goes_on_over_midnight_to_the_watt_hour(
    unit: Unit, manual_clock: ManualClock
) -> None:
    """Read at odd times over three days: what a counter rises by is what the house used."""
    ids = ("use", "bought", "sold", "generation", "11")
    first = kwh(await read(unit, *ids))
    for _ in range(24):
        manual_clock.pass_by(hours=3, seconds=7)
        last = kwh(await read(unit, *ids))
    hours = 72 + 24 * 7 / 3600
    assert last["11"] - first["11"] == pytest.approx(1.234 * hours, abs=0.03)
    rise = {key: last[key] - first[key] for key in ids}
    assert rise["use"] + rise["sold"] == pytest.approx(rise["bought"] + rise["generation"])
    assert rise["use"] == pytest.approx(1.636 * hours, abs=0.1)


@pytest.mark.parametrize("days", [0.7, 1.4, 5.3])
async def test_an_outage_loses_nothing(
    unit: Unit, emulator: Emulator, manual_clock: ManualClock, days: float
) -> None:
    """Of hours, over one midnight, and of days, whose energy is asked for by date."""
    first = kwh(await read(unit, "use", "11"))
    emulator.fault = "http_500"
    manual_clock.pass_by(minutes=5)
    with pytest.raises(UnreachableError):
        await unit.read(sources_of("use"))
    emulator.fault = None
    manual_clock.pass_by(hours=24 * days)
    last = kwh(await read(unit, "use", "11"))
    hours = 24 * days + 5 / 60
    assert last["11"] - first["11"] == pytest.approx(1.234 * hours, abs=0.03)


@pytest.mark.parametrize("is_of_today", [True, False])
async def test_a_day_that_the_unit_does_not_know_holds_up_no_counter(
    unit: Unit,
    client: Client,
    manual_clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_of_today: bool,
) -> None:
    """It was off, and its page has no total; or another firmware gives today's page for it.

    Two of five days are not counted, and none of the energy of today twice.
    """
    first = kwh(await read(unit, "11"))
    fetch, unknown = client.fetch_circuit_day, {date(2026, 11, 30), date(2026, 12, 1)}

    async def fetch_known(circuit_id: str, day: date | None = None) -> DayEnergy:
        if day not in unknown:
            return await fetch(circuit_id, day)
        if is_of_today:
            return await fetch(circuit_id)
        raise NoTotalError(circuit_id)

    monkeypatch.setattr(client, "fetch_circuit_day", fetch_known)
    manual_clock.pass_by(hours=24 * 5)
    last = kwh(await read(unit, "11"))
    assert last["11"] - first["11"] == pytest.approx(1.234 * 24 * 3, abs=0.03)


async def test_weeks_of_a_slow_unit_are_read_by_and_by(
    unit: Unit, client: Client, manual_clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their pages take longer than a read may; power is there meanwhile, and no page is lost."""
    first = kwh(await read(unit, "use"))
    fetch = client.fetch_day

    async def fetch_slowly(graph: str, day: date | None = None) -> DayEnergy:
        manual_clock.pass_by(seconds=3)
        return await fetch(graph, day)

    monkeypatch.setattr(client, "fetch_day", fetch_slowly)
    manual_clock.pass_by(hours=24 * 30)
    readings = [(await read(unit, "use"))["use"] for _ in range(3)]
    assert [reading.power_watts for reading in readings] == [1605] * 3
    *before, last = [reading.energy_lifetime_kwh for reading in readings]
    assert before == [None, None]
    assert last is not None
    assert last - first["use"] == pytest.approx(1.636 * 24 * 30, abs=1)


async def test_a_restart_goes_on(
    unit: Unit, client: Client, settings: Settings, clock: Clock, manual_clock: ManualClock
) -> None:
    """The counters are kept, and a day that ended meanwhile is complete."""
    first = kwh(await read(unit, "use", "11"))
    manual_clock.pass_by(hours=30)
    again = Unit(client, LiveReader(client, clock), settings, clock)
    last = kwh(await read(again, "use", "11"))
    assert last["11"] - first["11"] == pytest.approx(1.234 * 30, abs=0.03)


async def test_a_damaged_state_is_kept_aside(
    client: Client, settings: Settings, clock: Clock
) -> None:
    """And the counters begin again."""
    settings.state_dir.mkdir(exist_ok=True)
    (settings.state_dir / "aiseg2-exporter.days.json").write_text("{")
    unit = Unit(client, LiveReader(client, clock), settings, clock)
    await read(unit, "use")
    assert list(settings.state_dir.glob("*.set-aside-*"))


async def test_pages_of_two_moments_are_not_used(
    unit: Unit, emulator: Emulator, manual_clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    """All four or none: power goes on, energy is absent until they fit."""
    steps = iter(range(10**6))
    emulator.now = lambda: manual_clock.instant + timedelta(minutes=7 * next(steps))
    readings = await read(unit, "use", "bought")
    assert readings["use"].power_watts is not None
    assert readings["use"].energy_lifetime_kwh is None
    assert "two moments" in caplog.text
    emulator.now = manual_clock.now
    manual_clock.pass_by(minutes=2)
    assert (await read(unit, "use"))["use"].energy_lifetime_kwh is not None


async def test_a_wrong_calendar_gives_no_energy(
    unit: Unit, emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    """A unit after a power cut, in 2000."""
    emulator.now = lambda: datetime(2000, 1, 1, tzinfo=UTC)
    assert (await read(unit, "use"))["use"].energy_lifetime_kwh is None
    assert "set the wrong clock" in caplog.text


async def test_a_calendar_that_was_set_back_is_no_use_of_0(
    unit: Unit, emulator: Emulator, manual_clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A unit that was a day ahead for an hour: no energy until its day comes, and then all on."""
    emulator.now = lambda: manual_clock.instant + timedelta(days=1)
    ahead = kwh(await read(unit, "use"))
    emulator.now = manual_clock.now
    manual_clock.pass_by(hours=1)
    assert kwh(await read(unit, "use")) == {}
    assert "went back from 2026-11-29 to 2026-11-28" in caplog.text
    manual_clock.pass_by(hours=24)
    assert kwh(await read(unit, "use"))["use"] > ahead["use"]


async def test_a_second_look_that_fails_costs_not_the_first(
    unit: Unit, emulator: Emulator, manual_clock: ManualClock
) -> None:
    """A circuit that is missing is looked for again; the others were read already."""
    await read(unit, "11")
    emulator.house = replace(emulator.house, circuits=emulator.house.circuits[:-1])
    seen = len(emulator.requests)

    def now() -> datetime:
        if len(emulator.requests) >= seen + 3:  # the summary and two pages of circuits
            emulator.fault = "http_500"
        return manual_clock.now()

    emulator.now = now
    manual_clock.pass_by(seconds=10)
    assert (await read(unit, "11"))["11"].power_watts == 1234


async def test_a_circuit_that_is_not_there_is_said_so(unit: Unit) -> None:
    """The others are read."""
    results = await unit.read(sources_of("99", "8"))
    bad, good = results.values()
    assert isinstance(bad, BadPayloadError)
    assert "--discover" in bad.reason
    assert isinstance(good, Reading)


@pytest.mark.parametrize("circuit_energy_seconds", [10.0, 60.0])
async def test_a_circuit_without_energy_costs_the_others_none(
    client: Client,
    clock: Clock,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    circuit_energy_seconds: float,
) -> None:
    """Its page has no total, however often it is asked: the others have their turns."""
    settings.state_dir.mkdir(exist_ok=True)
    settings = settings.model_copy(update={"circuit_energy_seconds": circuit_energy_seconds})
    unit = Unit(client, LiveReader(client, clock), settings, clock)
    sources = sources_of("99", "8", "11")
    for _ in range(9):
        results = await unit.read(sources)
        await clock.sleep(10)
    readings = [results[source] for source in sources[1:]]
    assert all(isinstance(r, Reading) and r.energy_lifetime_kwh is not None for r in readings)
    messages = [r.getMessage() for r in caplog.records if r.getMessage().startswith("energy")]
    assert len(messages) == 1


async def test_the_catalogue_is_not_read_again_and_again(
    unit: Unit, emulator: Emulator, manual_clock: ManualClock
) -> None:
    """It locks the owner's screen: once at the start, once a day."""
    for _ in range(25):
        await read(unit, "8")
        manual_clock.pass_by(hours=1)
    catalogue = [path for path in emulator.requests if path.endswith("/734")]
    assert len(catalogue) == 2


async def test_what_no_second_look_explains_is_not_looked_for_again(
    unit: Unit, emulator: Emulator, manual_clock: ManualClock
) -> None:
    """Two that the pages spell otherwise than the list: the small unit serves a screen too."""
    await read(unit, "11")
    *others, one, two = emulator.house.circuits
    odd = (replace(one, page_name="別"), replace(two, page_name="別々"))
    emulator.house = replace(emulator.house, circuits=(*others, *odd))
    looks, lists = [], 0
    for minutes in (1, *[50] * 24):
        manual_clock.pass_by(minutes=minutes)
        emulator.requests.clear()
        await read(unit, "11")
        looks.append(sum(path.endswith("1113?id=1") for path in emulator.requests))
        lists += sum(path.endswith("/734") for path in emulator.requests)
    assert (looks[0], sum(looks)) == (2, 26)
    assert lists == 1


async def test_unplaced_circuits_are_listed_once(
    unit: Unit, caplog: pytest.LogCaptureFixture
) -> None:
    """By id and name, for the person who writes the configuration."""
    caplog.set_level("INFO")
    await unit.log_unplaced(sources_of("8", "9"))
    (line,) = [r.getMessage() for r in caplog.records if "not placed" in r.getMessage()]
    assert "17 エコキュート" in line
    assert "8 キッチン" not in line.replace("18 ", "")


async def test_a_failure_is_logged_once_each_way(
    unit: Unit, emulator: Emulator, manual_clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    """However long it lasts."""
    caplog.set_level("INFO")
    emulator.now = lambda: datetime(2000, 1, 1, tzinfo=UTC)
    for _ in range(5):
        await read(unit, "use")
        manual_clock.pass_by(minutes=2)
    emulator.now = manual_clock.now
    await read(unit, "use")
    messages = [r.getMessage() for r in caplog.records if r.getMessage().startswith("energy")]
    assert len(messages) == 2


async def test_firmware_and_clock_skew_are_shown(
    unit: Unit, emulator: Emulator, manual_clock: ManualClock
) -> None:
    """As the pages have them."""
    emulator.now = lambda: manual_clock.instant + timedelta(seconds=42)
    await read(unit, "use")
    samples = {sample.name: sample for sample in unit.samples()}
    assert samples["aiseg2_unit_info"].labels == {"firmware": "2.97I-01"}
    assert samples["aiseg2_clock_skew_seconds"].value == 42


async def test_a_battery_is_read_with_its_level(unit: Unit, emulator: Emulator) -> None:
    """Idle: no power in either direction."""
    emulator.battery_state = 2
    readings = await read(unit, "battery_charge", "battery_discharge")
    assert [reading.power_watts for reading in readings.values()] == [0, 0]
    level = [s.value for s in unit.samples() if s.name == "aiseg2_battery_percent"]
    assert level == [55]


async def test_exporter_and_forwarder_share_one_reading(
    client: Client, clock: Clock, emulator: Emulator
) -> None:
    """Two who ask at the same time cost one round of pages."""
    live = LiveReader(client, clock)
    await asyncio.gather(live.read(1.0), live.read(1.0))
    assert len(emulator.requests) == 3


def kwh(readings: dict[str, Reading]) -> dict[str, float]:
    values = {key: reading.energy_lifetime_kwh for key, reading in readings.items()}
    return {key: value for key, value in values.items() if value is not None}
