"""From status bodies to readings."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from home_model.errors import BadPayloadError, RejectedError, SourceError, UnreachableError
from home_model.readings import MAX_CURRENT_AMPERES, Reading
from switchbot_exporter.cloud.parse import check_device_id, drifting_current_amperes, parse_status

HERE = Path(__file__).parent
PAYLOADS = sorted(path.stem for path in (HERE / "payloads").glob("*.json"))
AT = datetime(2026, 11, 21, tzinfo=UTC)
ALL_FIELDS = sorted(
    {
        field
        for name in PAYLOADS
        for field in json.loads((HERE / f"payloads/{name}.json").read_text())
    }
)


def payload(name: str) -> dict[str, Any]:
    return json.loads((HERE / "payloads" / f"{name}.json").read_text())


def read(
    body: Mapping[str, object], meter: int | None = None, listed_type: str | None = None
) -> Reading:
    return parse_status(body, listed_type=listed_type, meter=meter, at=AT)


def values(reading: Reading) -> dict[str, Any]:
    shown = ("power_watts", "voltage_volts", "current_amperes", "extra")
    return {name: value for name, value in asdict(reading).items() if name in shown}


def rounded(amperes: float | None) -> float | None:
    return None if amperes is None else round(amperes, 6)


@pytest.mark.parametrize("name", PAYLOADS)
def test_each_payload_gives_its_golden_reading(name: str) -> None:
    """Every model, firmware and unit of current gives watts, volts and amperes."""
    expected = json.loads((HERE / "readings" / f"{name}.json").read_text())
    meters = [1, 2] if len(expected) == 2 else [None]
    found = [values(read(payload(name), meter)) for meter in meters]
    assert [item | {"current_amperes": rounded(item["current_amperes"])} for item in found] == (
        expected
    )


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_body_without_device_type_is_parsed(name: str) -> None:
    """The device type can be missing: the listed one counts, else the fields decide."""
    body = payload(name)
    meter = 1 if "switch1Power" in body else None
    listed = body.pop("deviceType")
    assert read(body, meter) == read(body, meter, listed) == read(payload(name), meter)


@pytest.mark.parametrize("name", PAYLOADS)
def test_no_energy_is_taken_from_the_cloud(name: str) -> None:
    """`electricityOfDay` is minutes and `usedElectricity` falls: energy comes from watts alone."""
    reading = read(payload(name), 1 if "switch1Power" in payload(name) else None)
    assert (reading.energy_lifetime_kwh, reading.energy_today_kwh) == (None, None)


@pytest.mark.parametrize("name", PAYLOADS)
def test_an_all_zero_body_is_a_lost_link(name: str) -> None:
    """Issues #371 and #484: every number is 0, the voltage too."""
    body = {
        key: 0 if isinstance(value, int | float) else value for key, value in payload(name).items()
    }
    with pytest.raises(BadPayloadError, match="lost its link"):
        read(body | {"online": True}, 1 if "switch1Power" in body else None)


def test_a_plug_that_is_off_is_no_lost_link() -> None:
    """Off, it still measures the mains: 0 W beside 102 V is a true zero."""
    body = payload("plug_mini_jp_V1.8-1.8_off") | {"weight": 0, "electricCurrent": 0}
    reading = read(body)
    assert (reading.power_watts, reading.voltage_volts) == (0, 102.2)


def test_zero_watts_without_a_voltage_are_refused() -> None:
    """A lost link has the same values."""
    with pytest.raises(BadPayloadError, match="without a voltage"):
        read({"deviceType": "Plug Mini (JP)", "weight": 0})


def test_watts_without_a_voltage_are_accepted() -> None:
    """The absence of one value is no error."""
    assert values(read({"deviceType": "Plug Mini (JP)", "weight": 5.5})) == {
        "power_watts": 5.5,
        "voltage_volts": None,
        "current_amperes": None,
        "extra": {},
    }


def test_a_hub_that_answers_with_an_empty_body_is_named_as_one() -> None:
    """The list has its type; "lost its link" would be the wrong trace."""
    with pytest.raises(RejectedError, match="a Hub Mini, which has no meter"):
        read({}, listed_type="Hub Mini")


@pytest.mark.parametrize("name", PAYLOADS)
def test_power_that_is_fed_back_is_negative(name: str) -> None:
    """A balcony's panels behind the plug: shown as they are, with a current."""
    field = {
        "Plug Mini (EU)": "power",
        "Relay Switch 1PM": "power",
        "Relay Switch 2PM": "switch1Power",
    }
    body = payload(name)
    meter = 1 if "switch1Power" in body else None
    assert read(body | {field.get(body["deviceType"], "weight"): -300}, meter).power_watts == -300


def test_a_current_that_cannot_be_is_absent() -> None:
    """#102 (2022-05): 540 W at 103.1 V, and 956 fits no unit; the app showed 96.5 W."""
    body = {
        "deviceType": "Plug Mini (JP)",
        "power": "on",
        "voltage": 1031,
        "weight": 540,
        "electricityOfDay": 35,
        "electricCurrent": 956,
    }
    assert values(read(body)) == {
        "power_watts": 540,
        "voltage_volts": 103.1,
        "current_amperes": None,
        "extra": {"switch_on": 1.0},
    }


@pytest.mark.parametrize("milliamperes", [25_000, 100])
@pytest.mark.parametrize("name", ["plug_mini_eu_V0.8", "relay_switch_1pm_V2.1"])
def test_a_current_beyond_any_plug_or_below_the_power_is_absent(
    name: str, milliamperes: int
) -> None:
    """More than 24 A, or less than 85 % of what the watts need at that voltage."""
    body = payload(name) | {"power": 1000, "voltage": 230, "electricCurrent": milliamperes}
    assert read(body).current_amperes is None
    assert read(body | {"electricCurrent": 4400}).current_amperes == 4.4


@pytest.mark.parametrize("answered", ["6055F93599FE", "60:55:f9:35:99:fe", "hub"])
def test_the_answer_for_another_device_is_refused(answered: str) -> None:
    """A mixed-up answer must not become this device's watts."""
    with pytest.raises(BadPayloadError, match="another device"):
        check_device_id({"deviceId": answered, "weight": 5}, "6055F93599FF")
    check_device_id({"deviceId": "60:55:f9:35:99:ff"}, "6055F93599FF")
    check_device_id({"weight": 5}, "6055F93599FF")


def test_an_empty_body_is_a_lost_link() -> None:
    """Issue #89: success with `{}` comes for hubs, remotes and wrong ids."""
    with pytest.raises(BadPayloadError, match="empty"):
        read({}, listed_type="Plug Mini (JP)")


NONSENSE = [float("nan"), float("inf"), float("-inf"), -6000.1, 1e300, 10**400, True, "12", [], {}]


@pytest.mark.parametrize("nonsense", NONSENSE, ids=lambda value: str(value)[:12])
@pytest.mark.parametrize("name", PAYLOADS)
def test_nonsense_watts_or_volts_are_refused(name: str, nonsense: object) -> None:
    """NaN, infinities, negative, absurd and mistyped values give no reading at all."""
    body = payload(name)
    meter = 1 if "switch1Power" in body else None
    eu = "power" if isinstance(body.get("power"), int | float) else "weight"
    fields = ("switch1Power", "switch1Voltage") if meter else (eu, "voltage")
    for field in fields:
        with pytest.raises(BadPayloadError):
            read(body | {field: nonsense}, meter)


@pytest.mark.parametrize("nonsense", [*NONSENSE, -1320, 1e7], ids=lambda value: str(value)[:12])
@pytest.mark.parametrize("name", PAYLOADS)
def test_a_nonsense_current_costs_itself_alone(name: str, nonsense: object) -> None:
    """Watts and volts are read; a plug that feeds back may have a current below 0."""
    body = payload(name)
    meter = 1 if "switch1Power" in body else None
    field = "switch1ElectricCurrent" if meter else "electricCurrent"
    good, found = read(body, meter), read(body | {field: nonsense}, meter)
    assert (found.power_watts, found.voltage_volts) == (good.power_watts, good.voltage_volts)
    assert found.current_amperes is None


@pytest.mark.parametrize("volts", [0.1, 79.9, 271, 799, 2701])
def test_a_voltage_no_mains_has_is_refused(volts: float) -> None:
    """80 to 270 V, or the same in tenths (#98, #102)."""
    with pytest.raises(BadPayloadError, match="no mains"):
        read(payload("plug_mini_jp_V1.8-1.8") | {"voltage": volts})


@pytest.mark.parametrize("online", [False, 0, "false"])
@pytest.mark.parametrize(
    "name", ["plug_mini_eu_V0.8", "relay_switch_2pm_V0.7", "plug_mini_jp_V1.8-1.8"]
)
def test_a_device_that_reports_offline_is_unreachable(name: str, online: object) -> None:
    """The numbers beside `online: false` are old, whatever the device."""
    with pytest.raises(UnreachableError):
        read(payload(name) | {"online": online}, 1 if "2pm" in name else None)


@pytest.mark.parametrize(
    "device_type",
    ["Plug", "Relay Switch 1", "Garage Door Opener", "Hub Mini", "Hub 2", "Hub 3", "Bot"],
)
def test_a_device_without_a_meter_is_a_fault_of_the_configuration(device_type: str) -> None:
    """It answers with success and will never hold watts."""
    with pytest.raises(RejectedError, match=device_type):
        read({"deviceType": device_type, "power": "on", "version": "V1.0"})


def test_an_unknown_device_is_refused_unless_its_fields_are_known() -> None:
    """A future plug with a known field is read; a hub is not taken for a plug."""
    with pytest.raises(RejectedError, match="a Wallet Finder Card has no meter"):
        read({"deviceType": "Wallet Finder Card", "battery": 90, "power": "on"})
    assert read({"deviceType": "Plug Mini 2", "weight": 3, "voltage": 101}).power_watts == 3


def test_the_meter_must_fit_the_device() -> None:
    """A missing or needless `meter` is named, not guessed."""
    with pytest.raises(RejectedError, match="add 'meter"):
        read(payload("relay_switch_2pm_V0.7"))
    with pytest.raises(RejectedError, match="remove 'meter'"):
        read(payload("plug_mini_jp_V1.8-1.8"), meter=1)


@pytest.mark.parametrize(
    ("raw", "watts", "volts", "amperes"),
    [
        (20.59, 202.3, 102.2, 2.059),  # #119
        (53.27, 528.8, 97.6, 5.327),  # #163
        (21.81, 219.2, 99.8, 2.181),  # #203
        (0.994, 67.2, 100.8, 0.994),  # #274, v1.0
        (8.49, 71.3, 100.8, 0.849),  # #274, v1.1 of the same plug
        (1320, 150.3, 122.7, 1.32),  # AdyRock/com.switchbot PR 241
        (0.04, 0.4, 102.2, None),  # #316: too little power to decide
        (51, 1.2, 103.1, None),  # #379
        (0.0001, 500, 100, None),  # nothing fits
    ],
)
def test_the_scale_of_the_current_is_the_one_that_fits_the_power(
    raw: float, watts: float, volts: float, amperes: float | None
) -> None:
    """The unit drifted from A over 10 x A to mA; field reports give the truth."""
    assert rounded(drifting_current_amperes(raw, watts, volts)) == amperes


@given(st.floats(2, 2000), st.floats(80, 270), st.floats(0.4, 1), st.sampled_from([1, 10, 1000]))
def test_any_unit_of_current_is_recognised(
    watts: float, volts: float, power_factor: float, unit: float
) -> None:
    """With a power factor of 0.4 to 1 the choice is never ambiguous."""
    amperes = watts / volts / power_factor
    assume(amperes <= MAX_CURRENT_AMPERES)
    found = drifting_current_amperes(amperes * unit, watts, volts)
    assert found == pytest.approx(amperes)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.sampled_from(PAYLOADS),
    st.dictionaries(st.sampled_from(ALL_FIELDS), JSON_VALUES),
    st.sampled_from([None, 1, 2]),
)
def test_any_body_gives_a_sane_reading_or_one_of_the_three_errors(
    name: str, changes: dict[str, object], meter: int | None
) -> None:
    """No other exception leaves the parser, and no value that nothing can have."""
    try:
        reading = read(payload(name) | changes, meter)
    except SourceError:
        return
    assert reading.power_watts is not None
    assert -6000 <= reading.power_watts <= 6000
    assert reading.voltage_volts is None or 80 <= reading.voltage_volts <= 270
