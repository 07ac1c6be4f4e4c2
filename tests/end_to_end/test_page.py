"""The whole chain in a real browser: what the plugs do is what the page shows."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from testbed.chain import Chain, wait_until

TOKYO = ZoneInfo("Asia/Tokyo")
COOLER = "/?room=living&shelf=window&device=living_air_conditioner"
TWO_SCRAPES_MS = 30_000  # two of 5 s, the poll before and the page's refresh after, with room


def test_the_page_follows_a_plug_whose_watts_change(chain: Chain, page: Page) -> None:
    """Watts travel from the plug through cloud, exporter, vmsingle and BFF to the screen."""
    page.goto("/?room=kitchen&shelf=counter&device=kettle")
    for watts in (777.7, 12.3):
        chain.override("/devices/kettle/watts", watts=watts)
        shown = page.get_by_test_id("watts-now")
        expect(shown).to_have_attribute("data-value", str(watts), timeout=TWO_SCRAPES_MS)
        expect(shown).to_contain_text(f"{watts:.0f}" if watts > 100 else str(watts))


def test_a_plug_that_goes_offline_is_said_to_be_down(chain: Chain, page: Page) -> None:
    """Its watts leave the page; they do not become zero. It has one source alone."""
    page.goto("/?room=kitchen&shelf=counter&device=espresso_machine")
    state, watts = page.get_by_test_id("device-state"), page.get_by_test_id("watts-now")
    expect(state).to_have_attribute("data-value", "up")
    chain.override("/devices/espresso_machine/online", online=False)
    expect(state).to_have_attribute("data-value", "down", timeout=TWO_SCRAPES_MS)
    expect(watts).to_contain_text("—")
    chain.override("/devices/espresso_machine/online", online=True)
    expect(state).to_have_attribute("data-value", "up", timeout=TWO_SCRAPES_MS)


def test_places_are_walked_by_clicks_and_by_address(
    chain: Chain, page: Page, come_near: Callable[[Locator], None]
) -> None:
    """Reload and back keep the place; an address can be shared."""
    page.goto("/")
    for name in ("Study", "Upper rack", "Server"):
        link = page.locator("main table").get_by_role("link", name=name)
        come_near(link)
        link.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Server")
    assert page.url.startswith(chain.url("PAGE_PORT"))
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Server")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Upper rack")


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/?room=study", "Study"),
        ("/prices", "Prices"),
        ("/contracts", "Contracts"),
        ("/attic", "There is nothing here"),
    ],
)
def test_a_tab_keeps_the_name_of_its_page(page: Page, path: str, title: str) -> None:
    """With the house's; also when the page comes from the browser's cache, and stays open."""
    for _ in range(3):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_timeout(1_000)
        expect(page).to_have_title(re.compile(f"^{title} .*Virtual home . PPMS$"))


def test_no_percentage_is_made_of_days_that_were_not_measured(chain: Chain, page: Page) -> None:
    """The virtual home is 40 days old: of the 20 days before these it was there for some five."""
    today = datetime.now(TOKYO).date()
    first, last = (str(today - timedelta(days=days)) for days in (35, 16))
    page.goto(f"/?period=custom&first={first}&last={last}")
    change = page.get_by_test_id("change")
    expect(change).to_contain_text(re.compile(r"¥[\d,]+, measured for \d days of 20 days"))
    expect(change).not_to_contain_text("%")
    start = datetime.combine(today - timedelta(days=55), datetime.min.time(), TOKYO)
    before = {"from": start.isoformat(), "to": (start + timedelta(days=20)).isoformat()}
    cost = chain.api("/cost", **before)["total"]["cost"]
    expect(change).to_contain_text(f"¥{Decimal(cost):,.0f}")


def test_what_is_far_below_comes_though_nobody_scrolls(page: Page) -> None:
    """A search in the page finds every room, however low the window is."""
    page.set_viewport_size({"width": 1280, "height": 300})
    page.goto("/")
    expect(page.locator("main table").get_by_role("link", name="Study", exact=True)).to_be_visible()


def test_a_price_added_on_the_page_changes_the_months_yen(chain: Chain, page: Page) -> None:
    """Asserted against the raw counter in vmsingle and the prices, not against the ledger."""
    now = datetime.now(TOKYO)
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    rise = (month + (now - month) / 2).replace(second=0, microsecond=0)
    silence(chain, page)
    counter = raw_counter(chain, month - timedelta(minutes=5))
    add_price(page, "40", rise)
    prices = [price for price in chain.api("/unit_prices") if price["direction"] == "import"]
    expected = yen_of(counter, prices, month)
    page.goto(COOLER)
    wait_until(lambda: abs(months_yen(page) - expected) < Decimal("0.01"), chain)


def silence(chain: Chain, page: Page) -> None:
    """Take the plug off the net, so that its energy of this month stays as it is."""
    chain.override("/devices/living_air_conditioner/online", online=False)
    page.goto(COOLER)
    expect(page.get_by_test_id("device-state")).to_have_attribute(
        "data-value", "down", timeout=TWO_SCRAPES_MS
    )


def yen_of(counter: list[tuple[float, float]], prices: list[Any], start: datetime) -> Decimal:
    """From `start` to the counter's last sample: each price for what it was valid for."""
    last, yen = datetime.fromtimestamp(counter[-1][0], TOKYO), Decimal(0)
    for price in prices:
        ends = price["valid_to"] and datetime.fromisoformat(price["valid_to"])
        begin = max(start, datetime.fromisoformat(price["valid_from"]))
        end = min(last, ends or last)
        if begin < end:
            used_kwh = counter_at(counter, end) - counter_at(counter, begin)
            yen += Decimal(used_kwh) * Decimal(price["price_per_kwh"])
    return yen


def raw_counter(chain: Chain, start: datetime) -> list[tuple[float, float]]:
    """Samples of the air conditioner's counter as vmsingle has them: (Unix seconds, kWh)."""
    answer = httpx.get(
        f"{chain.url('VM_PORT')}/api/v1/export",
        auth=chain.victoria_metrics_auth(),
        params={
            "match[]": 'switchbot_energy_total_kwh{device="living_air_conditioner"}',
            "start": start.timestamp(),
        },
        trust_env=False,
    )
    lines = [json.loads(line) for line in answer.text.splitlines()]
    pairs = [
        (at / 1000, kwh)
        for line in lines
        for at, kwh in zip(line["timestamps"], line["values"], strict=True)
        if kwh is not None
    ]
    return sorted(pairs)


def counter_at(samples: list[tuple[float, float]], at: datetime) -> float:
    """The counter at an instant, on the straight line between its two neighbours."""
    second = at.timestamp()
    before = max(sample for sample in samples if sample[0] <= second)
    after = min(sample for sample in samples if sample[0] >= second)
    if before[0] == after[0]:
        return before[1]
    share = (second - before[0]) / (after[0] - before[0])
    return before[1] + share * (after[1] - before[1])


def add_price(page: Page, price: str, valid_from: datetime) -> None:
    """As a person does: fill in, see the effect, end the present price, save."""
    page.goto("/prices")
    page.get_by_role("button", name="Add a price").click()
    page.get_by_label("Price per kWh").fill(price)
    page.get_by_label("From", exact=True).fill(valid_from.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("button", name="Show the effect").click()
    page.get_by_role("button", name=re.compile("End the present price")).click()
    expect(page.get_by_test_id("effect")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name=re.compile(r"¥40\.00"))).to_be_visible()


def months_yen(page: Page) -> Decimal:
    """What the page shows that this device cost this month, exactly."""
    shown = page.get_by_test_id("cost-month").get_attribute("data-value")
    return Decimal(shown or "NaN")


@pytest.mark.parametrize(
    ("locale", "label"), [("ja-JP", "最終受信: "), ("en-GB", "Last arrival: ")]
)
def test_when_a_board_last_sent_something_is_shown(
    chain: Chain, browser: Browser, locale: str, label: str
) -> None:
    """In the time of the home, wherever the reader is; a source that is asked has none."""
    context = browser.new_context(
        base_url=chain.url("PAGE_PORT"),
        locale=locale,
        timezone_id="America/New_York",
        # What is far down is made when a reader comes near.
        viewport={"width": 1280, "height": 2_400},
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    wait_until(lambda: last_arrival(chain) is not None, chain)
    page.goto("/?room=study&shelf=rack_2&device=network")
    shown = page.get_by_test_id("last-arrival")
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text(label)
    # It sends every few seconds, so that a minute may end between the page and the API.
    wait_until(lambda: clock_of(last_arrival(chain)) in shown.inner_text(), chain)
    # A board has more curves than a plug: their names fit a phone.
    page.set_viewport_size({"width": 390, "height": 2_400})
    page.wait_for_function("document.documentElement.scrollWidth === 390")
    context.close()


def clock_of(at: datetime | None) -> str:
    """Return a time of day as both languages have it; only English pads the hour."""
    assert at is not None
    return f"{at.hour}:{at.minute:02}"


def last_arrival(chain: Chain) -> datetime | None:
    """When the board of the network shelf last sent something, in the time of the home."""
    sources = chain.api("/devices/network")["sources"]
    [board] = [each for each in sources if each["source"] == "esp32"]
    at = board["arrived_at"]
    return None if at is None else datetime.fromisoformat(at).astimezone(TOKYO)


def test_tls_is_remembered_only_where_there_is_tls(chain: Chain) -> None:
    """HSTS on page and API behind a proxy that ends TLS; never over plain HTTP."""
    for path in ("/", "/api/v1/house"):
        url = f"{chain.url('PAGE_PORT')}{path}"
        plain = httpx.get(url, trust_env=False, timeout=60)
        behind_tls = httpx.get(
            url, headers={"X-Forwarded-Proto": "https"}, trust_env=False, timeout=60
        )
        assert "strict-transport-security" not in plain.headers
        assert behind_tls.headers["strict-transport-security"] == "max-age=31536000"
