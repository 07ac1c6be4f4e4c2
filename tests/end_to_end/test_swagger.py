"""Swagger UI is a way to work: it loads and tries calls at the page's own address."""

from playwright.sync_api import Page, expect


def test_a_price_can_be_listed_from_swagger_ui(page: Page) -> None:
    """No host is written into the description, and nothing comes from elsewhere."""
    foreign: list[str] = []
    page.on("request", lambda request: foreign.append(request.url))
    page.goto("/api/docs")
    call = page.locator(".opblock", has_text="/api/v1/unit_prices").first
    call.click()
    call.get_by_role("button", name="Execute").click()
    answer = call.locator(".live-responses-table")
    expect(answer).to_contain_text("200")
    expect(answer).to_contain_text("price_per_kwh")
    here = page.url.removesuffix("/api/docs")
    assert [url for url in foreign if not url.startswith((here, "data:"))] == []
