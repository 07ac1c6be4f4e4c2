"""Find the node of a source and its meter: by cluster, on whatever endpoint. Pure.

Tapo P110M has socket and meter on endpoint 1 (ioBroker.matter #716), Eve Energy the meter on
endpoint 2 (fixture `eve_energy_plug_patched.json` of home-assistant/core).
"""

from collections.abc import Iterable, Mapping, Sequence

from matter_server.common.models import MatterNodeData

from home_model.errors import RejectedError
from home_model.sources import MatterSource
from tp_link_matter_exporter.parse import (
    CURRENT,
    ENERGY,
    ENERGY_EXPORTED,
    POWER,
    POWER_STANDARD,
    POWER_VENDOR,
    REACHABLE,
    SWITCH,
    VOLTAGE,
    Attribute,
    Located,
    Meter,
)

VENDOR, PRODUCT, LABEL, FIRMWARE = "0/40/1", "0/40/3", "0/40/5", "0/40/10"
SERIAL_NUMBER, UNIQUE_ID = "0/40/15", "0/40/18"
PARTS = "29/3"

type Attributes = Mapping[str, object]


def find_node(nodes: Iterable[MatterNodeData], source_id: str) -> MatterNodeData:
    """Return the node with this serial number or unique id.

    Raises:
        RejectedError: There is none, or there are several.
    """
    found = [node for node in nodes if source_id in identities(node)]
    if not found:
        message = (
            f"the Matter server has no node with the serial number {source_id}: "
            "commission the plug, or look with --once how it is written"
        )
        raise RejectedError(message)
    available = [node for node in found if node.available]
    if len(available) > 1:
        raise RejectedError(_ambiguous(available, source_id))
    # A plug that was reset and commissioned again leaves its old node behind, for ever unavailable.
    return max(found, key=lambda node: (node.available, node.node_id))


def _ambiguous(nodes: Sequence[MatterNodeData], source_id: str) -> str:
    named = ", ".join(
        f"node {node.node_id} ({text(node, VENDOR)} {text(node, PRODUCT)} named "
        f"{text(node, LABEL)!r}, unique id {text(node, UNIQUE_ID)!r})"
        for node in sorted(nodes, key=lambda node: node.node_id)
    )
    return f"{len(nodes)} nodes have the serial number {source_id}: {named}; write the unique id"


def identities(node: MatterNodeData) -> frozenset[str]:
    """Return serial number and unique id; a product may lack the first, recent ones have both."""
    return frozenset(filter(None, (text(node, SERIAL_NUMBER), text(node, UNIQUE_ID))))


def text(node: MatterNodeData, path: str) -> str:
    """Return an attribute as text, empty where it is absent or null."""
    return str(node.attributes.get(path) or "")


def meter_endpoints(attributes: Attributes) -> list[int]:
    """Return the endpoints of meters: those with power, or else those with energy alone.

    A vendor's own cluster counts where the standard one is missing: Eve has both since 1.3.
    """
    found = (_endpoints_with(attributes, group) for group in (POWER_STANDARD, POWER_VENDOR, ENERGY))
    return next(filter(None, found), [])


def find_meter(node: MatterNodeData, source: MatterSource) -> Meter:
    """Return the meter of a source in its node.

    Raises:
        RejectedError: There is none, or several and the configuration does not choose one.
    """
    attributes = node.attributes
    endpoint = _select_endpoint(attributes, source)
    is_only_meter = len(meter_endpoints(attributes)) == 1

    def located(candidates: Sequence[Attribute]) -> tuple[Located, ...]:
        return _located(attributes, endpoint, candidates)

    def nearest(candidates: Sequence[Attribute]) -> tuple[Located, ...]:
        others = _endpoints_with(attributes, candidates)
        # With several meters, what is elsewhere could be of any of them.
        if endpoint not in others and len(others) == 1 and is_only_meter:
            return _located(attributes, others[0], candidates)
        return located(candidates)

    return Meter(
        node_id=node.node_id,
        power=located(POWER),
        voltage=located(VOLTAGE),
        current=located(CURRENT),
        energy=nearest(ENERGY),
        energy_exported=nearest(ENERGY_EXPORTED),
        switch=nearest(SWITCH),
        reachable=_located(attributes, bridged_endpoint(attributes, endpoint), REACHABLE),
    )


def bridged_endpoint(attributes: Attributes, endpoint: int) -> int:
    """Return the endpoint of the bridged device that an endpoint is part of, or the same one."""
    if f"{endpoint}/57/17" in attributes:
        return endpoint
    parents = (
        parent
        for parent in _endpoints_with(attributes, REACHABLE)
        if endpoint in _parts(attributes, parent)
    )
    return next(parents, endpoint)


def _parts(attributes: Attributes, endpoint: int) -> Sequence[object]:
    parts = attributes.get(f"{endpoint}/{PARTS}")
    return parts if isinstance(parts, list) else ()


def _located(
    attributes: Attributes, endpoint: int, candidates: Sequence[Attribute]
) -> tuple[Located, ...]:
    return tuple(
        Located(endpoint, _without_absent(attributes, endpoint, attribute))
        for attribute in candidates
        if f"{endpoint}/{attribute.path}" in attributes
    )


def _without_absent(attributes: Attributes, endpoint: int, attribute: Attribute) -> Attribute:
    """Return the attribute without factors that the node lacks: they are 1 then."""

    def present(path: str | None) -> str | None:
        return path if f"{endpoint}/{path}" in attributes else None

    return Attribute(
        attribute.path,
        attribute.unit,
        present(attribute.multiplier),
        present(attribute.divisor),
        attribute.invalid,
    )


def _select_endpoint(attributes: Attributes, source: MatterSource) -> int:
    endpoints = meter_endpoints(attributes)
    there = ", ".join(str(endpoint) for endpoint in endpoints)
    if not endpoints:
        message = (
            f"{source.id} has no meter: its firmware may be older than its ElectricalPower"
            "Measurement (Tapo P110M before mid-2025); update it in its vendor's app"
        )
        raise RejectedError(message)
    if source.endpoint is not None and source.endpoint not in endpoints:
        message = f"{source.id} has no meter on endpoint {source.endpoint}; it has on: {there}"
        raise RejectedError(message)
    if source.endpoint is None and len(endpoints) > 1:
        message = f"{source.id} has meters on endpoints {there}: write `endpoint:` in devices.yaml"
        raise RejectedError(message)
    return endpoints[0] if source.endpoint is None else source.endpoint


def _endpoints_with(attributes: Attributes, candidates: Sequence[Attribute]) -> list[int]:
    wanted = {attribute.path for attribute in candidates}
    splits = (path.split("/", 1) for path in attributes)
    return sorted({int(endpoint) for endpoint, rest in splits if rest in wanted})
