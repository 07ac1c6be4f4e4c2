"""Measure every request under its route's template, never under its path; give it an id in logs.

Needs the extra `web` of this package.
"""

import re
import secrets
import time

import structlog
from prometheus_client import CollectorRegistry, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUEST_ID_HEADER = "X-Request-Id"
EVENT_STREAM = "text/event-stream"
# What a proxy may send of it: anything else would let a client write into the log.
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestMetrics:
    """Middleware that observes the duration, route and status of each request.

    Args:
        app: The application that is measured.
        registry: Gets the histogram.
        prefix: Of the metric's name, such as `bff`.
    """

    def __init__(self, app: ASGIApp, registry: CollectorRegistry, prefix: str) -> None:
        self._app = app
        self._seconds = Histogram(
            f"{prefix}_request_duration_seconds",
            "How long answering a request took, by route and status.",
            ("method", "route", "status"),
            registry=registry,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and observe its duration."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, request_id = time.perf_counter(), 500, _request_id(scope)
        answered: float | None = None

        async def send_and_record(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID_HEADER] = request_id
                # How long a stream of events lasts is no duration of an answer.
                if headers.get("content-type", "").startswith(EVENT_STREAM):
                    answered = time.perf_counter()
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_and_record)
            finally:
                labels = (scope["method"], _template(scope), str(status))
                self._seconds.labels(*labels).observe((answered or time.perf_counter()) - began)


def _request_id(scope: Scope) -> str:
    sent = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
    return sent if REQUEST_ID.fullmatch(sent) else secrets.token_hex(8)


def _template(scope: Scope) -> str:
    # Unknown paths share one label: a stranger must not be able to grow the metrics.
    return getattr(scope.get("route"), "path_format", "none")
