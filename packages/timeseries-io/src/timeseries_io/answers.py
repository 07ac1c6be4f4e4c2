"""One POST to a time series database, its outcome as a result or an error."""

import ssl
from collections.abc import Generator
from contextlib import contextmanager

import httpx
import orjson

from service_kit.clock import utc_now
from service_kit.retry_after import parse_retry_after
from service_kit.unreachable import why_unreachable
from timeseries_io.errors import (
    BadPointsError,
    DatabaseRejectedError,
    DatabaseUnreachableError,
    TimeSeriesError,
)

TIMEOUT_SECONDS = 10.0
BUSY = {httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS}
BAD_POINTS = {httpx.codes.BAD_REQUEST, httpx.codes.UNPROCESSABLE_ENTITY}
MAX_MESSAGE_LENGTH = 300


def open_client(
    base_url: str, *, timeout_seconds: float = TIMEOUT_SECONDS, auth: httpx.Auth | None = None
) -> httpx.Client:
    """Return a client that trusts the system's certificates (and `SSL_CERT_FILE`) and no proxy."""
    return httpx.Client(
        base_url=base_url,
        timeout=timeout_seconds,
        auth=auth,
        trust_env=False,
        verify=ssl.create_default_context(),
    )


@contextmanager
def unreachable_errors() -> Generator[None]:
    """Turn failures of the connection into `DatabaseUnreachableError`."""
    try:
        yield
    except httpx.InvalidURL as error:
        message = f"the address is not a URL: {error}"
        raise DatabaseRejectedError(message) from None
    except httpx.HTTPError as error:
        why = why_unreachable(error) or str(error) or type(error).__name__
        raise DatabaseUnreachableError(why) from None


def check_answer(answer: httpx.Response) -> None:
    """Return for success.

    A refusal of points is distinguished from a proxy's or a TLS port's 400 by its JSON body.

    Raises:
        TimeSeriesError: What the status calls for.
    """
    if not answer.is_success or _error_text(answer):
        raise _error(answer)


def _error(answer: httpx.Response) -> TimeSeriesError:
    status, text = answer.status_code, _error_text(answer)
    message = f"HTTP {status}: {text or answer.text.strip()[:MAX_MESSAGE_LENGTH]}"
    if status in BUSY or answer.is_server_error:
        asked_seconds = parse_retry_after(answer.headers.get("Retry-After"), utc_now())
        return DatabaseUnreachableError(message, asked_seconds)
    if status == httpx.codes.REQUEST_ENTITY_TOO_LARGE or (text and status in BAD_POINTS):
        return BadPointsError(message)
    # InfluxDB 1.x: 200 with an error means that the points were understood and not stored.
    return BadPointsError(message) if answer.is_success else DatabaseRejectedError(message)


def _error_text(answer: httpx.Response) -> str:
    """Return InfluxDB's own error text: `error` in 1.x, `message` in 2.x; else nothing."""
    if "json" not in answer.headers.get("Content-Type", ""):
        return ""
    try:
        body = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return ""
    text = (body.get("error") or body.get("message")) if isinstance(body, dict) else None
    return str(text)[:MAX_MESSAGE_LENGTH] if text else ""
