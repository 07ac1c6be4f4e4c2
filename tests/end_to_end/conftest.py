"""One running virtual home, and a visitor with a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from testbed.chain import Chain, start_chain, stop_chain

# As long as actions wait: a busy machine is slow, and no test is about that.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    """One virtual home for all tests that only look or change what they put back."""
    started = start_chain(tmp_path_factory.mktemp("home"), backfill_days=40)
    yield started
    if started.process.poll() is None:
        stop_chain(started)


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
    yield context.new_page()
    context.close()
