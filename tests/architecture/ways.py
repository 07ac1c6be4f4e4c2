"""The files that a value passes, recorded in the real processes: see docs/decisions/0014.

    python tests/architecture/ways.py [ROOT]

Prints the way of a reading, from a SwitchBot status body to the text of `/metrics`, and the way of
a cost, from `GET /cost?by=day` to its response, for the sources below ROOT (default: this one).
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import override

import httpx

from service_kit.waiting import poll_until
from testbed.process import free_port, stop
from testbed.victoria_metrics import victoria_metrics

HERE = Path(__file__).parent
ROOT = Path(__file__).parents[2]
WAIT_SECONDS = 120.0
SAVED_SECONDS = 2.0  # the counters are saved within a second
DAY_SECONDS = 86_400
TOKYO_SECONDS = 9 * 3600
HOME = """\
house: home
time_zone: Asia/Tokyo
currency: JPY
rooms: [{room: work, shelves: [{shelf: rack}]}]
devices:
  - {device: a, room: work, shelf: rack, sources: [{source: cloud, id: 6055F9A1000B}]}
"""
LISTED = {"deviceId": "6055F9A1000B", "deviceName": "a", "deviceType": "Plug Mini (US)"}
STATUS = {
    "deviceId": "6055F9A1000B",
    "deviceType": "Plug Mini (US)",
    "voltage": 100.1,
    "weight": 50.5,
    "electricityOfDay": 5,
    "electricCurrent": 505,
    "power": "on",
    "version": "V2.0",
}
# They decide when the next body comes or who may ask, or show the account: no part of a reading
# passes them.
BESIDE_A_READING = frozenset(
    {
        "exporter_kit/own_values.py",
        "service_kit/hosts.py",
        "switchbot_exporter/cloud/budget.py",
        "switchbot_exporter/cloud/exporter.py",
        "switchbot_exporter/cloud/pace.py",
        "switchbot_exporter/cloud/pause.py",
        "switchbot_exporter/cloud/quota.py",
        "switchbot_exporter/cloud/quota_day.py",
        "switchbot_exporter/cloud/remaining.py",
        "switchbot_exporter/cloud/schedule.py",
        "switchbot_exporter/cloud/values.py",
    }
)

# They decide who may ask and what is sent twice, count requests, bound waits, or probe
# VictoriaMetrics.
BESIDE_A_COST = frozenset(
    {
        "bff/http/conditional.py",
        "bff/victoriametrics/client.py",
        "bff/victoriametrics/liveness.py",
        "bff/victoriametrics/patience.py",
        "service_kit/gate.py",
        "service_kit/hosts.py",
        "service_kit/request_metrics.py",
    }
)


class Cloud:
    """A SwitchBot cloud with one plug; `before_status` is called when a status is asked for."""

    def __init__(self) -> None:
        self.before_status: Callable[[], None] | None = None
        cloud = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                is_status = self.path.endswith("/status")
                if is_status and (call := cloud.before_status):
                    cloud.before_status = None
                    call()
                body = STATUS if is_status else {"deviceList": [LISTED], "infraredRemoteList": []}
                envelope = {"statusCode": 100, "message": "success", "body": body}
                content = json.dumps(envelope).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            @override
            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server.server_port}"


@contextmanager
def cloud_running() -> Generator[Cloud]:
    """Run a cloud for the length of a `with` block."""
    cloud = Cloud()
    thread = threading.Thread(target=cloud.server.serve_forever, daemon=True)
    thread.start()
    yield cloud
    cloud.server.shutdown()
    cloud.server.server_close()


class Traced:
    """A process under `recorder.py`."""

    def __init__(self, root: Path, folder: Path, module: str, env: dict[str, str]) -> None:
        self._out = folder / "way.txt"
        sources = [*root.glob("packages/*/src"), *root.glob("services/*/src")]
        path = os.pathsep.join(str(source) for source in sources)
        command = [sys.executable, HERE / "recorder.py", self._out, module]
        with (folder / "process.log").open("wb") as log:
            self.process = subprocess.Popen(
                command, env={**os.environ, **env, "PYTHONPATH": path}, stdout=log, stderr=log
            )

    def begin(self) -> None:
        """Begin to record; gives the process the time to notice."""
        self.process.send_signal(signal.SIGUSR1)
        time.sleep(0.5)

    def end(self) -> list[str]:
        """Return the files that were entered, in their order, from the package's folder on."""
        self.process.send_signal(signal.SIGUSR2)
        _wait(self._out.exists)
        lines = self._out.read_text(encoding="utf-8").splitlines()
        return [line.split("/src/", 1)[1] for line in lines]


@contextmanager
def traced(root: Path, folder: Path, module: str, env: dict[str, str]) -> Generator[Traced]:
    """Run a module under `recorder.py` for the length of a `with` block."""
    running = Traced(root, folder, module, env)
    try:
        yield running
    finally:
        stop(running.process)


def way_of_a_reading(root: Path, folder: Path) -> list[str]:
    """Return the files from a status body to the text of `/metrics`."""
    (folder / "devices.yaml").write_text(HOME, encoding="utf-8")
    port = free_port()
    with cloud_running() as cloud:
        env = {
            "CONFIG_FILE": str(folder / "devices.yaml"),
            "STATE_DIR": str(folder / "state"),
            "LISTEN_PORT": str(port),
            "POLL_INTERVAL_SECONDS": "4",
            "SWITCHBOT_TOKEN": "token",
            "SWITCHBOT_SECRET": "secret",
            "SWITCHBOT_BASE_URL": cloud.url,
            "SWITCHBOT_DAILY_LIMIT": "1000000",
        }
        page = f"http://127.0.0.1:{port}/metrics"
        with traced(root, folder, "switchbot_exporter", env) as process:
            _wait(lambda: "switchbot_energy_total_kwh{" in _text(page))
            begun = threading.Event()

            def begin() -> None:
                process.begin()
                begun.set()

            cloud.before_status = begin
            _wait(begun.is_set)
            time.sleep(SAVED_SECONDS)
            _text(page)
            files = process.end()
    return [name for name in files if name not in BESIDE_A_READING]


def way_of_a_cost(root: Path, folder: Path) -> list[str]:
    """Return the files from `GET /cost` by day to its response."""
    (folder / "devices.yaml").write_text(HOME, encoding="utf-8")
    port, health_port = free_port(), free_port()
    with victoria_metrics(folder) as vm:
        end = time.time()
        points = [(end - 60 * n, 10.0 - n / 1000) for n in range(4 * 24 * 60)]
        labels = {
            "house": "home",
            "room": "work",
            "shelf": "rack",
            "device": "a",
            "source": "cloud",
        }
        for name, values in (
            ("switchbot_energy_total_kwh", points[::-1]),
            ("switchbot_device_up", [(at, 1.0) for at, _ in points[::-1]]),
        ):
            vm.import_samples({"__name__": name, **labels}, values)
        env = {
            "CONFIG_FILE": str(folder / "devices.yaml"),
            "DATABASE_URL": f"sqlite:///{folder / 'bff.db'}",
            "VICTORIAMETRICS_URL": vm.url,
            "LISTEN_PORT": str(port),
            "HEALTH_PORT": str(health_port),
        }
        # From midnight of the house to the end of today, as the page asks: whole days, a part of
        # today, and what the open slot holds, which is read now.
        midnight = (end + TOKYO_SECONDS) // DAY_SECONDS * DAY_SECONDS - TOKYO_SECONDS
        days = {n: _instant(midnight + n * DAY_SECONDS) for n in (-2, -1, 1)}
        url = f"http://127.0.0.1:{port}/api/v1/cost?by=day&from={days[-2]}&to="
        with traced(root, folder, "bff", env) as process:
            _wait(lambda: _measured_seconds(url + days[-1]) > DAY_SECONDS / 2)
            process.begin()
            _text(url + days[1])
            files = process.end()
    return [name for name in files if name not in BESIDE_A_COST]


def _instant(unix_seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(unix_seconds))


def _text(url: str) -> str:
    try:
        response = httpx.get(url, trust_env=False, timeout=30)
    except httpx.HTTPError:
        return ""
    return response.text if response.is_success else ""


def _measured_seconds(url: str) -> float:
    text = _text(url)
    return json.loads(text)["total"]["coverage"]["measured_seconds"] if text else 0.0


def _wait(condition: Callable[[], bool]) -> None:
    if not poll_until(condition, WAIT_SECONDS, interval_seconds=0.1):
        message = "the process did not get so far; see process.log in the folder"
        raise TimeoutError(message)


def main(arguments: Sequence[str]) -> None:
    """Print both ways."""
    root = Path(arguments[0]).resolve() if arguments else ROOT
    for title, record in (
        ("from a SwitchBot status body to /metrics", way_of_a_reading),
        ("GET /cost by day", way_of_a_cost),
    ):
        with tempfile.TemporaryDirectory() as folder:
            files = record(root, Path(folder))
        sys.stdout.write(f"{title}: {len(files)} files\n")
        sys.stdout.writelines(f"  {name}\n" for name in files)


if __name__ == "__main__":
    main(sys.argv[1:])
