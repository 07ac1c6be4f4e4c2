"""What the Matter server has, for filling in `devices.yaml`."""

import logging
from collections.abc import Iterator, Sequence

from matter_server.common.models import MatterNodeData

from home_model.sources import MatterSource
from tp_link_matter_exporter.connecting import connected
from tp_link_matter_exporter.meters import meter_endpoints, serial_of
from tp_link_matter_exporter.settings import Settings

LOG = logging.getLogger(__name__)
VENDOR, PRODUCT, LABEL, FIRMWARE = "0/40/1", "0/40/3", "0/40/5", "0/40/10"


async def tell_nodes(settings: Settings, sources: Sequence[MatterSource]) -> None:
    """Log every node of the server, one line each.

    Raises:
        SourceError: The server cannot be asked.
    """
    async with connected(settings.matter_server_url, settings.deadline_seconds) as connection:
        nodes = [node.node_data for node in connection.client.get_nodes()]
    for line in node_lines(nodes, {source.id for source in sources}):
        LOG.info("%s", line)


def node_lines(nodes: Sequence[MatterNodeData], configured: set[str]) -> Iterator[str]:
    """A line for each node: who it is, where its meters are, whether it is configured."""
    if not nodes:
        yield "the Matter server has no node: commission a plug first"
    for node in sorted(nodes, key=lambda node: node.node_id):
        said = [str(node.attributes.get(path) or "") for path in (VENDOR, PRODUCT, FIRMWARE, LABEL)]
        vendor, product, firmware, label = said
        endpoints = meter_endpoints(node.attributes)
        parts = [
            f"node {node.node_id}: serial number {serial_of(node)!r}",
            f"{vendor} {product} (firmware {firmware}) named {label!r}",
            _meters(endpoints),
            "available" if node.available else "NOT available",
            "configured" if serial_of(node) in configured else "NOT in the configuration",
        ]
        yield ", ".join(parts)


def _meters(endpoints: Sequence[int]) -> str:
    if not endpoints:
        return "no meter"
    word = "meter on endpoint" if len(endpoints) == 1 else "meters on endpoints"
    return f"{word} {', '.join(str(endpoint) for endpoint in endpoints)}"
