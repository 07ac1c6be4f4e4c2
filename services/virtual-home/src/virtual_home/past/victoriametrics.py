"""Write series into VictoriaMetrics, and ask it what it really has."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np
import orjson

from virtual_home.past.series import Series

# Reading a device's past back is the slowest request.
DEADLINE_SECONDS = 60.0


class VictoriaMetricsError(Exception):
    """It is not there, or refuses."""


@dataclass(frozen=True, slots=True)
class VictoriaMetrics:
    """One vmsingle."""

    client: httpx.Client

    def write(self, series: Sequence[Series]) -> None:
        """Send samples. A 2xx is no proof that they were kept: read them back.

        Raises:
            VictoriaMetricsError: As all methods.
        """
        lines = (
            orjson.dumps(_line(s), option=orjson.OPT_SERIALIZE_NUMPY)
            for s in series
            if s.values.size
        )
        self._ask("POST", "/api/v1/import", content=b"\n".join(lines))

    def settle(self) -> None:
        """Make all samples so far visible to the next question."""
        self._ask("POST", "/internal/force_flush")
        self._ask("POST", "/internal/resetRollupResultCache")

    def names_with(self, labels: dict[str, str]) -> list[dict[str, str]]:
        """The label sets of all series of all times that have these labels."""
        query = {"match[]": selector(labels), "start": "0"}
        return self._ask("GET", "/api/v1/series", params=query).json()["data"]

    def read(self, metric: dict[str, str], start: int, end: int) -> Series:
        """One series in [start, end] Unix seconds, in order, each instant once."""
        query = {"match[]": selector(metric), "start": str(start), "end": str(end)}
        answer = self._ask("GET", "/api/v1/export", params=query)
        blocks = [block for block in _blocks(answer.content) if block["metric"] == metric]
        at_ms = np.concatenate([np.empty(0, np.int64), *(b["timestamps"] for b in blocks)])
        values = np.concatenate([np.empty(0), *(b["values"] for b in blocks)])
        once, first = np.unique(at_ms, return_index=True)
        return Series(metric, once, values[first])

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401
        try:
            return self.client.request(method, path, **more).raise_for_status()
        except httpx.HTTPStatusError as error:
            answer = error.response
            reason = f"refuses {path} ({answer.status_code}: {answer.text[:200]})"
        except httpx.HTTPError as error:
            reason = f"does not answer ({error}); is it running?"
        message = f"VictoriaMetrics at {self.client.base_url} {reason}"
        raise VictoriaMetricsError(message)


@contextmanager
def connected(url: str, auth: httpx.Auth | None = None) -> Generator[VictoriaMetrics]:
    """The vmsingle at a base URL, for the length of a `with` block."""
    with httpx.Client(base_url=url, auth=auth, timeout=DEADLINE_SECONDS, trust_env=False) as client:
        yield VictoriaMetrics(client)


def selector(labels: dict[str, str]) -> str:
    """The PromQL selector of a label set."""
    return "{" + ",".join(f'{key}="{value}"' for key, value in labels.items()) + "}"


def _line(series: Series) -> dict[str, Any]:
    return {"metric": series.metric, "values": series.values, "timestamps": series.at_ms}


def _blocks(text: bytes) -> Iterator[dict[str, Any]]:
    return (orjson.loads(line) for line in text.splitlines())
