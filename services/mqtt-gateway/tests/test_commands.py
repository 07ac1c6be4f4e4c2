"""The gateway as a process, killed at the worst moment; its commands; no secret in any output."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from mqtt_messages import notice
from running_gateway import kept_lines, make_settings, send, write_config

from mqtt_emulator.broker import Mosquitto
from mqtt_gateway.__main__ import run
from service_kit.clock import utc_now
from service_kit.waiting import poll_until_async
from testbed.exporter import home_of, settings_of
from testbed.process import free_port, running, wait_limit_seconds

PASSWORD = "a-password-of-the-broker"
COMMAND = (sys.executable, "-m", "mqtt_gateway")
SENDING = b"Sending PUBLISH to ppms-mqtt-gateway (d%d, q1"


def variables(broker: Mosquitto, folder: Path, **changed: str) -> dict[str, str]:
    """The environment of a gateway that logs in, though this broker asks for nothing."""
    names = {
        "MQTT_HOST": "127.0.0.1", "MQTT_PORT": str(broker.port),
        "MQTT_USERNAME": "ppms", "MQTT_PASSWORD": PASSWORD,
        "MQTT_CONFIG_FILE": str(folder / "mqtt.yaml"),
        "LOG_FORMAT": "json", "LOG_LEVEL": "DEBUG",
    }  # fmt: skip
    return settings_of(home_of(), folder, **{**names, **changed})


@contextmanager
def gateway(env: dict[str, str], log: Path) -> Generator[subprocess.Popen[bytes]]:
    url = f"http://127.0.0.1:{env['LISTEN_PORT']}/healthz"
    with running(COMMAND, ready_url=url, log=log, env=env) as process:
        yield process


async def test_a_kill_before_the_points_are_kept_loses_none(
    broker: Mosquitto, tmp_path: Path
) -> None:
    """Ten readings of QoS 1, killed with SIGKILL while the outbox is locked: sent again, kept."""
    write_config(tmp_path, [{"profile": "generic", "id": "m", "power": {"topic": "m"}}])
    forward = {"INFLUXDB_HOST": f"127.0.0.1:{free_port()}", "INFLUXDB_DATABASE": "home"}
    env = variables(broker, tmp_path, **forward)
    (tmp_path / "devices.yaml").unlink()
    env["LISTEN_PORT"], log = str(free_port()), tmp_path / "log"
    settings = make_settings(broker, tmp_path)
    with gateway(env, log) as process:
        await until(lambda: b"SUBACK to ppms-mqtt-gateway" in broker.log.read_bytes())
        with closing(sqlite3.connect(settings.outbox_file, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            await send(broker, *(("m", str(n)) for n in range(10)))
            await until(lambda: broker.log.read_bytes().count(SENDING % 0) == 10)
            process.kill()
            process.wait()
            other.execute("ROLLBACK")
    assert kept_lines(settings) == []
    with gateway(env, log):
        await until(lambda: len(kept_lines(settings)) == 10)
    assert broker.log.read_bytes().count(SENDING % 1) == 10, "each was sent again, as a duplicate"
    watts = [line.split(" ")[1] for line in kept_lines(settings)]
    assert watts == [f"instant_power_w={n}.0" for n in range(10)]
    assert PASSWORD not in log.read_text()


async def until(condition: Callable[[], bool]) -> None:
    assert await poll_until_async(condition, wait_limit_seconds(), interval_seconds=0.02)


async def test_once_prints_readings_beside_a_running_gateway(
    broker: Mosquitto, tmp_path: Path
) -> None:
    """With a client id of its own; a device that is silent fails, with the reason."""
    write_config(tmp_path)
    home = home_of("{source: mqtt, id: plug, profile: shelly_gen2}")
    env = variables(broker, tmp_path)
    (tmp_path / "devices.yaml").write_text(home, "utf-8")
    message = notice(utc_now().timestamp(), switch_0={"apower": 7.5, "aenergy": {"total": 8300}})
    await send(broker, ("plug/events/rpc", message), retain=True)
    done = subprocess.run(  # noqa: S603, ASYNC221
        [*COMMAND, "--once"], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1].split()[:6] == ["device_1", "mqtt", "7.5", "-", "-", "8.3"]
    assert PASSWORD not in done.stdout + done.stderr
    log = broker.log.read_text()
    assert "as ppms-mqtt-gateway-once" in log
    assert "as ppms-mqtt-gateway (" not in log


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("devices: [{id: x, profile: nothing}]", "mqtt.yaml:1: devices.0.profile: Input should be"),
        ("devices:\n- {id: x, profile: tasmota}\n- {id: x, profile: tasmota}", "x is here twice"),
        ("devices: [{id: a/+b, profile: zigbee2mqtt}]", "one whole level"),
        ("devices: [{id: +, profile: generic, power: {topic: x}}]", "one whole level"),
        ("max_devices: 0", "greater than or equal to 1"),
        (None, "copy config/mqtt.example.yaml to it"),
    ],
)
def test_check_lists_what_is_wrong_with_its_own_configuration(
    text: str | None,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With file and line, where there is no devices.yaml."""
    for name, value in {
        "MQTT_HOST": "h", "INFLUXDB_HOST": "i", "INFLUXDB_DATABASE": "d",
        "MQTT_CONFIG_FILE": str(tmp_path / "mqtt.yaml"),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    if text is not None:
        (tmp_path / "mqtt.yaml").write_text(text, "utf-8")
    assert run(["--check"]) == 1
    assert words in capsys.readouterr().err


def test_the_example_is_good(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As it is shipped, and with every comment taken away."""
    example = Path(__file__).parents[3] / "config" / "mqtt.example.yaml"
    for name, value in {
        "MQTT_HOST": "h", "INFLUXDB_HOST": "i", "INFLUXDB_DATABASE": "d",
        "MQTT_CONFIG_FILE": "mqtt.yaml",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    text = example.read_text("utf-8")
    for body in (text, text.replace("  # - id", "  - id").replace("  #   ", "    ")):
        Path("mqtt.yaml").write_text(body, "utf-8")
        assert run(["--check"]) == 0, capsys.readouterr().err
