"""Every picture has its table and its files, of the numbers that it shows."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from testbed.chain import Chain

pytestmark = pytest.mark.long  # through a browser

type ComeNear = Callable[[Locator], None]

TODAY = f"{datetime.now(ZoneInfo('Asia/Tokyo')):%Y-%m-%d}"
YESTERDAY = f"{datetime.now(ZoneInfo('Asia/Tokyo')) - timedelta(days=1):%Y-%m-%d}"
FRIDGE = "room=kitchen&shelf=fridge_corner&device=fridge"
PICTURES = [
    ("/?period=month", "Cost by day"),
    ("/?period=month", "What costs most"),
    ("/?period=month", "Where it goes"),
    ("/?period=month", "At what hours"),
    ("/?period=month", "Where electricity came from and went"),
    (f"/?{FRIDGE}&period=day", "Cost by hour"),
    (f"/?{FRIDGE}&period=day", "Measured values"),
    (f"/?{FRIDGE}&period=day", "Availability"),
    ("/comparison?device=fridge", "Power"),
    (
        f"/explain?device=fridge&from={YESTERDAY}T00:00:00%2B09:00&to={TODAY}T00:00:00%2B09:00",
        "Through the period",
    ),
]


def saved(page: Page, picture: Locator, kind: str) -> str:
    """The text of a picture's file."""
    with page.expect_download() as download:
        picture.get_by_role("button", name=kind, exact=True).click()
    return download.value.path().read_text("utf-8-sig")


@pytest.mark.parametrize(("path", "title"), PICTURES)
def test_a_picture_has_its_files_and_its_table(
    page: Page, come_near: ComeNear, path: str, title: str
) -> None:
    """Both files have the same rows, and a click shows the picture in figures."""
    page.goto(path)
    picture = page.get_by_role("region", name=title, exact=True)
    come_near(picture)
    expect(picture.get_by_role("button", name="JSON", exact=True)).to_be_visible()
    rows: list[dict[str, Any]] = json.loads(saved(page, picture, "JSON"))
    head, *lines = saved(page, picture, "CSV").splitlines()
    assert head.split(",") == list(rows[0])
    assert len(lines) == len(rows)
    if title != "What costs most":  # which is a table
        picture.locator("summary").first.click()
    expect(picture.get_by_role("row").or_(picture.get_by_role("listitem")).last).to_be_visible()


def test_the_files_of_costs_add_up_to_the_place(page: Page) -> None:
    """The rows of all days and rooms are the house's cost, with every digit."""
    page.goto("/?period=month")
    page.get_by_test_id("period-previous").click()
    costs = page.get_by_role("region", name="Cost by day")
    expect(costs.get_by_role("button", name="JSON", exact=True)).to_be_visible()
    total = page.get_by_test_id("cost-period").get_attribute("data-value") or "NaN"
    rows = json.loads(saved(page, costs, "JSON"))
    assert sum(Decimal(row["cost"]) for row in rows if row["cost"]) == Decimal(total)


def test_the_table_of_costs_has_the_parts_of_the_rooms(chain: Chain, page: Page) -> None:
    """Each day's parts of what the picture shows, cost or energy, add up to the day exactly."""
    page.goto("/?period=month")
    page.get_by_test_id("period-previous").click()
    costs = page.get_by_role("region", name="Cost by day", exact=True)
    costs.get_by_text("Show as a table").click()
    expect(costs.get_by_role("table")).to_be_visible()
    rooms = costs.get_by_role("columnheader").all_inner_texts()[3:]
    assert len(rooms) >= len(chain.api("/places")["children"])
    _, cost, *parts = figures_of(costs.locator("tbody tr").first)
    assert len(parts) == len(rooms)
    assert sum(parts) == cost
    costs.get_by_role("button", name="Energy", exact=True).click()
    energies = page.get_by_role("region", name="Energy by day", exact=True)
    energy, _, *parts = figures_of(energies.locator("tbody tr").first)
    assert len(parts) == len(rooms)
    assert sum(parts) == energy


def figures_of(row: Locator) -> list[Decimal]:
    """The exact figures of a row of a table."""
    shown = row.locator("td [data-value]")
    expect(shown.first).to_be_visible()
    return [Decimal(each.get_attribute("data-value") or "NaN") for each in shown.all()]


def test_the_table_of_measured_values_has_the_steps_of_the_api(chain: Chain, page: Page) -> None:
    """Each step's least and largest value of each source."""
    page.goto(f"/?{FRIDGE}&period=day")
    page.get_by_test_id("period-previous").click()
    values = page.get_by_role("region", name="Measured values")
    expect(values.get_by_role("button", name="JSON", exact=True)).to_be_visible()
    rows = json.loads(saved(page, values, "JSON"))
    end = chain.api("/house")["now"][:10] + "T00:00:00+09:00"
    curves = chain.api(
        "/devices/fridge/curves",
        **{"from": rows[0]["at"], "to": end, "quantity": "power_watts"},
    )
    for source in curves["sources"]:
        for side in ("low", "high"):
            column = f"{source['source']}_power_watts_{side}"
            assert [row[column] for row in rows] == source[side]
    values.locator("summary").click()
    expect(values.locator("tbody").get_by_role("row")).to_have_count(len(rows))
