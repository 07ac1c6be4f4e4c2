"""Run the API and the health port in one process until SIGTERM or SIGINT.

Needs the extra `web` of this package.
"""

import asyncio
import gc
import socket
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from typing import override

import uvicorn
from starlette.types import ASGIApp

from service_kit.signals import stop_event

GRACE_SECONDS = 5


class _Server(uvicorn.Server):
    @override
    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield  # both servers stop by one event, below


async def _nothing() -> None: ...


def serve(
    apps: Sequence[tuple[ASGIApp, socket.socket]],
    on_stop: Callable[[], Awaitable[None]] = _nothing,
) -> None:
    """Serve until SIGTERM or SIGINT, finish the running requests, and return.

    Args:
        apps: Each application with the socket that it listens on.
        on_stop: Ends what would never end by itself, such as streams of events.
    """
    # What is loaded stays: to look through it would delay the start, and responses by 50 ms. The
    # garbage among it, some megabytes, is kept too.
    gc.freeze()
    gc.enable()
    asyncio.run(_serve(apps, on_stop))


async def _serve(
    apps: Sequence[tuple[ASGIApp, socket.socket]], on_stop: Callable[[], Awaitable[None]]
) -> None:
    stop = asyncio.create_task(stop_event().wait())
    servers = [_Server(_config(app)) for app, _ in apps]
    running = [
        asyncio.create_task(server.serve(sockets=[listening]))
        for server, (_, listening) in zip(servers, apps, strict=True)
    ]
    await asyncio.wait([stop, *running], return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    await on_stop()
    for server in servers:
        server.should_exit = True
    await asyncio.gather(*running)


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
