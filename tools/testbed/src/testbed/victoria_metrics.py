"""A real vmsingle with an empty or given data folder."""

import json
import subprocess
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from testbed.process import free_port, running


@dataclass(frozen=True, slots=True)
class VictoriaMetrics:
    """Where it listens, its process, and what tests need of it."""

    url: str
    process: subprocess.Popen[bytes]

    def import_samples(self, metric: dict[str, str], points: Sequence[tuple[float, float]]) -> None:
        """Write samples as (Unix seconds, value); `metric` has `__name__` among its labels."""
        line = {
            "metric": metric,
            "timestamps": [round(at * 1000) for at, _ in points],
            "values": [value for _, value in points],
        }
        self.post("/api/v1/import", content=json.dumps(line))
        self.settle()

    def settle(self) -> None:
        """Make everything written so far visible to the next query."""
        self.post("/internal/force_flush")
        self.post("/internal/resetRollupResultCache")

    def post(self, path: str, content: str = "") -> None:
        """POST and insist on success."""
        httpx.post(f"{self.url}{path}", content=content, trust_env=False).raise_for_status()

    def instant(self, query: str) -> list[tuple[dict[str, str], float]]:
        """The result of an instant query, uncached: one (labels, value) for each series."""
        # Without a time it answers for its own clock in whole seconds, up to a second ago.
        params = {"query": query, "nocache": "1", "time": f"{time.time():.3f}"}
        answer = httpx.get(f"{self.url}/api/v1/query", params=params, trust_env=False)
        result = answer.raise_for_status().json()["data"]["result"]
        return [(series["metric"], float(series["value"][1])) for series in result]

    def samples(self, name: str) -> dict[int, float]:
        """Return every stored sample of a name by its Unix milliseconds."""
        self.settle()
        answer = httpx.get(
            f"{self.url}/api/v1/export", params={"match[]": name}, trust_env=False, timeout=30
        )
        series = [json.loads(line) for line in answer.raise_for_status().text.splitlines()]
        return {
            at: value
            for one in series
            for at, value in zip(one["timestamps"], one["values"], strict=True)
        }


@contextmanager
def victoria_metrics(
    folder: Path,
    *,
    scrape_config: Path | None = None,
    port: int | None = None,
    flags: Sequence[str] = (),
) -> Generator[VictoriaMetrics]:
    """Run vmsingle on a free loopback port with 100 years of retention."""
    url = f"http://127.0.0.1:{port or (port := free_port())}"
    command = [
        "victoria-metrics",
        f"-storageDataPath={folder / 'vm-data'}",
        f"-httpListenAddr=127.0.0.1:{port}",
        "-retentionPeriod=100y",
        "-search.latencyOffset=0s",
        *flags,
    ]
    if scrape_config:
        command.append(f"-promscrape.config={scrape_config}")
    with running(command, ready_url=f"{url}/health", log=folder / "vm.log") as process:
        yield VictoriaMetrics(url, process)
