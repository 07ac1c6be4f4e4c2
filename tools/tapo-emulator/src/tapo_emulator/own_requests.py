"""The check before all routes of an emulator's control API, the same as before the BFF's."""

from aiohttp import web
from aiohttp.typedefs import Handler

from service_kit.hosts import is_foreign_write, is_ours


@web.middleware
async def own_requests_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse foreign host names and writes of other sites' pages."""
    if not is_ours(request.host, ()):
        return web.Response(status=421, text="this is not a name of this emulator\n")
    if is_foreign_write(request.method, request.headers):
        return web.Response(status=403, text="a page of another site cannot write here\n")
    return await handler(request)
