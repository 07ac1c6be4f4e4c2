"""A page of another origin in a real browser reads, writes and deletes nothing, even rebound."""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
from playwright.sync_api import Page, sync_playwright

from testbed.exporter import exporter, home_of, settings_of
from testbed.process import free_port, running
from testbed.virtual_home import VirtualHome, virtual_home
from up.servers import can_disable_cors, scrape_config, victoria_metrics, victoria_metrics_password
from up.settings import Settings

EVIL = "evil.example"
NEWEST, OLDEST = "victoria-metrics", "victoria-metrics-oldest"
PLUG = "{source: native, id: '50:91:E3:00:00:01', address: '127.0.0.1:9'}"
FETCH = """([url, options]) => fetch(url, {signal: AbortSignal.timeout(30_000), ...options})
  .then(answer => answer.type + answer.status, () => 'refused')"""
LOAD_IMAGE = """url => new Promise(done => {
  const image = new Image();
  image.onload = image.onerror = () => done('over');
  image.src = url;
})"""


@dataclass(frozen=True)
class Database:
    """A VictoriaMetrics started by the command of `make up`, and its account."""

    url: str
    auth: tuple[str, str]

    def post(self, path: str, content: str = "") -> None:
        """Write as its owner."""
        answer = httpx.post(f"{self.url}{path}", content=content, auth=self.auth, trust_env=False)
        answer.raise_for_status()

    def names(self) -> set[str]:
        """Return the names of all series, as its owner sees them."""
        self.post("/internal/force_flush")
        answer = httpx.get(
            f"{self.url}/api/v1/label/__name__/values", auth=self.auth, trust_env=False
        )
        return set(answer.raise_for_status().json()["data"])


@pytest.fixture(params=[NEWEST, OLDEST])
def database(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """The newest and the oldest VictoriaMetrics that are supported, with one series."""
    found = shutil.which(request.param)
    assert found, f"scripts/setup-victoria-metrics --oldest brings {request.param}"
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / NEWEST).symlink_to(Path(found).resolve())
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    can_disable_cors.cache_clear()
    settings = Settings(data_dir=tmp_path, vm_port=free_port(), virtual_home=True)
    process = victoria_metrics(settings)
    (settings.home_dir / "scrape.yaml").write_text(scrape_config(settings, ()))
    log = tmp_path / "vm.log"
    with running(process.command, ready_url=process.ready, log=log, env=process.environment()):
        url = f"http://127.0.0.1:{settings.vm_port}"
        database = Database(url, ("ppms", victoria_metrics_password(settings)))
        database.post("/api/v1/import/prometheus", "kept_watts 12\n")
        deadline = time.monotonic() + 60
        while database.names() != {"kept_watts"}:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        yield database
    can_disable_cors.cache_clear()


@pytest.fixture
def attacker(tmp_path: Path) -> Iterator[Page]:
    """A page of another origin; the browser resolves evil.example to this machine."""
    (folder := tmp_path / "attacker").mkdir()
    (folder / "index.html").write_text("<!doctype html><title>a page</title>")
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", f"--host-resolver-rules=MAP {EVIL} 127.0.0.1"],
        )
        page = browser.new_page()
        page.goto(f"http://{EVIL}:{server.server_port}/")
        yield page
        browser.close()
    server.shutdown()
    server.server_close()


def fetch(page: Page, url: str, **options: str) -> str:
    return page.evaluate(FETCH, [url, options])


def rebound(page: Page, url: str) -> str:
    """Fetch by a page whose own name was made to resolve to this machine: the same origin."""
    url = url.replace("127.0.0.1", EVIL)
    page.goto(f"{url.partition('/')[0]}//{url.split('/')[2]}/health")  # open everywhere, or refused
    return fetch(page, url, credentials="omit")  # else the browser asks its user for a password


def test_victoria_metrics_is_closed_to_a_foreign_page(database: Database, attacker: Page) -> None:
    """No answer can be read, no sample forged, no series deleted: by script, form or image."""
    query = f"{database.url}/api/v1/query?query=kept_watts"
    delete = f"{database.url}/api/v1/admin/tsdb/delete_series?match[]=kept_watts"
    forge = f"{database.url}/api/v1/import/prometheus"
    assert fetch(attacker, query) == "refused"
    assert fetch(attacker, query, credentials="include") == "refused"
    assert fetch(attacker, forge, method="POST", mode="no-cors", body="forged 1\n") == "opaque0"
    assert fetch(attacker, delete, method="POST", mode="no-cors") == "opaque0"
    assert attacker.evaluate(LOAD_IMAGE, delete) == "over"
    assert attacker.evaluate(LOAD_IMAGE, f"{delete}&authKey=") == "over"
    assert database.names() == {"kept_watts"}
    assert rebound(attacker, query) == "basic401"


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[VirtualHome]:
    """The emulated cloud of the virtual home."""
    with virtual_home(tmp_path) as home:
        yield home


def test_an_emulator_is_closed_to_a_foreign_page(emulator: VirtualHome, attacker: Page) -> None:
    """Its control API is neither read nor written, and it has no other name."""
    emulator.set_quota(remaining=7)
    set_by_hand = emulator.http.get("/virtual/quota").text
    assert fetch(attacker, f"{emulator.url}/virtual/quota") == "refused"
    reset = f"{emulator.url}/virtual/reset"
    assert fetch(attacker, reset, method="POST", mode="no-cors") == "opaque0"
    assert emulator.http.get("/virtual/quota").text == set_by_hand
    assert rebound(attacker, f"{emulator.url}/virtual/") == "basic421"


def test_an_exporter_is_closed_to_a_foreign_page(tmp_path: Path, attacker: Page) -> None:
    """Its metrics are not readable, and a rebound name is refused; a configured one is not."""
    settings = settings_of(home_of(PLUG), tmp_path, ALLOWED_HOSTS="power.example")
    command = (sys.executable, "-m", "tp_link_native_exporter")
    with exporter(command, settings, tmp_path / "exporter.log") as started:
        metrics = f"{started.url}/metrics"
        assert fetch(attacker, metrics) == "refused"
        assert rebound(attacker, metrics) == "basic421"
        for name, status in (("power.example", 200), ("localhost", 200), ("other.example", 421)):
            assert httpx.get(metrics, headers={"Host": name}, trust_env=False).status_code == status
