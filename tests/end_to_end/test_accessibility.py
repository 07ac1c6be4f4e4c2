"""Every route can be used by everybody: axe, narrow screens, large text, keyboard."""

import json
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from testbed.chain import Chain

pytestmark = pytest.mark.long  # every route in every look takes minutes

AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
DAY = "from=2026-03-01T00:00:00%2B09:00&to=2026-03-02T00:00:00%2B09:00"
ROUTES = {
    "house": "/",
    "day": "/?period=day",
    "room": "/?room=study&compare=year",
    "custom": "/?room=study&period=custom&first=2026-03-01&last=2026-03-10",
    "device": "/?room=study&shelf=rack_1&device=server&show=energy",
    "prices": "/prices",
    "bills": "/bills",
    "contracts": "/contracts",
    "explain": f"/explain?device=server&{DAY}",
    "reconcile": "/reconcile",
    "comparison": "/comparison?device=fridge",
    "nowhere": "/?room=attic",
}
WIDTHS, THEMES, LANGUAGES = (390, 1280), ("light", "dark"), ("ja", "en")
LOOKS = list(product(WIDTHS, THEMES, LANGUAGES))


@pytest.fixture
def contexts(browser: Browser, chain: Chain) -> Iterator[Any]:
    """Make contexts with settings, and close them."""
    made: list[BrowserContext] = []

    def make(**settings: Any) -> BrowserContext:  # noqa: ANN401 - Playwright's own settings
        # axe is a script of the test's own, which the page's policy rightly blocks.
        context = browser.new_context(
            base_url=chain.url("PAGE_PORT"), reduced_motion="reduce", bypass_csp=True, **settings
        )
        context.set_default_timeout(30_000)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()


def open_settled(page: Page, path: str) -> None:
    """Scroll to the end and back, since what is far down is made when a reader comes near."""
    page.goto(path)
    page.locator("h1, [role=alert]").first.wait_for()
    height, before = 0, -1
    while height != before:
        expect(page.get_by_role("main").locator("[aria-busy=true]")).to_have_count(0)
        height, before = page.evaluate("document.body.scrollHeight"), height
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        page.wait_for_timeout(300)
    page.evaluate("scrollTo(0, 0)")


def violations(page: Page) -> list[str]:
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in found
        for node in each["nodes"]
    ]


@pytest.mark.parametrize(("width", "theme", "language"), LOOKS)
def test_axe_finds_nothing(contexts: Any, width: int, theme: str, language: str) -> None:  # noqa: ANN401 - a factory
    """On every route, in both themes and languages."""
    context = contexts(
        viewport={"width": width, "height": 900}, color_scheme=theme, locale=language
    )
    page = context.new_page()
    found = {}
    for name, path in ROUTES.items():
        open_settled(page, path)
        if problems := violations(page):
            found[name] = problems
    assert found == {}


def open_forms(page: Page) -> Iterator[str]:
    """Open one form after the other, each with what it shows before something is saved."""
    open_settled(page, "/contracts")
    page.get_by_test_id("series-levy").locator("summary").click()
    page.get_by_test_id("series-levy").get_by_label("CSV file").wait_for()
    page.get_by_role("button", name="New list of rates").click()
    page.get_by_role("button", name="Write one").click()
    page.get_by_label("Document").wait_for()
    yield "contracts and rates"
    open_settled(page, "/bills")
    page.get_by_role("button", name="Enter the paper bill").first.click()
    page.get_by_label("Amount, in JPY").wait_for()
    page.get_by_role("button", name="room", exact=True).click()
    yield "paper bill, budget and shares by room"
    open_settled(page, "/prices")
    page.get_by_role("button", name="Delete", exact=True).first.click()
    page.get_by_test_id("effect-forecast").wait_for()
    yield "the effect of a price"


def test_axe_finds_nothing_in_open_forms(contexts: Any) -> None:  # noqa: ANN401 - a factory
    """Those of contracts, rates, paper bills, budgets and prices; nothing scrolls sideways."""
    page = contexts(viewport={"width": 390, "height": 900}, locale="en").new_page()
    found = {}
    for name in open_forms(page):
        excess = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if problems := [*violations(page), *([f"{excess} px too wide"] if excess > 0 else [])]:
            found[name] = problems
    assert found == {}


@pytest.mark.parametrize(("width", "text_percent"), [(320, 100), (640, 200), (390, 100)])
def test_nothing_scrolls_sideways(contexts: Any, width: int, text_percent: int) -> None:  # noqa: ANN401
    """Not on the narrowest phone, nor with text of twice the size."""
    wider = {}
    for language in ("ja", "en"):
        page = contexts(viewport={"width": width, "height": 800}, locale=language).new_page()
        for name, path in ROUTES.items():
            open_settled(page, path)
            page.evaluate(f"document.documentElement.style.fontSize = '{text_percent}%'")
            page.wait_for_function("document.fonts.status === 'loaded'")
            excess = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if excess > 0:
                wider[name, language] = excess
    assert wider == {}


LONG_NAME = "Donaudampfschifffahrtsgesellschaftskapit\u00e4nskaj\u00fctenbeleuchtung"


def with_long_names(value: Any) -> Any:  # noqa: ANN401 - whatever JSON it is
    """Give everything that has a name in both languages one of a single long word."""
    if isinstance(value, dict):
        if set(value) == {"ja", "en"}:
            return {"ja": LONG_NAME, "en": LONG_NAME}
        named = {key: with_long_names(each) for key, each in value.items()}
        return named | ({"note": "W" * 300} if "note" in value else {})
    return [with_long_names(each) for each in value] if isinstance(value, list) else value


def test_long_words_and_large_sums_stay_within_a_phone(contexts: Any) -> None:  # noqa: ANN401
    """A name of one word, a note without a space, a currency of letters with many digits."""
    context = contexts(viewport={"width": 390, "height": 800}, locale="en", service_workers="block")
    page = context.new_page()

    def answer(route: Route) -> None:
        response = route.fetch()
        text = response.text().replace('"JPY"', '"IDR"').replace('"cost":"', '"cost":"12345')
        route.fulfill(response=response, json=with_long_names(json.loads(text)))

    page.route(re.compile("/api/v1/live"), lambda route: route.abort())
    page.route(re.compile("/api/v1/(?!live)"), answer)
    wider = {}
    for name in ("house", "device", "bills", "contracts", "reconcile"):
        open_settled(page, ROUTES[name])
        excess = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if excess > 0:
            wider[name] = excess
    assert wider == {}
    page.unroute_all(behavior="ignoreErrors")


def test_the_chart_is_used_by_keyboard(contexts: Any) -> None:  # noqa: ANN401
    """One tab stop; arrows move along the columns and show each; Enter opens its day."""
    page = contexts(viewport={"width": 1280, "height": 900}, locale="en").new_page()
    open_settled(page, "/?period=month")
    chart = page.get_by_role("list", name="Energy and cost by day")
    columns = chart.get_by_role("link")
    columns.last.focus()
    tooltip = page.get_by_test_id("tooltip")
    expect(tooltip).to_be_visible()
    page.keyboard.press("Home")
    expect(columns.first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(columns.nth(1)).to_be_focused()
    expect(tooltip).to_contain_text(columns.nth(1).get_attribute("aria-label") or "?")
    page.keyboard.press("Enter")
    day = page.get_by_role("link", name="Day", exact=True)
    expect(day).to_have_attribute("aria-current", "true")


def test_states_and_choices_can_be_told_apart_in_forced_colours(contexts: Any) -> None:  # noqa: ANN401
    """Where a reader's own colours replace the page's: what is chosen is filled, dots are drawn."""
    size = {"width": 1280, "height": 900}
    page = contexts(viewport=size, locale="en", forced_colors="active").new_page()
    open_settled(page, "/")
    looks = page.evaluate(
        """() => {
          const look = (selector, name) => getComputedStyle(document.querySelector(selector))[name];
          const of = (colour) => {
            const probe = document.body.appendChild(document.createElement("i"));
            Object.assign(probe.style, { color: colour, forcedColorAdjust: "none" });
            return getComputedStyle(probe).color;
          };
          return {
            pressed: look("button.choice[aria-pressed=true]", "backgroundColor"),
            pressedText: look("button.choice[aria-pressed=true]", "color"),
            currentText: look("a.choice[aria-current]", "color"),
            highlightText: of("HighlightText"),
            other: look("button.choice[aria-pressed=false]", "backgroundColor"),
            current: look("a.choice[aria-current]", "backgroundColor"),
            period: look("a.choice:not([aria-current])", "backgroundColor"),
            view: look("nav [aria-current=page]", "borderBottomWidth"),
            otherView: look("nav a[href='/prices']", "borderBottomWidth"),
            dot: look("main li svg", "color"),
            share: look("td rect.mark", "stroke"),
            paper: look("html", "backgroundColor"),
          };
        }"""
    )
    assert looks["pressed"] != looks["other"]
    assert looks["pressedText"] == looks["currentText"] == looks["highlightText"]
    assert looks["current"] != looks["period"]
    assert looks["view"] != looks["otherView"]
    assert looks["paper"] not in {looks["dot"], looks["share"]}
    assert looks["share"] != "none"


def test_a_dark_page_is_printed_dark_on_white(contexts: Any) -> None:  # noqa: ANN401
    """Also where the reader chose the dark theme; the heat map keeps its colours on paper."""
    page = contexts(viewport={"width": 1280, "height": 900}, locale="en").new_page()
    open_settled(page, "/")
    ink = "getComputedStyle(document.body).color"
    on_light = page.evaluate(ink)
    page.get_by_role("switch", name="Dark theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate(ink) != on_light
    page.emulate_media(media="print")
    assert page.evaluate(ink) == on_light
    adjust = "getComputedStyle(document.querySelector('.heat')).printColorAdjust"
    assert page.evaluate(adjust) == "exact"


def test_the_page_works_where_the_browser_has_no_temporal(contexts: Any) -> None:  # noqa: ANN401
    """The polyfill is loaded there, and only there."""
    context = contexts(viewport={"width": 1280, "height": 900}, locale="en")
    page = context.new_page()
    page.add_init_script("delete globalThis.Temporal")
    open_settled(page, "/")
    expect(page.get_by_test_id("cost-month")).to_be_visible()
    assert page.evaluate("typeof Temporal") == "object"
