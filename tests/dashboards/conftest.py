"""The virtual home scraped into a real vmsingle, and samples of a plug that is read twice."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from testbed.exporter import exporter
from testbed.grafana import Panels
from testbed.process import free_port, running
from testbed.victoria_metrics import VictoriaMetrics, victoria_metrics

ROOT = Path(__file__).parents[2]
SCRAPE = """\
global: {{scrape_interval: 1s}}
scrape_configs:
  - job_name: switchbot
    honor_labels: true
    static_configs: [{{targets: ['127.0.0.1:{port}'], labels: {{house: virtual_home}}}}]
    metric_relabel_configs:
      - {{source_labels: [device], regex: .+, target_label: job, replacement: ""}}
      - {{source_labels: [device], regex: .+, target_label: instance, replacement: ""}}
"""
HOME = (sys.executable, "-m", "virtual_home")
EXPORTER = (sys.executable, "-m", "switchbot_exporter")
PLUG = {"house": "virtual_home", "room": "study", "shelf": "desk", "device": "twice_read"}
DAY_MINUTES = 24 * 60
WAIT_LIMIT_SECONDS = 60.0

type Started = AbstractContextManager[subprocess.Popen[bytes]]


@pytest.fixture(scope="module")
def panels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Panels]:
    """A Grafana's way to a vmsingle that has all that the dashboards ask for."""
    folder = tmp_path_factory.mktemp("home")
    port, emulator_port = free_port(), free_port()
    (folder / "scrape.yaml").write_text(SCRAPE.format(port=port))
    with ExitStack() as parts:
        vm = parts.enter_context(victoria_metrics(folder, scrape_config=folder / "scrape.yaml"))
        env = _settings(folder, vm, f"http://127.0.0.1:{emulator_port}")
        subprocess.run([*HOME, "backfill"], env=env, check=True)
        parts.enter_context(_emulator(env, folder, emulator_port))
        settings = env | {"LISTEN_PORT": str(port)}
        parts.enter_context(exporter(EXPORTER, settings, folder / "exporter.log"))
        _wait_until_scraped(vm)
        import_plug(vm, "native", watts=100.0)
        import_plug(vm, "matter", watts=104.0)
        import_processes(vm)
        yield Panels(vm.url, time.time())


def _settings(folder: Path, vm: VictoriaMetrics, emulator_url: str) -> dict[str, str]:
    return os.environ | {
        "CONFIG_FILE": str(ROOT / "config/virtual-home.yaml"),
        "STATE_DIR": str(folder / "state"),
        "VICTORIAMETRICS_URL": vm.url,
        "DAYS": "2",
        "SWITCHBOT_BASE_URL": emulator_url,
        "SWITCHBOT_TOKEN": "virtual-token",
        "SWITCHBOT_SECRET": "virtual-secret",
        "SWITCHBOT_DAILY_LIMIT": "10000000",
        "POLL_INTERVAL_SECONDS": "1",
    }


def _emulator(env: dict[str, str], folder: Path, port: int) -> Started:
    return running(
        [*HOME, "serve"],
        ready_url=f"http://127.0.0.1:{port}/virtual/",
        log=folder / "emulator.log",
        env=env | {"LISTEN_PORT": str(port)},
    )


def _wait_until_scraped(vm: VictoriaMetrics) -> None:
    """Rates want more than one scrape, and one of a device that fails."""
    wanted = "count_over_time(exporter_poll_failures_total[5m]) > 3"
    deadline = time.monotonic() + WAIT_LIMIT_SECONDS
    while not vm.instant(wanted):
        assert time.monotonic() < deadline
        vm.settle()
        time.sleep(0.2)


def import_plug(vm: VictoriaMetrics, source: str, watts: float) -> None:
    """A day of the samples of a TP-Link plug, one sample a minute."""
    now = time.time()
    minutes = [now - 60 * ago for ago in range(DAY_MINUTES, -1, -1)]
    family, labels = f"tplink_{source}", PLUG | {"source": source}
    of_plug = {
        "power_watts": [watts] * len(minutes),
        "energy_total_kwh": [watts * n / 60_000 for n in range(len(minutes))],
        "device_up": [1.0] * len(minutes),
        "reading_timestamp_seconds": [at - 2 for at in minutes],
        "signal_dbm": [-50.0] * len(minutes),
    }
    for word, values in of_plug.items():
        points = list(zip(minutes, values, strict=True))
        vm.import_samples({"__name__": f"{family}_{word}", **labels}, points)
    target = {"house": PLUG["house"], "job": family, "instance": "exporter"}
    of_exporter = {
        "scrape_duration_seconds": target,
        "exporter_age_limit_seconds": target | {"source": source},
        "exporter_poll_duration_seconds_bucket": {
            "house": PLUG["house"],
            "source": source,
            "le": "0.25",
        },
    }
    for name, its_labels in of_exporter.items():
        points = [(at, 0.01 * n) for n, at in enumerate(minutes)]
        vm.import_samples({"__name__": name, **its_labels}, points)


# What processes expose of themselves, with the labels of a cluster's scraping.
OF_PROCESSES = {
    "up": {"job": "bff"},
    "scrape_duration_seconds": {"job": "bff"},
    "process_resident_memory_bytes": {"job": "bff"},
    "process_cpu_seconds_total": {"job": "bff"},
    "bff_request_duration_seconds_count": {"job": "bff", "route": "/cost", "status": "200"},
    "bff_request_duration_seconds_bucket": {"job": "bff", "route": "/cost", "le": "0.25"},
    "bff_config_last_reload_successful": {"job": "bff"},
    "ledger_lag_seconds": {"job": "bff"},
    "ledger_dirty_slots": {"job": "bff"},
    "ledger_rebuild_progress_ratio": {"job": "bff"},
    "ledger_rebuild_eta_seconds": {"job": "bff"},
    "ledger_open_events": {"device": "tv", "kind": "fall"},
    "ledger_open_events_energy_kwh": {"device": "tv", "kind": "fall"},
    "vm_free_disk_space_bytes": {"job": "vmsingle", "path": "/storage"},
    "vm_data_size_bytes": {"job": "vmsingle", "type": "storage/small"},
    "vm_cache_entries": {"job": "vmsingle", "type": "storage/hour_metric_ids"},
    "vm_rows_inserted_total": {"job": "vmsingle", "type": "promscrape"},
    "vm_slow_queries_total": {"job": "vmsingle"},
    "backup_last_verified_timestamp_seconds": {"backup": "bff"},
}
OF_VICTORIAMETRICS = {"process_resident_memory_bytes": {"job": "vmsingle"}}


def import_processes(vm: VictoriaMetrics) -> None:
    """An hour of every metric that the dashboards of processes ask for."""
    now = time.time()
    points = [(now - 60 * ago, 1.0 + 60 - ago) for ago in range(60, -1, -1)]
    for name, labels in [*OF_PROCESSES.items(), *OF_VICTORIAMETRICS.items()]:
        vm.import_samples({"__name__": name, "house": PLUG["house"], **labels}, points)
