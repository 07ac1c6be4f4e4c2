"""Backups by the CronJobs' own commands, and scripts/restore: on real servers and real data."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from bff.db.stored_days import pack_day
from bff.energy import QUANTITIES
from bff.ledger.archive import NOTHING
from bff.ledger.sample_counts import StoredDay
from bff.ledger.store import day_row
from exporter_kit.energy.store import read_counters, state_document, write_initial_counters
from manifests.build import ROOT
from manifests.objects import Object, name_of, of_kind
from testbed.bff import settings_of
from testbed.process import free_port

STAND_IN = Path(__file__).with_name("stand_in_kubectl.py")
RESTORE = ROOT / "scripts" / "restore"
LIMIT_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Cluster:
    """A vmsingle and a BFF that a stand-in for kubectl starts and stops."""

    folder: Path
    env: dict[str, str]
    vm_url: str
    bff: dict[str, str]

    def kubectl(self, *words: str, stdin: str = "") -> str:
        """Ask the stand-in."""
        done = subprocess.run(
            [self.folder / "bin" / "kubectl", *words],
            env=self.env,
            input=stdin,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def run_now(self, cronjob: str) -> dict[str, Any]:
        """Run a CronJob's Job to its end; gives its code and log."""
        job = self.kubectl(
            "create", "job", "now", f"--from=cronjob/{cronjob}", "--dry-run=client", "-oyaml"
        )
        self.kubectl("create", "--filename=-", stdin=job)
        return self.state()["jobs"]["now"]

    def restore(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the script as a person would."""
        return subprocess.run(
            [RESTORE, *words], env=self.env, capture_output=True, text=True, check=False
        )

    def state(self) -> dict[str, Any]:
        """The objects of the stand-in."""
        return json.loads(Path(self.env["STAND_IN"]).read_text())

    def start(self, workload: str) -> None:
        """Scale to one and wait until it answers."""
        self.kubectl("scale", workload, "--replicas=1")
        self.wait(workload)

    def wait(self, workload: str) -> None:
        """Wait until it answers."""
        url = self.state()["workloads"][workload]["ready"]
        deadline = time.monotonic() + LIMIT_SECONDS
        while not answers(url):
            assert time.monotonic() < deadline, f"{workload} does not answer"
            time.sleep(0.1)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False, timeout=5).is_success
    except httpx.HTTPError:
        return False


@pytest.fixture
def cluster(home: tuple[Object, ...], tmp_path: Path) -> Iterator[Cluster]:
    for name in ("bin", "storage", "backup", "data", "scratch"):
        (tmp_path / name).mkdir()
    kubectl = tmp_path / "bin" / "kubectl"
    kubectl.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{STAND_IN}" "$@"\n')
    kubectl.chmod(0o755)
    vm_url = f"http://127.0.0.1:{(port := free_port())}"
    config = ROOT / "config" / "devices.example.yaml"
    bff = settings_of(tmp_path, vm_url, config)
    bff["DATABASE_URL"] = f"sqlite:///{tmp_path}/data/bff.sqlite3"
    own = {key: value for key, value in bff.items() if os.environ.get(key) != value}
    state = {
        "jobs": {},
        "kubectl": str(ROOT / ".tools" / "bin" / "kubectl"),
        "cronjobs": {name_of(item): item for item in of_kind(home, "CronJob")},
        "places": {
            "/vmbackup-prod": "vmbackup",
            "http://vmsingle:8428": vm_url,
            "http://vmsingle.power.svc:8428": vm_url,
            "/scratch": str(tmp_path / "scratch"),
            "/storage": str(tmp_path / "storage"),
            "/backup": str(tmp_path / "backup"),
            "/var/lib/ppms": str(tmp_path / "data"),
        },
        "workloads": {
            "statefulset/vmsingle": {
                "command": [
                    "victoria-metrics",
                    f"-storageDataPath={tmp_path / 'storage'}",
                    f"-httpListenAddr=127.0.0.1:{port}",
                    "-retentionPeriod=100y",
                    "-search.latencyOffset=0s",
                ],
                "env": {},
                "log": str(tmp_path / "vm.log"),
                "ready": f"{vm_url}/health",
            },
            "deployment/shelly-exporter": {
                "command": [sys.executable, "-m", "shelly_exporter"],
                "env": {
                    "CONFIG_FILE": str(config),
                    "STATE_DIR": str(tmp_path / "data"),
                    "LISTEN_PORT": str(exporter_port := free_port()),
                },
                "log": str(tmp_path / "exporter.log"),
                "ready": f"http://127.0.0.1:{exporter_port}/healthz",
            },
            "deployment/bff": {
                "command": [sys.executable, "-m", "bff"],
                "env": own,
                "log": str(tmp_path / "bff.log"),
                "ready": f"http://127.0.0.1:{bff['HEALTH_PORT']}/readyz",
            },
        },
    }
    file = tmp_path / "state.json"
    file.write_text(json.dumps(state))
    # `run-service` is of the images, and runs what SERVICE names.
    path = f"{kubectl.parent}:{ROOT / 'docker'}:{os.environ['PATH']}"
    env = {**os.environ, "STAND_IN": str(file), "PATH": path, "SERVICE": "shelly-exporter"}
    yield Cluster(tmp_path, env, vm_url, bff)
    for workload in json.loads(file.read_text())["workloads"].values():
        if psutil.pid_exists(pid := workload.get("pid", 0)):
            psutil.Process(pid).kill()


def write(vm_url: str, device: str, value: float) -> None:
    line = {
        "metric": {"__name__": "switchbot_energy_total_kwh", "device": device},
        "timestamps": [1_700_000_000_000 + step * 60_000 for step in range(500)],
        "values": [value + step for step in range(500)],
    }
    httpx.post(f"{vm_url}/api/v1/import", content=json.dumps(line), trust_env=False)
    searchable(vm_url, f'"{device}"')


def searchable(vm_url: str, text: str) -> str:
    """Wait for the line with a text: a new series takes a while to be searchable."""
    deadline = time.monotonic() + 60
    while True:
        httpx.post(f"{vm_url}/internal/force_flush", trust_env=False)
        if found := [line for line in exported(vm_url) if text in line]:
            return found[0]
        assert time.monotonic() < deadline
        time.sleep(0.2)


def exported(vm_url: str) -> list[str]:
    answer = httpx.get(
        f"{vm_url}/api/v1/export", params={"match[]": '{__name__!=""}'}, trust_env=False
    )
    return sorted(answer.raise_for_status().text.splitlines())


@pytest.mark.long
def test_vmsingle_comes_back_as_it_was_at_the_backup(cluster: Cluster) -> None:
    """The nightly command on a running vmsingle; more is written; the script brings it back."""
    cluster.start("statefulset/vmsingle")
    write(cluster.vm_url, "server", 8.3)
    before = exported(cluster.vm_url)
    saved = cluster.run_now("vmsingle-backup")
    assert saved["code"] == 0, saved["log"]
    (weekday,) = [path.name for path in (cluster.folder / "backup").iterdir()]
    write(cluster.vm_url, "after_the_backup", 1.0)
    assert exported(cluster.vm_url) != before

    done = cluster.restore("vmsingle", weekday)
    assert done.returncode == 0, done.stdout + done.stderr
    cluster.wait("statefulset/vmsingle")
    assert exported(cluster.vm_url) == before
    snapshots = httpx.get(f"{cluster.vm_url}/snapshot/list", trust_env=False).json()
    assert snapshots["snapshots"] == [], "a snapshot that stays keeps its disk space for ever"


@pytest.mark.long
def test_prices_come_back_as_they_were_at_the_backup(cluster: Cluster) -> None:
    """Saved from the running BFF; a price is deleted; the script brings it back."""
    url = f"http://127.0.0.1:{cluster.bff['LISTEN_PORT']}/api/v1/unit_prices"
    price = {"price_per_kwh": "31.7", "valid_from": "2026-01-01T00:00:00+09:00"}
    cluster.start("deployment/bff")
    httpx.post(url, json=price, trust_env=False).raise_for_status()
    saved = cluster.run_now("bff-backup")
    assert saved["code"] == 0, saved["log"]
    httpx.delete(f"{url}/1", trust_env=False).raise_for_status()

    done = cluster.restore("bff")
    assert done.returncode == 0, done.stdout + done.stderr
    cluster.wait("deployment/bff")
    assert [row["price_per_kwh"] for row in httpx.get(url, trust_env=False).json()] == ["31.7"]


DAY_MS = 1_767_225_600_000


def write_day(database: Path) -> None:
    """A day of the ledger whose samples are in no VictoriaMetrics."""
    stored = StoredDay("5fd2ab01 cloud=1440", counts_left="")
    row = day_row(("server", DAY_MS), stored, [0] * QUANTITIES, pack_day(NOTHING))
    with closing(sqlite3.connect(database, timeout=30)) as opened, opened:
        columns, marks = ", ".join(row), ", ".join("?" for _ in row)
        query = f"INSERT INTO ledger_days ({columns}) VALUES ({marks})"  # noqa: S608
        opened.execute(query, list(row.values()))


def days(database: Path) -> list[tuple[str, int]]:
    with closing(sqlite3.connect(database)) as opened:
        return opened.execute("SELECT device, day_unix_ms FROM ledger_days").fetchall()


@pytest.mark.long
def test_days_of_the_ledger_come_back_alone(cluster: Cluster) -> None:
    """A day that is lost after the backup is there again; a price that came after it stays."""
    url = f"http://127.0.0.1:{cluster.bff['LISTEN_PORT']}/api/v1/unit_prices"
    database = cluster.folder / "data" / "bff.sqlite3"
    cluster.start("deployment/bff")
    write_day(database)
    saved = cluster.run_now("bff-backup")
    assert saved["code"] == 0, saved["log"]
    with closing(sqlite3.connect(database, timeout=30)) as opened, opened:
        opened.execute("DELETE FROM ledger_days")
    price = {"price_per_kwh": "31.7", "valid_from": "2026-01-01T00:00:00+09:00"}
    httpx.post(url, json=price, trust_env=False).raise_for_status()

    done = cluster.restore("bff-days")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 days of the ledger are back" in done.stdout
    cluster.wait("deployment/bff")
    assert days(database) == [("server", DAY_MS)]
    assert [row["price_per_kwh"] for row in httpx.get(url, trust_env=False).json()] == ["31.7"]


@pytest.mark.long
def test_an_exporters_counters_come_back(cluster: Cluster) -> None:
    """Saved from the running exporter and tried; lost; the script brings them back."""
    state, now = cluster.folder / "data", datetime(2026, 3, 1, tzinfo=UTC)
    document, totals = state_document(state, "shelly-exporter"), {("server", "shelly"): 412.7}
    write_initial_counters(state, "shelly-exporter", totals, now)
    cluster.start("statefulset/vmsingle")
    cluster.start("deployment/shelly-exporter")
    saved = cluster.run_now("shelly-backup")
    assert saved["code"] == 0, saved["log"]
    assert "1 counters" in saved["log"]
    verified = searchable(cluster.vm_url, "last_verified")
    assert json.loads(verified)["metric"] == {
        "__name__": "backup_last_verified_timestamp_seconds",
        "backup": "shelly",
        "house": "home",
    }
    cluster.kubectl("scale", "deployment/shelly-exporter", "--replicas=0")
    document.path.unlink()
    cluster.start("deployment/shelly-exporter")

    done = cluster.restore("shelly")
    assert done.returncode == 0, done.stdout + done.stderr
    cluster.wait("deployment/shelly-exporter")
    (counter,) = read_counters(document).values()
    assert counter.counter.total_kwh == pytest.approx(412.7)


def test_a_backup_that_is_not_there_is_said_and_nothing_starts_on_it(cluster: Cluster) -> None:
    """The script ends with the Job's own words; a wrong call stops nothing."""
    cluster.start("statefulset/vmsingle")
    wrong = cluster.restore("vmsingle", "8")
    assert (wrong.returncode, "usage" in wrong.stderr) == (1, True)
    assert answers(f"{cluster.vm_url}/health")
    failed = cluster.restore("vmsingle", "3")
    assert failed.returncode == 1
    assert "backup/3" in failed.stdout
    assert "stays stopped" in failed.stderr
    assert not answers(f"{cluster.vm_url}/health")
