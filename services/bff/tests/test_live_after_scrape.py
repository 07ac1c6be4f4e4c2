"""Live values of a page that vmsingle scrapes: what leaves the page leaves the answer."""

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from testbed.victoria_metrics import victoria_metrics

type OpenBff = Callable[..., httpx.Client]

# Less than SILENT_AFTER_SECONDS: what is gone must be gone by the scrape, not by its age.
PATIENCE_SECONDS = 40.0
LABELS = 'house="home",room="work",shelf="rack_1",device="a",source="cloud"'
UP = f"switchbot_device_up{{{LABELS}}} 1\nswitchbot_power_watts{{{LABELS}}} 83.2\n"
DOWN = f"switchbot_device_up{{{LABELS}}} 0\n"


class Exporter(ThreadingHTTPServer):
    """Serves whatever `page` is at the moment."""

    page = UP


class Handler(BaseHTTPRequestHandler):
    """`/metrics` of the exporter."""

    def do_GET(self) -> None:
        """Answer with the present page."""
        self.send_response(200)
        self.send_header("content-type", "text/plain")
        self.end_headers()
        self.wfile.write(self.server.page.encode())  # ty: ignore[missing-attribute]

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing on stderr."""


@pytest.fixture
def exporter() -> Iterator[Exporter]:
    """An exporter on a free port."""
    with Exporter(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def api(open_bff: OpenBff, exporter: Exporter, tmp_path: Path) -> Iterator[httpx.Client]:
    """A BFF on a vmsingle that scrapes the exporter every second."""
    scrape = tmp_path / "scrape.yaml"
    target = f"127.0.0.1:{exporter.server_port}"
    scrape.write_text(
        "scrape_configs:\n- job_name: e\n  scrape_interval: 1s\n"
        f"  static_configs: [{{targets: ['{target}']}}]\n"
    )
    with victoria_metrics(tmp_path, scrape_config=scrape) as vm:
        yield open_bff(vm.url)


def wait_for_state(api: httpx.Client, state: str) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (shown := api.get("/devices/a").json()).get("state") != state:
        assert time.monotonic() < deadline, shown
        time.sleep(0.1)
    return shown


def test_what_leaves_the_page_leaves_the_answer(api: httpx.Client, exporter: Exporter) -> None:
    """No last value lingers: not when the device fails, not when the exporter loses it."""
    assert wait_for_state(api, "up")["power_watts"] == 83.2
    exporter.page = DOWN
    down = wait_for_state(api, "down")
    assert down["power_watts"] is None
    assert 0 <= down["age_seconds"] < PATIENCE_SECONDS  # a stale marker hides no reading
    exporter.page = UP
    assert wait_for_state(api, "up")["power_watts"] == 83.2
    exporter.page = "other 1\n"
    assert wait_for_state(api, "silent")["power_watts"] is None
