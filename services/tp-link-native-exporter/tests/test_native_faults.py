"""What goes wrong with plugs: how soon it is silent, what is logged, how soon it is back.

The limits are those of a busy machine; deadlines are 5 s, polls 0.2 s apart.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from tapo import ApiClient

from testbed.exporter import ExporterProcess, MetricsPage
from testbed.plugs import PASSWORD, USERNAME, Plugs, emulated_plugs

type Run = Callable[..., AbstractContextManager[ExporterProcess]]

SILENCE_LIMIT_SECONDS = 12.0
RECOVERY_LIMIT_SECONDS = 20.0
TIMESTAMP = "tplink_native_reading_timestamp_seconds"

FAULTS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "wrong password": (
        {"password": "changed-in-the-app"},
        {"password": PASSWORD},
        "refuses TP_LINK_USERNAME and TP_LINK_PASSWORD",
    ),
    "403 for ever": ({"fault": "forbidden"}, {"fault": "none"}, "refuses every request (403)"),
    "only TPAP": ({"fault": "tpap_only"}, {"fault": "none"}, "Third-Party Compatibility on"),
    "hang": ({"fault": "hang"}, {"fault": "none"}, "never answers: unplug it"),
    "garbage": ({"fault": "garbage"}, {"fault": "none"}, "is not a TP-Link plug"),
    "cut half-way": ({"fault": "cut"}, {"fault": "none"}, "ends every connection half-way"),
    "no power": ({"plugged_in": False}, {"plugged_in": True}, "nothing answers at"),
    "broken meter": ({"fault": "meter_broken"}, {"fault": "none"}, "its meter gives no power"),
    "another plug": (
        {"mac": "50:91:E3:00:00:99"},
        {"mac": "50:91:E3:00:00:01"},
        "another plug answers at",
    ),
}


def is_up(page: MetricsPage, device: str) -> bool:
    return page.value("tplink_native_device_up", device=device) == 1


def failures_of(page: MetricsPage, device: str) -> float:
    name = "exporter_poll_failures_total{"
    return sum(v for series, v in page.samples() if name in series and f'"{device}"' in series)


def seconds_until(
    process: ExporterProcess, holds: Callable[[MetricsPage], bool]
) -> tuple[float, MetricsPage]:
    began = time.monotonic()
    page = process.scrape_until(holds)
    return time.monotonic() - began, page


def was_read_since(page: MetricsPage, instant: float, *devices: str) -> bool:
    return all((page.value(TIMESTAMP, device=device) or 0) > instant for device in devices)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_silence_with_a_cause_and_ends_with_the_fault(
    fault: str, plugs: Plugs, process: ExporterProcess
) -> None:
    """Its measurements leave, the others stay, the cause is logged once, it recovers by itself."""
    breaking, healing, cause = FAULTS[fault]
    page = process.scrape_until(lambda page: is_up(page, "kettle"))
    failures, log_length = failures_of(page, "kettle"), len(process.log.read_text())

    plugs.change("kettle", **breaking)
    silent_seconds, page = seconds_until(process, lambda page: not is_up(page, "kettle"))
    assert silent_seconds < SILENCE_LIMIT_SECONDS
    assert page.names_of("kettle", "tplink_native_") == {"tplink_native_device_up"}
    assert page.value("tplink_native_power_watts", device="heater") == 2.5

    process.scrape_until(lambda page: failures_of(page, "kettle") >= failures + 3)
    assert process.log.read_text()[log_length:].count(cause) == 1

    plugs.change("kettle", **healing)
    recovery_seconds, page = seconds_until(process, lambda page: is_up(page, "kettle"))
    assert recovery_seconds < RECOVERY_LIMIT_SECONDS
    assert page.value("tplink_native_power_watts", device="kettle") == 4.321
    assert PASSWORD not in process.log.read_text()


def test_a_stolen_session_is_taken_back(plugs: Plugs, process: ExporterProcess) -> None:
    """Firmware with one session: another program logs in, three times; we read on, unfailing."""
    page = process.scrape_until(lambda page: is_up(page, "kettle"))
    failures = failures_of(page, "kettle")
    for _ in range(3):
        asyncio.run(ApiClient(USERNAME, PASSWORD).p110(plugs.address("kettle")))
        stolen_at = time.time()
        seconds, page = seconds_until(
            process, lambda page, since=stolen_at: was_read_since(page, since, "kettle")
        )
        assert seconds < RECOVERY_LIMIT_SECONDS
        assert failures_of(page, "kettle") == failures


def test_one_broken_outlet_of_a_strip_silences_no_other(
    plugs: Plugs, process: ExporterProcess
) -> None:
    """The four share one connection; the broken one is down alone, the others are read on."""
    process.scrape_until(lambda page: is_up(page, "desk_2"))
    plugs.change("desk", fault="meter_broken", faulty_outlet=2)
    process.scrape_until(lambda page: not is_up(page, "desk_2"))
    now = time.time()
    page = process.scrape_until(
        lambda page: was_read_since(page, now, "desk_0", "desk_1", "desk_3")
    )
    assert page.value("tplink_native_power_watts", device="desk_3") == 4
    assert not is_up(page, "desk_2")


@pytest.mark.long
def test_one_hung_plug_of_fifty_delays_nobody(tmp_path: Path, run_exporter: Run) -> None:
    """Three more rounds of the others pass while the one hangs, and none of them fails."""
    names = [f"plug_{number}" for number in range(50)]
    fifty = [
        {"name": n, "model": "P110(AU) 1.3.1", "mac": f"50:91:E3:00:01:{i:02X}", "watts": float(i)}
        for i, n in enumerate(names)
    ]
    others = [name for name in names if name != "plug_7"]
    with (
        emulated_plugs(tmp_path, fifty) as plugs,
        run_exporter(plugs.home(), tmp_path, POLL_INTERVAL_SECONDS="2") as process,
    ):
        process.scrape_until(lambda page: all(is_up(page, name) for name in names))
        plugs.change("plug_7", fault="hang")
        hung_at = time.time()
        process.scrape_until(lambda page: not is_up(page, "plug_7"))
        page = process.scrape_until(lambda page: was_read_since(page, hung_at + 6, *others))
        assert time.time() - hung_at < 6 + 2 * SILENCE_LIMIT_SECONDS
        assert not is_up(page, "plug_7")
        assert sum(failures_of(page, name) for name in others) == 0
