"""The text of `/metrics` in the format that was asked for, with the counter's exact name.

`prometheus_client` puts `_total` behind the name of every counter, and OpenMetrics demands it;
the contract is `<family>_energy_total_kwh`. See docs/decisions/0002-exact-counter-name.md.
"""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder


def encode_metrics(
    registry: CollectorRegistry, accept: str, counters: Iterable[str]
) -> tuple[bytes, str]:
    """The page and its content type.

    `counters` are metrics that the registry gives as of unknown type. In the text format they are
    declared as counters; OpenMetrics has no such type for a name without the suffix.
    """
    encoder, content_type = choose_encoder(accept)
    page = encoder(registry)
    if not content_type.startswith("application/openmetrics-text"):
        for name in counters:
            page = page.replace(
                f"\n# TYPE {name} untyped\n".encode(), f"\n# TYPE {name} counter\n".encode()
            )
    return page, content_type
