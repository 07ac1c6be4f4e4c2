"""List the nodes of the Matter server, and what to paste into `devices.yaml` for each meter."""

import logging
from collections.abc import Iterator, Sequence

from matter_server.common.models import MatterNodeData

from home_model.sources import MatterSource
from tp_link_matter_exporter.client import connected
from tp_link_matter_exporter.nodes import (
    FIRMWARE,
    LABEL,
    PRODUCT,
    SERIAL_NUMBER,
    UNIQUE_ID,
    VENDOR,
    bridged_endpoint,
    identities,
    meter_endpoints,
    text,
)
from tp_link_matter_exporter.settings import Settings

LOG = logging.getLogger(__name__)


async def log_nodes(settings: Settings, sources: Sequence[MatterSource]) -> None:
    """Log every node of the server, one line each, and its meters.

    Raises:
        SourceError: The server cannot be reached.
    """
    async with connected(settings.matter_server_url, settings.deadline_seconds) as connection:
        nodes = [node.node_data for node in connection.client.get_nodes()]
    for line in node_lines(nodes, {source.id for source in sources}):
        LOG.info("%s", line)


def node_lines(nodes: Sequence[MatterNodeData], configured: set[str]) -> Iterator[str]:
    """Yield a line for each node (identity, meters, whether configured) and for each meter."""
    if not nodes:
        yield "the Matter server has no node: commission a plug first"
    for node in sorted(nodes, key=lambda node: node.node_id):
        yield _node_line(node, configured)
        yield from _meter_lines(node, _pasted_id(node, nodes))


def _node_line(node: MatterNodeData, configured: set[str]) -> str:
    endpoints = meter_endpoints(node.attributes)
    parts = [
        f"node {node.node_id}: serial number {text(node, SERIAL_NUMBER)!r}",
        f"{text(node, VENDOR)} {text(node, PRODUCT)} (firmware {text(node, FIRMWARE)})",
        f"named {text(node, LABEL)!r}",
        f"unique id {text(node, UNIQUE_ID)!r}",
        _meters(endpoints),
        "available" if node.available else "NOT available",
        "configured" if identities(node) & configured else "NOT in the configuration",
    ]
    return ", ".join(parts)


def _meters(endpoints: Sequence[int]) -> str:
    if not endpoints:
        return "no meter"
    word = "meter on endpoint" if len(endpoints) == 1 else "meters on endpoints"
    return f"{word} {', '.join(str(endpoint) for endpoint in endpoints)}"


def _pasted_id(node: MatterNodeData, nodes: Sequence[MatterNodeData]) -> str:
    """Return the serial number, or the unique id where the former is missing or not unique."""
    serial, unique = text(node, SERIAL_NUMBER), text(node, UNIQUE_ID)
    is_shared = sum(text(other, SERIAL_NUMBER) == serial for other in nodes) > 1
    return unique if unique and (is_shared or not serial) else serial


def _meter_lines(node: MatterNodeData, pasted_id: str) -> Iterator[str]:
    """Yield what to paste below `sources:`, with the name of a device behind a bridge."""
    endpoints = meter_endpoints(node.attributes)
    for endpoint in endpoints:
        chosen = f", endpoint: {endpoint}" if len(endpoints) > 1 else ""
        bridged = bridged_endpoint(node.attributes, endpoint)
        name, serial = (text(node, f"{bridged}/57/{number}") for number in (5, 15))
        behind = f"  # {name!r}, serial number {serial!r}" if name or serial else ""
        yield f'  - {{source: matter, id: "{pasted_id}"{chosen}}}{behind}'
