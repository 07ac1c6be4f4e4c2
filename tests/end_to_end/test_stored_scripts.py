"""What people write is a script: every page shows it as text, also without the page's policy."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from testbed.bff import bff, settings_of
from testbed.process import free_port, running
from testbed.victoria_metrics import VictoriaMetrics
from up.servers import page as page_server
from up.settings import Settings

pytestmark = pytest.mark.long  # a journey through all pages

ROOT = Path(__file__).parents[2]
ELSEWHERE = "http://evil.example/"
# As text in a cell it would be a formula of a spreadsheet.
FORMULA = f'=HYPERLINK("{ELSEWHERE}csv","csv")'
PLACE = {"room": "study", "shelf": "rack"}
NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
MONTH_AGO = NOW - timedelta(days=30)
# Where each text that people write has to be seen.
SHOWN = {"house", "room", "shelf", "written", "price", "csv", "contract"}
FETCHED_BY_THE_PAGE = ("data:", "blob:")


def script(name: str) -> str:
    """Return a text that runs and sends something wherever it is taken for markup."""
    send = f"window.hit='{name}'"
    return f"{name}<img src={ELSEWHERE}{name} onerror={send}><script>{send}</script>"


def write_home(path: Path) -> None:
    """Write a configuration whose names are scripts."""
    room = {"room": "study", "name": {"en": script("room")}}
    shelf = {"shelf": "rack", "name": {"en": script("shelf")}}
    devices = [
        {
            "device": device,
            "name": {"en": script("configured")},
            **PLACE,
            "sources": [
                {"source": "cloud", "id": f"A0000000000{number}"},
                {"source": "native", "id": f"50:91:E3:00:00:0{number}", "address": "192.0.2.1"},
            ],
        }
        for number, device in enumerate(("server", "fridge"))
    ]
    home = {
        "house": "home",
        "name": {"en": script("house")},
        "time_zone": "UTC",
        "currency": "JPY",
        "rooms": [room | {"shelves": [shelf]}],
        "devices": devices,
    }
    path.write_text(yaml.safe_dump(home), "utf-8")


def write_samples(vm: VictoriaMetrics) -> None:
    """Write 100 W of both devices over thirty days, up to now."""
    first, last = MONTH_AGO.timestamp(), time.time()
    at = [first + 600 * n for n in range(int((last - first) // 600))] + [last]
    for device in ("server", "fridge"):
        labels = {"house": "home", **PLACE, "device": device, "source": "cloud"}
        counter = [(each, round((each - first) / 36_000, 6)) for each in at]
        vm.import_samples({"__name__": "switchbot_energy_total_kwh", **labels}, counter)
        vm.import_samples({"__name__": "switchbot_power_watts", **labels}, [(last, 100.0)])


CONTRACT = {
    "kwh": {"round": "half_up", "to": "1"},
    "lines": [{"name": "energy", "kind": "energy", "price": "30"}],
    "total": {"round": "down", "to": "1"},
}


def write_by_api(api: httpx.Client) -> None:
    """Write what people write on the page: names, notes, prices, a contract, a real bill."""
    meta = {"display_name": {"en": script("written")}, "note": script("note")}
    dates = [f"{day:%Y-%m-%d}" for day in (MONTH_AGO, NOW - timedelta(days=2))]
    for method, path, body in (
        ("PUT", "/device_meta/server", meta),
        ("POST", "/unit_prices", {
            "price_per_kwh": "30", "valid_from": MONTH_AGO.isoformat(),
            "valid_to": NOW.isoformat(), "note": script("price"),
        }),
        ("PUT", "/reading_dates", {"dates": dates, "day_of_month": None}),
        ("PUT", "/series/fuel", {"period": "month", "note": script("series")}),
        ("POST", "/contracts", {
            "name": script("contract"), "note": script("reason"), "document": CONTRACT,
        }),
        ("PUT", f"/real_bills/{dates[0]}", {"total": "100", "note": script("bill")}),
        ("PUT", f"/budgets/{NOW:%Y-%m}", {"amount": "1"}),
    ):  # fmt: skip
        answer = api.request(method, path, json=body)
        assert answer.is_success, f"{path}: {answer.text}"
    prices = f'price_per_kwh,valid_from,valid_to,note\n31,{NOW.isoformat()},,"{csv_note()}"\n'
    csv = api.post("/unit_prices/csv", content=prices, headers={"Content-Type": "text/csv"})
    assert csv.is_success, csv.text


def csv_note() -> str:
    return f"{FORMULA} {script('csv')}".replace('"', '""')


@dataclass
class Visit:
    """A browser that does not know the policy of the page, and what its pages did."""

    page: Page
    own: str
    shown: str = ""
    titles: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def note_request(self, url: str) -> None:
        """Keep the address of a request that leaves the house."""
        if not url.startswith((self.own, *FETCHED_BY_THE_PAGE)):
            self.left.append(url)

    def open(self, path: str) -> None:
        """Open a page until it is complete; nothing of what was written has run."""
        self.page.goto(path)
        self.page.locator("h1, [role=alert]").first.wait_for()
        expect(self.page.locator("main [aria-busy=true]"), path).to_have_count(0, timeout=60_000)
        assert self.page.evaluate("window.hit") is None, path
        assert self.page.locator(f"img[src^='{ELSEWHERE}']").count() == 0, path
        assert self.left == [], path
        self.shown += self.page.locator("body").inner_text()
        self.titles.append(self.page.title())


@pytest.fixture
def visit(
    vm: VictoriaMetrics, browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Visit]:
    """The exported page before a BFF of a house in which everything is named by scripts."""
    monkeypatch.chdir(ROOT)  # the command of the page's server is relative to it
    write_home(tmp_path / "devices.yaml")
    write_samples(vm)
    settings = settings_of(tmp_path, vm.url, tmp_path / "devices.yaml")
    ports = Settings(
        data_dir=tmp_path, page_port=free_port(), bff_port=int(settings["LISTEN_PORT"])
    )
    server = page_server(ports)
    env = server.environment()
    log = tmp_path / "page.log"
    with (
        bff(tmp_path, settings) as started,
        running(server.command, ready_url=server.ready, log=log, env=env),
    ):
        write_by_api(started.http)
        own = f"http://127.0.0.1:{ports.page_port}"
        context = browser.new_context(
            base_url=own, locale="en-GB", bypass_csp=True, service_workers="block"
        )
        context.set_default_timeout(60_000)
        visit = Visit(context.new_page(), own)
        context.on("request", lambda request: visit.note_request(request.url))
        yield visit
        context.close()


def test_stored_scripts_are_text_on_every_page(visit: Visit) -> None:
    """No script runs, no request leaves; in addresses and in titles neither."""
    day = "from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z"
    address = script("address")
    for path in (
        "/", "/?room=study", "/?room=study&shelf=rack&device=server", "/prices", "/contracts",
        "/bills", f"/explain?device=server&{day}", "/reconcile", "/comparison?device=server",
        "/reference", f"/?room={address}", f"/explain?device={address}&{day}", f"/{address}",
    ):  # fmt: skip
        visit.open(path)
    missing = {name for name in SHOWN if script(name) not in visit.shown}
    assert missing == set()
    assert FORMULA in visit.shown
    assert any(script("written") in title for title in visit.titles)
