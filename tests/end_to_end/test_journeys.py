"""What people come to the page for, by mouse and on a phone."""

import csv
import gzip
import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from testbed.chain import Chain

pytestmark = pytest.mark.long  # journeys through a browser

TOKYO = ZoneInfo("Asia/Tokyo")

type ComeNear = Callable[[Locator], None]

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}


@pytest.fixture(params=["desk", "phone"])
def visitor(request: pytest.FixtureRequest, browser: Browser, chain: Chain) -> Iterator[Page]:
    """Somebody who reads English far from the house, at a desk or on a phone."""
    size = PHONE if request.param == "phone" else DESK
    context: BrowserContext = browser.new_context(
        base_url=chain.url("PAGE_PORT"), locale="en-GB", timezone_id="America/New_York", **size
    )
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def month_before(day: datetime) -> datetime:
    first = day.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first - timedelta(days=1)).replace(day=1)


def test_last_month_is_compared_with_the_one_before(chain: Chain, visitor: Page) -> None:
    """The page's yen are the API's over the house's month; the period stays from place to place."""
    last = month_before(datetime.now(TOKYO))
    after = datetime.now(TOKYO).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    visitor.goto("/?period=month")
    visitor.get_by_test_id("period-previous").click()
    expect(visitor.get_by_test_id("period-name")).to_have_attribute(
        "data-value", last.strftime("%Y-%m-%d")
    )
    shown = visitor.get_by_test_id("cost-period")
    cost = chain.api("/cost", **{"from": last.isoformat(), "to": after.isoformat()})
    expect(shown).to_have_attribute("data-value", cost["total"]["cost"])
    before = chain.api("/cost", **{"from": month_before(last).isoformat(), "to": last.isoformat()})
    change = visitor.get_by_test_id("change")
    if before["total"]["cost"] is None or Decimal(before["total"]["cost"]) == 0:
        expect(change).to_contain_text("No cost of")
    else:
        ratio = Decimal(cost["total"]["cost"]) / Decimal(before["total"]["cost"]) - 1
        shown_ratio = float(change.get_attribute("data-value") or "nan")
        assert shown_ratio == pytest.approx(float(ratio), abs=1e-6)
    visitor.locator("main table").get_by_role("link", name="Study", exact=True).click()
    expect(visitor.get_by_role("heading", level=1)).to_contain_text("Study")
    expect(visitor.get_by_test_id("period-name")).to_have_attribute(
        "data-value", last.strftime("%Y-%m-%d")
    )


def test_what_costs_most_adds_up_in_a_spreadsheet(chain: Chain, page: Page) -> None:
    """The largest device comes first; the file has all rows, and they add up to the page's yen."""
    page.goto("/?period=month")
    page.get_by_test_id("period-previous").click()
    ranking = page.get_by_role("region", name="What costs most")
    expect(ranking.get_by_role("row").nth(1)).to_contain_text("%")
    total = page.get_by_test_id("cost-period").get_attribute("data-value") or "nan"
    with page.expect_download() as download:
        ranking.get_by_role("button", name="CSV", exact=True).click()
    rows = list(csv.DictReader(download.value.path().read_text("utf-8-sig").splitlines()))
    costs = {row["device"]: Decimal(row["cost"]) for row in rows if row["cost"]}
    assert sum(costs.values()) == Decimal(total)
    dearest = max(costs, key=lambda device: costs[device])
    name = chain.api(f"/devices/{dearest}")["name"]["en"]
    expect(ranking.get_by_role("row").nth(1)).to_contain_text(name)


def test_the_kettle_by_hour(chain: Chain, page: Page) -> None:
    """24 hours of yesterday, each with the API's own figures; the dearest leads to its number."""
    midnight = datetime.now(TOKYO).replace(hour=0, minute=0, second=0, microsecond=0)
    start = midnight - timedelta(days=1)
    day = {"from": start.isoformat(), "to": midnight.isoformat()}
    hours = chain.api("/cost", device="kettle", by="hour", **day)["rows"]
    assert len(hours) == 24
    page.goto(f"/?room=kitchen&shelf=counter&device=kettle&period=day&day={start:%Y-%m-%d}")
    chart = page.get_by_role("list", name="Energy and cost by hour")
    expect(chart.get_by_role("link")).to_have_count(24)
    page.get_by_role("region", name="Cost by hour").get_by_text("Show as a table").click()
    table = page.get_by_role("table", name="Energy and cost by hour")
    shown = table.locator("tbody tr td:nth-child(2) [data-value]")
    expect(shown).to_have_count(24)
    energies = [each.get_attribute("data-value") for each in shown.all()]
    assert energies == [row["figures"]["energy_kwh"] for row in reversed(hours)]
    dearest = max(range(24), key=lambda hour: Decimal(hours[hour]["figures"]["energy_kwh"]))
    column = chart.get_by_role("link").nth(dearest)
    column.focus()
    expect(page.get_by_test_id("tooltip")).to_be_visible()
    page.keyboard.press("Enter")
    sentence = page.get_by_test_id("explain-sentence")
    expect(sentence).to_contain_text("Kettle used")
    expect(sentence).to_contain_text(f"{dearest:02}:00")


def test_a_device_has_its_availability_and_the_house_its_flow(
    chain: Chain, page: Page, come_near: ComeNear
) -> None:
    """The humidifier is away: its strip and list have it; rooms lead on in the flow picture."""
    device = chain.api("/devices/humidifier")
    place = f"/?room={device['room']}&shelf={device['shelf']}&device=humidifier&period=month"
    page.goto(place)
    share = page.get_by_test_id("availability")
    expect(share).to_have_attribute("data-value", re.compile(r"0|1|0\.\d+"))
    page.get_by_text("Show what is missing as a list").click()
    expect(page.get_by_test_id("outages")).to_contain_text(re.compile("down for|silent for"))
    page.goto("/?period=month")
    flow = page.get_by_role("region", name="Where it goes")
    come_near(flow)
    flow.get_by_role("link", name="Study", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Study")


def test_the_kettle_by_hour_all_by_keyboard(page: Page, come_near: ComeNear) -> None:
    """A slash finds it, brackets move the period; its hours of the week are there in figures."""
    page.goto("/?period=month")
    expect(page.get_by_test_id("watts-now")).to_have_attribute("data-value", re.compile(r"\d"))
    page.keyboard.press("/")
    page.get_by_role("combobox", name="Find").fill("kettle")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Kettle")
    page.keyboard.press("[")
    last = month_before(datetime.now(TOKYO))
    expect(page.get_by_test_id("period-name")).to_have_attribute(
        "data-value", last.strftime("%Y-%m-%d")
    )
    hours = page.get_by_role("table", name="At what hours")
    come_near(hours)
    expect(hours.get_by_role("cell").filter(has_text=re.compile(r"¥|no data"))).to_have_count(168)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_plug_that_fell_silent_is_named_with_since_when(chain: Chain, visitor: Page) -> None:
    """The humidifier of the virtual home is away: the first page names it and leads to it."""
    device = chain.api("/devices/humidifier")
    assert device["state"] != "up"
    visitor.goto("/")
    notices = visitor.get_by_test_id("notices")
    entry = notices.get_by_role("listitem").filter(has_text="Humidifier")
    expect(entry).to_contain_text(re.compile("down|silent", re.IGNORECASE))
    if device["at"] is not None:
        expect(entry.locator("time")).to_have_attribute("datetime", re.compile(device["at"][:10]))
    missing = entry.get_by_test_id("notice-energy")
    expect(missing).to_contain_text(re.compile("about .*Wh missing"))
    entry.get_by_role("link", name="Humidifier").click()
    expect(visitor.get_by_role("heading", level=1)).to_contain_text("Humidifier")
    expect(visitor.get_by_test_id("watts-now")).to_contain_text("—")


def test_an_acknowledged_notice_stays_away_until_it_is_taken_back(
    chain: Chain, visitor: Page
) -> None:
    """It folds, with who and when; and comes back."""
    visitor.goto("/")
    notices = visitor.get_by_test_id("notices")
    entry = notices.get_by_test_id("notice-virtual_home")
    entry.locator("summary").click()
    entry.get_by_role("button", name="Acknowledge").click()
    expect(entry).to_be_hidden()
    virtual = [each for each in chain.api("/notices")["notices"] if each["id"] == "virtual_home"]
    assert virtual[0]["acknowledgement"] is not None
    notices.get_by_text("1 acknowledged").click()
    entry.locator("summary").click()
    expect(entry).to_contain_text("Acknowledged")
    entry.get_by_role("button", name="Show it again").click()
    expect(notices.get_by_text("1 acknowledged")).to_have_count(0)
    expect(entry).to_be_visible()


def ends_now(url: str) -> bool:
    """Whether a range is compared until the present minute: it is another one in the next."""
    (to,) = parse_qs(urlsplit(url).query).get("to", ["T00:00:00"])
    return "T00:00:00" not in to


def costs_asked_for(page: Page, base_url: str, path: str) -> set[str]:
    """The addresses of the API that the first screen asked for, but for what is of this moment."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(base_url)))
    minute = time.time() // 60
    page.goto(path)
    expect(page.get_by_test_id("cost-month")).to_be_visible()
    expect(page.get_by_role("list", name="Energy and cost by day")).to_be_visible()
    expect(page.get_by_test_id("change")).to_be_visible()
    page.get_by_role("table").first.wait_for()
    is_same_minute = time.time() // 60 == minute
    of_api = [
        url.partition("?")[0]
        for url in asked
        if url.startswith("/api/") and (is_same_minute or not ends_now(url))
    ]
    assert of_api[0] == "/api/v1/first_screen"
    # What is of this moment is asked for again after seconds.
    present = {"/api/v1/places", "/api/v1/notices", "/api/v1/devices", "/api/v1/live"}
    return set(of_api) - present


def test_the_first_screen_needs_one_request(chain: Chain, browser: Browser) -> None:
    """It is asked for before any script has arrived, and its costs are not asked for again."""
    base_url = chain.url("PAGE_PORT")
    context = browser.new_context(base_url=base_url, locale="en-GB", **DESK)
    page = context.new_page()
    for path in ("/", "/?room=study", "/?room=study&shelf=rack_1"):
        # A busy BFF may be too late for a part of it: the page then asks for that by itself.
        tries = [costs_asked_for(page, base_url, path) for _ in range(3)]
        assert {"/api/v1/first_screen"} in tries, tries
    context.close()


def test_a_finger_opens_the_column_it_touched(
    browser: Browser, chain: Chain, come_near: ComeNear
) -> None:
    """The first tap shows a day, the second one opens that very day and no other."""
    context = browser.new_context(base_url=chain.url("PAGE_PORT"), locale="en-GB", **PHONE)
    page = context.new_page()
    last = month_before(datetime.now(TOKYO))
    page.goto(f"/?period=month&day={last:%Y-%m-%d}")
    columns = page.get_by_role("list", name="Energy and cost by day").get_by_role("link")
    come_near(columns)
    for index in (3, 20):
        columns.nth(index).scroll_into_view_if_needed()
        columns.nth(index).tap()
        expect(page.get_by_test_id("tooltip")).to_contain_text(
            columns.nth(index).get_attribute("aria-label") or "?"
        )
        expect(page.get_by_test_id("period-name")).to_have_attribute(
            "data-value", last.strftime("%Y-%m-%d")
        )
    columns.nth(20).tap()
    opened = last + timedelta(days=20)
    expect(page.get_by_test_id("period-name")).to_have_attribute(
        "data-value", opened.strftime("%Y-%m-%d")
    )
    context.close()


def test_the_last_figures_stay_greyed_when_the_api_is_down(page: Page) -> None:
    """Under a banner, with their time; a question refused is asked once, not again and again."""
    page.goto("/")
    watts = page.get_by_test_id("watts-now")
    expect(watts).to_have_attribute("data-value", re.compile(r"\d"))
    page.route("**/api/**", lambda route: route.abort())
    expect(page.get_by_test_id("failure-banner")).to_be_visible(timeout=60_000)
    expect(watts).to_have_attribute("data-value", re.compile(r"\d"))
    outdated = page.get_by_test_id("outdated").first
    expect(outdated).to_contain_text("As of")
    # In the house's time, as every other time on the page; the visitor is far from there.
    shown = re.search(r"As of (\d+:\d+)", outdated.inner_text())
    moments = [datetime.now(TOKYO) - timedelta(minutes=ago) for ago in range(10)]
    assert shown is not None
    assert shown[1] in {f"{moment:%H:%M}" for moment in moments}
    page.unroute("**/api/**")
    expect(page.get_by_test_id("failure-banner")).to_have_count(0, timeout=60_000)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/explain?device=nobody&from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z")
    expect(page.get_by_role("main").get_by_role("alert").first).to_be_visible()
    refused = [url for url in asked if "/devices/nobody" in url]
    assert len(refused) == 1


def test_an_answer_that_lacks_a_part_is_named_and_no_figure_is_made_of_it(page: Page) -> None:
    """As of a VictoriaMetrics cluster with a node away."""
    problem = {"type": "urn:ppms:victoriametrics-partial", "title": "Partial", "status": 503}
    page.route(
        re.compile("/api/v1/(cost|first_screen)"),
        lambda route: route.fulfill(
            status=503, json=problem, content_type="application/problem+json"
        ),
    )
    page.goto("/?period=day")
    expect(page.get_by_text("The store of readings answers only in part").first).to_be_visible()
    expect(page.get_by_test_id("cost-period")).to_have_count(0)


def test_scripts_of_the_first_load_are_within_their_budget(page: Page) -> None:
    """What the browser really loads for the house with its chart, counted by gzip -9."""
    scripts: set[str] = set()
    page.on(
        "response",
        lambda response: (
            scripts.add(response.url) if response.request.resource_type == "script" else None
        ),
    )
    page.goto("/")
    expect(page.get_by_role("list", name="Energy and cost by day")).to_be_visible()
    sizes = [
        len(gzip.compress(httpx.get(url, trust_env=False).content, compresslevel=9))
        for url in scripts
    ]
    assert 0 < sum(sizes) <= 200_000
