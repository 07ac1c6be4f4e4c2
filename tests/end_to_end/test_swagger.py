"""Swagger UI is a way to work: it loads and tries calls at the page's own address."""

from playwright.sync_api import Page, expect

from testbed.chain import Chain


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
