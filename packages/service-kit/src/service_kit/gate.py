"""What holds for every route of a port: by which names it is requested, from where, and headers.

Needs the extra `web` of this package.
"""

from collections.abc import Callable, Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service_kit.hosts import ANSWER_HEADERS, READS, is_foreign_write, is_ours
from service_kit.problem_responses import problem_response
from service_kit.problems import ProblemError


class Gate:
    """Middleware: refuse foreign names and writes of other sites, and add the headers.

    Args:
        app: The application whose requests are checked.
        allowed_hosts: Names of this service, besides those that nobody else can register; None
            where every name is answered to.
        writes: Returns what handles writes in place of the application.
    """

    def __init__(
        self,
        app: ASGIApp,
        allowed_hosts: Collection[str] | None,
        writes: Callable[[ASGIApp], ASGIApp] = lambda app: app,
    ) -> None:
        self._app, self._writes, self._allowed_hosts = app, writes(app), allowed_hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or respond with what is wrong with it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        app = self._app if scope["method"] in READS else self._writes
        if problem := _refusal(scope["method"], Headers(scope=scope), self._allowed_hosts):
            app = problem_response(Request(scope), problem)
        await app(scope, receive, _with_headers(send))


def _refusal(
    method: str, headers: Headers, allowed_hosts: Collection[str] | None
) -> ProblemError | None:
    """Return why a request is refused, if it is."""
    host = headers.get("host", "")
    if allowed_hosts is not None and not is_ours(host, allowed_hosts):
        return ProblemError(
            421,
            "foreign-host",
            f"{host!r} is not a name of this service.",
            what_to_do="Open it under its own name, or add this one to ALLOWED_HOSTS. Where"
            " the tailnet had a machine of the page's name, Tailscale gave it the next one"
            " (power-1): add that name too, or remove the old machine.",
        )
    if is_foreign_write(method, headers):
        return ProblemError(
            403,
            "foreign-site",
            "A page of another site tried to change something here.",
            what_to_do="Make the change on this service's own page.",
        )
    return None


def _with_headers(send: Send) -> Send:
    """Return a `send` that adds the headers of every answer."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in ANSWER_HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return send_with_headers
