"""Swagger UI is a way to work: it loads and tries calls at the page's own address."""

from playwright.sync_api import Page, expect

from testbed.chain import Chain


def test_a_price_can_be_listed_from_swagger_ui(chain: Chain, page: Page) -> None:
    """No host is written into the description, and nothing comes from elsewhere."""
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.goto("/api/docs")
    call = page.locator(".opblock", has_text="/api/v1/unit_prices").first
    call.click()
    call.get_by_role("button", name="Execute").click()
    answer = call.locator(".live-responses-table")
    expect(answer).to_contain_text("200")
    expect(answer).to_contain_text("price_per_kwh")
    here = chain.url("PAGE_PORT")
    assert [url for url in requested if not url.startswith((here, "data:"))] == []
