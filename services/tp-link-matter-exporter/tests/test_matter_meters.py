"""Where the meter of a node is, and what its values mean. Pure; attributes as the server gives."""

from datetime import UTC, datetime
from typing import Any

import pytest
from matter_server.common.models import MatterNodeData

from home_model.errors import BadPayloadError, RejectedError
from home_model.sources import MatterSource
from tp_link_matter_exporter.directory import node_lines
from tp_link_matter_exporter.meters import Meter, find_meter, find_node
from tp_link_matter_exporter.parsing import parse_reading

AT = datetime(2026, 3, 1, tzinfo=UTC)

TAPO: dict[str, Any] = {
    "0/40/15": "TAPO",
    "1/6/0": True,
    "1/144/8": 4321,
    "1/144/11": 100_500,
    "1/144/12": 43,
    "1/145/1": {"0": 1_234_567, "2": 826_000_000},
}
EVE: dict[str, Any] = {
    "0/40/15": "EVE",
    "1/6/0": False,
    "2/144/4": 220_000,
    "2/144/5": 2000,
    "2/144/8": 550_000,
    "2/145/1": {"0": 2500},
}
STRIP: dict[str, Any] = {
    "0/40/15": "STRIP",
    "1/6/0": True,
    "1/144/8": 1000,
    "2/144/8": 2000,
    "3/145/1": {"0": 9},
}


def node(attributes: dict[str, Any], node_id: int = 1, *, available: bool = True) -> MatterNodeData:
    return MatterNodeData(
        node_id=node_id,
        date_commissioned=AT,
        last_interview=AT,
        interview_version=6,
        available=available,
        attributes=attributes,
    )


def source(serial: str, endpoint: int | None = None) -> MatterSource:
    return MatterSource(source="matter", id=serial, endpoint=endpoint)


def meter_of(attributes: dict[str, Any], endpoint: int | None = None) -> Meter:
    return find_meter(node(attributes), source(attributes["0/40/15"], endpoint))


def test_a_tapo_plug_has_all_on_endpoint_1_and_tells_rms() -> None:
    """Attributes 11 and 12 stand in for the missing 4 and 5; mWh of a struct become kWh."""
    reading = parse_reading(meter_of(TAPO), TAPO, AT)
    assert reading.power_watts == 4.321
    assert reading.voltage_volts == 100.5
    assert reading.current_amperes == 0.043
    assert reading.energy_lifetime_kwh == 1.234567
    assert reading.extra == {"switch_on": 1.0}


def test_a_meter_beside_its_socket_is_found_with_the_socket() -> None:
    """The only switch of a node with one meter is that meter's."""
    reading = parse_reading(meter_of(EVE), EVE, AT)
    assert reading.power_watts == 550
    assert reading.voltage_volts == 220
    assert reading.current_amperes == 2
    assert reading.energy_lifetime_kwh == 0.0025
    assert reading.extra == {"switch_on": 0.0}


def test_where_the_plain_value_is_null_the_rms_value_counts() -> None:
    """The P110M's successors may have both attributes and fill one."""
    both = TAPO | {"1/144/4": None}
    assert parse_reading(meter_of(both), both, AT).voltage_volts == 100.5


@pytest.mark.parametrize("nothing", [None, {"TLVValue": None, "Reason": "UnsupportedAttribute"}])
def test_what_a_plug_does_not_know_is_absent(nothing: object) -> None:
    """Never 0: a null measurement, a null struct, an attribute that could not be read."""
    values = dict.fromkeys(TAPO, nothing)
    reading = parse_reading(meter_of(TAPO), values, AT)
    assert reading.power_watts is reading.voltage_volts is reading.current_amperes is None
    assert reading.energy_lifetime_kwh is None
    assert reading.extra == {}


def test_a_value_of_another_kind_is_refused() -> None:
    """Rather than guessed at."""
    with pytest.raises(BadPayloadError, match="1/144/8 is 'much'"):
        parse_reading(meter_of(TAPO), TAPO | {"1/144/8": "much"}, AT)


def test_several_meters_need_an_endpoint_and_share_nothing() -> None:
    """The counter and the switch elsewhere could be anyone's."""
    with pytest.raises(RejectedError, match="endpoints 1, 2"):
        meter_of(STRIP)
    with pytest.raises(RejectedError, match="no meter on endpoint 7; it has on: 1, 2"):
        meter_of(STRIP, 7)
    reading = parse_reading(meter_of(STRIP, 2), STRIP, AT)
    assert reading.power_watts == 2
    assert reading.energy_lifetime_kwh is None
    assert reading.extra == {}


def test_a_plug_whose_firmware_has_no_meter_says_what_to_do() -> None:
    """Tapo P110M before mid-2025 is a mere switch over Matter."""
    with pytest.raises(RejectedError, match="update it"):
        meter_of({"0/40/15": "OLD", "1/6/0": True})


def test_a_plug_commissioned_twice_is_its_living_node() -> None:
    """After a factory reset the old node stays at the server, unavailable."""
    nodes = [node(TAPO, 1, available=False), node(TAPO, 2), node(EVE, 3)]
    assert find_node(nodes, "TAPO").node_id == 2
    with pytest.raises(RejectedError, match="no node with the serial number GONE"):
        find_node(nodes, "GONE")


def test_a_product_without_serial_number_goes_by_its_unique_id() -> None:
    """SerialNumber is optional in BasicInformation."""
    assert find_node([node({"0/40/18": "U-1"}, 4)], "U-1").node_id == 4


def test_the_list_of_nodes_tells_what_to_write_into_the_configuration() -> None:
    """An empty server says what comes first."""
    told = list(node_lines([node(STRIP, 2, available=False), node(TAPO, 1)], {"TAPO"}))
    assert "node 1: serial number 'TAPO'" in told[0]
    assert told[0].endswith("meter on endpoint 1, available, configured")
    assert told[1].endswith("meters on endpoints 1, 2, NOT available, NOT in the configuration")
    assert list(node_lines([], set())) == ["the Matter server has no node: commission a plug first"]
