"""A device's HTTP server: its routes, its login, and what its faults do to the wire."""

import asyncio
import json
import socket
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Self

from aiohttp import web

from shelly_emulator.answers import RpcError, call, info
from shelly_emulator.device import Device, Fault

OPEN_METHODS = frozenset({"Shelly.GetDeviceInfo"})
DRIP_SECONDS = 0.05
HUGE_BYTES = 2_000_000
BODIES = {
    Fault.GARBAGE: b"\x15\x03\x03\x00\x02\x02",
    Fault.HUGE: b"[" + b"0," * (HUGE_BYTES // 2) + b"0]",
}


class DeviceServer:
    """One device at one address. `stop` is pulling it from the socket, `start` plugging it back.

    Args:
        device: May be exchanged at any time for another: then another device has this address.
        address: A loopback address.
        port: 0 takes a free one, which then stays.

    Attributes:
        requests: The paths asked for, in order.
        statuses: What they were answered with.
        authorizations: The logins that were sent.
        max_running: The most requests at one time.
    """

    def __init__(self, device: Device, address: str = "127.0.0.1", port: int = 0) -> None:
        self.device, self.address, self.port = device, address, port
        self.requests: list[str] = []
        self.statuses: list[int] = []
        self.authorizations: list[str] = []
        self.running = 0
        self.max_running = 0
        self._runner: web.AppRunner | None = None
        self._frozen: bytes | None = None

    @property
    def netloc(self) -> str:
        """`address:port`, as configuration has it."""
        return f"{self.address}:{self.port}"

    async def start(self) -> None:
        """Begin to listen."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.address, self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Lose power: connections end, the port refuses."""
        runner, self._runner = self._runner, None
        if runner:
            await runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.running += 1
        self.max_running = max(self.max_running, self.running)
        try:
            self.requests.append(request.path_qs)
            if "Authorization" in request.headers:
                self.authorizations.append(request.headers["Authorization"])
            answer = await self._with_fault(request)
            self.statuses.append(answer.status)
            return answer
        finally:
            self.running -= 1

    async def _with_fault(self, request: web.Request) -> web.StreamResponse:
        match self.device.fault:
            case Fault.HANG:
                await asyncio.sleep(3600)
            case Fault.GARBAGE | Fault.HUGE:
                return web.Response(body=BODIES[self.device.fault])
            case Fault.UNAVAILABLE:
                return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
            case Fault.HALF:
                return await _cut(request)
            case Fault.DRIP:
                return await _drip(request)
        return self._frozen_or_not(request, await self._respond(request))

    def _frozen_or_not(self, request: web.Request, answer: web.Response) -> web.Response:
        if self.device.fault is not Fault.FROZEN:
            self._frozen = None
        elif request.path == "/rpc/Shelly.GetStatus" and answer.status == HTTPStatus.OK:
            self._frozen = self._frozen or _body(answer)
            return web.Response(body=self._frozen, content_type="application/json")
        return answer

    async def _respond(self, request: web.Request) -> web.Response:
        path = request.path
        if path == "/shelly":
            return web.json_response(info(self.device))
        if self.device.model.generation == 1 or not path.startswith("/rpc"):
            return _status_of_generation_1(path)
        if request.method == "POST":
            return await self._post(request)
        method = path.removeprefix("/rpc/")
        if refused := self._refused(request, method):
            return refused
        try:
            return web.json_response(call(self.device, method, dict(request.query)))
        except RpcError as error:
            body = {"code": error.code, "message": error.message}
            return web.json_response(body, status=error.status)

    async def _post(self, request: web.Request) -> web.Response:
        """Answer a JSON-RPC frame: errors are within a 200."""
        body = await request.text()
        frame: dict[str, Any] = json.loads(body) if body else {}  # curl asks for a challenge first
        if refused := self._refused(request, str(frame.get("method"))):
            return refused
        head = {"id": frame.get("id"), "src": self.device.device_id}
        try:
            result = call(self.device, str(frame.get("method")), frame.get("params") or {})
        except RpcError as error:
            return web.json_response(
                head | {"error": {"code": error.code, "message": error.message}}
            )
        return web.json_response(head | {"result": result})

    def _refused(self, request: web.Request, method: str) -> web.Response | None:
        login = self.device.login
        if login is None or method in OPEN_METHODS:
            return None
        authorization = request.headers.get("Authorization", "")
        verdict = login.check(request.method, request.path_qs, authorization)
        if verdict.status is HTTPStatus.OK:
            return None
        headers = {"WWW-Authenticate": verdict.challenge} if verdict.challenge else {}
        body = {"code": int(verdict.status), "message": verdict.message}
        return web.json_response(body, status=verdict.status, headers=headers)


def _status_of_generation_1(path: str) -> web.Response:
    if path == "/status":
        meters = [{"power": 12.5, "is_valid": True, "total": 8_640}]  # watt-minutes
        return web.json_response({"meters": meters, "uptime": 1})
    return web.Response(status=HTTPStatus.NOT_FOUND, text="Not Found")


def _body(answer: web.Response) -> bytes:
    return answer.body if isinstance(answer.body, bytes) else b""


async def _cut(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"half of')
    with suppress(AttributeError, OSError):
        request.transport.get_extra_info("socket").shutdown(socket.SHUT_RDWR)  # ty: ignore
    return response


async def _drip(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "100000"})
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(DRIP_SECONDS)
