"""The samples of a vmsingle in another VictoriaMetrics, by the command of docs/kubernetes.md."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from manifests.build import ROOT
from testbed.victoria_metrics import victoria_metrics

COMMAND = re.compile(r"^    (vmctl vm-native (?:.*\\\n)*.*)$", re.MULTILINE)
SOURCE, TARGET = "http://localhost:8428", "http://localhost:8480/insert/0/prometheus"
YEARS_AGO_S, STEPS = 1_700_000_000, 2_000


def program() -> str:
    """Where vmctl is: beside the server, in its package."""
    server = shutil.which("victoria-metrics")
    assert server
    found = Path(server).resolve().with_name("vmctl")
    if not found.exists():
        pytest.skip("the package of this victoria-metrics has no vmctl")
    return str(found)


def exported(url: str) -> list[str]:
    asked = {"match[]": '{__name__!=""}'}
    answer = httpx.get(f"{url}/api/v1/export", params=asked, trust_env=False)
    return sorted(answer.raise_for_status().text.splitlines())


@pytest.mark.long
def test_every_sample_moves_to_another_victoriametrics(tmp_path: Path) -> None:
    """Two series of years ago, with their labels; a second run writes nothing that is not there."""
    (command,) = COMMAND.findall((ROOT / "docs" / "kubernetes.md").read_text())
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    with victoria_metrics(tmp_path / "old") as old, victoria_metrics(tmp_path / "new") as new:
        for device, watts in (("kettle", 8.3), ("server", 412.7)):
            labels = {"__name__": "switchbot_power_watts", "house": "home", "device": device}
            points = [(YEARS_AGO_S + 60 * step, watts + step) for step in range(STEPS)]
            old.import_samples(labels, points)
        words = shlex.split(command.replace("\\\n", " "), comments=True)
        assert {f"--vm-native-src-addr={SOURCE}", f"--vm-native-dst-addr={TARGET}"} <= set(words)
        addresses = {SOURCE: old.url, TARGET: new.url}
        for there, here in addresses.items():
            words = [word.replace(there, here) for word in words]
        done = subprocess.run(
            [program(), *words[1:]], input="y\n", capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        new.settle()
        moved = exported(new.url)
        assert len(moved) == 2
        assert moved == exported(old.url)
