"""Measure every request under its route's template, never under its path."""

import time

from prometheus_client import CollectorRegistry, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class RequestMetrics:
    """Middleware that observes the duration, route and status of each request."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self._app = app
        self._seconds = Histogram(
            "bff_request_duration_seconds",
            "How long answering a request took, by route and status.",
            ("method", "route", "status"),
            registry=registry,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and observe its duration."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def send_and_record(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_and_record)
        finally:
            labels = (scope["method"], _template(scope), str(status))
            self._seconds.labels(*labels).observe(time.perf_counter() - began)


def _template(scope: Scope) -> str:
    # Unknown paths share one label: a stranger must not be able to grow the metrics.
    return getattr(scope.get("route"), "path", "none")
