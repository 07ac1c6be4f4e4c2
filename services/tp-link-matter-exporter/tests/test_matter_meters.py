"""Where the meter of a node is, and what its values mean. Pure; attributes as the server gives."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from matter_server.common.models import MatterNodeData

from home_model.errors import BadPayloadError, RejectedError, UnreachableError
from home_model.readings import Reading
from home_model.sources import MatterSource
from tp_link_matter_exporter.discovery import node_lines
from tp_link_matter_exporter.nodes import find_meter, find_node
from tp_link_matter_exporter.parse import Meter, parse_reading

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


NULLS = [None, {"TLVValue": None, "Reason": "UnsupportedAttribute"}]


@pytest.mark.parametrize("nothing", NULLS)
def test_what_a_plug_does_not_know_is_absent(nothing: object) -> None:
    """Never 0: a null measurement, a null struct, an attribute that could not be read."""
    values = dict.fromkeys(TAPO, nothing) | {"1/144/8": 4321}
    reading = parse_reading(meter_of(TAPO), values, AT)
    assert reading.power_watts == 4.321
    assert reading.voltage_volts is reading.current_amperes is None
    assert reading.energy_lifetime_kwh is None
    assert reading.extra == {}


@pytest.mark.parametrize("nothing", NULLS)
def test_a_meter_without_power_and_energy_is_down(nothing: object) -> None:
    """An empty reading would be up with nothing to show."""
    values = dict.fromkeys(TAPO, nothing) | {"1/144/11": 230_000, "1/6/0": True}
    with pytest.raises(BadPayloadError, match="neither power nor energy"):
        parse_reading(meter_of(TAPO), values, AT)


IMPOSSIBLE = {
    "1/144/8": -(2**63),
    "1/144/11": -(2**63),
    "1/144/12": 2**62,
    "1/145/1": {"0": -5},
}


@pytest.mark.parametrize(("path", "value"), IMPOSSIBLE.items())
def test_a_number_that_is_no_measurement_is_null(path: str, value: object) -> None:
    """It costs itself alone."""
    reading = parse_reading(meter_of(TAPO), TAPO | {path: value}, AT)
    good = parse_reading(meter_of(TAPO), TAPO, AT)
    null = parse_reading(meter_of(TAPO), TAPO | {path: None}, AT)
    assert reading == null != good


def test_a_meter_with_nothing_but_impossible_numbers_is_down() -> None:
    """As one with nulls."""
    with pytest.raises(BadPayloadError, match="neither power nor energy"):
        parse_reading(meter_of(TAPO), TAPO | IMPOSSIBLE, AT)


def test_an_impossible_power_leaves_the_rms_power() -> None:
    """As a null does."""
    both = TAPO | {"1/144/8": 2**62, "1/144/13": 42_000}
    assert parse_reading(meter_of(both), both, AT).power_watts == 42


def test_a_current_that_is_fed_back_has_no_sign() -> None:
    """ActiveCurrent is below 0 with the power; an RMS current never is."""
    back = {"0/40/15": "PV", "1/144/8": -550_000, "1/144/4": 220_000, "1/144/5": -2500}
    reading = parse_reading(meter_of(back), back, AT)
    assert (reading.power_watts, reading.current_amperes) == (-550, 2.5)


def test_a_value_of_another_kind_is_refused() -> None:
    """Rather than guessed at."""
    with pytest.raises(BadPayloadError, match="1/144/8 is 'much'"):
        parse_reading(meter_of(TAPO), TAPO | {"1/144/8": "much"}, AT)


@pytest.mark.parametrize("path", ["1/144/11", "1/144/12", "1/145/1", "1/6/0"])
@pytest.mark.parametrize("nonsense", ["much", [1], {"0": "many"}, 10**400])
def test_a_value_of_another_kind_beside_the_power_is_null(path: str, nonsense: object) -> None:
    """It costs itself alone."""
    null = parse_reading(meter_of(TAPO), TAPO | {path: None}, AT)
    assert parse_reading(meter_of(TAPO), TAPO | {path: nonsense}, AT) == null


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


def test_a_node_is_found_by_its_unique_id_too() -> None:
    """SerialNumber is optional in BasicInformation, and need not be unique."""
    assert find_node([node({"0/40/18": "U-1"}, 4)], "U-1").node_id == 4
    assert find_node([node(TAPO | {"0/40/18": "U-2"}, 5)], "U-2").node_id == 5


def test_two_living_nodes_of_one_serial_number_are_refused_by_name() -> None:
    """Cheap plugs share one: which is meant only the unique id shows."""
    twins = [
        node(TAPO | {"0/40/5": name, "0/40/18": unique}, number)
        for number, (name, unique) in enumerate([("Fridge", "U-1"), ("TV", "U-2")], start=7)
    ]
    with pytest.raises(RejectedError, match=r"node 7 .*'Fridge'.*'U-1'.*node 8 .*'TV'.*'U-2'"):
        find_node(twins, "TAPO")
    assert find_node(twins, "U-2").node_id == 8
    assert [line for line in node_lines(twins, set()) if "source: matter" in line] == [
        '  - {source: matter, id: "U-1"}',
        '  - {source: matter, id: "U-2"}',
    ]


def test_the_list_of_nodes_tells_what_to_write_into_the_configuration() -> None:
    """An empty server: the output has what comes first."""
    lines = list(node_lines([node(STRIP, 2, available=False), node(TAPO, 1)], {"TAPO"}))
    assert "node 1: serial number 'TAPO'" in lines[0]
    assert lines[0].endswith("meter on endpoint 1, available, configured")
    assert lines[1] == '  - {source: matter, id: "TAPO"}'
    assert lines[2].endswith("meters on endpoints 1, 2, NOT available, NOT in the configuration")
    assert lines[3:] == [
        '  - {source: matter, id: "STRIP", endpoint: 1}',
        '  - {source: matter, id: "STRIP", endpoint: 2}',
    ]
    assert list(node_lines([], set())) == ["the Matter server has no node: commission a plug first"]


def attributes_of(name: str) -> dict[str, Any]:
    return json.loads((Path(__file__).parent / "nodes" / f"{name}.json").read_text())


def reading_of(name: str, endpoint: int | None = None, **changed: object) -> Reading:
    attributes: dict[str, Any] = attributes_of(name) | changed
    found = find_meter(node(attributes), source(attributes["0/40/15"], endpoint))
    return parse_reading(found, attributes, AT)


def test_a_bridged_device_that_the_bridge_cannot_reach_is_down() -> None:
    """Its last watts are still there beside Reachable (0x0039/0x0011) false."""
    assert reading_of("bridge", 2).power_watts == 80
    with pytest.raises(UnreachableError, match="Reachable is false"):
        reading_of("bridge", 3)


def test_a_meter_on_a_part_of_a_bridged_device_follows_the_reachability_of_the_whole() -> None:
    """Socket and sensor may be endpoints of their own, below the bridged node's."""
    moved = {"9/144/8": 5000, "3/29/3": [9], "2/144/8": None, "3/144/8": None}
    attributes = {k: v for k, v in attributes_of("bridge").items() if k.split("/")[1] != "144"}
    attributes |= {key: value for key, value in moved.items() if not key.endswith("144/8")}
    attributes["9/144/8"] = 5000
    found = find_meter(node(attributes), source("HUB1"))
    with pytest.raises(UnreachableError, match="Reachable is false"):
        parse_reading(found, attributes, AT)
    attributes["3/57/17"] = True
    assert parse_reading(found, attributes, AT).power_watts == 5


def test_the_list_of_nodes_names_what_is_behind_a_bridge() -> None:
    """The bridge has one serial number; names and serial numbers distinguish its devices."""
    lines = list(node_lines([node(attributes_of("bridge"))], set()))
    assert lines[1:] == [
        "  - {source: matter, id: \"HUB1\", endpoint: 2}  # 'Fridge plug', serial number 'PLUG-A'",
        "  - {source: matter, id: \"HUB1\", endpoint: 3}  # 'TV plug', serial number 'PLUG-B'",
    ]


def test_rms_power_stands_in_for_a_null_active_power() -> None:
    """A meter of alternating current may fill that one alone."""
    reading = reading_of("rms_only")
    assert (reading.power_watts, reading.voltage_volts) == (42, 230)
    assert reading.energy_lifetime_kwh == 0.001


def test_a_meter_of_energy_alone_has_no_watts() -> None:
    """ElectricalEnergyMeasurement without ElectricalPowerMeasurement."""
    reading = reading_of("energy_only")
    assert reading.power_watts is None
    assert reading.energy_lifetime_kwh == pytest.approx(123.456789)
    assert reading.extra == {"switch_on": 1.0}


def test_a_charger_whose_values_are_all_null_is_down() -> None:
    """It answers, and its meter has nothing (Silabs' EVSE sample)."""
    with pytest.raises(BadPayloadError, match="neither power nor energy"):
        reading_of("evse")


def test_eves_own_cluster_is_read() -> None:
    """Before Matter 1.3; watts, volts, amperes and kWh as 32-bit floats."""
    reading = reading_of("eve_20ecn")
    assert (reading.power_watts, reading.voltage_volts, reading.current_amperes) == (
        13.4,
        123.1,
        0.16,
    )
    assert reading.energy_lifetime_kwh == 18.78
    assert reading.extra == {"switch_on": 0.0}


def test_a_standard_cluster_goes_before_the_vendors_own() -> None:
    """Eve kept its own after the update to Matter 1.3; the meter is on endpoint 2 then."""
    attributes = EVE | {"1/319486977/319422474": 1.5, "1/319486977/319422475": 99.0}
    reading = parse_reading(meter_of(attributes), attributes, AT)
    assert (reading.power_watts, reading.energy_lifetime_kwh) == (550, 0.0025)


DRAFT: dict[str, Any] = {
    "0/40/15": "DRAFT",
    "1/6/0": True,
    "1/2820/1285": 2301,
    "1/2820/1288": 435,
    "1/2820/1291": -1000,
    "1/2820/1536": 1,
    "1/2820/1537": 10,
    "1/2820/1538": 1,
    "1/2820/1539": 1000,
    "1/2820/1540": 1,
    "1/2820/1541": 10,
}


def test_the_drafts_electrical_measurement_is_read_with_its_factors() -> None:
    """Cluster 0x0B04; what feeds back is negative."""
    reading = parse_reading(meter_of(DRAFT), DRAFT, AT)
    assert reading.power_watts == -100
    assert reading.voltage_volts == pytest.approx(230.1)
    assert reading.current_amperes == pytest.approx(0.435)


def test_the_drafts_invalid_values_and_factors_are_absent() -> None:
    """0x8000 and 0xFFFF mean null, as in Zigbee; a factor of 0 or null makes no value."""
    odd = DRAFT | {"1/2820/1285": 0xFFFF, "1/2820/1539": 0}
    reading = parse_reading(meter_of(odd), odd, AT)
    assert reading.voltage_volts is reading.current_amperes is None
    invalid = DRAFT | {"1/2820/1291": -0x8000}
    with pytest.raises(BadPayloadError):
        parse_reading(meter_of(invalid), invalid, AT)


def test_a_factor_that_the_draft_lacks_is_one() -> None:
    """Both are optional."""
    bare = {path: value for path, value in DRAFT.items() if not path.startswith("1/2820/154")}
    assert parse_reading(meter_of(bare), bare, AT).power_watts == -1000


def test_vendors_clusters_have_their_own_units() -> None:
    """Neo: 0.1 W, 0.1 V, mA, Wh. ThirdReality: mW, mWh (as in Home Assistant)."""
    neo = {
        "0/40/15": "NEO",
        "1/308149265/308084769": 1500,
        "1/308149265/308084770": 500,
        "1/308149265/308084771": 1151,
        "1/308149265/308084772": 2302,
    }
    reading = parse_reading(meter_of(neo), neo, AT)
    assert (reading.power_watts, reading.voltage_volts) == (115.1, 230.2)
    assert (reading.current_amperes, reading.energy_lifetime_kwh) == (0.5, 1.5)
    third = {"0/40/15": "3R", "1/319683586/1024": 5500, "1/319683586/0": 2_000_000}
    reading = parse_reading(meter_of(third), third, AT)
    assert (reading.power_watts, reading.energy_lifetime_kwh) == (5.5, 2)
