"""The API's HTTP side: count, check the signature, charge the quota, answer or fail."""

from collections.abc import Callable

from aiohttp import web

from tapo_emulator.own_requests import own_requests_only
from virtual_home.cloud import answers
from virtual_home.cloud.account import VirtualCloud
from virtual_home.cloud.answers import Answer
from virtual_home.cloud.control_api import control_routes
from virtual_home.cloud.faults import BODIES, CODES, HTTP_ERRORS, HttpError
from virtual_home.cloud.overrides import Fault
from virtual_home.cloud.signature import is_genuine
from virtual_home.cloud.wire import JSON, spoil


def cloud_app(cloud: VirtualCloud) -> web.Application:
    """The whole application: `/v1.1/` and `/virtual/`."""

    async def devices(request: web.Request) -> web.StreamResponse:
        return await _serve(cloud, request, "", cloud.device_list)

    async def status(request: web.Request) -> web.StreamResponse:
        device_id = request.match_info["device_id"]
        return await _serve(cloud, request, device_id, lambda: cloud.status(device_id))

    async def remember_remainder(request: web.Request, response: web.StreamResponse) -> None:
        if cloud.overrides.remaining_header and request.path.startswith("/v1.1/"):
            remaining = cloud.quota.remaining(cloud.clock())
            response.headers[cloud.overrides.remaining_header] = str(remaining)

    app = web.Application(middlewares=[own_requests_only])
    app.router.add_get("/v1.1/devices", devices)
    app.router.add_get("/v1.1/devices/{device_id}/status", status)
    app.router.add_routes(control_routes(cloud))
    app.on_response_prepare.append(remember_remainder)
    return app


async def _serve(
    cloud: VirtualCloud, request: web.Request, device_id: str, ask: Callable[[], Answer]
) -> web.StreamResponse:
    cloud.request_counts.count(request.path)
    if not is_genuine(request.headers, cloud.account, cloud.clock()):
        cloud.request_counts.unauthorized += 1
        return _http_error(HTTP_ERRORS["unauthorized"], None)
    if not cloud.quota.take(cloud.clock()):
        return _enveloped(answers.DAILY_LIMIT)
    fault = cloud.overrides.next_fault(device_id)
    return _enveloped(ask()) if fault is None else await _fail(fault, request, ask)


async def _fail(
    fault: Fault, request: web.Request, ask: Callable[[], Answer]
) -> web.StreamResponse:
    if fault.name in HTTP_ERRORS:
        return _http_error(HTTP_ERRORS[fault.name], fault.retry_after_seconds)
    if fault.name in CODES:
        return _enveloped(CODES[fault.name])
    good = ask()
    if fault.name in BODIES:
        return _enveloped(Answer(good.status_code, good.message, BODIES[fault.name](good.body)))
    return await spoil(fault.name, request, good.to_json())


def _enveloped(answer: Answer) -> web.Response:
    return web.Response(body=answer.to_json(), content_type=JSON)


def _http_error(error: HttpError, retry_after_seconds: int | None) -> web.Response:
    headers = {} if retry_after_seconds is None else {"Retry-After": str(retry_after_seconds)}
    return web.Response(
        status=error.status, text=error.text, content_type=error.content_type, headers=headers
    )
