"""What holds for all routes of the API and of the health port: who may ask, sizes, headers."""

import logging

from fastapi import Request
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service_kit.gate import refusal, with_headers
from service_kit.hosts import READS
from service_kit.problem_responses import problem_response

LOG = logging.getLogger(__name__)

# Set by Tailscale's proxy for members of the tailnet, which removes what a client sent of it.
IDENTITY_HEADER = "tailscale-user-login"
MAX_BODY_BYTES = 1_000_000
# A market publishes the prices of a year in one file.
MAX_FILE_BYTES = 8_000_000


class Gate:
    """Middleware: refuse foreign hosts and writes of other sites; log the other writes.

    Args:
        app: The application whose requests are checked.
        allowed_hosts: Names of this service, besides those that nobody else can register.
        trust_identity: Whether only the proxy can have set the header that names a person.
    """

    def __init__(
        self, app: ASGIApp, allowed_hosts: tuple[str, ...], *, trust_identity: bool
    ) -> None:
        self._app = app
        self._allowed_hosts = allowed_hosts
        self._trust_identity = trust_identity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or respond with what is wrong with it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, send = Headers(scope=scope), with_headers(send)
        if problem := refusal(scope["method"], headers, self._allowed_hosts):
            await problem_response(Request(scope), problem)(scope, receive, send)
        elif scope["method"] in READS:
            await self._app(scope, receive, send)
        else:
            bounded = _bounded(receive, _max_bytes(headers))
            await self._app(scope, bounded, self._logging(scope, headers, send))

    def _logging(self, scope: Scope, headers: Headers, send: Send) -> Send:
        async def send_and_log(message: Message) -> None:
            if message["type"] == "http.response.start":
                LOG.info(
                    "%s %r: %s%s",
                    scope["method"],
                    scope["path"],
                    message["status"],
                    self._by_whom(headers),
                )
            await send(message)

        return send_and_log

    def _by_whom(self, headers: Headers) -> str:
        login = identity_of(headers, trusted=self._trust_identity)
        return f", by {login!r}" if login else ""


def _max_bytes(headers: Headers) -> int:
    is_file = headers.get("content-type", "").startswith("text/csv")
    return MAX_FILE_BYTES if is_file else MAX_BODY_BYTES


def _bounded(receive: Receive, max_bytes: int) -> Receive:
    """Stop reading a body that is too long, whatever its Content-Length is."""
    size_bytes = 0

    async def receive_bounded() -> Message:
        nonlocal size_bytes
        message = await receive()
        size_bytes += len(message.get("body", b""))
        if size_bytes > max_bytes:
            raise HTTPException(413)
        return message

    return receive_bounded


def identity_of(headers: Headers, *, trusted: bool) -> str | None:
    """Return the person who sent a request, where only the proxy can have set the header."""
    return (headers.get(IDENTITY_HEADER) or None) if trusted else None
