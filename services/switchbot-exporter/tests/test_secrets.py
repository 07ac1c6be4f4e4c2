"""Token, secret and signature are seen nowhere."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

from testbed.exporter import ExporterProcess, MetricsPage
from testbed.virtual_home import SECRET, TOKEN, VirtualHome

HURRIED = (sys.executable, str(Path(__file__).with_name("hurried_exporter.py")))
FAULTS = ("unauthorized", "daily_limit", "internal_error", "garbage", "redirect", "hang", "drop")
# The HMAC's 32 bytes in base64: the only text of this shape that the exporter ever makes.
SIGNATURE = re.compile(r"[A-Za-z0-9+/]{43}=")


def is_up(page: MetricsPage) -> bool:
    return page.value("switchbot_device_up", device="server") == 1


def test_nothing_secret_is_logged_or_exposed(
    home: VirtualHome, start: Callable[..., ExporterProcess]
) -> None:
    """At DEBUG and through faults of every layer.

    Nor is it blotted out by the log's filter: it never gets as far as that.
    """
    waits = {"POLL_INTERVAL_SECONDS": "60", "DEADLINE_SECONDS": "2"}
    exporter, seen = start(HURRIED, LOG_LEVEL="DEBUG", **waits), ""
    for fault in FAULTS:
        seen += exporter.scrape_until(is_up).text
        home.set_fault(fault, "server")
        seen += exporter.scrape_until(lambda page: not is_up(page)).text
        home.clear_fault("server")
    seen += exporter.log.read_text()
    assert "refuses token or signature" in seen
    assert "DEBUG" in seen
    assert not SIGNATURE.search(seen)
    for secret in (TOKEN, SECRET, "***"):
        assert secret not in seen


def test_a_wrong_token_is_rejected_without_being_repeated(
    home: VirtualHome, start: Callable[..., ExporterProcess]
) -> None:
    """The message names the clock as a cause, and neither token nor secret."""
    del home
    exporter = start(SWITCHBOT_TOKEN="0123456789abcdef", SWITCHBOT_SECRET="fedcba9876543210")
    page = exporter.scrape_until(lambda page: not is_up(page))
    seen = page.text + exporter.log.read_text()
    assert "this machine's clock" in seen
    for secret in ("0123456789abcdef", "fedcba9876543210"):
        assert secret not in seen
