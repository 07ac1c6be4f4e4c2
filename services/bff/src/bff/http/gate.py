"""What holds for all writes of the API: their size, and a line of the log."""

import logging

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOG = logging.getLogger(__name__)

# Set by Tailscale's proxy for members of the tailnet, which removes what a client sent of it.
IDENTITY_HEADER = "tailscale-user-login"
MAX_BODY_BYTES = 1_000_000
# A market publishes the prices of a year in one file.
MAX_FILE_BYTES = 8_000_000


class LoggedWrites:
    """Handle writes: bound their size, and log them with who made them.

    Args:
        app: The application.
        trust_identity: Whether only the proxy can have set the header that names a person.
    """

    def __init__(self, app: ASGIApp, *, trust_identity: bool) -> None:
        self._app = app
        self._trust_identity = trust_identity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        headers = Headers(scope=scope)
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
