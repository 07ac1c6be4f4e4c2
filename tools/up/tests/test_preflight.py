"""A start that cannot succeed is refused before anything runs, with the way out."""

import socket
from pathlib import Path

import pytest
from pydantic import ValidationError

from home_model.config import Home
from home_model.load import load_home
from home_model.problems import ConfigError
from up import house
from up.parts import parts
from up.preflight import problems
from up.settings import Settings

SWITCHBOT = {"switchbot_token": "t", "switchbot_secret": "s"}
TP_LINK = {"tp_link_username": "u", "tp_link_password": "p"}
HEAD = """\
house: home
time_zone: Asia/Tokyo
currency: JPY
rooms: [{room: study, shelves: [{shelf: rack}]}]
devices:
"""
DEVICE = "  - {{device: {name}, room: study, shelf: rack, sources: [{source}]}}\n"
CLOUD = DEVICE.format(name="server", source="{source: cloud, id: 6055F93599FF}")
NATIVE = DEVICE.format(
    name="kettle", source="{source: native, id: '50:91:E3:00:00:01', address: 192.168.1.20}"
)
MATTER = DEVICE.format(name="lamp", source="{source: matter, id: TAPO-1}")
BLE = DEVICE.format(name="nas", source="{source: ble, id: 6055F9359900, model: plug_mini_jp}")


def home_of(folder: Path, *devices: str) -> Home:
    file = folder / "devices.yaml"
    file.write_text(HEAD + "".join(devices))
    return load_home(file)


def names_of(settings: Settings, home: Home) -> list[str]:
    return [part.name for part in parts(settings, home)]


@pytest.mark.parametrize(
    ("setting", "name"),
    [
        ("PAGE_PORT", "page"),
        ("TP_LINK_EXPORTER_PORT", "tplink_native"),
        ("VIRTUAL_PLUGS_PORT", "virtual-plugs"),
    ],
)
def test_a_taken_port_names_the_setting(setting: str, name: str) -> None:
    """Somebody else's server on 8080 is the most common surprise."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        settings = Settings.model_validate({setting.lower(): port})
        home = house.load(settings)
        found = problems(settings, home, [p for p in parts(settings, home) if p.name == name])
    way_out = f"choose another with {setting}, for example: make up {setting}={port + 1000}"
    assert found == [f"{name}: port {port} is in use; {way_out}"]


def test_a_missing_configuration_says_what_to_copy(tmp_path: Path) -> None:
    """Real credentials without devices.yaml must not fall back to the virtual home."""
    settings = Settings.model_validate(SWITCHBOT | {"config_file": tmp_path / "devices.yaml"})
    with pytest.raises(ConfigError, match=r"copy config/devices\.example\.yaml"):
        house.load(settings)


@pytest.mark.parametrize(
    ("half", "other"),
    [("switchbot_token", "SWITCHBOT_SECRET"), ("tp_link_username", "TP_LINK_PASSWORD")],
)
def test_half_an_account_is_refused(half: str, other: str) -> None:
    """It would be a virtual home that looks real."""
    with pytest.raises(ValidationError, match=other):
        Settings.model_validate({half: "t"})


def test_only_the_accounts_of_the_configured_sources_are_needed(tmp_path: Path) -> None:
    """A home of TP-Link plugs alone has no SwitchBot token; what is missing is named."""
    both = home_of(tmp_path, CLOUD, NATIVE)
    (tp_link_missing,) = problems(Settings.model_validate(SWITCHBOT), both, [])
    assert tp_link_missing == (
        "config/devices.yaml has `native` sources: set TP_LINK_USERNAME and TP_LINK_PASSWORD"
    )
    (switchbot_missing,) = problems(Settings.model_validate(TP_LINK), both, [])
    assert "`cloud` sources: set SWITCHBOT_TOKEN and SWITCHBOT_SECRET" in switchbot_missing
    assert problems(Settings.model_validate(SWITCHBOT | TP_LINK), both, []) == []
    assert problems(Settings.model_validate(TP_LINK), home_of(tmp_path, NATIVE), []) == []
    assert problems(Settings.model_validate(SWITCHBOT), home_of(tmp_path, CLOUD), []) == []


def test_an_exporter_runs_only_where_it_has_something_to_read(tmp_path: Path) -> None:
    """And the SwitchBot one listens to Bluetooth where the configuration has `ble` sources."""
    native, cloud = home_of(tmp_path, NATIVE), home_of(tmp_path, CLOUD, BLE)
    rest = ["victoria-metrics", "bff", "page"]
    assert set(names_of(Settings.model_validate(TP_LINK), native)) == {*rest, "tplink_native"}
    assert set(names_of(Settings.model_validate(SWITCHBOT), cloud)) == {*rest, "switchbot"}
    (exporter,) = [
        p for p in parts(Settings.model_validate(SWITCHBOT), cloud) if p.name == "switchbot"
    ]
    assert exporter.env["FETCHERS"] == "cloud,ble"
    assert exporter.after == ()


def test_a_home_of_matter_plugs_needs_their_server_and_no_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a real home; its exporter reads the server that the environment names."""
    home, server = home_of(tmp_path, MATTER), "ws://192.168.1.9:5580/ws"
    monkeypatch.setenv("MATTER_SERVER_URL", server)
    settings = Settings()
    assert not settings.virtual
    assert problems(settings, home, []) == []
    by_name = {part.name: part for part in parts(settings, home)}
    assert set(by_name) == {"victoria-metrics", "tplink_matter", "bff", "page"}
    assert by_name["tplink_matter"].environment()["MATTER_SERVER_URL"] == server
    assert not by_name["tplink_matter"].may_be_late


def test_only_its_exporter_is_given_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A secret that a process does not need is not in its environment."""
    secrets = {
        "SWITCHBOT_TOKEN": "the-token",
        "SWITCHBOT_SECRET": "the-secret",
        "TP_LINK_USERNAME": "the-user",
        "TP_LINK_PASSWORD": "the-password",
    }
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    owners = {
        "switchbot": {"the-token", "the-secret"},
        "tplink_native": {"the-user", "the-password"},
    }
    for part in parts(Settings(), home_of(tmp_path, CLOUD, NATIVE)):
        given = set(secrets.values()) & set(part.environment().values())
        assert given == owners.get(part.name, set()), part.name


def test_two_parts_never_share_a_default_port() -> None:
    """All defaults must be able to run at once."""
    settings = Settings(virtual_matter=True)
    ports = [port for part in parts(settings, house.load(settings)) for port in part.ports.values()]
    assert len(ports) == len(set(ports)) == 10
