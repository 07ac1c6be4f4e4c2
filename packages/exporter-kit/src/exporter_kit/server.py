"""The HTTP side: /metrics, health and a page that says what this is."""

import errno
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import escape

from aiohttp import web

from exporter_kit.start_error import CannotStartError

LANDING = """<!doctype html><html lang="en"><title>{name}</title>
<h1>{name} {version}</h1>
<ul><li><a href="metrics">metrics</a></li><li><a href="healthz">healthz</a>: the loop turns</li>
<li><a href="readyz">readyz</a>: configured, and every device tried once</li></ul></html>
"""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the server asks the exporter. None of it waits."""

    name: str
    version: str
    metrics: Callable[[str], tuple[bytes, str]]
    healthy: Callable[[], bool]
    ready: Callable[[], bool]


def app_of(answers: Answers) -> web.Application:
    """The routes."""

    async def metrics(request: web.Request) -> web.Response:
        page, content_type = answers.metrics(request.headers.get("Accept", ""))
        response = web.Response(body=page, headers={"Content-Type": content_type})
        response.enable_compression()
        return response

    async def healthz(_: web.Request) -> web.Response:
        return _verdict(good=answers.healthy(), bad="the loop stands still")

    async def readyz(_: web.Request) -> web.Response:
        return _verdict(good=answers.ready(), bad="the first round is not over")

    async def landing(_: web.Request) -> web.Response:
        page = LANDING.format(name=escape(answers.name), version=escape(answers.version))
        return web.Response(text=page, content_type="text/html")

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/", landing)
    return app


@asynccontextmanager
async def serving(answers: Answers, host: str, port: int) -> AsyncGenerator[None]:
    """Serve for the length of a `with` block.

    Raises:
        CannotStartError: The address cannot be had.
    """
    runner = web.AppRunner(app_of(answers), access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    try:
        await _listen(runner, host, port)
        yield
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            message = f"LISTEN_PORT {port} on {host} is taken; choose another LISTEN_PORT"
        else:
            message = f"cannot listen on LISTEN_HOST {host}, LISTEN_PORT {port}: {error.strerror}"
        raise CannotStartError(message) from None


def _verdict(*, good: bool, bad: str) -> web.Response:
    return web.Response(text="ok\n") if good else web.Response(status=503, text=f"{bad}\n")
