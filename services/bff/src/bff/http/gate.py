"""The checks before all routes: the host name is ours, and writes come from our own page.

In DNS rebinding a page at evil.example makes its own name resolve to our address; its requests are
then "same origin" for the browser, and only the Host header differs. So a name must be one of ours,
or one that nobody else can register: an IP address, localhost, a name without a dot.

Browsers mark writes themselves: Sec-Fetch-Site where the page has a secure address (W3C Fetch
Metadata), Origin with every write (Fetch standard). A request with neither comes from no page.
"""

import logging
from collections.abc import Collection, Mapping
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bff.http.error_handlers import problem_response
from service_kit.problems import ProblemError

LOG = logging.getLogger(__name__)

DEFAULT_PORTS = {80, 443}
READS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE = frozenset({"same-origin", "none"})
# Set by Tailscale's proxy for members of the tailnet, which removes what a client sent of it.
IDENTITY_HEADER = "tailscale-user-login"


class Gate:
    """Middleware: refuse foreign hosts and writes of other sites; log the other writes.

    Args:
        app: The application behind the gate.
        allowed_hosts: Names of this service, besides those that nobody else can register.
        trust_identity: Whether the header that names a person can only come from the proxy.
    """

    def __init__(
        self, app: ASGIApp, allowed_hosts: tuple[str, ...], *, trust_identity: bool
    ) -> None:
        self._app = app
        self._allowed_hosts = allowed_hosts
        self._trust_identity = trust_identity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or respond with what is wrong with it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if problem := self._refusal(scope["method"], headers):
            await problem_response(Request(scope), problem)(scope, receive, send)
        elif scope["method"] in READS:
            await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, self._logging(scope, headers, send))

    def _refusal(self, method: str, headers: Headers) -> ProblemError | None:
        host = headers.get("host", "")
        if not is_ours(host, self._allowed_hosts):
            return ProblemError(
                421,
                "foreign-host",
                f"{host!r} is not a name of this service.",
                what_to_do="Open it under its own name, or add this one to ALLOWED_HOSTS.",
            )
        if is_foreign_write(method, headers):
            return ProblemError(
                403,
                "foreign-site",
                "A page of another site tried to change something here.",
                what_to_do="Make the change on this service's own page.",
            )
        return None

    def _logging(self, scope: Scope, headers: Headers, send: Send) -> Send:
        async def send_and_log(message: Message) -> None:
            if message["type"] == "http.response.start":
                LOG.info(
                    "%s %r: %s%s",
                    scope["method"],
                    scope["path"],
                    message["status"],
                    self._by_whom(headers),
                )
            await send(message)

        return send_and_log

    def _by_whom(self, headers: Headers) -> str:
        login = headers.get(IDENTITY_HEADER)
        return f", by {login!r}" if login and self._trust_identity else ""


def is_ours(host: str, allowed_hosts: Collection[str]) -> bool:
    """Return whether the Host header `host` (name or name:port) is a name of this service."""
    name = name_of(host)
    return name is not None and (name in allowed_hosts or _is_unregistrable(name))


def name_of(host: str) -> str | None:
    """Return the name in a Host header, lower case, without port and final dot; None without."""
    split = _split(host)
    name = split.hostname if split else None
    return name.removesuffix(".") or None if name else None


def same_host(host: str, other: str) -> bool:
    """Return whether two `name:port` are equal; ports 80 and 443 may be left out."""
    return name_of(host) is not None and _name_and_port(host) == _name_and_port(other)


def is_foreign_write(method: str, headers: Mapping[str, str]) -> bool:
    """Return whether another site's page makes the browser write here."""
    if method in READS:
        return False
    if site := headers.get("sec-fetch-site"):
        return site not in OWN_SITE
    if origin := headers.get("origin"):
        return not same_host(headers.get("host", ""), urlsplit(origin).netloc)
    return False


def _is_unregistrable(name: str) -> bool:
    if name.endswith(".localhost") or "." not in name:
        return True  # an IPv6 address has no dot either
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _name_and_port(host: str) -> tuple[str | None, int | None]:
    split = _split(host)
    port = split.port if split else None
    return name_of(host), None if port in DEFAULT_PORTS else port


def _split(host: str) -> SplitResult | None:
    if not host or any(sign in host for sign in "/?#@\\ ,"):
        return None
    try:
        split = urlsplit(f"//{host}")
        split.port  # noqa: B018 - raises ValueError for a port that is none
    except ValueError:
        return None
    return split
