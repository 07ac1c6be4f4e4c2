"""Ask a VictoriaMetrics that was started on restored files, and push the result to the real one."""

import time
from datetime import UTC, datetime

import httpx

PUSH_PATH = "/api/v1/import/prometheus"
NEWEST_SAMPLE = 'max(tlast_over_time({__name__=~".+_device_up"}[7d]))'
DEADLINE_SECONDS = 60.0
SERVER_WAIT_SECONDS = 300.0


class ServerError(Exception):
    """A server does not respond as it should; the message is for a person."""


def fetch_newest_sample(url: str) -> datetime | None:
    """Return the instant of the newest sample of any device within seven days; None without one.

    Raises:
        ServerError: The server does not start, or refuses the query.
    """
    _wait_for(f"{url.rstrip('/')}/health")
    asked = {"query": NEWEST_SAMPLE, "nocache": "1"}
    response = _request("GET", f"{url.rstrip('/')}/api/v1/query", params=asked)
    found = response.json()["data"]["result"]
    return datetime.fromtimestamp(float(found[0]["value"][1]), UTC) if found else None


def push_line(url: str, line: str) -> None:
    """Push one line of Prometheus' text format.

    Raises:
        ServerError: It was not taken.
    """
    _request("POST", url.rstrip("/") + PUSH_PATH, content=line)


def _wait_for(url: str) -> None:
    until_s = time.monotonic() + SERVER_WAIT_SECONDS
    while True:
        try:
            _request("GET", url)
        except ServerError:
            if time.monotonic() >= until_s:
                raise
            time.sleep(0.5)
        else:
            return


def _request(
    method: str, url: str, *, params: dict[str, str] | None = None, content: str | None = None
) -> httpx.Response:
    with httpx.Client(trust_env=False, timeout=DEADLINE_SECONDS) as http:
        try:
            response = http.request(method, url, params=params, content=content)
            return response.raise_for_status()
        except httpx.HTTPError as error:
            message = f"{url} does not answer: {error}"
            raise ServerError(message) from None
