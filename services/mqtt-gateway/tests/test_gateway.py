"""The gateway on a real broker: what is lost, what comes twice, what makes no sense."""

import asyncio
import signal
import socket
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from mqtt_messages import TASMOTA, ZIGBEE, notice, source
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from running_gateway import Running, kept_lines, make_settings, running, send, write_config

from home_model.errors import BadPayloadError, UnreachableError
from home_model.readings import Reading
from mqtt_emulator.broker import Mosquitto
from mqtt_gateway.client import Connection
from mqtt_gateway.devices import Device
from testbed.process import free_port
from testbed.volume import Volume

BOILER = source("tasmota", "boiler")
PLUG = source("shelly_gen2", "plug")
SENSOR = "tele/boiler/SENSOR"
LWT = "tele/boiler/LWT"


def watts(result: object) -> float | None:
    return result.power_watts if isinstance(result, Reading) else None


def reason(result: object) -> str:
    return result.reason if isinstance(result, UnreachableError) else ""


async def test_a_message_becomes_a_reading_and_a_point_of_floats(
    broker: Mosquitto, tmp_path: Path
) -> None:
    """The tag is the source's; integers become floats: a field never changes its type."""
    write_config(
        tmp_path, [{"profile": "zigbee2mqtt", "id": "zigbee2mqtt/x", "influxdb_source": "x"}]
    )
    settings = make_settings(broker, tmp_path)
    async with running(settings, [BOILER]) as gateway:
        await gateway.until_subscribed()
        await send(broker, (SENSOR, TASMOTA), ("zigbee2mqtt/x", {**ZIGBEE, "produced_energy": 2}))
        await gateway.until(lambda: len(kept_lines(settings)) == 2)
        await gateway.until(lambda: watts(gateway.last) == 12)
        assert gateway.reasons() == set()
        assert gateway.value("mqtt_broker_connected") == 1
    lines = [line.rsplit(" ", 1)[0] for line in kept_lines(settings)]
    assert lines == [
        "power,source=boiler energy_import_kwh=0.734,instant_power_w=12.0",
        "power,source=x energy_export_kwh=2.0,energy_import_kwh=12.34,instant_power_w=45.2",
    ]


async def test_the_broker_killed_and_started_again(broker: Mosquitto, tmp_path: Path) -> None:
    """All is down at once, by its own reason; what still counts is up again with the connection."""
    settings = make_settings(broker, tmp_path)
    write_config(tmp_path)
    async with running(settings, [BOILER]) as gateway:
        await gateway.until_subscribed()
        await send(broker, (SENSOR, TASMOTA))
        await gateway.until(lambda: watts(gateway.last) == 12)
        broker.kill()
        await gateway.until(lambda: "ended" in reason(gateway.last))
        assert gateway.reasons() == {"broker_gone"}
        assert gateway.value("mqtt_broker_connected") == 0
        broker.start()
        await gateway.until(lambda: watts(gateway.last) == 12)
        assert gateway.reasons() == set()
        await gateway.until_subscribed()
        await send(broker, (SENSOR, {"ENERGY": {"Power": 13}}))
        await gateway.until(lambda: watts(gateway.last) == 13)
        assert gateway.value("mqtt_lost_connections_total") == 1


async def test_a_broker_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    """The stream gives the reason; nothing ends."""
    write_config(tmp_path)
    async with running(
        make_settings(Mosquitto(tmp_path, free_port()), tmp_path), [BOILER]
    ) as gateway:
        await gateway.until(lambda: "nothing listens" in reason(gateway.last))
        assert gateway.reasons() == {"broker_gone"}


async def test_what_comes_while_the_gateway_is_away_is_kept_by_the_broker(
    broker: Mosquitto, tmp_path: Path
) -> None:
    """Queued messages come first; the retained one comes once, not with each connection."""
    write_config(tmp_path)
    settings = make_settings(broker, tmp_path)
    async with running(settings, [PLUG]) as gateway:
        await gateway.until_subscribed()
    now = datetime.now(UTC).timestamp()
    for second in range(5):
        await send(
            broker, ("plug/events/rpc", notice(now - 5 + second, switch_0={"apower": second})),
            retain=second == 4,
        )  # fmt: skip
    async with running(settings, [PLUG]) as gateway:
        await gateway.until(lambda: gateway.handled().get("used") == 5)
        await gateway.until_subscribed()
        await send(broker, ("plug/events/rpc", notice(now, switch_0={"apower": 99})))
        await gateway.until(lambda: watts(gateway.last) == 99)
        assert gateway.handled() == {"used": 6}
    fields = [line.split(" ")[1] for line in kept_lines(settings)]
    assert fields == [f"instant_power_w={float(w)}" for w in (0, 1, 2, 3, 4, 99)]
    times = [int(line.rsplit(" ", 1)[1]) for line in kept_lines(settings)]
    assert times[:5] == [round((now - 5 + second) * 1e6) * 1000 for second in range(5)]


async def test_a_retained_reading_is_never_stamped_with_now(
    broker: Mosquitto, tmp_path: Path
) -> None:
    """Without a time of its own it is not used; with one it has that time, and its age decides."""
    write_config(tmp_path)
    settings = make_settings(broker, tmp_path)
    week = datetime.now(UTC).timestamp() - 7 * 86_400
    old = notice(week, switch_0={"apower": 7})
    await send(broker, (SENSOR, TASMOTA), ("plug/events/rpc", old), (LWT, "Online"), retain=True)
    async with running(settings, [BOILER, PLUG]) as gateway:
        await gateway.until(lambda: gateway.handled() == {"no_time": 1, "used": 1, "no_value": 1})
        await gateway.until(lambda: watts(gateway.last) == 7)
        assert gateway.reasons() == {"over_age"}
        readings = [result for _, result in gateway.results if isinstance(result, Reading)]
        assert [reading.at.timestamp() for reading in readings] == [pytest.approx(week, abs=1e-3)]
    (line,) = kept_lines(settings)
    assert line == f"power,source=plug instant_power_w=7.0 {round(week * 1e6) * 1000}"


async def test_a_duplicate_is_the_same_point(broker: Mosquitto, tmp_path: Path) -> None:
    """With a time of its own: the same series at the same time, which InfluxDB has once."""
    write_config(tmp_path)
    settings = make_settings(broker, tmp_path)
    message = ("plug/events/rpc", notice(datetime.now(UTC).timestamp(), switch_0={"apower": 7}))
    async with running(settings, [PLUG]) as gateway:
        await gateway.until_subscribed()
        await send(broker, message, message)
        await gateway.until(lambda: len(kept_lines(settings)) == 2)
    assert len(set(kept_lines(settings))) == 1


async def test_nothing_is_acknowledged_before_it_is_kept(
    broker: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the outbox cannot be written the broker keeps what it has sent: nothing is lost."""
    monkeypatch.setattr("mqtt_gateway.gateway.RETRY_SECONDS", 0.05)
    write_config(tmp_path)
    settings = make_settings(broker, tmp_path)
    async with running(settings, [BOILER]) as gateway:
        await gateway.until_subscribed()
        with closing(sqlite3.connect(settings.outbox_file, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            await send(broker, *((SENSOR, {"ENERGY": {"Power": n}}) for n in range(30)))
            await gateway.until(lambda: watts(gateway.last) is not None)
            await asyncio.sleep(0.1)
            assert b"PUBACK" not in from_gateway(broker)
            other.execute("ROLLBACK")
        await gateway.until(lambda: len(kept_lines(settings)) == 30)
        await gateway.until(lambda: from_gateway(broker).count(b"PUBACK") == 30)


def from_gateway(broker: Mosquitto) -> bytes:
    """Return the lines of the broker's log about what the gateway has sent."""
    log = broker.log.read_bytes().splitlines()
    return b"\n".join(line for line in log if b"from ppms-mqtt-gateway" in line)


async def test_a_device_without_power_is_down_by_its_will(
    broker: Mosquitto, tmp_path: Path
) -> None:
    """The will arrives the moment its socket is gone; a new reading after its return counts."""
    write_config(tmp_path)
    device = Client(CallbackAPIVersion.VERSION2, client_id="boiler")
    device.will_set(LWT, "Offline", retain=True)
    await asyncio.to_thread(device.connect, "127.0.0.1", broker.port)
    device.loop_start()
    device.publish(LWT, "Online", retain=True)
    async with running(make_settings(broker, tmp_path), [BOILER]) as gateway:
        await gateway.until_subscribed()
        device.publish(SENSOR, '{"ENERGY": {"Power": 3}}')
        await gateway.until(lambda: watts(gateway.last) == 3)
        sock = device.socket()
        assert isinstance(sock, socket.socket)
        device.loop_stop()
        sock.shutdown(socket.SHUT_RDWR)
        await gateway.until(lambda: "offline" in reason(gateway.last))
        assert gateway.reasons() == {"device_gone"}
        await send(broker, (LWT, "Online"), retain=True)
        await gateway.until(lambda: gateway.reasons() == {"over_age"})
        await send(broker, (SENSOR, {"ENERGY": {"Power": 4}}))
        await gateway.until(lambda: watts(gateway.last) == 4)
    sock.close()


async def test_a_will_before_the_first_reading(broker: Mosquitto, tmp_path: Path) -> None:
    """A plug that was gone before the gateway came is down for that reason."""
    write_config(tmp_path)
    await send(broker, (LWT, "Offline"), retain=True)
    async with running(make_settings(broker, tmp_path), [BOILER]) as gateway:
        await gateway.until(lambda: "tele/boiler/LWT" in reason(gateway.last))
        assert gateway.reasons() == {"device_gone"}


@pytest.mark.parametrize("offline", ['{"state":"offline"}', "offline"])
async def test_a_bridge_that_is_gone_takes_its_devices_with_it(
    offline: str, broker: Mosquitto, tmp_path: Path
) -> None:
    """Each of them is still `online` by its own retained topic."""
    write_config(tmp_path)
    lamp = source("zigbee2mqtt", "zigbee2mqtt/lamp")
    online = '{"state":"online"}'
    for topic in ("zigbee2mqtt/bridge/state", "zigbee2mqtt/lamp/availability"):
        await send(broker, (topic, online), retain=True)
    async with running(make_settings(broker, tmp_path), [lamp]) as gateway:
        await gateway.until_subscribed()
        await send(broker, ("zigbee2mqtt/lamp", ZIGBEE))
        await gateway.until(lambda: watts(gateway.last) == 45.2)
        await send(broker, ("zigbee2mqtt/bridge/state", offline), retain=True)
        await gateway.until(lambda: gateway.reasons() == {"device_gone"})


async def test_nonsense_harms_nothing_but_itself(broker: Mosquitto, tmp_path: Path) -> None:
    """Each is refused and counted, and acknowledged: the next good message is read."""
    write_config(tmp_path, [{"profile": "zigbee2mqtt", "id": "z/x"}])
    settings = make_settings(broker, tmp_path)
    nonsense: tuple[bytes | str, ...] = (
        b"\xff\xfe\x00", "{", '{"ENERGY": {"Power": [1, 2]}}', '{"ENERGY": {"Power": "12,3"}}',
        '{"ENERGY": {"Power": NaN}}', "[" * 5000, '{"ENERGY": {"Power": true}}',
    )  # fmt: skip
    async with running(settings, [BOILER]) as gateway:
        await gateway.until_subscribed()
        await send(broker, *((SENSOR, each) for each in nonsense))
        await gateway.until(lambda: gateway.handled().get("bad_payload") == len(nonsense))
        await gateway.until(lambda: isinstance(gateway.last, BadPayloadError))
        await send(broker, (SENSOR, b"x" * 2**20), (SENSOR, b""))
        await send(broker, (SENSOR, TASMOTA), ("z/x", ZIGBEE))
        await gateway.until(lambda: gateway.handled().get("used") == 2)
        await gateway.until(lambda: watts(gateway.last) == 12)
        assert gateway.handled() == {
            "bad_payload": len(nonsense), "too_large": 1, "no_value": 1, "used": 2,
        }  # fmt: skip
    assert len(kept_lines(settings)) == 2


async def test_good_values_beside_a_bad_one_are_used_and_the_message_is_counted(
    broker: Mosquitto, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Its energy is no number: its power is a reading and a point."""
    write_config(tmp_path)
    settings = make_settings(broker, tmp_path)
    async with running(settings, [BOILER]) as gateway:
        await gateway.until_subscribed()
        await send(broker, (SENSOR, '{"ENERGY": {"Power": 12, "Total": -0.5}}'))
        await gateway.until(lambda: watts(gateway.last) == 12)
        await gateway.until(lambda: gateway.handled() == {"bad_payload": 1})
        await gateway.until(lambda: len(kept_lines(settings)) == 1)
    assert "power,source=boiler instant_power_w=12.0 " in kept_lines(settings)[0]
    assert "Total is -0.5 kWh, which no counter shows" in caplog.text


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again what cannot be kept, several times a second."""
    monkeypatch.setattr("mqtt_gateway.gateway.RETRY_SECONDS", 0.2)


@pytest.mark.usefixtures("quick_retries")
@pytest.mark.parametrize("is_full", [True, False])
async def test_a_volume_that_cannot_be_written_stops_no_reading(
    broker: Mosquitto,
    small_volume: Volume,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    *,
    is_full: bool,
) -> None:
    """One line with the reason; points wait in memory, in their order, until it is mended."""
    write_config(tmp_path)
    caplog.set_level("INFO")
    settings = make_settings(broker, tmp_path, state_dir=small_volume.path)
    async with running(settings, [BOILER]) as gateway:
        await gateway.until_subscribed()
        small_volume.fill() if is_full else small_volume.set_read_only(read_only=True)
        for power in (1, 2, 3):
            await send(broker, (SENSOR, {"ENERGY": {"Power": power}}), qos=power % 2)
            await gateway.until(lambda power=power: watts(gateway.last) == power)
        failures = [line for line in caplog.messages if "points cannot be kept" in line]
        assert len(failures) == 1
        assert ("database is full" if is_full else "is read-only") in failures[0]
        small_volume.empty() if is_full else small_volume.set_read_only(read_only=False)
        await gateway.until(lambda: len(kept_lines(settings)) == 3)
        await gateway.until(lambda: "points are kept again" in caplog.text)
        assert [line.split()[1] for line in kept_lines(settings)] == [
            f"instant_power_w={power}.0" for power in (1, 2, 3)
        ]
        assert gateway.value("mqtt_unkept_points_dropped_total") == 0
    assert "Traceback" not in caplog.text


@pytest.mark.usefixtures("quick_retries")
async def test_memory_is_bounded_while_points_cannot_be_kept(
    broker: Mosquitto,
    small_volume: Volume,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The oldest are dropped and counted."""
    monkeypatch.setattr("mqtt_gateway.gateway.MAX_UNKEPT_POINTS", 2)
    write_config(tmp_path)
    settings = make_settings(broker, tmp_path, state_dir=small_volume.path)
    async with running(settings, [BOILER]) as gateway:
        await gateway.until_subscribed()
        small_volume.fill()
        for power in (1, 2, 3, 4):
            await send(broker, (SENSOR, {"ENERGY": {"Power": power}}), qos=0)
            await gateway.until(lambda power=power: watts(gateway.last) == power)
        await gateway.until(lambda: gateway.value("mqtt_unkept_points_dropped_total") == 2)
        small_volume.empty()
        await gateway.until(lambda: len(kept_lines(settings)) == 2)


async def test_an_exception_in_one_device_does_not_stop_the_others(
    broker: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is logged with its traceback, counted, and its message acknowledged."""
    write_config(tmp_path)
    apply = Device.apply

    def broken(device: Device, message: object) -> object:
        if device.source is BOILER:
            raise ZeroDivisionError
        return apply(device, message)  # ty: ignore[invalid-argument-type] - passed on

    monkeypatch.setattr(Device, "apply", broken)
    async with running(make_settings(broker, tmp_path), [BOILER, PLUG]) as gateway:
        await gateway.until_subscribed()
        await send(broker, (SENSOR, TASMOTA), ("plug/status/switch:0", {"apower": 7}))
        await gateway.until(lambda: watts(gateway.last) == 7)
        assert gateway.handled() == {"internal_error": 1, "used": 1}


async def test_a_callback_that_raises_ends_the_connection_visibly(
    broker: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paho's own thread would end and look connected; here the gateway connects again."""
    write_config(tmp_path)
    received, raised = Connection.received, []

    def broken(connection: Connection, message: object) -> object:
        if not raised:
            raised.append(message)
            raise ZeroDivisionError
        return received(connection, message)  # ty: ignore[invalid-argument-type] - passed on

    monkeypatch.setattr(Connection, "received", broken)
    async with running(make_settings(broker, tmp_path), [BOILER]) as gateway:
        await gateway.until_subscribed()
        await send(broker, (SENSOR, TASMOTA))
        await gateway.until(lambda: any("ZeroDivision" in reason(r) for _, r in gateway.results))
        # It was not acknowledged, so the broker sends it again.
        await gateway.until(lambda: watts(gateway.last) == 12)


async def test_a_thousand_topics(broker: Mosquitto, tmp_path: Path) -> None:
    """Each device has its own series; none is lost."""
    count = 1000
    devices = [
        {"profile": "generic", "id": f"d{n}", "power": {"topic": f"m/{n}/w"}} for n in range(count)
    ]
    write_config(tmp_path, devices)
    settings = make_settings(broker, tmp_path)
    async with running(settings) as gateway:
        await gateway.until_subscribed()
        await send(broker, *((f"m/{n}/w", str(n)) for n in range(count)))
        await gateway.until(lambda: gateway.handled() == {"used": count})
        await gateway.until(lambda: len(kept_lines(settings)) == count)
    points = [line.split(" ")[:2] for line in kept_lines(settings)]
    assert points == [[f"power,source=d{n}", f"instant_power_w={float(n)}"] for n in range(count)]


async def test_a_pattern_finds_devices_until_there_are_too_many(
    broker: Mosquitto, tmp_path: Path
) -> None:
    """Others are refused and counted; what measures nothing is no device."""
    pattern = {"profile": "zigbee2mqtt", "id": "zigbee2mqtt/+", "influxdb_source": "+"}
    write_config(tmp_path, [pattern], max_devices=2)
    settings = make_settings(broker, tmp_path)
    await send(broker, ("zigbee2mqtt/bridge/state", "online"), retain=True)
    async with running(settings) as gateway:
        await gateway.until_subscribed()
        await send(broker, ("zigbee2mqtt/button", {"battery": 90, "linkquality": 1}))
        await send(broker, *((f"zigbee2mqtt/lamp {n}", ZIGBEE) for n in range(4)))
        await send(broker, ("zigbee2mqtt/lamp 0", ZIGBEE))
        await gateway.until(lambda: gateway.handled().get("used") == 3)
        assert gateway.handled()["too_many_devices"] == 2
    series = {line.split(" energy")[0] for line in kept_lines(settings)}
    assert series == {"power,source=lamp\\ 0", "power,source=lamp\\ 1"}


async def test_topics_of_a_device_that_is_gone_are_unsubscribed(
    broker: Mosquitto, tmp_path: Path
) -> None:
    """The broker's session would have them for ever; what still comes is refused and counted."""
    write_config(tmp_path)
    settings = make_settings(broker, tmp_path)
    async with running(settings, [BOILER, PLUG]) as gateway:
        await gateway.until_subscribed()
    await send(broker, (SENSOR, TASMOTA))
    async with running(settings, [PLUG]) as gateway:
        await gateway.until_subscribed()
        await gateway.until(lambda: gateway.handled() == {"unknown_topic": 1})
        await send(broker, (SENSOR, TASMOTA), ("plug/status/switch:0", {"apower": 7}))
        await gateway.until(lambda: watts(gateway.last) == 7)
        assert gateway.handled() == {"unknown_topic": 1, "used": 1}


async def test_a_second_client_of_the_same_id_is_named(
    broker: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two gateways throw each other out for ever: the log has the reason."""
    monkeypatch.setattr("mqtt_gateway.client.backoff_seconds", lambda *_: 0.05)
    write_config(tmp_path)
    settings = make_settings(broker, tmp_path, forward_influxdb=False)
    async with running(settings, [BOILER]) as one, running(settings, [BOILER]) as other:

        def named(gateway: Running) -> bool:
            return any("same MQTT_CLIENT_ID" in reason(result) for _, result in gateway.results)

        await one.until(lambda: named(one) or named(other))


@pytest.mark.long
async def test_a_broker_that_hangs_is_noticed(broker: Mosquitto, tmp_path: Path) -> None:
    """Its connections stay open and nothing comes: after twice the keepalive all is down."""
    write_config(tmp_path)
    settings = make_settings(broker, tmp_path, mqtt_keepalive_seconds=5)
    async with running(settings, [BOILER]) as gateway:
        await gateway.until_subscribed()
        assert broker.process
        broker.process.send_signal(signal.SIGSTOP)
        await gateway.until(lambda: gateway.reasons() == {"broker_gone"})
        broker.process.send_signal(signal.SIGCONT)
        await gateway.until_subscribed()
        await send(broker, (SENSOR, TASMOTA))
        await gateway.until(lambda: watts(gateway.last) == 12)
