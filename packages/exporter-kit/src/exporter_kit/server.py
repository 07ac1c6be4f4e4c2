"""The HTTP side: /metrics, health and a page with links to both, as an ASGI application.

Four fixed pages need no framework; see docs/decisions/0013-uvicorn-for-exporters.md.
"""

import asyncio
import gzip
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from typing import Any, override

import uvicorn

from service_kit.hosts import ANSWER_HEADERS, is_ours
from service_kit.server import listen

SHUTDOWN_SECONDS = 2
# Longer than between two scrapes, so that a scraper can keep its connection.
KEEP_ALIVE_SECONDS = 75
MIN_COMPRESSED_BYTES = 500
HEADERS = [(name.lower().encode(), value.encode()) for name, value in ANSWER_HEADERS.items()]
TEXT, HTML = "text/plain; charset=utf-8", "text/html; charset=utf-8"
LANDING = """<!doctype html><html lang="en"><title>{name}</title>
<h1>{name} {version}</h1>
<ul><li><a href="metrics">metrics</a></li><li><a href="healthz">healthz</a>: the loop turns</li>
<li><a href="readyz">readyz</a>: configured, and every polled device was attempted once
(subscribed ones are not waited for)</li></ul></html>
"""

type Send = Callable[[Mapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What the server shows. None of it waits."""

    name: str
    version: str
    metrics: Callable[[str], tuple[bytes, str]]
    is_alive: Callable[[], bool]
    is_ready: Callable[[], bool]
    allowed_hosts: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Response:
    """What is sent back."""

    body: bytes
    content_type: str = TEXT
    status: HTTPStatus = HTTPStatus.OK


def respond(endpoints: Endpoints, path: str, accept: str) -> Response:
    """Return the response to a GET request."""
    match path:
        case "/metrics":
            return Response(*endpoints.metrics(accept))
        case "/healthz":
            return _verdict(good=endpoints.is_alive(), bad="the event loop is stuck")
        case "/readyz":
            bad = "the first round of polls is not complete"
            return _verdict(good=endpoints.is_ready(), bad=bad)
        case "/":
            page = LANDING.format(name=escape(endpoints.name), version=escape(endpoints.version))
            return Response(page.encode(), HTML)
        case _:
            return Response(b"not found\n", status=HTTPStatus.NOT_FOUND)


def create_app(endpoints: Endpoints) -> Callable[..., Awaitable[None]]:
    """Return the ASGI application."""

    async def app(scope: Mapping[str, Any], _receive: object, send: Send) -> None:
        request = {key.decode(): value.decode("latin-1") for key, value in scope["headers"]}
        if not is_ours(request.get("host", ""), endpoints.allowed_hosts):
            text = b"this is not a name of this service; add it to ALLOWED_HOSTS\n"
            response = Response(text, status=HTTPStatus.MISDIRECTED_REQUEST)
        elif scope["method"] in {"GET", "HEAD"}:
            response = respond(endpoints, scope["path"], request.get("accept", ""))
        else:
            response = Response(b"use GET\n", status=HTTPStatus.METHOD_NOT_ALLOWED)
        await _send(response, send, compress="gzip" in request.get("accept-encoding", ""))

    return app


@asynccontextmanager
async def serve(endpoints: Endpoints, host: str, port: int) -> AsyncGenerator[None]:
    """Serve for the length of a `with` block.

    Raises:
        CannotStartError: The address cannot be listened on.
    """
    with listen(host, port, "LISTEN_PORT") as listening:
        server = _Server(
            uvicorn.Config(
                create_app(endpoints),
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            )
        )
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield
        finally:
            server.should_exit = True
            await serving


class _Server(uvicorn.Server):
    @override
    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield  # the process handles them, to save its state before it ends


async def _send(response: Response, send: Send, *, compress: bool) -> None:
    body = response.body
    headers = [(b"content-type", response.content_type.encode()), *HEADERS]
    if compress and len(body) >= MIN_COMPRESSED_BYTES:
        body = gzip.compress(body, compresslevel=6)
        headers.append((b"content-encoding", b"gzip"))
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _verdict(*, good: bool, bad: str) -> Response:
    if good:
        return Response(b"ok\n")
    return Response(f"{bad}\n".encode(), status=HTTPStatus.SERVICE_UNAVAILABLE)
