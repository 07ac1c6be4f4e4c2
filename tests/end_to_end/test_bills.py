"""Rates, paper bills, budgets and prices are entered on the page, by keyboard alone."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from testbed.chain import Chain

pytestmark = pytest.mark.long  # journeys through a browser


def press(target: Locator, key: str = "Enter") -> None:
    target.focus()
    target.press(key)


def values_of(chain: Chain, series: str) -> dict[str, str]:
    return {row["key"]: row["value"] for row in chain.api(f"/series/{series}")["values"]}


def test_a_rate_shows_old_and_new_before_it_is_saved_and_is_undone(
    chain: Chain, page: Page
) -> None:
    """The levy of a month to come; the history names it in words."""
    page.goto("/contracts")
    levy = page.get_by_test_id("series-levy")
    press(levy.locator("summary"))
    levy.get_by_label("Month", exact=True).fill("2031-05")
    value = levy.get_by_label("Value", exact=True)
    value.fill("4.5")
    press(value)
    changes = levy.get_by_test_id("changes")
    expect(changes.get_by_role("row", name=re.compile("May 2031"))).to_contain_text("none")
    assert "2031-05" not in values_of(chain, "levy")
    press(levy.get_by_role("button", name="Save"))
    newest = page.get_by_test_id("history").get_by_role("listitem").first
    expect(newest).to_contain_text("Renewable energy levy")
    assert values_of(chain, "levy")["2031-05"] == "4.5"
    press(newest.get_by_role("button", name=re.compile("Undo")))
    expect(page.get_by_test_id("history").get_by_text("undone").first).to_be_visible()
    assert "2031-05" not in values_of(chain, "levy")


def test_a_paper_bill_shows_where_it_differs(chain: Chain, page: Page) -> None:
    """Beside the bill of a period that is over, line by line."""
    bill = [each for each in chain.api("/bills") if each["total"] is not None][-2]
    page.goto(f"/bills?period={bill['first_day']}")
    press(page.get_by_role("button", name="Enter the paper bill"))
    page.get_by_label("Energy in kWh").fill("1000")
    page.get_by_label("Basic charge").fill("¥1,000")
    total = page.get_by_label("Total, in JPY")
    total.fill("40,000円")
    press(total)
    compared = page.get_by_test_id("real-bill")
    expect(compared.get_by_role("row", name=re.compile("Basic charge"))).to_contain_text("¥1,000")
    expect(page.get_by_text("more than 2 %")).to_be_visible()
    [entered] = chain.api("/real_bills")
    assert (entered["total"], entered["is_drift"]) == ("40000", True)
    press(page.get_by_role("button", name="Delete", exact=True))
    expect(compared).to_have_count(0)
    assert chain.api("/real_bills") == []


def test_a_budget_is_a_bar_with_the_bill_and_on_the_house(chain: Chain, page: Page) -> None:
    """And a notice once it is passed; none of them is left when it is deleted."""
    page.goto("/bills")
    amount = page.get_by_label("Amount, in JPY")
    amount.fill("1")
    press(amount)
    bar = page.get_by_test_id("budget-house")
    expect(bar).to_have_attribute("data-state", "over")
    page.goto("/")
    expect(page.get_by_test_id("budget-house")).to_have_attribute("data-state", "over")
    codes = [notice["code"] for notice in chain.api("/notices")["notices"]]
    assert "budget_passed" in codes
    page.goto("/bills")
    press(page.get_by_role("button", name="Delete the budget of House"))
    expect(bar).to_have_count(0)
    assert chain.api("/budgets") == []


def test_a_price_that_overlaps_is_drawn_and_a_saved_one_is_undone(chain: Chain, page: Page) -> None:
    """Its effect on the forecast and on the past is shown before it is saved."""
    before = chain.api("/unit_prices")
    page.goto("/prices")
    expect(page.get_by_test_id("timeline").first).to_be_visible()
    press(page.get_by_role("button", name="Add a price"))
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Price per kWh").fill("50")
    start = dialog.get_by_label("From", exact=True)
    start.fill(next_month(page))
    press(dialog.get_by_role("button", name="Show the effect"))
    expect(dialog.get_by_text("Two hold at once").first).to_be_visible()
    press(dialog.get_by_role("button", name=re.compile("End the present price")))
    expect(dialog.get_by_test_id("effect-forecast")).to_be_visible()
    expect(dialog.get_by_test_id("effect-as-if-after")).to_have_attribute(
        "data-value", re.compile(r"\d")
    )
    press(dialog.get_by_role("button", name="Save"))
    added = page.get_by_test_id("history").get_by_role("listitem").first
    expect(added).to_contain_text("¥50.00")
    press(added.get_by_role("button", name=re.compile("Undo")))
    expect(page.get_by_test_id("history").get_by_text("undone").first).to_be_visible()
    put_back(page, before)
    assert chain.api("/unit_prices") == before


def next_month(page: Page) -> str:
    """The first moment of next month, on the house's clock, as an input has it."""
    return page.evaluate(
        """() => {
          const now = Temporal.Now.zonedDateTimeISO("Asia/Tokyo");
          const next = now.with({ day: 1 }).startOfDay().add({ months: 1 });
          return next.toPlainDateTime().toString({ smallestUnit: "minute" });
        }"""
    )


def put_back(page: Page, prices: list[dict[str, Any]]) -> None:
    """The price that the new one ended has no end again."""
    for price in prices:
        wanted = {key: price[key] for key in ("price_per_kwh", "valid_from", "valid_to", "note")}
        answer = page.request.put(f"/api/v1/unit_prices/{price['id']}", data=wanted)
        assert answer.ok, answer.text()
