"""Whether a request was meant for this service and does not come from another site's page.

In DNS rebinding a page at evil.example makes its own name resolve to our address; its requests are
then "same origin" for the browser, and only the Host header differs. So a name must be one of ours,
or one that nobody else can register: an IP address, localhost, a name without a dot.

Browsers mark writes themselves: Sec-Fetch-Site where the page has a secure address (W3C Fetch
Metadata), Origin with every write (Fetch standard). A request with neither comes from no page.
"""

from collections.abc import Collection, Mapping
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

DEFAULT_PORTS = {80, 443}
READS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE = frozenset({"same-origin", "none"})
# Answers are of this moment and for this origin, through every proxy.
ANSWER_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


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
    """Return whether another site's page makes the browser write here.

    Args:
        method: Of the request.
        headers: Of the request; names are looked up in lower case.
    """
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
