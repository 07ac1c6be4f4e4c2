"""Ask a VictoriaMetrics that was started on restored files."""

import time
from datetime import UTC, datetime

import httpx

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
    query = f"{url.rstrip('/')}/api/v1/query"
    _wait_for(query)
    found = _ask(query, NEWEST_SAMPLE).json()["data"]["result"]
    return datetime.fromtimestamp(float(found[0]["value"][1]), UTC) if found else None


def _wait_for(query: str) -> None:
    """Wait until a server, or the part of a cluster that is asked, answers a query."""
    until_s = time.monotonic() + SERVER_WAIT_SECONDS
    while True:
        try:
            _ask(query, "1")
        except ServerError:
            if time.monotonic() >= until_s:
                raise
            time.sleep(0.5)
        else:
            return


def _ask(url: str, query: str) -> httpx.Response:
    with httpx.Client(trust_env=False, timeout=DEADLINE_SECONDS) as http:
        try:
            response = http.get(url, params={"query": query, "nocache": "1"})
            return response.raise_for_status()
        except httpx.HTTPError as error:
            message = f"{url} does not answer: {error}"
            raise ServerError(message) from None
