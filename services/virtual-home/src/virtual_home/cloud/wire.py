"""What can happen to a good answer on its way."""

import asyncio

from aiohttp import web

from virtual_home.cloud.faults import HUGE_BYTES

JSON = "application/json"
TRICKLE_SECONDS = 0.25
REDIRECT_TARGET = "/virtual/elsewhere"


async def spoil(name: str, request: web.Request, payload: bytes) -> web.StreamResponse:
    """Send `payload` as the fault of `faults.WIRE` has it."""
    match name:
        case "redirect":
            raise web.HTTPFound(REDIRECT_TARGET)
        case "hang":
            await asyncio.Event().wait()
        case "trickle":
            return await _trickle(request, payload)
        case "drop":
            return await _drop(request, payload)
    return _whole(name, payload)


def _whole(name: str, payload: bytes) -> web.Response:
    match name:
        case "garbage":
            return web.Response(body=payload[: len(payload) // 2] + b"\xff", content_type=JSON)
        case "no_content":
            return web.Response(body=b"", content_type=JSON)
        case "not_an_object":
            return web.Response(body=b'["success"]', content_type=JSON)
        case "wrong_content_type":
            return web.Response(body=payload, content_type="text/html")
        case "login_page":
            return web.Response(text="<html>Sign in to the Wi-Fi</html>", content_type="text/html")
        case "huge":
            padded = payload[:-1] + b',"padding":"' + b"x" * HUGE_BYTES + b'"}'
            return web.Response(body=padded, content_type=JSON)
        case _:
            message = f"no fault is called {name!r}"
            raise ValueError(message)


async def _trickle(request: web.Request, payload: bytes) -> web.StreamResponse:
    response = await _begin(request, payload)
    for byte in payload:
        await response.write(bytes([byte]))
        await asyncio.sleep(TRICKLE_SECONDS)
    return response


async def _drop(request: web.Request, payload: bytes) -> web.StreamResponse:
    response = await _begin(request, payload)
    await response.write(payload[: len(payload) // 2])
    if request.transport:
        request.transport.abort()
    return response


async def _begin(request: web.Request, payload: bytes) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": str(len(payload))})
    response.content_type = JSON
    await response.prepare(request)
    return response
