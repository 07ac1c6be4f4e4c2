"""Sessions with plugs, without the kit: one update for all outlets, and what each model gives."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from kasa import Credentials
from kasa.smart.smartmodule import SmartModule

from exporter_kit.energy.accumulate import advance
from exporter_kit.energy.counter import Counter, Limits, Past
from home_model.errors import BadPayloadError, RejectedError, SourceError, UnreachableError
from home_model.readings import Reading
from home_model.sources import NativeSource
from service_kit.clock import utc_now
from tapo_emulator.klap_cipher import Account
from tapo_emulator.models import MODELS, Protocol
from tapo_emulator.plug import Clock, Fault, Plug
from tapo_emulator.server import PlugServer
from tp_link_native_exporter.exporter import NativeFetcher
from tp_link_native_exporter.probe import Address
from tp_link_native_exporter.session import Session, TimeLimits

ACCOUNT = Account("user@example.com", "secret")
CREDENTIALS = Credentials(ACCOUNT.username, ACCOUNT.password)
MAC = "50-91-E3-00-00-01"


@asynccontextmanager
async def served(
    name: str, *, protocol: Protocol | None = None, clock: Clock = utc_now
) -> AsyncGenerator[PlugServer]:
    plug = Plug(MODELS[name], MAC, ACCOUNT, protocol=protocol, clock=clock)
    for outlet in range(plug.model.outlets):
        plug.set_watts(60.0 + outlet, outlet)
    async with PlugServer(plug) as server:
        yield server


@asynccontextmanager
async def fetching(now: Clock = utc_now) -> AsyncGenerator[NativeFetcher]:
    limits = TimeLimits(update_seconds=10, connect_seconds=20)
    fetcher = NativeFetcher(lambda address: Session(address, CREDENTIALS, limits, now))
    yield fetcher
    await fetcher.close()


async def read_one(fetcher: NativeFetcher, source: NativeSource) -> Reading:
    """Read one source; raise its error."""
    result = (await fetcher.read([source]))[source]
    if isinstance(result, SourceError):
        raise result
    return result


def source(server: PlugServer, meter: int | None = None) -> NativeSource:
    return NativeSource(source="native", id=MAC, address=server.netloc, meter=meter)


@pytest.mark.parametrize(
    ("model", "protocol", "volts", "lifetime_kwh", "today_kwh"),
    [
        ("P110(EU) 1.0.7", "aes", None, None, 0.0),
        ("P110(AU) 1.3.1", "klap_v2", 238.609, None, 0.0),
        ("P110M(EU) 1.2.3", "klap_v2", 233.509, None, 0.0),
        ("P115(US) 1.1.3", "klap_v2", 122.133, None, 0.0),
        ("KP125M(US) 1.2.3", "klap_v2", 121.215, None, 0.0),
        ("KP125(US) 1.0.6", "klap_v1", 119.425, 0.0, None),
        ("KP125(US) 1.0.6", "klap_v2", 119.425, 0.0, None),
    ],
)
async def test_each_model_gives_what_it_measures(
    model: str,
    protocol: Protocol,
    volts: float | None,
    lifetime_kwh: float | None,
    today_kwh: float | None,
) -> None:
    """Tapo firmware counts by the day, Kasa for ever; what is not measured is None."""
    async with served(model, protocol=protocol) as server, fetching() as fetcher:
        for _ in range(2):  # opened, then updated
            reading = await read_one(fetcher, source(server))
            assert (reading.power_watts, reading.voltage_volts) == (60.0, volts)
            assert (reading.current_amperes is None) == (volts is None)
            assert (reading.energy_lifetime_kwh, reading.energy_today_kwh) == (
                lifetime_kwh,
                today_kwh,
            )
            assert reading.extra == {
                "switch_on": 1.0,
                "signal_dbm": float(server.plug.model.rssi_dbm),
            }


@pytest.mark.parametrize(
    ("model", "protocol"),
    [("P110(EU) 1.0.7", "aes"), ("P110(AU) 1.3.1", "klap_v2"), ("KP125(US) 1.0.6", "klap_v1")],
)
async def test_a_wrong_password_differs_from_other_faults(model: str, protocol: Protocol) -> None:
    """Whatever the protocol; the password is right again at the next reading."""
    async with served(model, protocol=protocol) as server, fetching() as fetcher:
        server.plug.account = Account(ACCOUNT.username, "Secret")
        with pytest.raises(RejectedError, match="both are case-sensitive"):
            await read_one(fetcher, source(server))
        server.plug.account = ACCOUNT
        assert (await read_one(fetcher, source(server))).power_watts == 60


async def test_a_cause_found_later_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """The first failure is the kit's to log. Then another plug has the address: that is news."""
    async with served("P110(AU) 1.3.1") as server, fetching() as fetcher:
        await read_one(fetcher, source(server))
        await server.stop()
        with pytest.raises(UnreachableError):
            await read_one(fetcher, source(server))
        assert caplog.messages == []
        server.insert(Plug(MODELS["P115(US) 1.1.3"], "50-91-E3-00-00-99", ACCOUNT))
        await server.start()
        for _ in range(3):
            with pytest.raises(RejectedError, match="P115 50:91:E3:00:00:99"):
                await read_one(fetcher, source(server))
    assert sum("another plug answers" in text for text in caplog.messages) == 1


async def test_a_session_is_kept_from_reading_to_reading() -> None:
    """A later reading costs the update alone: no probe, no handshake."""
    async with served("P110(AU) 1.3.1") as server, fetching() as fetcher:
        await read_one(fetcher, source(server))
        before = server.requests
        await read_one(fetcher, source(server))
        assert server.requests - before <= 2


async def test_the_outlets_of_a_strip_share_one_update() -> None:
    """Four sources in one read cause as many requests as one, and get the same instant."""
    async with served("P304M(UK) 1.0.3") as server, fetching() as fetcher:
        readings = await fetcher.read([source(server, n) for n in range(1, 5)])
        requests_of_four = server.requests
        values = [reading for reading in readings.values() if isinstance(reading, Reading)]
        assert [reading.power_watts for reading in values] == [60, 61, 62, 63]
        assert len({reading.at for reading in values}) == 1
    async with served("P304M(UK) 1.0.3") as server, fetching() as fetcher:
        await read_one(fetcher, source(server, 1))
        assert server.requests == requests_of_four


async def test_an_outlet_that_an_answer_lacks_moves_no_other() -> None:
    """The third outlet stays the third; it is down alone, and back with its answer."""
    async with served("P304M(UK) 1.0.3") as server, fetching() as fetcher:
        sources = [source(server, n) for n in range(1, 5)]

        async def watts() -> list[float | None]:
            readings = (await fetcher.read(sources)).values()
            return [r.power_watts if isinstance(r, Reading) else None for r in readings]

        assert await watts() == [60, 61, 62, 63]
        server.plug.unlisted_outlet = 1
        assert await watts() == [60, None, 62, 63]
        with pytest.raises(BadPayloadError, match="lacks outlet 2"):
            await read_one(fetcher, sources[1])
        server.plug.unlisted_outlet = None
        assert await watts() == [60, 61, 62, 63]


async def test_an_outlet_that_does_not_exist_is_refused_with_the_range() -> None:
    """So are a strip without `meter`, and an outlet of a plug that is none."""
    async with served("P304M(UK) 1.0.3") as server, fetching() as fetcher:
        with pytest.raises(RejectedError, match="from 1 to 4"):
            await read_one(fetcher, source(server))
        with pytest.raises(RejectedError, match="the last is 4"):
            await read_one(fetcher, source(server, 5))
    async with served("P110(AU) 1.3.1") as server, fetching() as fetcher:
        assert (await read_one(fetcher, source(server, 1))).power_watts == 60
        with pytest.raises(RejectedError, match="the last is 1"):
            await read_one(fetcher, source(server, 2))


async def test_a_meter_that_python_kasa_gave_up_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After ten errors it asks no more: the device is built anew, the other outlets stay."""
    monkeypatch.setattr(SmartModule, "UPDATE_INTERVAL_AFTER_ERROR_SECS", 0)
    async with served("P304M(UK) 1.0.3") as server, fetching() as fetcher:
        assert (await read_one(fetcher, source(server, 2))).power_watts == 61
        server.plug.fault, server.plug.faulty_outlet = Fault.METER_BROKEN, 1
        for _ in range(SmartModule.DISABLE_AFTER_ERROR_COUNT + 2):
            with pytest.raises(BadPayloadError, match="its meter gives no power"):
                await read_one(fetcher, source(server, 2))
            assert (await read_one(fetcher, source(server, 1))).power_watts == 60
        server.plug.fault = Fault.NONE
        assert (await read_one(fetcher, source(server, 2))).power_watts == 61


async def test_a_lost_clock_leaves_the_watts() -> None:
    """The year 2000 (python-kasa #1243): no daily total then, so the kit integrates."""
    async with served("P110M(EU) 1.2.3") as server, fetching() as fetcher:
        server.plug.fault = Fault.CLOCK_LOST
        reading = await read_one(fetcher, source(server))
        assert (reading.power_watts, reading.energy_today_kwh) == (60.0, None)


async def test_one_failing_method_costs_its_own_values_alone() -> None:
    """Each reading is new, by the same session, although python-kasa gives up the whole module."""
    async with served("P110M(EU) 1.2.3") as server, fetching() as fetcher:
        await read_one(fetcher, source(server))
        server.plug.fault = Fault.EMETER_DATA_BROKEN
        handshakes = server.handshakes
        for watts in (-19.231, 12.5, 60.25):
            server.plug.set_watts(watts)
            reading = await read_one(fetcher, source(server))
            assert (reading.power_watts, reading.voltage_volts) == (watts, None)
            assert reading.energy_today_kwh == 0
            assert reading.extra["switch_on"] == 1
        assert server.handshakes == handshakes
        server.plug.fault = Fault.NONE
        assert (await read_one(fetcher, source(server))).power_watts == 60.25


async def test_the_plugs_midnight_neither_loses_nor_makes_energy() -> None:
    """Thirty hours at 1200 W, read every five minutes: the power fills the step over midnight."""
    moment = [datetime(2026, 3, 1, 3, 0, tzinfo=UTC)]

    def now() -> datetime:
        return moment[0]

    counter, limits = Counter(), Limits(max_power_watts=1500, gap_limit_seconds=600)
    past = Past()
    totals: list[float] = []
    async with served("P110(AU) 1.3.1", clock=now) as server, fetching(now=now) as fetcher:
        server.plug.set_watts(1200.0)
        for _ in range(30 * 12 + 1):
            reading = await read_one(fetcher, source(server))
            totals.append(reading.energy_today_kwh or 0.0)
            counter = advance(counter, reading, limits, past)
            moment[0] += timedelta(minutes=5)
    assert any(later < earlier for earlier, later in pairwise(totals))
    assert counter.total_kwh == pytest.approx(30 * 1.2, abs=0.002)  # the plug counts whole Wh


@pytest.mark.parametrize(
    ("text", "host", "http_port", "xor_port"),
    [
        ("192.168.1.20", "192.168.1.20", 80, 9999),
        ("plug.lan:8080", "plug.lan", 8080, 8080),
        ("fe80::1", "fe80::1", 80, 9999),
    ],
)
def test_an_address_may_carry_a_port(text: str, host: str, http_port: int, xor_port: int) -> None:
    """Ports are the protocols' own unless the configuration has another."""
    address = Address.parse(text)
    assert (address.host, address.http_port, address.xor_port) == (host, http_port, xor_port)
    assert str(address) == text
