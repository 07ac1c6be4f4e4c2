"""One running virtual home, and a visitor with a real browser."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from testbed.chain import Chain, start_chain, stop_chain

# As long as actions wait: a busy machine is slow, and no test is about that.
expect.set_options(timeout=30_000)


HERE = Path(__file__).parent
RUNNING = pytest.StashKey[Chain]()


@pytest.fixture(scope="session")
def chain(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Chain]:
    """One virtual home for all tests that only look or change what they put back."""
    started = start_chain(tmp_path_factory.mktemp("home"), backfill_days=40)
    request.session.stash[RUNNING] = started
    yield started
    _stop(started)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Stop the home after the last test of this folder: it takes half a core from all others."""
    if nextitem is not None and HERE in nextitem.path.parents:
        return
    if started := item.session.stash.get(RUNNING, None):
        _stop(started)


def _stop(chain: Chain) -> None:
    if chain.process.poll() is None:
        stop_chain(chain)


# Not of the session: while it is open an event loop runs in this thread, and other files' tests
# that await something could not have one of their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, chain: Chain) -> Iterator[Page]:
    """A fresh visitor who reads English and lives far from the house."""
    context = browser.new_context(
        base_url=chain.url("PAGE_PORT"), locale="en-GB", timezone_id="America/New_York"
    )
    context.set_default_timeout(30_000)
    missing_texts: list[str] = []
    context.on("console", lambda message: missing_texts.extend(missing_text(message.text)))
    yield context.new_page()
    context.close()
    assert not missing_texts


def missing_text(logged: str) -> list[str]:
    """What the page has no words for: it shows the name of the text instead, and logs so."""
    return [logged] if "MISSING_MESSAGE" in logged else []


@pytest.fixture
def come_near() -> Callable[[Locator], None]:
    """Scroll down until something is there: what is far down is made when a reader comes near."""

    def scroll_to(wanted: Locator) -> None:
        for _ in range(60):
            wanted.page.evaluate("scrollTo(0, document.body.scrollHeight)")
            if wanted.count():
                break
            wanted.page.wait_for_timeout(500)

    return scroll_to
