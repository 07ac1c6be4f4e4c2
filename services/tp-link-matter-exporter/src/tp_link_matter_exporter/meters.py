"""Where in a node its meter is: by cluster, on whatever endpoint. Pure.

Cluster and attribute numbers are those of the Matter specification 1.3. Tapo P110M has socket and
meter on endpoint 1 (ioBroker.matter #716), Eve Energy the meter on endpoint 2 (fixture
`eve_energy_plug_patched.json` of home-assistant/core).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from matter_server.common.models import MatterNodeData

from home_model.errors import RejectedError
from home_model.sources import MatterSource

# Several where a quantity can stand under several attributes: the first that says something counts.
# P110M tells RMS voltage and current, and lacks the plain ones (home-assistant/core #149847).
POWER = ("144/8",)
VOLTAGE = ("144/4", "144/11")
CURRENT = ("144/5", "144/12")
ENERGY = ("145/1",)
SWITCH = ("6/0",)

SERIAL_NUMBER, UNIQUE_ID = "0/40/15", "0/40/18"


@dataclass(frozen=True, slots=True)
class Meter:
    """The attribute paths of one meter, "endpoint/cluster/attribute"; none where it has none."""

    node_id: int
    power: Sequence[str]
    voltage: Sequence[str]
    current: Sequence[str]
    energy: Sequence[str]
    switch: Sequence[str]

    @property
    def paths(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.power, *self.voltage, *self.current, *self.energy, *self.switch)


def find_node(nodes: Iterable[MatterNodeData], serial: str) -> MatterNodeData:
    """The node with this serial number.

    Raises:
        RejectedError: There is none.
    """
    found = [node for node in nodes if serial_of(node) == serial]
    if not found:
        message = (
            f"the Matter server has no node with the serial number {serial}: "
            "commission the plug, or look with --once how it is written"
        )
        raise RejectedError(message)
    # A plug that was reset and commissioned again leaves its old node behind, for ever unavailable.
    return max(found, key=lambda node: (node.available, node.node_id))


def serial_of(node: MatterNodeData) -> str:
    """The serial number; a product may lack it, every recent one has a unique id."""
    return str(node.attributes.get(SERIAL_NUMBER) or node.attributes.get(UNIQUE_ID) or "")


def meter_endpoints(attributes: Mapping[str, object]) -> list[int]:
    """The endpoints that tell active power."""
    return _endpoints_with(attributes, POWER[0])


def find_meter(node: MatterNodeData, source: MatterSource) -> Meter:
    """The meter of a source in its node.

    Raises:
        RejectedError: There is none, or several and the configuration does not say which.
    """
    attributes = node.attributes
    endpoints = meter_endpoints(attributes)
    endpoint = _chosen(endpoints, source)

    def paths(suffixes: Sequence[str]) -> tuple[str, ...]:
        here = [f"{endpoint}/{suffix}" for suffix in suffixes]
        return tuple(path for path in here if path in attributes)

    def nearest(suffix: str) -> tuple[str, ...]:
        others = _endpoints_with(attributes, suffix)
        # With several meters, what stands elsewhere could be anyone's.
        if endpoint not in others and len(others) == len(endpoints) == 1:
            return (f"{others[0]}/{suffix}",)
        return paths([suffix])

    return Meter(
        node.node_id,
        paths(POWER),
        paths(VOLTAGE),
        paths(CURRENT),
        nearest(ENERGY[0]),
        nearest(SWITCH[0]),
    )


def _chosen(endpoints: Sequence[int], source: MatterSource) -> int:
    there = ", ".join(str(endpoint) for endpoint in endpoints)
    if not endpoints:
        message = (
            f"{source.id} has no ElectricalPowerMeasurement: its firmware may be older than its "
            "meter (Tapo P110M before mid-2025); update it in its vendor's app"
        )
        raise RejectedError(message)
    if source.endpoint is not None and source.endpoint not in endpoints:
        message = f"{source.id} has no meter on endpoint {source.endpoint}; it has on: {there}"
        raise RejectedError(message)
    if source.endpoint is None and len(endpoints) > 1:
        message = f"{source.id} has meters on endpoints {there}: write `endpoint:` in devices.yaml"
        raise RejectedError(message)
    return endpoints[0] if source.endpoint is None else source.endpoint


def _endpoints_with(attributes: Mapping[str, object], suffix: str) -> list[int]:
    splits = (path.split("/", 1) for path in attributes)
    return sorted(int(endpoint) for endpoint, rest in splits if rest == suffix)
