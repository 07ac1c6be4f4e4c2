"""A start that cannot succeed is refused before anything runs, with the way out."""

import socket
import stat
from pathlib import Path

import pytest
from pydantic import ValidationError

from home_model.config import Home
from home_model.load import load_home
from home_model.problems import ConfigError
from home_model.sources import SOURCES
from up import house
from up.preflight import problems
from up.processes import processes
from up.servers import victoria_metrics, victoria_metrics_password
from up.settings import Settings

SWITCHBOT = {"SWITCHBOT_TOKEN": "t", "SWITCHBOT_SECRET": "s"}
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
    return [process.name for process in processes(settings, home)]


def real_home(file: Path, secrets: dict[str, str]) -> Settings:
    return Settings.model_validate(
        {"secrets": secrets, "config_file": file, "data_dir": file.parent}
    )


@pytest.mark.parametrize(
    ("setting", "name"),
    [
        ("PAGE_PORT", "page"),
        ("TP_LINK_NATIVE_EXPORTER_PORT", "tplink_native"),
        ("VIRTUAL_PLUGS_PORT", "virtual-plugs"),
    ],
)
def test_a_taken_port_names_the_setting(
    setting: str, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Somebody else's server on 8080 is the most common surprise."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        monkeypatch.setenv(setting, str(port))
        settings = Settings(data_dir=tmp_path, virtual_home=True)
        found = processes(settings, house.load(settings))
        refused = problems(settings, [each for each in found if each.name == name])
    way_out = f"choose another with {setting}, for example: make up {setting}={port + 1000}"
    assert refused == [f"{name}: port {port} is in use; {way_out}"]


def test_a_missing_configuration_says_what_to_copy(tmp_path: Path) -> None:
    """Real credentials without devices.yaml must not fall back to the virtual home."""
    settings = real_home(tmp_path / "devices.yaml", SWITCHBOT)
    with pytest.raises(ConfigError, match=r"copy config/devices\.example\.yaml"):
        house.load(settings)


@pytest.mark.parametrize(
    ("half", "other"),
    [("SWITCHBOT_TOKEN", "SWITCHBOT_SECRET"), ("TP_LINK_USERNAME", "TP_LINK_PASSWORD")],
)
def test_half_an_account_is_refused(half: str, other: str) -> None:
    """It would be a virtual home that looks real."""
    with pytest.raises(ValidationError, match=other):
        Settings.model_validate({"secrets": {half: "t"}})


def test_a_configuration_is_a_real_home_without_any_credential(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bluetooth and Kasa plugs need none; without a configuration the home is the virtual one."""
    home_of(tmp_path, BLE)
    file = tmp_path / "devices.yaml"
    monkeypatch.setattr("up.settings.DEFAULT_CONFIG_FILE", file)
    assert not Settings(config_file=file).is_virtual
    file.unlink()
    assert Settings(config_file=file).is_virtual
    assert not Settings(config_file=tmp_path / "mine.yaml").is_virtual


def test_only_the_accounts_of_the_configured_sources_are_needed(tmp_path: Path) -> None:
    """What an exporter misses is what its own `--check` finds: Kasa plugs need no account."""
    home, file = home_of(tmp_path, CLOUD, NATIVE), tmp_path / "devices.yaml"
    without = real_home(file, {})
    found = problems(without, [p for p in processes(without, home) if p.is_scraped])
    assert found == [
        "switchbot: SWITCHBOT_TOKEN: Field required",
        "switchbot: SWITCHBOT_SECRET: Field required",
    ]
    given = real_home(file, SWITCHBOT)
    assert problems(given, [p for p in processes(given, home) if p.is_scraped]) == []


def test_an_exporter_runs_only_where_it_has_something_to_read(tmp_path: Path) -> None:
    """And one with several sources is given those that are configured."""
    settings = real_home(tmp_path / "devices.yaml", SWITCHBOT)
    native, cloud = home_of(tmp_path, NATIVE), home_of(tmp_path, CLOUD, BLE)
    rest = ["victoria-metrics", "bff", "page"]
    assert set(names_of(settings, native)) == {*rest, "tplink_native"}
    assert set(names_of(settings, cloud)) == {*rest, "switchbot"}
    (exporter,) = [p for p in processes(settings, cloud) if p.name == "switchbot"]
    assert exporter.env["FETCHERS"] == "cloud,ble"
    assert exporter.after == ()


def test_a_home_of_matter_plugs_needs_their_server_and_no_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a real home; its exporter reads the server that the environment names."""
    home, server = home_of(tmp_path, MATTER), "ws://192.168.1.9:5580/ws"
    monkeypatch.setenv("MATTER_SERVER_URL", server)
    settings = Settings(data_dir=tmp_path)
    assert not settings.is_virtual
    by_name = {process.name: process for process in processes(settings, home)}
    assert set(by_name) == {"victoria-metrics", "tplink_matter", "bff", "page"}
    assert by_name["tplink_matter"].environment()["MATTER_SERVER_URL"] == server
    assert not by_name["tplink_matter"].may_join_late


def test_only_its_exporter_is_given_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A secret that a process does not need is not in its environment, nor an unknown vendor's."""
    values = {name: f"the-{name}" for row in SOURCES for name in row.secrets}
    for name, value in {**values, "SOMEBODYS_PASSWORD": "the-unknown"}.items():
        monkeypatch.setenv(name, value)
    settings = Settings(data_dir=tmp_path)
    password = victoria_metrics_password(settings)
    owners = {
        "switchbot": {"the-SWITCHBOT_TOKEN", "the-SWITCHBOT_SECRET"},
        "tplink_native": {"the-TP_LINK_USERNAME", "the-TP_LINK_PASSWORD"},
        "victoria-metrics": {password},
        "bff": {password},
    }
    for process in processes(settings, home_of(tmp_path, CLOUD, NATIVE)):
        given = {*values.values(), password, "the-unknown"} & set(process.environment().values())
        assert given == owners.get(process.name, set()), process.name


def test_the_password_of_victoria_metrics_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    """It is not on the command line either, which every user of the machine can read."""
    settings = Settings(data_dir=tmp_path, virtual_home=True)
    password = victoria_metrics_password(settings)
    assert victoria_metrics_password(settings) == password
    assert len(password) >= 32
    (file,) = settings.home_dir.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert password not in " ".join(victoria_metrics(settings).command)


def test_two_processes_never_share_a_default_port(tmp_path: Path) -> None:
    """All defaults must be able to run at once."""
    settings = Settings(
        data_dir=tmp_path,
        virtual_home=True,
        virtual_matter=True,
        virtual_mqtt=True,
        virtual_boards=True,
    )
    home = house.load(settings)
    services = {row.service for row in SOURCES if row.source in house.sources_of(home)}
    ports = [port for process in processes(settings, home) for port in process.ports.values()]
    # Beside the exporters: page, BFF (two), VictoriaMetrics, five emulators, and where boards send.
    assert len(ports) == len(set(ports)) == len(services) + 10
