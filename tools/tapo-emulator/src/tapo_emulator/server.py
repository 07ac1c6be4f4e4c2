"""A plug's HTTP server on the loopback interface, and what its faults do to the wire."""

import asyncio
import secrets
import socket
from contextlib import suppress
from typing import Self

from aiohttp import web
from aiohttp.typedefs import Handler

from tapo_emulator.klap import KlapEndpoint
from tapo_emulator.passthrough import PassthroughEndpoint
from tapo_emulator.plug import Fault, Plug


class PlugServer:
    """One plug at one address. `stop` is pulling it from the socket, `start` plugging it back.

    Args:
        plug: May be exchanged at any time for another: then another plug has this address.
        address: A loopback address.
        port: 0 takes a free one, which then stays.
    """

    def __init__(self, plug: Plug, address: str = "127.0.0.1", port: int = 0) -> None:
        self.address = address
        self.port = port
        self.requests = 0
        self.handshakes = 0
        self._runner: web.AppRunner | None = None
        self._unplugged = asyncio.Event()
        self._transports: set[asyncio.BaseTransport] = set()
        self._klap = KlapEndpoint(plug)
        self._passthrough = PassthroughEndpoint(plug)

    @property
    def netloc(self) -> str:
        """`address:port`, as configuration has it."""
        return f"{self.address}:{self.port}"

    @property
    def is_plugged_in(self) -> bool:
        """Whether it has power."""
        return self._runner is not None

    @property
    def plug(self) -> Plug:
        """The plug that answers here."""
        return self._klap.plug

    def insert(self, plug: Plug) -> None:
        """Let this plug answer here from now on, without the sessions of another."""
        self._klap.insert(plug)
        self._passthrough.insert(plug)

    def drop_sessions(self) -> None:
        """Forget every client, as when another one logs in."""
        self._klap.sessions.close_all()
        self._passthrough.sessions.close_all()

    async def start(self) -> None:
        """Begin to listen."""
        self._unplugged.clear()
        app = web.Application(middlewares=[self._with_faults])
        app.router.add_post("/app/handshake1", self._klap.handshake1)
        app.router.add_post("/app/handshake2", self._klap.handshake2)
        app.router.add_post("/app/request", self._klap.request)
        app.router.add_post("/app", self._passthrough.app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.address, self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Lose power: connections end, sessions are gone, the port refuses."""
        runner, self._runner = self._runner, None
        self._unplugged.set()
        for transport in self._transports:
            transport.close()
        self._transports.clear()
        if runner:
            await runner.cleanup()
        self.drop_sessions()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @web.middleware
    async def _with_faults(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.requests += 1
        self.handshakes += request.path == "/app/handshake1"
        if request.transport:
            self._transports.add(request.transport)
        match self.plug.fault:
            case Fault.HANG:
                await self._unplugged.wait()
            case Fault.GARBAGE:
                return web.Response(body=secrets.token_bytes(77))
            case Fault.CUT:
                return await _cut(request)
        return await handler(request)


async def _cut(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b"half of")
    transport = request.transport
    with suppress(AttributeError, OSError):
        transport.get_extra_info("socket").shutdown(socket.SHUT_RDWR)  # ty: ignore
    return response
