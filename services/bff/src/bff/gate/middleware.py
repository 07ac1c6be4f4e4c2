"""The gate before all routes; also the one place that notes who wrote."""

import logging

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bff.gate.hosts import is_ours
from bff.gate.sites import READS, is_foreign_write
from bff.problem_answers import answer
from bff.problems import Problem

# Set by Tailscale's proxy for members of the tailnet, which removes what a client sent of it.
IDENTITY_HEADER = "tailscale-user-login"

log = logging.getLogger(__name__)


class Gate:
    """Refuses requests for other names and writes from other sites; logs the other writes.

    Args:
        app: What is behind the gate.
        allowed_hosts: Names under which it is opened, besides those that nobody else can own.
        trust_identity: Whether the header that names a person can only come from the proxy.
    """

    def __init__(
        self, app: ASGIApp, allowed_hosts: tuple[str, ...], *, trust_identity: bool
    ) -> None:
        self._app = app
        self._allowed_hosts = allowed_hosts
        self._trust_identity = trust_identity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer what is wrong with it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if problem := self._refusal(scope["method"], headers):
            await answer(Request(scope), problem)(scope, receive, send)
        elif scope["method"] in READS:
            await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, self._noting(scope, headers, send))

    def _refusal(self, method: str, headers: Headers) -> Problem | None:
        host = headers.get("host", "")
        if not is_ours(host, self._allowed_hosts):
            return Problem(
                421,
                "foreign-host",
                f"This service is not known as {host!r}.",
                what_to_do="Open it under its own name, or add this one to ALLOWED_HOSTS.",
            )
        if is_foreign_write(method, headers):
            return Problem(
                403,
                "foreign-site",
                "A page of another site wanted to change something here.",
                what_to_do="Make the change on this service's own page.",
            )
        return None

    def _noting(self, scope: Scope, headers: Headers, send: Send) -> Send:
        async def send_and_note(message: Message) -> None:
            if message["type"] == "http.response.start":
                log.info(
                    "%s %r: %s%s",
                    scope["method"],
                    scope["path"],
                    message["status"],
                    self._by_whom(headers),
                )
            await send(message)

        return send_and_note

    def _by_whom(self, headers: Headers) -> str:
        login = headers.get(IDENTITY_HEADER)
        return f", by {login!r}" if login and self._trust_identity else ""
