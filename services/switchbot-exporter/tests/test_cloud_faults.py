"""Every fault of the cloud: the plug's measurements go, `switchbot_device_up` is 0, it recovers.

Against the emulator over HTTP, by the real exporter with its waits shortened (hurried_exporter).
"""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from testbed.exporter import ExporterProcess, MetricsPage, exporter
from testbed.virtual_home import VirtualHome, settings_of_exporter

HURRIED = (sys.executable, str(Path(__file__).with_name("hurried_exporter.py")))
OF_ONE_PLUG = [
    "device_type_error",
    "device_not_found",
    "command_not_supported",
    "device_offline",
    "hub_offline",
    "cloud_service_off",
    "system_error",
    "unsupported_media_type",
    "internal_error",
    "bad_gateway",
    "unavailable",
    "gateway_timeout",
    "empty_body",
    "all_zero",
    "nan",
    "infinite",
    "text_numbers",
    "no_watts",
    "garbage",
    "no_content",
    "not_an_object",
    "login_page",
    "huge",
    "redirect",
    "hang",
    "trickle",
    "drop",
]
OF_THE_ACCOUNT = ["unauthorized", "forbidden", "too_many", "too_many_requests", "daily_limit"]
HARMLESS = ["decivolts", "wrong_content_type"]


@pytest.fixture(scope="module")
def hurried(
    shared_home: VirtualHome, config: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ExporterProcess]:
    """One exporter that lives through all faults."""
    folder = tmp_path_factory.mktemp("hurried")
    settings = settings_of_exporter(shared_home, folder, config)
    waits = {"POLL_INTERVAL_SECONDS": "60", "DEADLINE_SECONDS": "0.6"}
    with exporter(HURRIED, settings | waits, folder / "exporter.log") as process:
        yield process


def is_up(page: MetricsPage, device: str = "server") -> bool:
    return page.value("switchbot_device_up", device=device) == 1


def is_down(page: MetricsPage, device: str = "server") -> bool:
    return page.value("switchbot_device_up", device=device) == 0


def only_up_is_left(page: MetricsPage, device: str = "server") -> bool:
    return page.names_of(device, "switchbot_") == {"switchbot_device_up"}


@pytest.mark.parametrize("fault", OF_ONE_PLUG)
def test_a_fault_of_one_plug_takes_its_measurements_away(
    home: VirtualHome, hurried: ExporterProcess, fault: str
) -> None:
    """Nothing of it is served but `device_up` 0, no redirect is followed, and it comes back."""
    hurried.scrape_until(is_up)
    home.set_fault(fault, "server")
    assert only_up_is_left(hurried.scrape_until(is_down))
    home.clear_fault("server")
    page = hurried.scrape_until(is_up)
    assert page.value("switchbot_power_watts", device="server") is not None
    assert home.requests()["redirects_followed"] == 0


@pytest.mark.parametrize("fault", OF_THE_ACCOUNT)
def test_a_fault_of_the_account_silences_all_plugs(
    home: VirtualHome, hurried: ExporterProcess, fault: str
) -> None:
    """The cloud is left alone for a while; a careful call finds out when it serves again."""
    hurried.scrape_until(is_up)
    home.set_fault(fault)
    page = hurried.scrape_until(lambda page: is_down(page) and is_down(page, "nas"))
    assert only_up_is_left(page)
    assert only_up_is_left(page, "nas")
    hurried.scrape_until(lambda page: (page.value("switchbot_api_silence_seconds") or 0) > 0)
    home.clear_fault()
    page = hurried.scrape_until(lambda page: is_up(page) and is_up(page, "nas"))
    assert page.value("switchbot_api_silence_seconds") == 0


@pytest.mark.parametrize("fault", HARMLESS)
def test_an_odd_answer_that_makes_sense_is_read(
    home: VirtualHome, hurried: ExporterProcess, fault: str
) -> None:
    """Tenths of volts (#98) are understood; a wrong content type changes no content."""
    home.set_watts("server", 120)
    home.set_fault(fault, "server")
    seen = home.requests()["total"]
    hurried.scrape_until(lambda _: home.requests()["total"] > seen + 12)
    page = hurried.scrape_until(is_up)
    assert page.value("switchbot_power_watts", device="server") == 120
    volts = page.value("switchbot_voltage_volts", device="server")
    assert volts is not None
    assert 95 < volts < 110


def test_power_that_is_fed_back_is_shown_negative(
    home: VirtualHome, hurried: ExporterProcess
) -> None:
    """As by every exporter; the counter of what was used stands still."""
    home.set_watts("server", 120)
    home.set_fault("negative", "server")
    hurried.scrape_until(lambda page: page.value("switchbot_power_watts", device="server") == -121)


def test_the_wait_that_the_cloud_asks_for_is_honoured(
    home: VirtualHome, hurried: ExporterProcess
) -> None:
    """After `Retry-After: 600` not one call goes out as long as that lasts."""

    def silence_seconds(page: MetricsPage) -> float:
        return page.value("switchbot_api_silence_seconds") or 0

    hurried.scrape_until(is_up)
    home.set_fault("too_many_requests", retry_after_seconds=600)
    hurried.scrape_until(lambda page: silence_seconds(page) > 500)
    home.clear_fault()
    totals = [home.requests()["total"]]
    # Counted before the page is read: what the page shows held at that time, too.
    while silence_seconds(hurried.scrape()) > 0:
        time.sleep(0.05)
        totals.append(home.requests()["total"])
    assert len(totals) > 1
    assert set(totals[:-1]) == {totals[0]}
    hurried.scrape_until(is_up)


def test_when_the_cloud_says_the_quota_is_spent_nothing_remains(
    home: VirtualHome, hurried: ExporterProcess
) -> None:
    """The quota error comes as HTTP 200 with 190; HELP has where the gauge comes from."""
    hurried.scrape_until(is_up)
    home.set_quota(remaining=0)
    page = hurried.scrape_until(lambda page: is_down(page) and is_down(page, "nas"))
    assert page.value("switchbot_api_requests_remaining") == 0
    assert "by the cloud's quota error" in page.text
    home.reset()
    page = hurried.scrape_until(lambda page: is_up(page) and is_up(page, "nas"))
    assert (page.value("switchbot_api_requests_remaining") or 0) > 9_000_000


def test_the_remaining_calls_are_read_from_a_header_when_one_appears(
    home: VirtualHome, hurried: ExporterProcess
) -> None:
    """Else they are counted here; HELP has which."""
    assert "by a local count against the daily limit of 10000000" in hurried.scrape().text
    home.set_quota(remaining=7000, header="X-RateLimit-Remaining")
    page = hurried.scrape_until(
        lambda page: (page.value("switchbot_api_requests_remaining") or 0) <= 7000
    )
    assert "by the answer header X-RateLimit-Remaining" in page.text
