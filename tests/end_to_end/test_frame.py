"""The page's frame: without a network, with one stream, and in a house that has just begun."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from testbed.bff import bff, settings_of
from testbed.chain import Chain

pytestmark = pytest.mark.long  # journeys through a browser

NEW_HOME = """\
house: new_home
name: {ja: 新居, en: New home}
time_zone: Asia/Tokyo
currency: JPY
rooms:
  - room: kitchen
    name: {ja: キッチン, en: Kitchen}
    shelves: [{shelf: counter}]
devices:
  - device: kettle
    name: {ja: ケトル, en: Kettle}
    room: kitchen
    shelf: counter
    sources: [{source: cloud, id: 0000000000A1}]
  - device: fridge
    name: {ja: 冷蔵庫, en: Fridge}
    room: kitchen
    shelf: counter
    sources: [{source: cloud, id: 0000000000A2}]
"""
IS_SHELL_KEPT = """async () => {
  await navigator.serviceWorker.ready;
  const [name] = await caches.keys();
  const kept = name ? await (await caches.open(name)).keys() : [];
  return kept.map(({url}) => new URL(url).pathname);
}"""


def test_a_reload_without_network_shows_the_last_data_and_its_age(
    chain: Chain, browser: Browser
) -> None:
    """The shell comes from the service worker, which keeps no answer of the API."""
    context = browser.new_context(base_url=chain.url("PAGE_PORT"), locale="en-GB")
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto("/")
    cost = page.get_by_test_id("cost-month")
    expect(cost).to_have_attribute("data-value", re.compile(r"\d"))
    kept = page.evaluate(IS_SHELL_KEPT)
    assert {"/", "/prices", "/icon.svg"} <= set(kept)
    assert [address for address in kept if address.startswith("/api")] == []
    page.reload()  # from here on the worker controls the page
    expect(cost).to_have_attribute("data-value", re.compile(r"\d"))
    shown = cost.get_attribute("data-value")
    context.set_offline(True)
    page.route("**/api/**", lambda route: route.abort("internetdisconnected"))
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Virtual home")
    expect(cost).to_have_attribute("data-value", shown or "?")
    expect(page.get_by_test_id("outdated").first).to_contain_text("As of")
    expect(page.get_by_test_id("failure-banner")).to_be_visible()
    page.unroute("**/api/**")
    context.set_offline(False)
    expect(page.get_by_test_id("failure-banner")).to_have_count(0)
    context.close()


def test_a_page_that_gets_no_answer_shows_that_it_waits(chain: Chain, browser: Browser) -> None:
    """A server that hangs refuses nothing: the page shows it after ten seconds."""
    context = browser.new_context(base_url=chain.url("PAGE_PORT"), locale="en-GB")
    page = context.new_page()
    page.route("**/api/**", lambda _: None)
    page.goto("/")
    expect(page.get_by_text("has not answered yet")).to_be_visible(timeout=30_000)
    context.close()


def is_stream(request: Request) -> bool:
    return request.url.endswith("/api/v1/live")


def test_two_tabs_share_one_stream(chain: Chain, browser: Browser) -> None:
    """Both ask for present values by its events; when its tab is closed the other one opens it."""
    context = browser.new_context(base_url=chain.url("PAGE_PORT"), locale="en-GB")
    context.set_default_timeout(60_000)
    streams: list[str] = []
    context.on("request", lambda each: streams.append(each.url) if is_stream(each) else None)
    one, other = context.new_page(), context.new_page()
    with context.expect_event("request", is_stream):
        one.goto("/")
    other.goto("/")
    watts = other.get_by_test_id("watts-now")
    expect(watts).to_have_attribute("data-value", re.compile(r"\d"))
    for _ in range(3):
        with other.expect_response(lambda each: each.url.endswith("/places")):
            pass
    assert len(streams) == 1
    with context.expect_event("request", is_stream):
        one.close()
    context.close()


@pytest.fixture
def new_home(chain: Chain, page: Page, tmp_path: Path) -> Iterator[Page]:
    """A page whose BFF has a house without a single reading or price."""
    config = tmp_path / "devices.yaml"
    config.write_text(NEW_HOME, encoding="utf-8")
    username, password = chain.victoria_metrics_auth()
    settings = settings_of(tmp_path, chain.url("VM_PORT"), config) | {
        "VICTORIA_METRICS_USERNAME": username,
        "VICTORIA_METRICS_PASSWORD": password,
        "CONTRACTS_FOLDER": str(tmp_path / "none"),
    }
    with bff(tmp_path, settings) as running:
        address = str(running.http.base_url).removesuffix("/").removesuffix("/api/v1")

        def answer(route: Route) -> None:
            path = route.request.url.removeprefix(chain.url("PAGE_PORT"))
            if path == "/api/v1/live":
                route.abort()
            else:
                route.fulfill(response=route.fetch(url=f"{address}{path}"))

        page.route("**/api/**", answer)
        yield page
        page.unroute_all(behavior="ignoreErrors")


def test_a_new_house_shows_what_to_do_next(new_home: Page) -> None:
    """Which devices have no reading, where `--discover` is explained, that no price is set."""
    new_home.goto("/")
    steps = new_home.get_by_test_id("first-steps")
    expect(steps.get_by_role("listitem").first).to_contain_text("2 devices in the configuration")
    unread = new_home.get_by_test_id("unread-devices")
    expect(unread.get_by_role("link")).to_have_text(["Kettle", "Fridge"])
    discover = steps.get_by_role("link", name="About --discover")
    expect(discover).to_have_attribute("href", re.compile(r"docs/add-a-device\.md$"))
    steps.get_by_role("link", name="Set a price").click()
    expect(new_home.get_by_role("heading", level=1)).to_contain_text("Prices")
    new_home.goto("/")
    new_home.get_by_role("button", name="日本語").click()
    expect(steps).to_contain_text("測定値がまだない機器")


def test_a_house_with_a_past_has_no_first_steps(page: Page) -> None:
    """Although one of its devices is away."""
    page.goto("/")
    expect(page.get_by_test_id("cost-month")).to_be_visible()
    expect(page.get_by_role("list", name="Energy and cost by day")).to_be_visible()
    expect(page.get_by_test_id("first-steps")).to_have_count(0)


def test_icons_and_manifest_are_there_in_all_sizes(chain: Chain, page: Page) -> None:
    """Each icon that the page or the manifest names is a picture of the size it is named for."""
    page.goto("/")
    manifest = page.request.get("/manifest.webmanifest")
    assert manifest.ok
    icons = manifest.json()["icons"]
    assert {each["sizes"] for each in icons} == {"any", "192x192", "512x512"}
    for icon in icons:
        if icon["sizes"] != "any":
            found = page.evaluate(
                "async src => { const i = new Image(); i.src = src; await i.decode();"
                " return `${i.naturalWidth}x${i.naturalHeight}`; }",
                icon["src"],
            )
            assert found == icon["sizes"]
    favicon = page.request.get(f"{chain.url('PAGE_PORT')}/favicon.ico").body()
    assert favicon[:6] == b"\x00\x00\x01\x00\x03\x00"  # an ICO of three pictures
