"""Ask one device, within limits of time and size, one request at a time, with one login.

Firmware 2.0 keeps 32 nonces for all its clients, counts the uses of each, and refuses a client
that asks for new ones too often: so the one digest login of a device lives as long as this
process, and requests never overlap. A login that is answered by 429 is given up: httpx would use
its dead nonce for ever.
"""

import asyncio
import json
import ssl
from collections.abc import Awaitable
from http import HTTPStatus

import httpx

from home_model.errors import BadPayloadError, RejectedError, SourceError
from service_kit.clock import Clock
from shelly_exporter.errors import (
    NO_LOGIN,
    REFUSED_LOGIN,
    THROTTLED,
    THROTTLED_SECONDS,
    WRONG_PASSWORD_SECONDS,
    connection_error,
    generation_1_error,
    not_a_shelly_error,
    other_device_error,
    status_error,
    too_slow_error,
)
from shelly_exporter.parse import Identity, parse_identity

USER = "admin"
# Where all nonces are in use, requests for a new one get 429 for two seconds.
NONCE_WAIT_SECONDS = 2.5
MAX_ANSWER_BYTES = 262_144
# Exactly one idle connection, for longer than a poll takes to come.
LIMITS = httpx.Limits(max_connections=1, keepalive_expiry=60.0)
# Devices have no HTTPS. httpx would load all certificates for each client: 70 ms and 0.7 MiB.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Client:
    """One device at one address. Every method raises `SourceError` where there is no good answer.

    Args:
        address: Host or host:port.
        password: Of the user `admin`; empty where there is none.
        limit_seconds: For everything that one read takes, logins included.
        clock: All waiting is by it.
    """

    def __init__(self, address: str, password: str, limit_seconds: float, clock: Clock) -> None:
        self._address, self._password = address, password
        self._limit_seconds, self._clock = limit_seconds, clock
        self._auth = self._new_auth()
        self._one_at_a_time = asyncio.Lock()
        self._identity: Identity | None = None
        self._pause: tuple[float, str] | None = None
        try:
            self._http = httpx.AsyncClient(
                base_url=f"http://{address}",
                limits=LIMITS,
                timeout=limit_seconds,
                trust_env=False,
                verify=NO_CERTIFICATES,
            )
        except httpx.InvalidURL:
            message = f"{address} is neither a host nor host:port"
            raise RejectedError(message) from None

    async def read_identity(self) -> Identity:
        """Return who the device is; no login is needed."""
        async with self._one_at_a_time:
            return await self._within_limit(self._identify())

    async def read_status(self, expected_macs: frozenset[str]) -> object:
        """Return the answer to `Shelly.GetStatus`: all components.

        Args:
            expected_macs: No other device is logged in to.
        """
        return await self._read("Shelly.GetStatus", expected_macs)

    async def read_config(self, expected_macs: frozenset[str]) -> object:
        """Return the answer to `Shelly.GetConfig`."""
        return await self._read("Shelly.GetConfig", expected_macs)

    def forget_identity(self) -> None:
        """Ask who the device is before the next login: another one may have its address."""
        self._identity = None

    async def close(self) -> None:
        """Close the connection."""
        await self._http.aclose()

    async def _read(self, method: str, expected_macs: frozenset[str]) -> object:
        async with self._one_at_a_time:
            self._check_pause()
            try:
                return await self._within_limit(self._call(method, expected_macs))
            except SourceError:
                self.forget_identity()
                raise

    async def _within_limit[T](self, work: Awaitable[T]) -> T:
        try:
            # httpx limits each step; this is for all of them.
            async with asyncio.timeout(self._limit_seconds):
                return await work
        except (TimeoutError, httpx.TimeoutException):
            raise too_slow_error(self._address, self._limit_seconds) from None
        except httpx.HTTPError as error:
            raise connection_error(error, self._address) from None

    async def _call(self, method: str, expected_macs: frozenset[str]) -> object:
        if self._identity is None:
            self._identity = await self._identify()
        self._check_identity(self._identity, expected_macs)
        status, body = await self._get(f"/rpc/{method}", self._auth)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            self._auth = self._new_auth()
            await self._clock.sleep(NONCE_WAIT_SECONDS)
            status, body = await self._get(f"/rpc/{method}", self._auth)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            self._auth = self._new_auth()
            raise self._paused(THROTTLED, THROTTLED_SECONDS)
        if status == HTTPStatus.UNAUTHORIZED:
            self._auth = self._new_auth()
            raise self._paused(REFUSED_LOGIN, WRONG_PASSWORD_SECONDS)
        return self._result(status, body)

    async def _identify(self) -> Identity:
        status, body = await self._get("/shelly", None)
        if status == HTTPStatus.NOT_FOUND:
            raise not_a_shelly_error(self._address)
        identity = parse_identity(self._result(status, body))
        if identity.generation == 1:
            raise generation_1_error(identity.model)
        return identity

    def _check_identity(self, identity: Identity, expected_macs: frozenset[str]) -> None:
        if identity.mac not in expected_macs:
            raise other_device_error(self._address, identity.mac, min(expected_macs))
        if identity.needs_login and not self._password:
            # Without a request: each that lacks a login takes one of the device's nonces.
            raise RejectedError(NO_LOGIN)

    async def _get(self, path: str, auth: httpx.Auth | None) -> tuple[int, bytes]:
        async with self._http.stream("GET", path, auth=auth) as answer:
            body = b""
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > MAX_ANSWER_BYTES:
                    raise not_a_shelly_error(self._address)
            return answer.status_code, body

    def _result(self, status: int, body: bytes) -> object:
        try:
            result = json.loads(body)
        except (ValueError, RecursionError):
            if status == HTTPStatus.OK:
                message = f"the answer of {self._address} is no JSON"
                raise BadPayloadError(message) from None
            result = None
        if status != HTTPStatus.OK:
            message = result.get("message", "") if isinstance(result, dict) else ""
            raise status_error(status, self._address, str(message)[:200])
        return result

    def _paused(self, reason: str, seconds: float) -> RejectedError:
        self._pause = (self._clock.monotonic() + seconds, reason)
        return RejectedError(reason, retry_after_seconds=seconds)

    def _check_pause(self) -> None:
        if self._pause is None:
            return
        until, reason = self._pause
        wait_seconds = until - self._clock.monotonic()
        if wait_seconds > 0:
            raise RejectedError(reason, retry_after_seconds=wait_seconds)
        self._pause = None

    def _new_auth(self) -> httpx.Auth | None:
        return httpx.DigestAuth(USER, self._password) if self._password else None
