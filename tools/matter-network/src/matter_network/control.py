"""What can be done to the network from outside, over HTTP."""

import asyncio
import socket

from aiohttp import web

from matter_network.commissioning import command, until_server_answers
from matter_network.programs import PlugProgram, Program, ServerProgram
from tapo_emulator.own_requests import own_requests_only

SERVER = "server"


class Control:
    """The server and the plugs by serial number."""

    def __init__(self, server: ServerProgram, plugs: dict[str, PlugProgram]) -> None:
        self._server = server
        self._plugs = plugs
        self.ready = False

    def app(self) -> web.Application:
        """The routes."""
        app = web.Application(middlewares=[own_requests_only])
        app.router.add_get("/ready", self._ready)
        app.router.add_post("/{name}/kill", self._kill)
        app.router.add_post("/{name}/start", self._start)
        app.router.add_post("/{name}/command/{command}", self._command)
        app.router.add_put("/{name}", self._set)
        return app

    def _program(self, request: web.Request) -> Program:
        name = request.match_info["name"]
        if name == SERVER:
            return self._server
        if name not in self._plugs:
            raise web.HTTPNotFound(text=f"there is no plug {name}")
        return self._plugs[name]

    async def _ready(self, _: web.Request) -> web.Response:
        return web.Response(status=200 if self.ready else 503)

    async def _kill(self, request: web.Request) -> web.Response:
        await self._program(request).kill()
        return web.Response()

    async def _start(self, request: web.Request) -> web.Response:
        program = self._program(request)
        await program.start()
        if program is self._server:
            await until_server_answers()
        return web.Response()

    async def _set(self, request: web.Request) -> web.Response:
        program = self._program(request)
        if not isinstance(program, PlugProgram):
            raise web.HTTPNotFound(text="the server measures nothing")
        await program.set(await request.json())
        return web.Response()

    async def _command(self, request: web.Request) -> web.Response:
        result = await command(request.match_info["command"], **await request.json())
        return web.json_response(result)


async def serve_control(control: Control, socket_fd: int) -> None:
    """Serve on a socket that was made outside, for ever."""
    runner = web.AppRunner(control.app())
    await runner.setup()
    await web.SockSite(runner, socket.socket(fileno=socket_fd)).start()
    await asyncio.Event().wait()
