"""A range that has ended is sent once: its ETag is that of its very bytes (RFC 9110, 8.8.3)."""

from datetime import datetime
from hashlib import sha256
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bff.time_grid import Now

# Kept by this one browser, and shown only once the BFF has confirmed it.
REVALIDATED = "private, no-cache"


class EndedRanges:
    """Middleware: respond 304 to a GET of a range before now whose response is still the same.

    It is computed anew each time, so that a correction of the past is never hidden.
    """

    def __init__(self, app: ASGIApp, now: Now) -> None:
        self._app, self._now = app, now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        is_get = scope["type"] == "http" and scope["method"] == "GET"
        if is_get and _has_ended(scope["query_string"], self._now()):
            send = _with_etag(Headers(scope=scope).get("if-none-match", ""), send)
        await self._app(scope, receive, send)


def _has_ended(query: bytes, now: datetime) -> bool:
    """Return whether the range of a request ends before now."""
    try:
        return datetime.fromisoformat(parse_qs(query.decode("ascii"))["to"][-1]) <= now
    except (KeyError, TypeError, ValueError):
        return False  # no range, or one that is refused


def _with_etag(known: str, send: Send) -> Send:
    """Return a `send` that adds an ETag to a response of one piece, and leaves out a known body."""
    start: Message | None = None

    async def send_with_etag(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start" and message["status"] == 200:  # noqa: PLR2004
            start = message
            return
        if start is not None:
            start, begun = None, start
            if not message.get("more_body"):
                message = _tag(begun, message, known)
            await send(begun)
        await send(message)

    return send_with_etag


def _tag(start: Message, body: Message, known: str) -> Message:
    """Add the ETag to the start of a response, and return the body that is to be sent."""
    # Weak: a proxy may compress it.
    etag = f'W/"{sha256(body["body"]).hexdigest()[:32]}"'
    headers = MutableHeaders(scope=start)
    headers["ETag"], headers["Cache-Control"] = etag, REVALIDATED
    if etag not in {each.strip() for each in known.split(",")}:
        return body
    start["status"] = 304
    for name in ("Content-Length", "Content-Type"):
        del headers[name]
    return {**body, "body": b""}
