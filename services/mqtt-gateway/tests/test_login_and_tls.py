"""Logins and TLS on a real broker: what is refused is said in words that a person can act on."""

import asyncio
import base64
import hashlib
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mqtt_messages import source
from paho.mqtt import publish
from running_gateway import make_settings, running, write_config

from home_model.errors import RejectedError, SourceError, UnreachableError
from home_model.readings import Reading
from mqtt_emulator.broker import Mosquitto, mosquitto
from mqtt_gateway.settings import Settings
from service_kit.errors import CannotStartError, SettingsError
from service_kit.settings import load_settings
from testbed.process import free_port

BOILER = source("tasmota", "boiler")
PASSWORD = "a-password-of-the-broker"
KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
KEY_USAGE = ("-addext", "keyUsage=critical,keyCertSign,cRLSign")


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)  # noqa: S603, S607


def make_certificates(folder: Path, *ca_extensions: str) -> None:
    """As docs/mqtt.md has it, but for the type of the keys."""
    openssl(folder, "req", "-x509", *KEY, "-keyout", "ca.key", "-out", "ca.pem",
            "-subj", "/CN=home", *ca_extensions)  # fmt: skip
    openssl(folder, "req", *KEY, "-keyout", "broker.key", "-out", "broker.csr", "-subj", "/CN=b")
    (folder / "names").write_text("subjectAltName=DNS:localhost\n")
    openssl(folder, "x509", "-req", "-in", "broker.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-out", "broker.pem", "-extfile", "names")  # fmt: skip


def tls_options(folder: Path) -> str:
    # As mosquitto_passwd writes it: PBKDF2 with SHA-512.
    salt, rounds = b"twelve bytes", 101
    digest = hashlib.pbkdf2_hmac("sha512", PASSWORD.encode(), salt, rounds)
    parts = (base64.b64encode(part).decode() for part in (salt, digest))
    (folder / "passwords").write_text(f"ppms:$7${rounds}${'$'.join(parts)}\n")
    return (
        f"cafile {folder}/ca.pem\ncertfile {folder}/broker.pem\nkeyfile {folder}/broker.key\n"
        f"password_file {folder}/passwords\nallow_anonymous false\n"
    )


@pytest.fixture(scope="module")
def tls_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    """A broker with TLS and a login."""
    folder = tmp_path_factory.mktemp("tls")
    make_certificates(folder, *KEY_USAGE)
    with mosquitto(folder, free_port(), tls_options(folder)) as broker:
        yield broker


def tls_settings(broker: Mosquitto, folder: Path, **changed: object) -> Settings:
    fields: dict[str, object] = {
        "mqtt_host": "localhost",
        "mqtt_tls": True,
        "mqtt_ca_file": broker.folder / "ca.pem",
        "mqtt_username": "ppms",
        "mqtt_password": PASSWORD,
        "forward_influxdb": False,
        **changed,
    }
    write_config(folder)
    return make_settings(broker, folder, **fields)


async def test_a_burst_over_tls_is_read_whole(tls_broker: Mosquitto, tmp_path: Path) -> None:
    """What TLS has decrypted already makes no socket readable: it is read all the same."""
    count = 300
    async with running(tls_settings(tls_broker, tmp_path), [BOILER]) as gateway:
        await gateway.until_subscribed()
        messages: Any = [
            ("tele/boiler/SENSOR", f'{{"ENERGY":{{"Power":{n}}}}}', 0, False) for n in range(count)
        ]
        options: Any = {
            "auth": {"username": "ppms", "password": PASSWORD},
            "tls": {"ca_certs": str(tls_broker.folder / "ca.pem")},
        }
        host, port = "localhost", tls_broker.port
        await asyncio.to_thread(publish.multiple, messages, hostname=host, port=port, **options)
        await gateway.until(lambda: gateway.handled().get("used") == count)
        await gateway.until(
            lambda: isinstance(gateway.last, Reading) and gateway.last.power_watts == count - 1
        )


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"mqtt_password": "wrong"}, RejectedError("MQTT_USERNAME and MQTT_PASSWORD")),
        ({"mqtt_username": "", "mqtt_password": ""}, RejectedError("refused the login")),
        ({"mqtt_host": "127.0.0.1"}, RejectedError("MQTT_HOST has to be a name")),
        ({"mqtt_ca_file": None}, RejectedError("MQTT_CA_FILE has to name")),
        ({"mqtt_tls": False, "mqtt_ca_file": None}, UnreachableError("expect TLS or not")),
        ({"mqtt_host": "no-such-host.invalid"}, UnreachableError("cannot be resolved")),
    ],
)
async def test_a_refusal_names_the_setting(
    changed: dict[str, object],
    expected: SourceError,
    tls_broker: Mosquitto,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And never the password."""
    monkeypatch.setattr("mqtt_gateway.client.ANSWER_SECONDS", 0.5)
    async with running(tls_settings(tls_broker, tmp_path, **changed), [BOILER]) as gateway:
        await gateway.until(lambda: any(expected.reason in str(r) for _, r in gateway.results))
        found = next(r for _, r in gateway.results if expected.reason in str(r))
        assert type(found) is type(expected)
        assert gateway.reasons() == {"broker_gone"}
    assert PASSWORD not in str(gateway.results)


async def test_tls_to_a_plain_port(
    broker: Mosquitto, tls_broker: Mosquitto, tmp_path: Path
) -> None:
    """The broker hangs up, or nothing comes: the message asks for the port."""
    settings = tls_settings(tls_broker, tmp_path, mqtt_port=broker.port)
    async with running(settings, [BOILER]) as gateway:
        await gateway.until(lambda: any("MQTT_TLS is 1" in str(r) for _, r in gateway.results))


async def test_a_ca_without_key_usage(tmp_path: Path) -> None:
    """What `openssl req -x509` writes by itself: it is refused, and the error has the remedy."""
    folder = tmp_path / "broker"
    folder.mkdir()
    make_certificates(folder)
    with mosquitto(folder, free_port(), tls_options(folder)) as broker:
        async with running(tls_settings(broker, tmp_path), [BOILER]) as gateway:
            await gateway.until(lambda: any("keyCertSign" in str(r) for _, r in gateway.results))


async def test_a_port_that_nobody_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that accepts and is silent does not hold the gateway for ever."""
    monkeypatch.setattr("mqtt_gateway.client.ANSWER_SECONDS", 0.2)
    write_config(tmp_path)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        settings = make_settings(Mosquitto(tmp_path, silent.getsockname()[1]), tmp_path)
        async with running(settings, [BOILER]) as gateway:
            await gateway.until(lambda: any("no answer" in str(r) for _, r in gateway.results))


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({}, "MQTT_HOST"),
        ({"MQTT_HOST": "h", "MQTT_CA_FILE": "ca.pem"}, "MQTT_TLS must be 1"),
        ({"MQTT_HOST": "h", "MQTT_PASSWORD": PASSWORD}, "MQTT_USERNAME must be too"),
        ({"MQTT_HOST": "h", "INFLUXDB_HOST": "i"}, "INFLUXDB_DATABASE"),
        ({"MQTT_HOST": f"u:{PASSWORD}@h"}, "MQTT_HOST: .*variables of their own"),
    ],
)
def test_settings_that_do_not_fit_are_named(
    variables: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is connected to; without the password."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=words) as raised:
        load_settings(Settings)
    assert PASSWORD not in str(raised.value)


def test_a_ca_file_that_is_none_is_named(tmp_path: Path) -> None:
    """Missing or damaged: the process does not start."""
    (tmp_path / "ca.pem").write_text("no certificate")
    for file in ("missing.pem", "ca.pem"):
        settings = Settings(mqtt_host="h", mqtt_tls=True, mqtt_ca_file=tmp_path / file)
        with pytest.raises(CannotStartError, match=f"MQTT_CA_FILE .*{file}"):
            settings.broker()
