"""What each profile reads of the messages that its sender publishes, in our units."""

from datetime import UTC, datetime
from typing import Any

import pytest
from mqtt_messages import (
    NOW,
    SHELLY_GEN2,
    TASMOTA,
    TASMOTA_CHANNELS,
    ZIGBEE,
    Sender,
    notice,
    source,
)
from pydantic import ValidationError

from home_model.errors import BadPayloadError, UnreachableError
from home_model.readings import Reading
from home_model.sources import MqttSource
from mqtt_gateway.devices import NoTimeError


def reading(result: object) -> dict[str, float]:
    assert isinstance(result, Reading), result
    values = {
        "W": result.power_watts,
        "kWh": result.energy_lifetime_kwh,
        "today": result.energy_today_kwh,
        "exported": result.energy_exported_kwh,
        "V": result.voltage_volts,
        "A": result.current_amperes,
    }
    return {unit: value for unit, value in values.items() if value is not None}


CASES: list[tuple[str, MqttSource, str, object, dict[str, float]]] = [
    (
        "zigbee2mqtt", source("zigbee2mqtt", "zigbee2mqtt/Küche/plug"), "zigbee2mqtt/Küche/plug",
        ZIGBEE, {"W": 45.2, "kWh": 12.34, "V": 101.4, "A": 0.45},
    ),
    (
        "zigbee2mqtt, the second of two", source("zigbee2mqtt", "zigbee2mqtt/x", meter=2),
        "zigbee2mqtt/x", {"power_l1": 1, "power_l2": 2.5, "energy_l2": 7}, {"W": 2.5, "kWh": 7},
    ),
    (
        "zigbee2mqtt, mode attribute", source("zigbee2mqtt", "zigbee2mqtt/x"),
        "zigbee2mqtt/x/power", "45.2", {"W": 45.2},
    ),
    (
        "zigbee2mqtt, two-way", source("zigbee2mqtt", "zigbee2mqtt/x"), "zigbee2mqtt/x",
        {"power": -300, "energy": 1, "produced_energy": 2.5},
        {"W": -300, "kWh": 1, "exported": 2.5},
    ),
    (
        "tasmota", source("tasmota", "boiler"), "tele/boiler/SENSOR", TASMOTA,
        {"W": 12, "kWh": 0.734, "V": 101, "A": 0.15},
    ),
    (
        "tasmota, another FullTopic",
        source("tasmota", "boiler", full_topic="home/%topic%/%prefix%/"),
        "home/boiler/tele/SENSOR", TASMOTA, {"W": 12, "kWh": 0.734, "V": 101, "A": 0.15},
    ),
    (
        "tasmota, the third of three", source("tasmota", "b", meter=3), "tele/b/SENSOR",
        TASMOTA_CHANNELS, {"W": 7.5, "V": 101, "A": 0.1},
    ),
    (
        "tasmota, an answer", source("tasmota", "b"), "stat/b/STATUS10",
        {"StatusSNS": {"ENERGY": {"Power": 3, "Total": 4}}}, {"W": 3, "kWh": 4},
    ),
    (
        "tasmota, old firmware", source("tasmota", "b"), "tele/b/ENERGY",
        {"Power": 3, "Total": 4}, {"W": 3, "kWh": 4},
    ),
    (
        "tasmota, a smart meter",
        source(
            "tasmota", "b",
            power={"path": 'SML."16.7.0"'}, energy={"path": "SML.Wh", "unit": "Wh"},
        ),
        "tele/b/SENSOR", {"SML": {"16.7.0": -512, "Wh": 1234}}, {"W": -512, "kWh": 1.234},
    ),
    (
        "esphome", source("esphome", "boiler", power={"topic": "boiler/sensor/heat/state"}),
        "boiler/sensor/heat/state", "1999.5", {"W": 1999.5},
    ),
    (
        "esphome, its own words", source("esphome", "boiler"), "boiler/sensor/energy/state",
        " 3.5 ", {"kWh": 3.5},
    ),
    (
        "shelly_gen1, watt-minutes", source("shelly_gen1", "shellies/shellyplug-s-1"),
        "shellies/shellyplug-s-1/relay/0/energy", "60000", {"kWh": 1},
    ),
    (
        "shelly_gen1_em", source("shelly_gen1_em", "shellies/shellyem-1", meter=2),
        "shellies/shellyem-1/emeter/1/total", "12345.5", {"kWh": 12.3455},
    ),
    (
        "shelly_gen2, whole status", source("shelly_gen2", "plug"), "plug/status/switch:0",
        SHELLY_GEN2, {"W": 10.7, "kWh": 46.791262, "exported": 0.005, "V": 120.7, "A": 0.133},
    ),
    (
        "shelly_gen2, a notice", source("shelly_gen2", "plug", meter=2), "plug/events/rpc",
        notice(NOW.timestamp(), switch_0={"apower": 1}, switch_1={"apower": 2}), {"W": 2},
    ),
    (
        "shelly_gen2, three phases", source("shelly_gen2", "em", component="em:0"),
        "em/events/rpc",
        notice(NOW.timestamp(), em_0={"total_act_power": 99}, emdata_0={"total_act": 5000}),
        {"W": 99, "kWh": 5},
    ),
    (
        "shelly_gen2, a clamp's counters", source("shelly_gen2", "em", component="em1:1"),
        "em/status/em1data:1", {"total_act_energy": 5000, "total_act_ret_energy": 100},
        {"kWh": 5, "exported": 0.1},
    ),
    (
        "generic",
        source("generic", "pv", power={"topic": "pv/now", "path": "ac[1].kw", "unit": "kW"}),
        "pv/now", {"ac": [{}, {"kw": 3.25}]}, {"W": 3250},
    ),
    (
        "generic, of today",
        source("generic", "pv", energy_today={"topic": "pv/day", "unit": "Wh"}),
        "pv/day", "2500", {"today": 2.5},
    ),
    (
        "generic, a clamp of another ratio",
        source("generic", "x", power={"topic": "x", "factor": 0.5}), "x", "100", {"W": 50},
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "of", "topic", "content", "expected"), CASES, ids=[c[0] for c in CASES]
)
def test_a_message_is_read_in_our_units(
    name: str, of: MqttSource, topic: str, content: object, expected: dict[str, float]
) -> None:
    """Watts, kilowatt-hours, volts and amperes; nothing that the message does not have."""
    assert reading(Sender(of).send(topic, content).result) == expected, name


PLUG = source("generic", "x", power={"topic": "x", "path": "p"}, energy={"topic": "x", "path": "e"})
TEXT = source("esphome", "x")
NONSENSE: list[tuple[str, MqttSource, str, object, str]] = [
    ("a list", source("tasmota", "b"), "tele/b/SENSOR", TASMOTA_CHANNELS, "is a list of 3"),
    ("no list", source("tasmota", "b", meter=1), "tele/b/SENSOR", TASMOTA, "no list"),
    ("an object", PLUG, "x", {"p": {"total": 3}}, "is an object"),
    ("no JSON", PLUG, "x", "12,3", "is not JSON"),
    ("cut off", PLUG, "x", b'{"p": 1', "is not JSON"),
    ("invalid UTF-8 in JSON", PLUG, "x", b'{"p": "\xff"}', "is not JSON"),
    ("invalid UTF-8 in text", TEXT, "x/sensor/power/state", b"\xff\xfe", "is not UTF-8"),
    ("a decimal comma", TEXT, "x/sensor/power/state", "12,3", "which is no number"),
    ("an underscore", TEXT, "x/sensor/power/state", "1_000", "which is no number"),
    ("infinite", TEXT, "x/sensor/power/state", "inf", "which is no number"),
    ("too large a number", TEXT, "x/sensor/power/state", "1e999", "which is no number"),
    ("a truth", PLUG, "x", {"p": True}, "which is no number"),
    ("a unit behind it", TEXT, "x/sensor/power/state", "12 W", "which is no number"),
    ("more than a circuit carries", PLUG, "x", {"p": 1e6}, "more than any circuit can carry"),
    ("a negative counter", PLUG, "x", {"e": -1}, "which no counter shows"),
    ("nested a thousand deep", PLUG, "x", b"[" * 2000, "is not JSON"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "of", "topic", "content", "reason"), NONSENSE, ids=[c[0] for c in NONSENSE]
)
def test_nonsense_is_an_error_that_names_what_is_wrong(
    name: str, of: MqttSource, topic: str, content: object, reason: str
) -> None:
    """Never a number, and never another exception."""
    with pytest.raises(BadPayloadError, match=reason):
        pytest.fail(f"{name}: {Sender(of).send(topic, content)}")


@pytest.mark.parametrize(
    ("of", "topic", "content"),
    [
        (source("zigbee2mqtt", "zigbee2mqtt/x"), "zigbee2mqtt/x", {"linkquality": 80}),
        (source("tasmota", "b"), "tele/b/SENSOR", {"Time": "2026-11-28T10:00:00", "SI7021": {}}),
        (source("shelly_gen2", "p"), "p/events/rpc", notice(1, sys={"uptime": 3})),
        (source("shelly_gen2", "p"), "p/status/switch:0", {"id": 0, "output": True}),
        (PLUG, "x", b""),
        (PLUG, "x", []),
        (PLUG, "x", "5"),
    ],
    ids=[
        "no meter", "another sensor", "another component", "Gen2 without a meter", "deleted",
        "a list", "5",
    ],
)  # fmt: skip
def test_a_message_without_our_values_changes_nothing(
    of: MqttSource, topic: str, content: object
) -> None:
    """A value that is not there is absent, not 0."""
    update = Sender(of).send(topic, content)
    assert (update.result, dict(update.values)) == (None, {})


@pytest.mark.parametrize("content", ["nan", "-nan", "NaN", "None", "unavailable", ""])
def test_a_value_that_the_device_does_not_have_leaves(content: str) -> None:
    """ESPHome publishes `nan` for a sensor that has failed; other values stay."""
    sender = Sender(TEXT)
    sender.send("x/sensor/power/state", "100")
    sender.send("x/sensor/voltage/state", "101")
    if content:
        update = sender.send("x/sensor/power/state", content)
        assert reading(update.result) == {"V": 101}
        assert isinstance(sender.send("x/sensor/voltage/state", content).result, BadPayloadError)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"p": True, "e": 7}, {"kWh": 7}),
        ({"p": 1e6, "e": 7}, {"kWh": 7}),
        ({"p": "12 W", "e": "7"}, {"kWh": 7}),
        ({"p": 5, "e": -1}, {"W": 5}),
        ({"p": 5, "e": 1e300}, {"W": 5}),
        ({"p": 5, "e": "-inf"}, {"W": 5}),
        (b'{"p": 5, "e": NaN}', {"W": 5}),
        (b'{"p": nan, "x": [inf, -Infinity], "e": 7}', {"kWh": 7}),
    ],
)
def test_a_value_that_is_no_number_costs_no_good_one(
    content: object, expected: dict[str, float]
) -> None:
    """It leaves, also where it was known before; the message is logged as a bad one."""
    sender = Sender(PLUG)
    sender.send("x", {"p": 1, "e": 2})
    update = sender.send("x", content)
    assert reading(update.result) == expected
    assert update.problem is not None


@pytest.mark.parametrize("content", [b'\xef\xbb\xbf{"p": 5}', b'{"p": 5}\0', b'{"p": 5}\r\n\0\0'])
def test_marks_of_other_systems_around_a_message_are_no_part_of_it(content: bytes) -> None:
    """A byte order mark before it, the end of a text in C behind it."""
    assert reading(Sender(PLUG).send("x", content).result) == {"W": 5}
    update = Sender(TEXT).send("x/sensor/power/state", content.replace(b'{"p": 5}', b"5"))
    assert reading(update.result) == {"W": 5}


def test_amperes_that_no_circuit_carries_are_left_out() -> None:
    """A sensor that counts in milliamperes by mistake, or one that is not there."""
    energy = {"ENERGY": {"Power": 12, "Current": 65535}}
    assert reading(Sender(source("tasmota", "b")).send("tele/b/SENSOR", energy).result) == {"W": 12}


@pytest.mark.parametrize(
    ("words", "content"),
    [
        (("true", "false"), {"on": False}),
        (("1", "0"), {"on": 0}),
        (("up", "down"), {"on": "Down"}),
    ],
)
def test_a_device_is_offline_by_a_truth_or_a_number_in_json_too(
    words: tuple[str, str], content: object
) -> None:
    """As by the text that a payload without JSON would have."""
    online, offline = words
    availability = {"topic": "x/up", "path": "on", "online": online, "offline": offline}
    sender = Sender(source("generic", "x", power={"topic": "x"}, availability=availability))
    sender.send("x", "5")
    assert isinstance(sender.send("x/up", content).result, UnreachableError)


def test_a_clamp_that_has_restarted_has_no_total_yet() -> None:
    """-1 stands for none: its power goes on."""
    sender = Sender(source("shelly_gen1_em", "shellies/em"))
    sender.send("shellies/em/emeter/0/power", "-512.5")
    for total in ("total", "total_returned"):
        update = sender.send(f"shellies/em/emeter/0/{total}", "-1.0")
        assert reading(update.result) == {"W": -512.5}


def test_a_number_as_a_text_and_null_and_a_negative_power_are_read() -> None:
    """A string with a number is one; null is absent; below zero is fed back."""
    sender = Sender(PLUG)
    assert reading(sender.send("x", {"p": "12.3", "e": None}).result) == {"W": 12.3}
    assert reading(sender.send("x", {"p": -5, "e": "7"}).result) == {"W": -5, "kWh": 7}


def test_volts_and_amperes_that_no_mains_has_are_left_out() -> None:
    """Tasmota has 0 V while its relay is open: the plug is there all the same."""
    off = {"ENERGY": {"Total": 1, "Power": 0, "Voltage": 0, "Current": -1}}
    assert reading(Sender(source("tasmota", "b")).send("tele/b/SENSOR", off).result) == {
        "W": 0,
        "kWh": 1,
    }


def test_a_notice_is_laid_over_what_was_reported_before() -> None:
    """A Shelly repeats nothing that did not change, for hours; its other notices confirm it."""
    sender = Sender(source("shelly_gen2", "p"))
    start = NOW.timestamp()
    sender.send("p/events/rpc", notice(start, switch_0={"apower": 60, "voltage": 101}), after=1)
    for minute in range(1, 20):
        energy = {"aenergy": {"total": 1000.0 + minute}}
        update = sender.send("p/events/rpc", notice(start + 60 * minute, switch_0=energy), after=60)
        assert reading(update.result) == {"W": 60, "V": 101, "kWh": (1000 + minute) / 1000}
    update = sender.send("p/events/rpc", notice(start + 1150, switch_0={"apower": 5}), after=10)
    assert reading(update.result) == {"W": 5, "V": 101}, "no energy was reported"
    assert dict(update.values) == {"power": 5}


def test_values_of_separate_messages_are_one_reading_while_they_are_fresh() -> None:
    """ESPHome has a topic for each; one that stays away leaves after its age."""
    sender = Sender(source("esphome", "x", max_age_seconds=60))
    sender.send("x/sensor/power/state", "100")
    assert reading(sender.send("x/sensor/energy/state", "7").result) == {"W": 100, "kWh": 7}
    assert reading(sender.send("x/sensor/voltage/state", "101").result) == {"W": 100, "V": 101}
    assert reading(sender.send("x/sensor/energy/state", "8", after=45).result) == {
        "V": 101,
        "kWh": 8,
    }


TIMES: list[tuple[str, MqttSource, str, object, datetime | None]] = [
    (
        "Shelly's ts", source("shelly_gen2", "p"), "p/events/rpc",
        notice(NOW.timestamp() - 5.5, switch_0={"apower": 1}),
        datetime(2026, 11, 28, 5, 59, 54, 500_000, UTC),
    ),
    (
        "last_seen in ms", source("zigbee2mqtt", "z/x"), "z/x",
        {"power": 1, "last_seen": 1795845590000}, datetime(2026, 11, 28, 5, 59, 50, tzinfo=UTC),
    ),
    (
        "last_seen as text", source("zigbee2mqtt", "z/x"), "z/x",
        {"power": 1, "last_seen": "2026-11-28T14:59:50+09:00"},
        datetime(2026, 11, 28, 5, 59, 50, tzinfo=UTC),
    ),
    (
        "Tasmota's local time, by its zone", source("tasmota", "b", time_zone="Asia/Tokyo"),
        "tele/b/SENSOR", TASMOTA, datetime(2026, 11, 28, 5, 59, 50, tzinfo=UTC),
    ),
    ("Tasmota's local time, of no zone", source("tasmota", "b"), "tele/b/SENSOR", TASMOTA, None),
    (
        "a clock that was never set", source("shelly_gen2", "p"), "p/events/rpc",
        notice(12.5, switch_0={"apower": 1}), None,
    ),
    (
        "a clock that is an hour ahead", source("shelly_gen2", "p"), "p/events/rpc",
        notice(NOW.timestamp() + 3600, switch_0={"apower": 1}), None,
    ),
    (
        "a time that is none", source("zigbee2mqtt", "z/x"), "z/x",
        {"power": 1, "last_seen": "yesterday"}, None,
    ),
    (
        "year 1, before its first hour in UTC", source("zigbee2mqtt", "z/x"), "z/x",
        {"power": 1, "last_seen": "0001-01-01T00:00:00+09:00"}, None,
    ),
    (
        "year 1, local", source("tasmota", "b", time_zone="Asia/Tokyo"), "tele/b/SENSOR",
        {**TASMOTA, "Time": "0001-01-01T00:00:00"}, None,
    ),
    (
        "a number that is no time", source("zigbee2mqtt", "z/x"), "z/x",
        {"power": 1, "last_seen": 1e300}, None,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "of", "topic", "content", "at"), TIMES, ids=[c[0] for c in TIMES])
def test_the_messages_own_time_is_taken_where_it_can_be_one(
    name: str, of: MqttSource, topic: str, content: object, at: datetime | None
) -> None:
    """Else a live message has the time of its arrival, and a retained one is refused."""
    live = Sender(of).send(topic, content, after=0)
    assert live.at == (at or NOW), name
    sender = Sender(of)
    if at is None:
        with pytest.raises(NoTimeError):
            sender.send(topic, content, retained=True, after=0)
        assert sender.device.last is None
    else:
        assert sender.send(topic, content, retained=True, after=0).at == at


def test_an_hour_that_comes_twice_is_the_nearer_one() -> None:
    """In Berlin 02:30 came twice on 2026-10-25: at 00:30 and at 01:30 UTC."""
    of = source("tasmota", "b", time_zone="Europe/Berlin")
    device = Sender(of)
    for hour in (0, 1):
        at = datetime(2026, 10, 25, hour, 30, 5, tzinfo=UTC)
        device.seconds = at.timestamp() - NOW.timestamp()
        content = {**TASMOTA, "Time": "2026-10-25T02:30:00"}
        assert device.send("tele/b/SENSOR", content, after=0).at == at.replace(second=0)


def test_what_the_broker_kept_does_not_replace_what_is_newer() -> None:
    """A retained message of last week arrives behind a live one: it is written at its time only."""
    sender = Sender(source("zigbee2mqtt", "z/x"))
    sender.send("z/x", {"power": 50})
    week = (NOW.timestamp() - 7 * 86_400) * 1000
    update = sender.send("z/x", {"power": 9, "last_seen": week}, retained=True)
    assert update.result is None
    assert update.at == datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
    assert reading(sender.device.last) == {"W": 50}


def test_a_clock_of_the_gateway_that_was_ahead_keeps_no_message_out() -> None:
    """A status without a time came by it; notices with a time of their own come after it."""
    sender = Sender(source("shelly_gen2", "p"))
    sender.send("p/status/switch:0", {"apower": 5}, after=86_400)
    update = sender.send(
        "p/events/rpc", notice(NOW.timestamp(), switch_0={"apower": 7}), after=-86_400
    )
    assert reading(update.result) == {"W": 7}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"profile": "generic"}, "needs `power` or `energy`"),
        ({"profile": "tasmota", "time_zone": "Mars/Base"}, "is no time zone"),
        ({"profile": "tasmota", "id": "a/#"}, "should match pattern"),
        ({"profile": "tasmota", "id": "+"}, "without `\\+`"),
        ({"profile": "generic", "power": {"topic": "a", "path": "b..c"}}, "should match pattern"),
        ({"profile": "generic", "power": {"topic": "a", "unit": "kWh"}}, "'W', 'kW' or 'mW'"),
        ({"profile": "shelly_gen3"}, "Input should be"),
        ({"profile": "tasmota", "full_topic": "tele/"}, "should match pattern"),
    ],
)
def test_a_mistake_in_the_configuration_is_named(fields: dict[str, Any], reason: str) -> None:
    """When it is loaded, not when the first message arrives."""
    with pytest.raises(ValidationError, match=reason):
        source(**{"id": "x", **fields})
