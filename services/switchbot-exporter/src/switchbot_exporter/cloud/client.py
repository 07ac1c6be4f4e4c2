"""One signed GET of the cloud API v1.1, bounded in time and size."""

import asyncio
import time
import uuid
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

import aiohttp
from pydantic import SecretStr

from home_model.errors import BadPayloadError, SourceError, UnreachableError
from switchbot_exporter.cloud.envelope import parse_envelope
from switchbot_exporter.cloud.retry_after import parse_retry_after
from switchbot_exporter.cloud.sign import signed_headers

BODY_LIMIT_BYTES = 1 << 20


class Watch(Protocol):
    """Who follows the calls of an account, each in this order."""

    def sending(self) -> None:
        """A call is about to be sent."""

    def answered(self, headers: Mapping[str, str]) -> None:
        """An answer begins."""

    def succeeded(self) -> None:
        """The answer is good."""

    def failed(self, error: SourceError) -> None:
        """There is no answer, or a bad one."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where the API is and who asks."""

    base_url: str
    token: SecretStr
    secret: SecretStr
    deadline_seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class Client:
    """Asks the cloud. Use `open_client`."""

    account: Account
    session: aiohttp.ClientSession = field(repr=False)
    watch: Watch

    async def fetch_devices(self) -> Mapping[str, object]:
        """The body of `GET /devices`: everything the account has. Costs one call.

        Raises:
            SourceError: As `parse_envelope`; `UnreachableError` also past the deadline.
        """
        return await self._fetch("/v1.1/devices")

    async def fetch_status(self, device_id: str) -> Mapping[str, object]:
        """The body of one device's status. Costs one call.

        Raises:
            SourceError: As `parse_envelope`; `UnreachableError` also past the deadline.
        """
        return await self._fetch(f"/v1.1/devices/{device_id}/status")

    async def _fetch(self, path: str) -> Mapping[str, object]:
        self.watch.sending()
        try:
            body = await self._bounded(path)
        except SourceError as error:
            self.watch.failed(error)
            raise
        self.watch.succeeded()
        return body

    async def _bounded(self, path: str) -> Mapping[str, object]:
        try:
            async with asyncio.timeout(self.account.deadline_seconds):
                return await self._answer(path)
        except TimeoutError:
            reason = f"no answer from the cloud within {self.account.deadline_seconds:g} s"
            raise UnreachableError(reason) from None
        except aiohttp.ClientError as error:
            # The library's own text may hold headers; its class says enough.
            reason = f"the cloud cannot be reached ({type(error).__name__})"
            raise UnreachableError(reason) from None

    async def _answer(self, path: str) -> Mapping[str, object]:
        url = f"{self.account.base_url.rstrip('/')}{path}"
        async with self.session.get(url, headers=self._headers(), allow_redirects=False) as answer:
            self.watch.answered(answer.headers)
            content = await _read_limited(answer.content)
            wait_seconds = parse_retry_after(answer.headers.get("Retry-After"), datetime.now(UTC))
            return parse_envelope(answer.status, content, wait_seconds)

    def _headers(self) -> dict[str, str]:
        return signed_headers(
            self.account.token.get_secret_value(),
            self.account.secret.get_secret_value(),
            at_ms=time.time_ns() // 1_000_000,
            nonce=str(uuid.uuid4()),
        )


async def _read_limited(stream: aiohttp.StreamReader) -> bytes:
    content = bytearray()
    async for chunk in stream.iter_any():
        content += chunk
        if len(content) > BODY_LIMIT_BYTES:
            reason = "the cloud's answer is longer than 1 MiB"
            raise BadPayloadError(reason)
    return bytes(content)


@asynccontextmanager
async def open_client(account: Account, watch: Watch) -> AsyncGenerator[Client]:
    """A client with one connection pool, closed at the end of the block."""
    async with aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(),
        # Uncompressed: a small answer must not be able to grow in memory.
        headers={"Accept-Encoding": "identity"},
    ) as session:
        yield Client(account, session, watch)
