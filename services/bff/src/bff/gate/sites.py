"""Whether a write comes from our own page (or from no browser at all).

Browsers say it themselves: Sec-Fetch-Site where the page has a secure address (W3C Fetch Metadata),
Origin with every write (Fetch standard). What is neither comes from no page of another site.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from bff.gate.hosts import same_host

READS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE = frozenset({"same-origin", "none"})


def is_foreign_write(method: str, headers: Mapping[str, str]) -> bool:
    """Whether another site's page makes the browser write here."""
    if method in READS:
        return False
    if site := headers.get("sec-fetch-site"):
        return site not in OWN_SITE
    if origin := headers.get("origin"):
        return not same_host(headers.get("host", ""), urlsplit(origin).netloc)
    return False
