"""The alert rules, by the real vmalert on the real vmsingle: hours of made-up past, replayed."""

import re
import subprocess
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from manifests.build import ROOT
from manifests.generate import RULES_GENERATED
from testbed.victoria_metrics import VictoriaMetrics

RULES = ROOT / "k8s" / "apps" / "vmalert" / "rules"
STEP_SECONDS = 60
HOURS = 4
TROUBLE_BEGINS = 2 * 3600 // STEP_SECONDS  # the last two hours of the four

PLACE = {"house": "home", "room": "study", "shelf": "rack_1"}
UP = {"__name__": "switchbot_device_up", "source": "cloud", **PLACE}
BLE_UP = {**UP, "source": "ble"}
KETTLE = {"device": "kettle", "source": "native"}
OWN_KWH = {"__name__": "tplink_native_energy_total_kwh", **PLACE, **KETTLE}
WATTS = {"__name__": "tplink_native_power_watts", **PLACE, **KETTLE}
RATED_WATTS = {"__name__": "ledger_device_rated_power_watts", "house": "home", "device": "kettle"}
# The scrape gives it its house.
BY_POWER_KWH = {"__name__": "exporter_energy_by_power_kwh_total", "house": "home", **KETTLE}

type Values = Iterable[float | None]


def steady(value: float) -> Values:
    return [value] * (HOURS * 3600 // STEP_SECONDS)


def changes(before: float, after: float | None) -> Values:
    steps = HOURS * 3600 // STEP_SECONDS
    return [before] * TROUBLE_BEGINS + [after] * (steps - TROUBLE_BEGINS)


def counting(watts: float, later_watts: float) -> Values:
    """A counter of so many watts, and of others in the last two hours; kWh."""
    each = [watts if step < TROUBLE_BEGINS else later_watts for step, _ in enumerate(steady(0))]
    return accumulate(watts * STEP_SECONDS / 3.6e6 for watts in each)


def peaks(usual: float, peak: float) -> Values:
    """Every fifth minute is a peak."""
    return [peak if step % 5 == 0 else usual for step, _ in enumerate(steady(0))]


def falling() -> Values:
    """A disk of 10 GB that loses a gigabyte an hour: full long before a month."""
    return [1e10 - step * STEP_SECONDS * 1e9 / 3600 for step, _ in enumerate(steady(0))]


def falling_of_late() -> Values:
    """The same disk, known only since the trouble begins."""
    return [None if n < TROUBLE_BEGINS else value for n, value in enumerate(falling())]


def archived(hours_ago: float) -> Values:
    """The instant of the last success, counted back from the end; one sample, as it is pushed."""
    return [time.time() - hours_ago * 3600] + [None] * (HOURS * 3600 // STEP_SECONDS - 1)


def arrivals(until_step: int | None = None) -> Values:
    """When a board last sent something, which it does every five minutes."""
    steps = HOURS * 3600 // STEP_SECONDS
    began = time.time() - HOURS * 3600
    last = steps if until_step is None else until_step
    return [began + min(step, last) // 5 * 5 * STEP_SECONDS for step in range(steps)]


def rising(each_minute: float, later_each_minute: float) -> Values:
    """A counter that rises by so much, and by another amount in the last two hours."""
    steps = range(HOURS * 3600 // STEP_SECONDS)
    return accumulate(each_minute if step < TROUBLE_BEGINS else later_each_minute for step in steps)


def requests_of(status: str) -> dict[str, str]:
    return {"__name__": "bff_request_duration_seconds_count", "job": "bff", "status": status}


def answered_within(le: str) -> dict[str, str]:
    return {"__name__": "bff_request_duration_seconds_bucket", "job": "bff", "le": le}


VERIFIED = "backup_last_verified_timestamp_seconds"
TRIED = "backup_last_tried_timestamp_seconds"
BOARD_ARRIVAL = {"__name__": "measurements_last_arrival_timestamp_seconds", "device_id": "b"}

# (series and its values, the alert; for which device, job or board)
TROUBLES = {
    "unplugged": ([({**UP, "device": "server"}, changes(1, 0))], {"DeviceDown": "server"}),
    "one of two sources fails": (
        [({**UP, "device": "nas"}, changes(1, 0)), ({**BLE_UP, "device": "nas"}, steady(1))],
        {},
    ),
    "nobody speaks of it": (
        [({**UP, "device": "fridge"}, changes(1, None))],
        {"DeviceSilent": "fridge"},
    ),
    "scrape fails": ([({"__name__": "up", "job": "bff"}, changes(1, 0))], {"ExporterDown": "bff"}),
    "pod gone": ([({"__name__": "up", "job": "ble"}, changes(1, None))], {"ExporterGone": "ble"}),
    "quota": (
        [
            ({"__name__": "switchbot_api_requests_remaining", "job": "cloud"}, changes(5000, 400)),
            ({"__name__": "switchbot_api_requests_limit", "job": "cloud"}, steady(10_000)),
        ],
        {"QuotaLow": "cloud"},
    ),
    "quota suffices": (
        [
            ({"__name__": "switchbot_api_requests_remaining"}, changes(5000, 600)),
            ({"__name__": "switchbot_api_requests_limit"}, steady(10_000)),
        ],
        {},
    ),
    "ledger stands": (
        [({"__name__": "ledger_lag_seconds", "job": "bff"}, changes(5, 3000))],
        {"LedgerBehind": "bff"},
    ),
    "disk low": (
        [
            (
                {"__name__": "vm_free_disk_space_bytes", "path": "/storage", "job": "vm"},
                changes(5e9, 1e9),
            )
        ],
        {"DiskFull": "vm"},
    ),
    "disk will be full": (
        [({"__name__": "vm_free_disk_space_bytes", "path": "/storage", "job": "vm"}, falling())],
        {"DiskFull": "vm"},
    ),
    "a new disk fills at first": (
        [({"__name__": "vm_free_disk_space_bytes", "path": "/storage"}, falling_of_late())],
        {},
    ),
    "disk at rest": (
        [({"__name__": "vm_free_disk_space_bytes", "path": "/storage"}, steady(5e9))],
        {},
    ),
    "counter stands still": (
        [(OWN_KWH, counting(300, 0)), (BY_POWER_KWH, counting(300, 300))],
        {"EnergyDisagrees": "kettle"},
    ),
    "counter and power agree": (
        [(OWN_KWH, counting(300, 2000)), (BY_POWER_KWH, counting(310, 1950))],
        {},
    ),
    "above its rating": (
        [(WATTS, changes(1400, 2300)), (RATED_WATTS, steady(2000))],
        {"OverRating": "kettle"},
    ),
    "above its rating for a moment": (
        [(WATTS, peaks(1400, 2300)), (RATED_WATTS, steady(2000))],
        {},
    ),
    "strong, but without a written rating": ([(WATTS, steady(7000))], {}),
    "a doubt without answer": (
        [({"__name__": "ledger_open_events", "device": "nas", "kind": "fall"}, changes(0, 1))],
        {"EventOpen": "nas"},
    ),
    "lost samples": (
        [
            (
                {"__name__": "ledger_open_events", "device": device, "kind": "samples_lost"},
                changes(0, 1),
            )
            for device in ("nas", "kettle")
        ],
        {"SamplesLost": None},
    ),
    "a rise that an exporter did not count": (
        [
            (
                {"__name__": "exporter_energy_doubtful_kwh_total", **KETTLE, "source": "native"},
                changes(0, 40),
            )
        ],
        {"RiseNotCounted": "kettle"},
    ),
    "archive late": (
        # It succeeded 26.5 hours before the end: an hour and a half are left for the alert.
        [({"__name__": "archive_last_success_timestamp_seconds"}, archived(hours_ago=26.5))],
        {"ArchiveLate": None},
    ),
    "archive of last night": (
        [({"__name__": "archive_last_success_timestamp_seconds"}, archived(hours_ago=25.9))],
        {},
    ),
    "a board is silent": (
        [(BOARD_ARRIVAL, arrivals(until_step=TROUBLE_BEGINS))],
        {"BoardSilent": "b"},
    ),
    "a board sends every five minutes": ([(BOARD_ARRIVAL, arrivals())], {}),
    "a board is gone for good": ([(BOARD_ARRIVAL, steady(time.time() - 8 * 86_400))], {}),
    "lines of a board are refused": (
        [({"__name__": "measurements_refused_lines_total", "device_id": "b"}, changes(3, 4))],
        {"MeasurementsRefused": "b"},
    ),
    "measurements wait for VictoriaMetrics": (
        [({"__name__": "measurements_outbox_age_seconds", "job": "boards"}, changes(0, 3_000))],
        {"MeasurementsOutboxOld": "boards"},
    ),
    "a board drops measurements": (
        [
            (
                {"__name__": "measurements_board_report", "device_id": "b", "name": "dropped"},
                changes(2, 9),
            )
        ],
        {"BoardDrops": "b"},
    ),
    "counters cannot be saved": (
        [({"__name__": "exporter_state_writable", "job": "cloud"}, changes(1, 0))],
        {"StateNotWritable": "cloud"},
    ),
    "a broken devices.yaml": (
        [({"__name__": "bff_config_last_reload_successful", "job": "bff"}, changes(1, 0))],
        {"ReloadFailed": "bff"},
    ),
    "the API fails": (
        [
            (requests_of("500"), rising(0, 1)),
            (requests_of("200"), rising(3, 3)),
        ],
        {"BffErrors": None},
    ),
    "the API fails once in a while": (
        [
            (requests_of("503"), rising(0, 0.05)),
            (requests_of("200"), rising(3, 3)),
        ],
        {},
    ),
    "the API is slow": (
        [(answered_within(le), rising(1, each)) for le, each in (("2.5", 0.5), ("10.0", 1))],
        {"BffSlow": None},
    ),
    "no backup was verified": (
        [({"__name__": VERIFIED, "backup": "bff"}, archived(hours_ago=24 * 8 + 2))],
        {"BackupNotVerified": None},
    ),
    "a backup was never verified": (
        [({"__name__": TRIED, "backup": "bff"}, archived(hours_ago=24 * 8 + 2))],
        {"BackupNotVerified": None},
    ),
    "a backup was tried for the first time": (
        [({"__name__": TRIED, "backup": "bff"}, archived(hours_ago=24 * 7 + 12))],
        {},
    ),
    "a backup that failed for years was verified last week": (
        [
            ({"__name__": TRIED, "backup": "bff"}, archived(hours_ago=24 * 9)),
            ({"__name__": VERIFIED, "backup": "bff"}, archived(hours_ago=24 * 7 + 12)),
        ],
        {},
    ),
    "a backup was verified last week": (
        [({"__name__": VERIFIED, "backup": "bff"}, archived(hours_ago=24 * 7 + 12))],
        {},
    ),
    "all well": (
        [
            ({**UP, "device": "server"}, steady(1)),
            ({"__name__": "up", "job": "bff"}, steady(1)),
            ({"__name__": "ledger_lag_seconds"}, steady(5)),
            ({"__name__": "ledger_dirty_slots"}, steady(0)),
        ],
        {},
    ),
}


def replay(vm: VictoriaMetrics, began: float) -> None:
    """Evaluate every rule at every step of the past."""
    times = [datetime.fromtimestamp(at, UTC).isoformat() for at in (began, began + HOURS * 3600)]
    replayed = subprocess.run(
        [
            "vmalert",
            f"-rule={RULES}/*.yaml",
            f"-datasource.url={vm.url}",
            f"-remoteWrite.url={vm.url}",
            "-evaluationInterval=1m",
            "-datasource.queryStep=1m",
            f"-replay.timeFrom={times[0]}",
            f"-replay.timeTo={times[1]}",
            "-replay.rulesDelay=1ms",
            "-replay.disableProgressBar",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert replayed.returncode == 0, replayed.stderr
    vm.settle()


@pytest.mark.parametrize("trouble", TROUBLES)
def test_each_trouble_raises_its_alert_and_no_other(vm: VictoriaMetrics, trouble: str) -> None:
    """Two hours are well, then two have the trouble."""
    began = time.time() // STEP_SECONDS * STEP_SECONDS - HOURS * 3600
    series, wanted = TROUBLES[trouble]
    for metric, values in series:
        points = [(began + n * STEP_SECONDS, v) for n, v in enumerate(values) if v is not None]
        vm.import_samples(metric, points)
    replay(vm, began)
    fired = vm.instant('last_over_time(ALERTS{alertstate="firing"}[5h])')
    found = {labels["alertname"]: _whose(labels) for labels, _ in fired}
    assert found == wanted


def _whose(labels: dict[str, str]) -> str | None:
    names = ("device", "job", "device_id")
    return next((labels[name] for name in names if name in labels), None)


def test_the_rules_are_valid_and_say_what_to_do() -> None:
    """By vmalert's own check of expressions and templates."""
    checked = subprocess.run(
        ["vmalert", "-dryRun", f"-rule={RULES}/*.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    for file in RULES.glob("*.yaml"):
        text = file.read_text()
        assert text.count("- alert:") == text.count("what_to_do:") == text.count("summary:")


def all_rules() -> list[dict[str, Any]]:
    files = [yaml.safe_load(file.read_text("utf-8")) for file in sorted(RULES.glob("*.yaml"))]
    return [rule for file in files for group in file["groups"] for rule in group["rules"]]


def test_every_alert_leads_to_its_own_section_of_the_runbooks() -> None:
    """The anchor that GitHub makes of a heading; no section is left over."""
    headings = re.findall(r"^## (\w+)$", (ROOT / "docs/runbooks.md").read_text(), re.MULTILINE)
    assert headings == [rule["alert"] for rule in all_rules()]
    for rule in all_rules():
        place, _, anchor = rule["annotations"]["runbook_url"].partition("#")
        assert place.endswith("/docs/runbooks.md")
        assert anchor == rule["alert"].lower()


def test_every_alert_keeps_houses_apart() -> None:
    """What a rule adds up, it adds up within a house: no aggregation drops the label."""
    for rule in all_rules():
        grouped = re.findall(r"\b(?:sum|max|min|count)\b(?: by \(([^)]*)\))?", rule["expr"])
        assert all("house" in labels for labels in grouped), rule["alert"]


def test_rules_of_operators_are_those_of_vmalert(tmp_path: Path) -> None:
    """Generated, not stale, and PromQL that a Prometheus takes, too."""
    for file, write in RULES_GENERATED.items():
        assert (ROOT / file).read_text("utf-8") == write(), f"{file}: run make docs"
        spec = yaml.safe_load(write())["spec"]
        assert [r for group in spec["groups"] for r in group["rules"]] == all_rules()
    rules = tmp_path / "rules.yaml"
    rules.write_text(yaml.safe_dump(spec))
    checked = subprocess.run(
        ["promtool", "check", "rules", rules], capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stderr


def test_the_rules_ask_for_metrics_that_there_are(vm: VictoriaMetrics) -> None:
    """A metric that was renamed would silence its alert for ever."""
    text = "".join(file.read_text() for file in RULES.glob("*.yaml"))
    asked = set(
        re.findall(
            r"\b(?:archive|backup|bff|switchbot|ledger|vm|exporter|measurements)_[a-z_]+", text
        )
    )
    services = ROOT / "services"
    page = (services / "switchbot-exporter" / "tests" / "golden" / "page.txt").read_text()
    ledger = (services / "bff" / "src" / "bff" / "ledger_state" / "metrics.py").read_text()
    kit = (ROOT / "packages/exporter-kit/src/exporter_kit/metrics_page.py").read_text()
    archive = (services / "archive/src/homeiot_batch/run_metrics.py").read_text()
    boards = (services / "measurements/src/measurements/metrics.py").read_text()
    # Counters get their `_total`, and the outbox its prefix, when they are exposed.
    asked -= {"measurements_outbox_age_seconds"} if '"age_seconds"' in boards else set()
    asked = {name.removesuffix("_total") for name in asked}
    own = httpx.get(f"{vm.url}/metrics", trust_env=False).text
    backup = (ROOT / "packages/service-kit/src/service_kit/backup.py").read_text()
    # A histogram's name is made of its service's.
    requests = (ROOT / "packages/service-kit/src/service_kit/request_metrics.py").read_text()
    bff = (services / "bff/src/bff/__main__.py").read_text()
    assert '"bff"' in bff
    assert "_request_duration_seconds" in requests
    asked -= {f"bff_request_duration_seconds_{part}" for part in ("count", "bucket")}
    known = page + ledger + kit + archive + boards + backup + bff + own
    assert {name for name in asked if name not in known} == set()
    assert "vm_free_disk_space_bytes{path=" in own
