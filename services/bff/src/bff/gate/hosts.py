"""Whether a request was meant for us, by the name in its Host header.

In DNS rebinding a page at evil.example makes its own name resolve to our address; its requests are
then "same origin" for the browser, and only the Host header tells. So a name must be one of ours,
or one that no stranger can own: an IP address, localhost, a name without a dot.
"""

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

DEFAULT_PORTS = {80, 443}


def is_ours(host: str, allowed_hosts: Collection[str]) -> bool:
    """Whether the Host header `host` (name or name:port) is a name of this service."""
    name = name_of(host)
    return name is not None and (name in allowed_hosts or _nobody_else_can_own(name))


def name_of(host: str) -> str | None:
    """The name in a Host header, lower case, without port and final dot; None if there is none."""
    split = _split(host)
    name = split.hostname if split else None
    return name.removesuffix(".") or None if name else None


def same_host(host: str, other: str) -> bool:
    """Whether two `name:port` mean the same; ports 80 and 443 need not be written."""
    return name_of(host) is not None and _place(host) == _place(other)


def _nobody_else_can_own(name: str) -> bool:
    if name.endswith(".localhost") or "." not in name:
        return True  # an IPv6 address has no dot either
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _place(host: str) -> tuple[str | None, int | None]:
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
