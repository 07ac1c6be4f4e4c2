"""Names, notes and titles that are scripts: text on every page, also without its policy."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from testbed.chain import Chain

SCRIPT = "<img src=x onerror=window.hit=1><script>window.hit=1</script>"
# What people and configurations write of houses, rooms, devices, contracts, bills and prices.
WRITTEN = {"ja", "en", "name", "note", "title", "detail", "text", "label"}
QUICK = ("/", "/?room=study&shelf=rack_1&device=server", "/prices", "/contracts")
OTHERS = (
    "/?room=study&compare=year",
    "/bills",
    "/reconcile",
    "/comparison?device=fridge",
    "/explain?device=server&from=2026-03-01T00:00:00%2B09:00&to=2026-03-02T00:00:00%2B09:00",
    "/?room=attic",
)


def poisoned(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Add the script to every text that somebody wrote."""
    if isinstance(value, list):
        return [poisoned(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: f"{each}{SCRIPT}" if key in WRITTEN and isinstance(each, str) else poisoned(each)
        for key, each in value.items()
    }


def answer(route: Route) -> None:
    response = route.fetch()
    if "json" not in response.headers.get("content-type", ""):
        route.fulfill(response=response)
    else:
        route.fulfill(response=response, json=poisoned(response.json()))


@pytest.fixture
def visitor(browser: Browser, chain: Chain) -> Iterator[Page]:
    """Somebody whose browser does not know the policy of the page."""
    context = browser.new_context(
        base_url=chain.url("PAGE_PORT"), locale="en-GB", bypass_csp=True, service_workers="block"
    )
    context.set_default_timeout(30_000)
    context.route("**/api/v1/**", answer)
    yield context.new_page()
    context.close()


def check(page: Page, path: str) -> str:
    """Open a page; return its text and title."""
    page.goto(path)
    page.locator("h1, [role=alert]").first.wait_for()
    expect(page.get_by_role("main").locator("[aria-busy=true]")).to_have_count(0)
    assert page.locator("img[src=x]").count() == 0, path
    assert page.evaluate("window.hit") is None, path
    return f"{page.locator('body').inner_text()} {page.title()}"


def test_a_stored_script_is_text(visitor: Page) -> None:
    """On the pages that show most of what people write, in their titles too."""
    shown = [check(visitor, path) for path in QUICK]
    assert any(SCRIPT in text for text in shown)
    assert SCRIPT in shown[1].rpartition("\n")[2], "the title has the device's name"


@pytest.mark.long
def test_a_stored_script_is_text_on_every_other_page(visitor: Page) -> None:
    """Bills, explanations, comparisons, and what is said of a place that is not there."""
    for path in OTHERS:
        check(visitor, path)
