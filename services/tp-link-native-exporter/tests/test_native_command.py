"""`--once`, `--check` and `--discover` as a person runs them."""

import subprocess
import sys
from pathlib import Path
from random import SystemRandom

from home_model.load import load_home
from testbed.plugs import Plugs, emulated_plugs, settings_of_exporter


def run(settings: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tp_link_native_exporter", *arguments]
    return subprocess.run(  # noqa: S603 - our own program
        command, env=settings, capture_output=True, text=True, check=False, timeout=60
    )


def test_once_prints_a_table(plugs: Plugs, tmp_path: Path) -> None:
    """Every outlet in a line, what a model does not measure as a dash."""
    done = run(settings_of_exporter(plugs.home(), tmp_path), "--once")
    rows = {line.split()[0]: line.split() for line in done.stdout.splitlines()}
    assert done.returncode == 0, done.stderr
    assert rows["kettle"][2:5] == ["4.321", "233.509", "0.019"]
    assert rows["heater"][2:5] == ["2.5", "-", "-"]
    assert rows["desk_3"][2] == "4"
    assert "signal_dbm=-33" in rows["kettle"]


def test_without_an_account_the_reason_names_the_settings(plugs: Plugs, tmp_path: Path) -> None:
    """Tapo plugs need one."""
    done = run(settings_of_exporter(plugs.home(), tmp_path, TP_LINK_USERNAME=""), "--once")
    assert done.returncode == 1
    assert "set TP_LINK_USERNAME and TP_LINK_PASSWORD" in done.stdout


def test_check_lists_problems(plugs: Plugs, tmp_path: Path) -> None:
    """The kit's own check, with this exporter's settings."""
    wrong = plugs.home().replace("source: native", "source: natve")
    done = run(settings_of_exporter(wrong, tmp_path, POLL_INTERVAL_SECONDS="soon"), "--check")
    assert done.returncode == 1
    assert "POLL_INTERVAL_SECONDS" in done.stderr
    assert "natve" in done.stderr


def test_discover_prints_what_can_be_pasted(tmp_path: Path) -> None:
    """A strip becomes a device for each outlet; rooms and shelves are for the person to fill in."""
    address = own_address()
    strip = {
        "name": "TV corner",
        "model": "P304M(UK) 1.0.3",
        "mac": "50:91:E3:00:00:04",
        "watts": [1, 2, 3, 4],
        "address": address,
        "discovery": True,
    }
    with emulated_plugs(tmp_path, [strip]) as plugs:
        settings = settings_of_exporter(plugs.home(), tmp_path)
        done = run(settings, "--discover", address, "--seconds", "1")
        plugs.change("TV corner", fault="tpap_only")
        newer = run(settings, "--discover", address, "--seconds", "1")
    assert done.returncode == 0, done.stderr
    head = plugs.home().split("devices:")[0]
    pasted = head + done.stdout.replace("room: CHANGE_ME", "room: work")
    config = tmp_path / "pasted.yaml"
    config.write_text(pasted.replace("shelf: CHANGE_ME", "shelf: rack_1"), encoding="utf-8")
    home = load_home(config)
    assert [device.device for device in home.devices] == [f"tv_corner_{n}" for n in (1, 2, 3, 4)]
    assert [source.key for device in home.devices for source in device.sources] == [
        ("5091E3000004", str(meter)) for meter in range(1, 5)
    ]
    assert "Third-Party Compatibility on" in newer.stdout


def own_address() -> str:
    """Return a loopback address that nobody else has: discovery's port is fixed."""
    dice = SystemRandom()
    return f"127.{dice.randint(1, 250)}.{dice.randint(1, 250)}.{dice.randint(2, 250)}"


def test_discover_reads_kasa_plugs_with_klap_firmware_and_gives_their_names(tmp_path: Path) -> None:
    """The name as in the app, and an id of it in ASCII, or else of model and MAC."""
    names = {"Küche: Wasserkocher": "kuche_wasserkocher", "テレビ": "terebi", "台所": "kp125_0005"}
    address = own_address()
    plug = {
        "model": "KP125(US) 1.0.6",
        "mac": "50:91:E3:00:00:05",
        "watts": 1900,
        "address": address,
        "discovery": True,
    }
    for name, device in names.items():
        with emulated_plugs(tmp_path, [plug | {"name": name}]) as plugs:
            settings = settings_of_exporter(plugs.home(), tmp_path)
            done = run(settings, "--discover", address, "--seconds", "1")
        assert done.returncode == 0, done.stderr
        assert f"- device: {device}\n" in done.stdout
        assert f': "{name}"}}' in done.stdout
        assert 'id: "50:91:E3:00:00:05"' in done.stdout
        assert "could not be read" not in done.stdout


def test_discover_without_an_account_names_the_settings(tmp_path: Path) -> None:
    """At once, and again beside each plug that needs one."""
    address = own_address()
    plug = {
        "name": "kettle",
        "model": "P110M(EU) 1.2.3",
        "mac": "50:91:E3:00:00:06",
        "watts": 5,
        "address": address,
        "discovery": True,
    }
    with emulated_plugs(tmp_path, [plug]) as plugs:
        settings = settings_of_exporter(plugs.home(), tmp_path, TP_LINK_USERNAME="")
        done = run(settings, "--discover", address, "--seconds", "1")
    first, *rest = done.stdout.splitlines()
    assert first.startswith("# no TP-Link account is set")
    assert "set TP_LINK_USERNAME and TP_LINK_PASSWORD" in "\n".join(rest)


def test_help_shows_discovery(tmp_path: Path, plugs: Plugs) -> None:
    """It is the first thing that a newcomer needs."""
    done = run(settings_of_exporter(plugs.home(), tmp_path), "--help")
    assert done.returncode == 0
    assert "--once" in done.stdout
    assert "--discover [ADDRESS]" in done.stdout
