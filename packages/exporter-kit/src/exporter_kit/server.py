"""The HTTP side: /metrics, health and a page with links to both."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import escape

from aiohttp import web

from service_kit.server import cannot_listen

LANDING = """<!doctype html><html lang="en"><title>{name}</title>
<h1>{name} {version}</h1>
<ul><li><a href="metrics">metrics</a></li><li><a href="healthz">healthz</a>: the loop turns</li>
<li><a href="readyz">readyz</a>: configured, and every polled device was attempted once
(subscribed ones are not waited for)</li></ul></html>
"""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What the server shows. None of it waits."""

    name: str
    version: str
    metrics: Callable[[str], tuple[bytes, str]]
    is_alive: Callable[[], bool]
    is_ready: Callable[[], bool]


def create_app(endpoints: Endpoints) -> web.Application:
    """Return the application with its routes."""

    async def metrics(request: web.Request) -> web.Response:
        page, content_type = endpoints.metrics(request.headers.get("Accept", ""))
        response = web.Response(body=page, headers={"Content-Type": content_type})
        response.enable_compression()
        return response

    async def healthz(_: web.Request) -> web.Response:
        return _verdict(good=endpoints.is_alive(), bad="the event loop is stuck")

    async def readyz(_: web.Request) -> web.Response:
        return _verdict(good=endpoints.is_ready(), bad="the first round of polls is not complete")

    async def landing(_: web.Request) -> web.Response:
        page = LANDING.format(name=escape(endpoints.name), version=escape(endpoints.version))
        return web.Response(text=page, content_type="text/html")

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/", landing)
    return app


@asynccontextmanager
async def serve(endpoints: Endpoints, host: str, port: int) -> AsyncGenerator[None]:
    """Serve for the length of a `with` block.

    Raises:
        CannotStartError: The address cannot be listened on.
    """
    runner = web.AppRunner(create_app(endpoints), access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise cannot_listen(host, port, error, "LISTEN_PORT") from None
        yield
    finally:
        await runner.cleanup()


def _verdict(*, good: bool, bad: str) -> web.Response:
    return web.Response(text="ok\n") if good else web.Response(status=503, text=f"{bad}\n")
