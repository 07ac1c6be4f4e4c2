"""Swagger UI is a way to work: it loads and tries calls at the page's own address."""

import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from testbed.chain import Chain

pytestmark = pytest.mark.long  # journeys through a browser


def test_a_price_can_be_listed_from_swagger_ui(chain: Chain, page: Page) -> None:
    """No host is written into the description, and nothing comes from elsewhere or is inline."""
    requested: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    shown = page.goto("/api/docs")
    assert shown is not None
    assert "unsafe" not in shown.headers["content-security-policy"]
    call = page.locator(".opblock", has_text="/api/v1/unit_prices").first
    call.click()
    call.get_by_role("button", name="Execute").click()
    answer = call.locator(".live-responses-table")
    expect(answer).to_contain_text("200")
    expect(answer).to_contain_text("price_per_kwh")
    assert [error for error in errors if "Content Security Policy" in error] == []
    here = chain.url("PAGE_PORT")
    assert [url for url in requested if not url.startswith((here, "data:"))] == []


AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("ja", "dark")])
def test_axe_finds_nothing_critical(
    chain: Chain, browser: Browser, language: str, theme: Literal["light", "dark"]
) -> None:
    """In the list, and in an operation that is open; serious ones are Swagger UI's own."""
    # axe is a script of the test's own, which the page's policy rightly blocks.
    context = browser.new_context(
        base_url=chain.url("PAGE_PORT"), locale=language, color_scheme=theme, bypass_csp=True
    )
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto("/reference")
    call = page.locator(".opblock", has_text="/api/v1/cost").first
    call.locator("button").first.click()
    expect(call.get_by_role("button", name="Execute")).to_be_visible()
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    critical = [each for each in found if each["impact"] == "critical"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in critical] == []
    context.close()


def test_swagger_ui_is_in_the_frame_of_the_page(page: Page) -> None:
    """With its language, its theme, and the way back to it."""
    page.goto("/api/docs")
    expect(page).to_have_url(re.compile("/reference$"))
    expect(page.locator(".opblock").first).to_be_visible()
    page.get_by_role("switch", name="Dark theme").click()
    expect(page.locator("html")).to_have_class(re.compile("dark-mode"))
    page.get_by_role("button", name="日本語").click()
    expect(page.get_by_role("main")).to_contain_text("各APIの説明は英語です")
    expect(page.locator(".opblock").first).to_be_visible()
    page.get_by_role("link", name="ホーム", exact=True).click()
    expect(page.get_by_test_id("watts-now")).to_be_visible()
    expect(page.locator("html")).not_to_have_class(re.compile("dark-mode"))
