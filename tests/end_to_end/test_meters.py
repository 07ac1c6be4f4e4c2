"""The page of a house with meters: its balance, and the past of a device that moved."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from testbed.chain import Chain, wait_until

pytestmark = pytest.mark.long  # journeys through a browser

TOKYO = ZoneInfo("Asia/Tokyo")
LAMP = "bedside_lamp"
FAN, NEW_FAN = "circulator", "study_fan"

type Change = Callable[..., None]
type Move = Callable[[str], None]


def test_the_house_shows_where_electricity_came_from_and_went(
    chain: Chain, page: Page, come_near: Callable[[Locator], None]
) -> None:
    """Last month in the picture and in its table, as the API has it; rooms lead to their pages."""
    first = datetime.now(TOKYO).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    last = (first - timedelta(days=1)).replace(day=1)
    span = {"from": last.isoformat(), "to": first.isoformat()}
    total = chain.api("/balance", **span)["total"]
    assert all(float(total[f"{name}_kwh"]) > 0 for name in ("bought", "sold", "generated", "rest"))
    page.goto(f"/?period=month&day={last:%Y-%m-%d}")
    table = page.get_by_test_id("balance-table")
    come_near(table)
    page.locator("details", has=table).locator("summary").click()
    for name in ("bought", "sold", "generated"):
        shown = page.get_by_test_id(f"balance-{name}")
        expect(shown).to_have_attribute("data-value", total[f"{name}_kwh"])
        expect(page.get_by_test_id(f"flow-{name}")).to_contain_text(shown.inner_text())
    expect(page.get_by_test_id("bill")).to_have_attribute("data-value", total["bill"])
    page.get_by_role("list", name="To").get_by_role("link", name="Kitchen").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Kitchen")


def test_the_rows_of_the_house_add_up_with_what_no_device_explains(
    chain: Chain, page: Page, come_near: Callable[[Locator], None]
) -> None:
    """The rest of the house is a row like any other."""
    rest = chain.api("/places")["rest_watts"]
    assert rest is not None
    page.goto("/?period=month")
    row = page.get_by_role("row", name="Rest of the house")
    come_near(row)
    expect(row).to_contain_text("%")


@pytest.fixture
def change(chain: Chain) -> Iterator[Change]:
    """Change a device in the file that the running home reads; it is put back."""
    (file,) = chain.log.parent.glob("data/*/devices.json")
    before = file.read_text("utf-8")

    def of_device(name: str, **values: str) -> None:
        home = json.loads(before)
        (device,) = [each for each in home["devices"] if each["device"] == name]
        device |= values
        _replace(file, json.dumps(home))

    yield of_device
    _replace(file, before)


@pytest.fixture
def move(chain: Chain, change: Change) -> Move:
    """Put the lamp on another shelf."""

    def to_shelf(shelf: str) -> None:
        change(LAMP, shelf=shelf)
        wait_until(lambda: shelf_now(chain) == shelf, chain)

    return to_shelf


def _replace(file: Path, text: str) -> None:
    new = file.with_suffix(".new")
    new.write_text(text, "utf-8")
    new.rename(file)


def entries(chain: Chain) -> list[dict[str, Any]]:
    (lamp,) = [each for each in chain.api("/register") if each["device"] == LAMP]
    return lamp["entries"]


def shelf_now(chain: Chain) -> str:
    return entries(chain)[-1]["shelf"]


def test_a_move_always_was_or_is_from_then_on_by_one_click(
    chain: Chain, page: Page, move: Move
) -> None:
    """The past follows the click and comes back by the other one; the history has both."""
    move("window")
    page.goto(f"/?room=bedroom&shelf=window&device={LAMP}")
    page.get_by_role("button", name="It always was there").click()
    wait_until(lambda: {each["shelf"] for each in entries(chain)} == {"window"}, chain)
    expect(page.get_by_test_id("register-entries").get_by_role("listitem").last).to_contain_text(
        "By the window"
    )
    page.get_by_role("button", name="From then on").click()
    wait_until(lambda: {each["shelf"] for each in entries(chain)} == {"bedside", "window"}, chain)
    changes = page.get_by_test_id("register-history").get_by_role("listitem")
    expect(changes.first).to_contain_text("undone")
    expect(changes.nth(1)).to_contain_text("moved")


def measured_as(chain: Chain, device: str) -> set[str]:
    """Under which names a device was measured; of one that is not there, none."""
    return {
        entry["measured_as"]
        for each in chain.api("/register")
        if each["device"] == device
        for entry in each["entries"]
    }


def test_a_renamed_device_is_the_same_or_was_never_here_by_one_click(
    chain: Chain, page: Page, change: Change, come_near: Callable[[Locator], None]
) -> None:
    """Its former name is retired; each decision of the page holds, and is undone in the history."""
    change(FAN, device=NEW_FAN)
    wait_until(lambda: measured_as(chain, NEW_FAN) == {NEW_FAN}, chain)
    page.goto("/?period=month")
    # Another test may have left a retired device of its own; each names all others to choose from.
    heading = page.get_by_role("heading", name="circulator")
    retired = page.get_by_test_id("retired").get_by_role("listitem").filter(has=heading)
    come_near(retired)
    retired.get_by_label("It is the same device as").select_option(NEW_FAN)
    wait_until(lambda: measured_as(chain, NEW_FAN) == {FAN, NEW_FAN}, chain)
    expect(retired).to_have_count(0)
    page.get_by_text("Changes of the configuration").click()
    history = page.get_by_test_id("register-history")
    history.get_by_role("button", name="Undo").first.click()
    wait_until(lambda: measured_as(chain, NEW_FAN) == {NEW_FAN}, chain)
    retired.get_by_role("button", name="It was never here").click()
    wait_until(lambda: not measured_as(chain, FAN), chain)
    history.get_by_role("button", name="Undo").first.click()
    wait_until(lambda: measured_as(chain, FAN) == {FAN}, chain)
    expect(history.get_by_role("listitem").first).to_contain_text("undone")
    expect(history).to_contain_text("Study")
