"""Two clients that nobody here wrote accept the emulated plugs: python-kasa, and tapo (Rust)."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from kasa import (
    AuthenticationError,
    Credentials,
    Device,
    DeviceConfig,
    DeviceConnectionParameters,
    DeviceEncryptionType,
    DeviceFamily,
    KasaException,
    Module,
)
from tapo import ApiClient

from tapo_emulator.klap_cipher import Account
from tapo_emulator.models import MODELS, Protocol
from tapo_emulator.plug import Fault, Plug
from tapo_emulator.server import PlugServer

ACCOUNT = Account("user@example.com", "secret")
MAC = "50-91-E3-00-00-01"
SMART_PLUGS = [
    name
    for name, model in MODELS.items()
    if model.family.startswith("SMART.") and model.outlets == 1
]
KLAP_PLUGS = [name for name in SMART_PLUGS if MODELS[name].protocol == "klap_v2"]


@asynccontextmanager
async def served(
    name: str, *, watts: float = 61.753, protocol: Protocol | None = None
) -> AsyncGenerator[PlugServer]:
    plug = Plug(MODELS[name], MAC, ACCOUNT, nickname="kettle", protocol=protocol)
    for outlet in range(plug.model.outlets):
        plug.set_watts(watts + outlet, outlet)
    async with PlugServer(plug) as server:
        yield server


@asynccontextmanager
async def kasa_device(
    server: PlugServer, *, password: str = ACCOUNT.password
) -> AsyncGenerator[Device]:
    aes = server.plug.protocol == "aes"
    parameters = DeviceConnectionParameters(
        DeviceFamily(server.plug.model.family),
        DeviceEncryptionType.Aes if aes else DeviceEncryptionType.Klap,
        login_version=None if server.plug.protocol == "klap_v1" else 2,
        http_port=server.port,
    )
    device = await Device.connect(
        config=DeviceConfig(
            server.address,
            timeout=2,
            credentials=Credentials("user@example.com", password),
            connection_type=parameters,
        )
    )
    try:
        yield device
    finally:
        await device.disconnect()


@pytest.mark.parametrize("name", SMART_PLUGS)
async def test_python_kasa_reads_a_tapo_plug(name: str) -> None:
    """KLAP v2 and AES; volts and amperes only where the firmware has `get_emeter_data`."""
    async with served(name) as server, kasa_device(server) as device:
        energy = device.modules[Module.Energy]
        model = server.plug.model
        assert (device.model, device.mac, device.rssi) == (
            model.name,
            MAC.replace("-", ":"),
            model.rssi_dbm,
        )
        assert energy.current_consumption == 61.753
        assert energy.voltage == (model.volts if model.emeter_data else None)
        assert energy.consumption_today == 0.0


@pytest.mark.parametrize("protocol", ["klap_v1", "klap_v2"])
async def test_python_kasa_reads_a_kasa_plug_over_klap(protocol: Protocol) -> None:
    """The JSON of Kasa firmware inside both versions of KLAP."""
    async with served("KP125(US) 1.0.6", protocol=protocol) as server, kasa_device(server) as kp125:
        energy = kp125.modules[Module.Energy]
        assert (energy.current_consumption, energy.voltage) == (61.753, 119.425)
        assert energy.consumption_total == 0.0


async def test_python_kasa_reads_every_outlet_of_a_strip() -> None:
    """P304M: `current_power` is missing in `get_energy_usage`, the parent has no meter."""
    async with served("P304M(UK) 1.0.3", watts=10.0) as server, kasa_device(server) as strip:
        watts = [child.modules[Module.Energy].current_consumption for child in strip.children]
        assert watts == [10.0, 11.0, 12.0, 13.0]
        assert Module.Energy not in strip.modules


@pytest.mark.parametrize("name", KLAP_PLUGS)
async def test_tapo_reads_and_switches_a_plug(name: str) -> None:
    """The Rust client checks every field's presence and type."""
    async with served(name) as server:
        plug = await ApiClient("user@example.com", "secret").p110(server.netloc)
        assert (await plug.get_device_info()).mac == MAC
        assert (await plug.get_energy_usage()).current_power == 61_753
        assert (await plug.get_current_power()).current_power == 62
        await plug.off()
        assert (await plug.get_energy_usage()).current_power == 0


async def test_tapo_reads_an_outlet_of_a_strip() -> None:
    """Outlets count from 1 in the app and in this client."""
    async with served("P304M(UK) 1.0.3", watts=10.0) as server:
        strip = await ApiClient("user@example.com", "secret").p304(server.netloc)
        outlet = await strip.plug(position=3)
        assert (await outlet.get_current_power()).current_power == 12
        assert (await outlet.get_energy_usage()).current_power is None


async def test_a_wrong_password_is_refused_by_both_clients() -> None:
    """The plug's proof in handshake 1 does not fit what the client expects."""
    async with served("P110(AU) 1.3.1") as server:
        with pytest.raises(AuthenticationError):
            async with kasa_device(server, password="Secret"):
                pass
        with pytest.raises(Exception, match=r"(?i)hash"):
            await ApiClient("user@example.com", "Secret").p110(server.netloc)


async def test_a_wrong_password_is_refused_over_aes() -> None:
    """The login answers -1501."""
    async with served("P110(EU) 1.0.7") as server:
        with pytest.raises(AuthenticationError, match="LOGIN_ERROR"):
            async with kasa_device(server, password="Secret"):
                pass


async def test_firmware_with_one_session_forgets_the_client_before() -> None:
    """Since 1.4.0: tapo logs in, python-kasa meets 403 and shakes hands anew by itself."""
    async with served("P110(AU) 1.3.1") as server, kasa_device(server) as device:
        await ApiClient("user@example.com", "secret").p110(server.netloc)
        before = server.requests
        await device.update()
        assert device.modules[Module.Energy].current_consumption == 61.753
        assert server.requests - before >= 4  # 403, two handshakes, the request


async def test_tpap_firmware_refuses_both_clients() -> None:
    """Handshake 1 is 403; python-kasa and KLAP have no way past it."""
    async with served("P110(AU) 1.3.1") as server:
        server.plug.fault = Fault.TPAP_ONLY
        with pytest.raises(KasaException, match="403 to handshake1"):
            async with kasa_device(server):
                pass
        with pytest.raises(Exception, match="FORBIDDEN"):
            await ApiClient("user@example.com", "secret").p110(server.netloc)


async def test_a_lost_clock_takes_the_daily_total_and_leaves_the_watts() -> None:
    """P110M, python-kasa #1243: `get_energy_usage` is -1003, `get_emeter_data` still answers."""
    async with served("P110M(EU) 1.2.3") as server:
        server.plug.fault = Fault.CLOCK_LOST
        async with kasa_device(server) as device:
            energy = device.modules[Module.Energy]
            assert (energy.current_consumption, energy.consumption_today) == (61.753, None)
