"""The example of the README as a real process: what a person and a cluster see of an exporter.

Its source is added to a copy of the home model, as the README describes.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

import home_model
from service_kit.waiting import poll_until
from testbed.process import free_port, running, stop
from testbed.victoria_metrics import victoria_metrics
from testbed.volume import Volume

README = Path(__file__).parents[1] / "README.md"
WAIT_LIMIT_SECONDS = 30.0


@dataclass
class Plug:
    """A plug that answers `GET /meter` on a port of its own, until it is unplugged."""

    watts: float = 600.0
    faulty: bool = False
    port: int = field(default_factory=free_port)

    @property
    def address(self) -> str:
        """As in the configuration."""
        return f"127.0.0.1:{self.port}"


@pytest.fixture
def plug() -> Generator[Plug]:
    plug = Plug()

    class Meter(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({} if plug.faulty else {"watts": plug.watts, "volts": 100}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            pass

    with ThreadingHTTPServer(("127.0.0.1", plug.port), Meter) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield plug
        server.shutdown()


@dataclass
class Exporter:
    """The example, ready to be run in a folder of its own."""

    folder: Path
    home_text: Callable[..., str]
    port: int = field(default_factory=free_port)

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "devices.yaml"

    @property
    def log(self) -> Path:
        """What it printed."""
        return self.folder / "exporter.log"

    @property
    def command(self) -> list[str | Path]:
        """How it is run."""
        return [sys.executable, self.folder / "plug_exporter.py"]

    @property
    def env(self) -> dict[str, str]:
        """Its settings."""
        return os.environ | {
            "PYTHONPATH": str(self.folder),
            "CONFIG_FILE": str(self.config),
            "STATE_DIR": str(self.folder / "state"),
            "LISTEN_PORT": str(self.port),
            "POLL_INTERVAL_SECONDS": "0.2",
            "DEADLINE_SECONDS": "2",
        }

    def configure(self, **addresses: str) -> None:
        """Write the configuration."""
        self.config.write_text(self.text(**addresses), encoding="utf-8")

    def text(self, *shelf: str, **addresses: str) -> str:
        """Return a configuration of plugs: name=address."""
        return self.home_text(*shelf, **addresses).replace("source: native", "source: plug")

    def run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run it to its end."""
        return subprocess.run(  # noqa: S603 - the example above
            [*self.command, *arguments],
            env=self.env | env,
            capture_output=True,
            text=True,
            check=False,
            timeout=WAIT_LIMIT_SECONDS,
        )

    def get(self, path: str) -> httpx.Response:
        """Ask it."""
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", trust_env=False)

    def sample(self, name: str, device: str = "server") -> float | None:
        """One sample of the page."""
        found = re.search(
            rf'^{name}(?:{{[^}}]*device="{device}"[^}}]*}})? (\S+)$',
            self.get("/metrics").text,
            re.MULTILINE,
        )
        return float(found[1]) if found else None

    def energy_above(self, energy_kwh: float) -> float:
        """The first energy on the page that is more than this."""
        name = "plug_energy_total_kwh"
        until(lambda: (shown := self.sample(name)) is not None and shown > energy_kwh)
        shown_kwh = self.sample(name)
        assert shown_kwh is not None
        return shown_kwh

    def serving(self):  # noqa: ANN201 - the context manager of testbed
        """Run it for the length of a `with` block."""
        url = f"http://127.0.0.1:{self.port}/readyz"
        return running(self.command, ready_url=url, log=self.log, env=self.env)


@pytest.fixture
def exporter(tmp_path: Path, home_text: Callable[..., str]) -> Exporter:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    source_class, row, program = blocks
    (tmp_path / "plug_exporter.py").write_text(program, encoding="utf-8")
    model = tmp_path / "home_model"
    shutil.copytree(Path(home_model.__file__).parent, model)
    sources = (model / "sources.py").read_text(encoding="utf-8")
    for before, added in (
        ("type Source = Annotated[", source_class),
        ("\n)\n\nSOURCE_OF_NAME", f"\n{row.rstrip()},"),
    ):
        assert sources.count(before) == 1
        sources = sources.replace(before, f"{added}{before}")
    sources, unions = re.subn(r"(type Source = Annotated\[\s+)", r"\1PlugSource | ", sources)
    assert unions == 1
    (model / "sources.py").write_text(sources, encoding="utf-8")
    return Exporter(tmp_path, home_text)


def until(condition: Callable[[], bool]) -> None:
    assert poll_until(condition, WAIT_LIMIT_SECONDS, interval_seconds=0.02)


def test_the_example_serves_readings_and_counts_energy(exporter: Exporter, plug: Plug) -> None:
    """Power at once, energy that grows, health, a page with links; SIGTERM ends it cleanly."""
    exporter.configure(server=plug.address)
    with exporter.serving() as process:
        assert exporter.sample("plug_power_watts") == 600
        until(lambda: (exporter.sample("plug_energy_total_kwh") or 0) > 0)
        assert exporter.get("/healthz").text == "ok\n"
        assert 'href="metrics"' in exporter.get("/").text
        seen_kwh = exporter.sample("plug_energy_total_kwh")
        stop(process)
        assert process.returncode == 0
    assert "Traceback" not in exporter.log.read_text()
    state = json.loads((exporter.folder / "state" / "plug-exporter.state.json").read_text())
    saved_nwh = state["body"]["counters"]["server/plug"]["counter"]["total_nwh"]
    assert seen_kwh is not None
    assert saved_nwh / 1e12 >= seen_kwh


def test_a_dead_plug_leaves_the_page_and_the_exporter_stays_healthy(
    exporter: Exporter, plug: Plug
) -> None:
    """Its measurements go, `device_up` 0 stays, the other plug is served on, no pod restarts."""
    exporter.configure(server=plug.address, dead=f"127.0.0.1:{free_port()}")
    with exporter.serving():
        assert exporter.sample("plug_device_up", "dead") == 0
        assert exporter.sample("plug_power_watts", "dead") is None
        assert exporter.sample("plug_power_watts") == 600
        assert exporter.get("/healthz").is_success
        assert exporter.get("/readyz").is_success


def test_kill_9_at_any_instant_never_lets_the_counter_fall(exporter: Exporter, plug: Plug) -> None:
    """What was ever seen on the page is there after the restart, or more."""
    exporter.configure(server=plug.address)
    seen_kwh = 0.0
    for _ in range(4):
        with exporter.serving() as process:
            assert exporter.energy_above(-1.0) >= seen_kwh
            seen_kwh = exporter.energy_above(seen_kwh)
            process.send_signal(signal.SIGKILL)
            process.wait()


def test_a_volume_that_cannot_be_written_shows_no_energy(
    exporter: Exporter, plug: Plug, small_volume: Volume
) -> None:
    """Full or read-only: power is served on, and nothing is lost once it is mended."""
    (exporter.folder / "state").symlink_to(small_volume.path)
    exporter.configure(server=plug.address)
    with exporter.serving():
        seen_kwh = exporter.energy_above(0)
        for is_full in (True, False):
            small_volume.fill() if is_full else small_volume.set_read_only(read_only=True)
            until(lambda: exporter.sample("plug_energy_total_kwh") is None)
            assert exporter.sample("plug_power_watts") == 600
            small_volume.empty() if is_full else small_volume.set_read_only(read_only=False)
            seen_kwh = exporter.energy_above(seen_kwh)
    assert "Traceback" not in exporter.log.read_text()


def test_a_good_configuration_is_followed_and_a_bad_one_is_not(
    exporter: Exporter, plug: Plug
) -> None:
    """As a ConfigMap does it, by a swapped link; the last good one stays, and both are logged."""
    exporter.configure(server=plug.address)
    versions = exporter.folder / "versions"
    versions.mkdir()
    (versions / "1").write_text(exporter.config.read_text())
    (versions / "2").write_text(exporter.text("rack_2", server=plug.address, b="127.0.0.1:1"))
    (versions / "3").write_text("house: home\nrooms: 7\n")

    def swap(version: str) -> None:
        fresh = exporter.folder / "fresh"
        fresh.symlink_to(versions / version)
        fresh.replace(exporter.config)

    swap("1")
    with exporter.serving() as process:
        assert 'shelf="rack_1"' in exporter.get("/metrics").text
        swap("2")
        until(lambda: exporter.sample("plug_device_up", "b") == 0)
        assert 'shelf="rack_1"' not in exporter.get("/metrics").text
        assert exporter.sample("plug_power_watts") == 600
        swap("3")
        until(lambda: exporter.sample("exporter_config_last_reload_successful") == 0)
        assert exporter.sample("plug_power_watts") == 600
        assert f"{exporter.config}:2: rooms" in exporter.log.read_text()
        swap("2")
        until(lambda: exporter.sample("exporter_config_last_reload_successful") == 1)
        process.send_signal(signal.SIGHUP)
        until(lambda: exporter.log.read_text().count("is loaded: 2 devices") == 3)


def test_a_taken_port_names_the_setting(exporter: Exporter, plug: Plug) -> None:
    """One line, no traceback, an exit code."""
    exporter.configure(server=plug.address)
    done = exporter.run(LISTEN_PORT=str(plug.port))
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"LISTEN_PORT {plug.port} on 127.0.0.1 is taken; choose another LISTEN_PORT"
    ]


def test_what_keeps_it_from_starting_names_the_setting(exporter: Exporter, plug: Plug) -> None:
    """A state folder that is a file, or that another exporter uses; settings; configuration."""
    exporter.configure(server=plug.address)
    in_the_way = exporter.run(STATE_DIR=str(exporter.config))
    assert in_the_way.stderr.startswith(f"STATE_DIR {exporter.config} cannot be used")
    wrong = exporter.run(DEADLINE_SECONDS="-1")
    assert wrong.stderr.startswith("DEADLINE_SECONDS: ")
    with exporter.serving():
        second = exporter.run(LISTEN_PORT=str(free_port()))
        assert "is in use by another process" in second.stderr
    exporter.config.unlink()
    missing = exporter.run()
    assert f"{exporter.config}:0: cannot be read" in missing.stderr
    assert {run.returncode for run in (in_the_way, wrong, second, missing)} == {2}


def test_once_prints_every_reading_and_touches_no_state(exporter: Exporter, plug: Plug) -> None:
    """A table; the exit code is 0 when all answered."""
    exporter.configure(server=plug.address)
    good = exporter.run("--once")
    assert good.stdout.splitlines()[1].split() == ["server", "plug", "600", "100", "-", "-", "-"]
    exporter.configure(server=plug.address, dead=f"127.0.0.1:{free_port()}")
    bad = exporter.run("--once")
    assert "FAILED unreachable" in bad.stdout.splitlines()[2]
    assert (good.returncode, bad.returncode) == (0, 1)
    assert not (exporter.folder / "state").exists()


def test_check_lists_every_problem(exporter: Exporter) -> None:
    """Of the settings and of the configuration, with file and line, in one go."""
    exporter.config.write_text("house: Home!\nrooms: 7\n")
    bad = exporter.run("--check", LISTEN_PORT="0")
    assert bad.returncode == 1
    assert bad.stderr.startswith("LISTEN_PORT: ")
    assert f"{exporter.config}:1: house" in bad.stderr
    assert f"{exporter.config}:2: rooms" in bad.stderr
    exporter.configure(server="127.0.0.1:1")
    assert exporter.run("--check").returncode == 0


def test_a_scrape_after_the_failure_leaves_nothing_in_victoria_metrics(
    exporter: Exporter, plug: Plug, tmp_path: Path
) -> None:
    """Against the real vmsingle: an instant query is empty after the next scrape; `up` is 0."""
    exporter.configure(server=plug.address)
    scrape = tmp_path / "scrape.yaml"
    scrape.write_text(
        "scrape_configs:\n"
        "  - job_name: plug\n"
        "    scrape_interval: 1s\n"
        f"    static_configs: [{{targets: ['127.0.0.1:{exporter.port}']}}]\n"
    )
    with exporter.serving(), victoria_metrics(tmp_path, scrape_config=scrape) as vm:

        def value(name: str) -> float | None:
            vm.settle()
            found = vm.instant(name)
            return found[0][1] if found else None

        until(lambda: value("plug_power_watts") == 600)
        until(lambda: (value("plug_energy_total_kwh") or 0) > 0)
        plug.faulty = True
        until(lambda: value("plug_device_up") == 0)
        for name in ("power_watts", "energy_total_kwh", "voltage_volts"):
            until(lambda name=name: value(f"plug_{name}") is None)
        plug.faulty = False
        until(lambda: value("plug_device_up") == 1)
