"""Run the API and the health port in one process until SIGTERM or SIGINT."""

import asyncio
import errno
import os
import signal
import socket
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import override

import uvicorn
from starlette.types import ASGIApp

GRACE_SECONDS = 5


class PortTakenError(Exception):
    """A port or host is not available; the message names the setting."""


def bind(host: str, port: int, setting: str) -> socket.socket:
    """Open a listening socket.

    Raises:
        PortTakenError: Another process uses the port, or the host is not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        is_taken = error.errno in {errno.EADDRINUSE, errno.EACCES}
        why = os.strerror(error.errno or 0) if is_taken else error.strerror
        named = setting if is_taken else "LISTEN_HOST"
        message = f"{named}: cannot listen on {host} port {port}: {why}"
        raise PortTakenError(message) from None
    # Connections take this over. asyncio sets it only for sockets it made itself; without it a
    # client that delays its ACKs waits 40 ms for the body of every short answer.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


class _Server(uvicorn.Server):
    @override
    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield  # both servers stop by one handler, below


def serve(apps: Sequence[tuple[ASGIApp, socket.socket]]) -> None:
    """Serve until SIGTERM or SIGINT, finish the running requests, and return."""
    asyncio.run(_serve(apps))


async def _serve(apps: Sequence[tuple[ASGIApp, socket.socket]]) -> None:
    servers = [_Server(_config(app)) for app, _ in apps]

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    running = [
        asyncio.create_task(server.serve(sockets=[listening]))
        for server, (_, listening) in zip(servers, apps, strict=True)
    ]
    await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    stop()
    await asyncio.gather(*running)


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
