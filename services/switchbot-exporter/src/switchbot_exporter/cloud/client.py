"""One signed GET of the cloud API v1.1, bounded in time and size."""

import asyncio
import base64
import hashlib
import hmac
import logging
import time
import uuid
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Protocol

import httpx
from pydantic import SecretStr

from home_model.errors import BadPayloadError, SourceError, UnreachableError
from service_kit.clock import utc_now
from service_kit.retry_after import parse_retry_after
from service_kit.unreachable import why_unreachable
from switchbot_exporter.cloud.envelope import parse_envelope

BODY_LIMIT_BYTES = 1 << 20
# A TLS handshake for each call is what a Raspberry Pi would spend most on.
KEEPALIVE_SECONDS = 30.0


class CallObserver(Protocol):
    """Follows the calls of an account, each in this order."""

    def on_request(self) -> None:
        """A call is about to be sent."""

    def on_response(self, headers: Mapping[str, str]) -> None:
        """The headers of an answer arrived."""

    def on_success(self) -> None:
        """The answer is good."""

    def on_error(self, error: SourceError) -> None:
        """There is no answer, or a bad one."""


@dataclass(frozen=True, slots=True)
class ApiAccess:
    """Address of the API and credentials of the account."""

    base_url: str
    token: SecretStr
    secret: SecretStr
    deadline_seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class Client:
    """Client of the cloud API. Use `open_client`."""

    access: ApiAccess
    http: httpx.AsyncClient = field(repr=False)
    observer: CallObserver

    async def fetch_devices(self) -> Mapping[str, object]:
        """Return the body of `GET /devices`: every device of the account. Costs one call.

        Raises:
            SourceError: As `parse_envelope`; `UnreachableError` also past the deadline.
        """
        return await self._fetch("/v1.1/devices")

    async def fetch_status(self, device_id: str) -> Mapping[str, object]:
        """Return the body of one device's status. Costs one call.

        Raises:
            SourceError: As `parse_envelope`; `UnreachableError` also past the deadline.
        """
        return await self._fetch(f"/v1.1/devices/{device_id}/status")

    async def _fetch(self, path: str) -> Mapping[str, object]:
        self.observer.on_request()
        try:
            body = await self._fetch_within_deadline(path)
        except SourceError as error:
            self.observer.on_error(error)
            raise
        self.observer.on_success()
        return body

    async def _fetch_within_deadline(self, path: str) -> Mapping[str, object]:
        try:
            async with asyncio.timeout(self.access.deadline_seconds):
                return await self._fetch_envelope(path)
        except (TimeoutError, httpx.TimeoutException):
            reason = f"no answer from the cloud within {self.access.deadline_seconds:g} s"
            raise UnreachableError(reason) from None
        except httpx.HTTPError as error:
            # The library's own text may hold headers.
            why = why_unreachable(error) or type(error).__name__
            reason = f"the cloud cannot be reached: {why}"
            raise UnreachableError(reason) from None

    async def _fetch_envelope(self, path: str) -> Mapping[str, object]:
        url = f"{self.access.base_url.rstrip('/')}{path}"
        async with self.http.stream("GET", url, headers=self._headers()) as response:
            self.observer.on_response(response.headers)
            content = await _read_limited(response)
            retry_after = response.headers.get("Retry-After")
            wait_seconds = parse_retry_after(retry_after, utc_now()) if retry_after else None
            return parse_envelope(response.status_code, content, wait_seconds)

    def _headers(self) -> dict[str, str]:
        return signed_headers(
            self.access.token.get_secret_value(),
            self.access.secret.get_secret_value(),
            at_ms=time.time_ns() // 1_000_000,
            nonce=str(uuid.uuid4()),
        )


@asynccontextmanager
async def open_client(access: ApiAccess, observer: CallObserver) -> AsyncGenerator[Client]:
    """Open a client with one connection pool, closed at the end of the block."""
    # Both log every request; httpcore also the headers of every response.
    for library in ("httpx", "httpcore"):
        logging.getLogger(library).setLevel(logging.WARNING)
    async with httpx.AsyncClient(
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        follow_redirects=False,
        # Uncompressed: a small answer must not be able to grow in memory.
        headers={"Accept-Encoding": "identity"},
        limits=httpx.Limits(keepalive_expiry=KEEPALIVE_SECONDS),
        # Of each step; `_fetch_within_deadline` bounds the whole call.
        timeout=access.deadline_seconds,
        trust_env=False,
    ) as http:
        yield Client(access, http, observer)


async def _read_limited(response: httpx.Response) -> bytes:
    content = bytearray()
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) > BODY_LIMIT_BYTES:
            reason = "the cloud's answer is longer than 1 MiB"
            raise BadPayloadError(reason)
    return bytes(content)


def sign(token: str, secret: str, at_ms: int, nonce: str) -> str:
    """Return the HMAC-SHA256 of token, time and nonce under the secret, in standard base64.

    Source: SwitchBotAPI README, "Authentication". Its prose upper-cases the result and its Python
    sample does not; both work in the field.
    """
    message = f"{token}{at_ms}{nonce}".encode()
    return base64.b64encode(hmac.digest(secret.encode(), message, hashlib.sha256)).decode()


def signed_headers(token: str, secret: str, at_ms: int, nonce: str) -> dict[str, str]:
    """Return the headers of one request. `at_ms` is Unix time in milliseconds."""
    return {
        "Authorization": token,
        "t": str(at_ms),
        "nonce": nonce,
        "sign": sign(token, secret, at_ms, nonce),
        "Content-Type": "application/json; charset=utf8",
    }
