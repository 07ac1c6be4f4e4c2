"""Why a month costs what it does: the dearest device, and a price that rose."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from testbed.chain import Chain

pytestmark = pytest.mark.long  # journeys through a browser

TOKYO = ZoneInfo("Asia/Tokyo")
OLD, NEW = Decimal(30), Decimal(40)


@pytest.fixture
def risen_on(page: Page, chain: Chain) -> Iterator[datetime]:
    """The last 8th that is over, in a house that had one price alone; all prices come back."""
    before = [price for price in chain.api("/unit_prices") if price["direction"] == "import"]
    replace_prices(
        page, before, [{"price_per_kwh": str(OLD), "valid_from": "2020-01-01T00:00:00Z"}]
    )
    yesterday = datetime.now(TOKYO) - timedelta(days=1)
    month = yesterday if yesterday.day > 8 else yesterday - timedelta(days=yesterday.day)
    yield month.replace(day=8, hour=0, minute=0, second=0, microsecond=0)
    present = [price for price in chain.api("/unit_prices") if price["direction"] == "import"]
    replace_prices(page, present, before)


def replace_prices(page: Page, old: list[dict[str, Any]], new: list[dict[str, Any]]) -> None:
    for price in old:
        assert page.request.delete(f"/api/v1/unit_prices/{price['id']}").ok
    for price in new:
        wanted = {key: value for key, value in price.items() if key in WRITTEN}
        answer = page.request.post("/api/v1/unit_prices", data=wanted)
        assert answer.ok, answer.text()


WRITTEN = ("price_per_kwh", "valid_from", "valid_to", "note")


def test_what_costs_most_this_month_and_why(chain: Chain, page: Page) -> None:
    """From the house by its dearest device and that one's dearest day to the multiplication."""
    page.goto("/?period=month")
    ranking = page.get_by_role("region", name="What costs most")
    dearest = ranking.get_by_role("row").nth(1).get_by_role("link")
    name = dearest.text_content() or "?"
    dearest.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    expect(page.get_by_test_id("cost-month")).to_have_attribute("data-value", re.compile(r"\d"))
    days = page.get_by_role("list", name="Energy and cost by day").get_by_role("link")
    days.nth(dearest_day(chain, page)).press("Enter")
    page.get_by_test_id("cost-period").click()
    expect(page.get_by_test_id("explain-sentence")).to_contain_text(f"{name} used")
    steps = page.get_by_test_id("explain-prices")
    expect(steps).to_contain_text("\N{MULTIPLICATION SIGN}")
    expect(steps).to_contain_text("Total")


def dearest_day(chain: Chain, page: Page) -> int:
    """The position of the day of the page's device that cost most, among those of the month."""
    device = re.search(r"device=(\w+)", page.url)
    assert device is not None
    now = datetime.now(TOKYO).replace(microsecond=0)
    start = now.replace(day=1, hour=0, minute=0, second=0)
    days = {"from": start.isoformat(), "to": now.isoformat(), "by": "day"}
    rows = chain.api("/cost", device=device[1], **days)["rows"]
    costs = [Decimal(row["figures"]["cost"] or 0) for row in rows]
    return costs.index(max(costs))


def test_the_price_rose_on_the_8th_and_what_it_changed_is_shown(
    chain: Chain, page: Page, risen_on: datetime
) -> None:
    """Before it is saved by month; afterwards as a mark, and in the cost of the days."""
    month = chain.api("/cost", **{"from": first_of(risen_on), "to": first_of(next_month(risen_on))})
    before, after = add_price(page, risen_on)
    assert before == pytest.approx(Decimal(month["total"]["energy_kwh"]) * OLD, rel=Decimal("0.01"))
    assert before < after < before * NEW / OLD
    page.goto(f"/?period=month&day={risen_on:%Y-%m-%d}")
    page.get_by_text("Show as a table").first.click()
    mark = page.get_by_test_id("marks").get_by_role("listitem").filter(has_text="40")
    expect(mark).to_contain_text(f"{risen_on:%b %-d}")
    assert cost_of(page, risen_on) == energy_of(chain, risen_on) * NEW
    the_7th = risen_on - timedelta(days=1)
    assert cost_of(page, the_7th) == energy_of(chain, the_7th) * OLD


def first_of(day: datetime) -> str:
    return day.replace(day=1).isoformat()


def next_month(day: datetime) -> datetime:
    return day.replace(day=1) + timedelta(days=32)


def add_price(page: Page, valid_from: datetime) -> tuple[Decimal, Decimal]:
    """Add the new price, and return what the month of its beginning costs without and with it."""
    page.goto("/prices")
    page.get_by_role("button", name="Add a price").click()
    page.get_by_label("Price per kWh").fill(str(NEW))
    page.get_by_label("From", exact=True).fill(valid_from.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("button", name="Show the effect").click()
    page.get_by_role("button", name=re.compile("End the present price")).click()
    changed = page.get_by_test_id("effect-changed").filter(has_text=f"{valid_from:%B}")
    before, after = (
        number(changed.get_by_test_id(f"effect-changed-{when}")) for when in ("before", "after")
    )
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name=re.compile(rf"¥{NEW}\.00"))).to_be_visible()
    return before, after


def number(shown: Locator) -> Decimal:
    expect(shown).to_have_attribute("data-value", re.compile(r"\d"))
    return Decimal(shown.get_attribute("data-value") or "NaN")


def cost_of(page: Page, day: datetime) -> Decimal:
    """What the page shows that the house cost on a day."""
    page.goto(f"/?period=day&day={day:%Y-%m-%d}")
    return number(page.get_by_test_id("cost-period"))


def energy_of(chain: Chain, day: datetime) -> Decimal:
    end = day + timedelta(days=1)
    cost = chain.api("/cost", **{"from": day.isoformat(), "to": end.isoformat()})
    return Decimal(cost["total"]["energy_kwh"])
