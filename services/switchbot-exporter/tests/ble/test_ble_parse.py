"""`parse_advert`: the byte vectors of the protocol notes, and everything that is not an advert."""

import logging
from collections.abc import Mapping
from contextlib import suppress

import pytest
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from hypothesis import given
from hypothesis import strategies as st

from ble_radio.adverts import Plug, manufacturer_data
from home_model.errors import BadPayloadError
from home_model.sources import BleSource
from switchbot_exporter.ble.parse import (
    MODELS,
    SERVICE_UUIDS,
    WOAN_COMPANY_ID,
    Advert,
    Scale,
    parse_advert,
)

AS_SAID = Scale(off_is_zero=False)


def advert_data(
    payload: bytes | None, service: bytes | None = None, others: Mapping[int, bytes] | None = None
) -> AdvertisementData:
    return AdvertisementData(
        local_name=None,
        manufacturer_data=dict(others or {})
        | ({} if payload is None else {WOAN_COMPANY_ID: payload}),
        service_data={} if service is None else {SERVICE_UUIDS[0]: service},
        service_uuids=[],
        tx_power=None,
        rssi=-60,
        platform_data=(),
    )


def reading(
    sequence: int, power_watts: float, *, on: bool = True, overload: bool | None = False
) -> Advert:
    return Advert(sequence, on, power_watts, overload)


def parse(
    payload: str | None,
    service: str | None,
    model: str = "plug_mini_jp",
    scale: Scale = AS_SAID,
    mac: str | None = None,
) -> Advert | None:
    mac = mac or (payload or "6055F93599FF")[:12].upper()
    source = BleSource.model_validate({"source": "ble", "id": mac, "model": model})
    data = advert_data(
        None if payload is None else bytes.fromhex(payload),
        None if service is None else bytes.fromhex(service),
    )
    return parse_advert(BLEDevice(mac, None, None), data, source, scale)


@pytest.mark.parametrize(
    ("payload", "service", "advert"),
    [
        (
            "6055f93599ff048010260a8f",
            "670000",
            reading(4, 270.3),
        ),
        (
            "6055f93599ff040010260000",
            "6a0000",
            reading(4, 0.0, on=False),
        ),
        (
            "6055f92d21ceab8000000053",
            "6700d6",
            reading(0xAB, 8.3),
        ),
        (
            "6055f93599ff0580002aba98",
            "670000",
            reading(5, 1500.0, overload=True),
        ),
        (
            "6055f93599ff0580002a7fff",
            "670000",
            reading(5, 3276.7),
        ),
        (
            "6055f93599ff0581002a00c8",
            "6a0000",
            reading(5, 20.0, on=False),
        ),
        (
            "6055f93599ff0580002a00c800",
            "670000",
            reading(5, 20.0),
        ),
        (
            "6055f93599ff0780002a00c8",
            "ea0000",
            reading(7, 20.0),
        ),
        ("6055f93599ff0580002a00c8", None, reading(5, 20.0)),
    ],
)
@pytest.mark.parametrize("model", ["plug_mini_us", "plug_mini_jp"])
def test_plug_mini_us_and_jp(payload: str, service: str | None, model: str, advert: Advert) -> None:
    """The vectors of the notes; without service data the configured model stands in."""
    assert parse(payload, service, model) == advert


@pytest.mark.parametrize("service", ["3f000000", None])
def test_plug_mini_eu_counts_watts_unless_set_otherwise(service: str | None) -> None:
    """The vector and its 1254 W are of PySwitchbot's tests, since 0.68.3; 0.1 W was read before."""
    payload = "94a99054855e3fa1000004e600000000"
    assert parse(payload, service, "plug_mini_eu") == reading(0x3F, 1254.0, overload=None)
    tenths = Scale(relay_power_watts=0.1)
    assert parse(payload, service, "plug_mini_eu", tenths) == reading(63, 125.4, overload=None)


def test_relay_switch_1pm_counts_watts_too() -> None:
    """49 W in PySwitchbot's tests."""
    payload = "24587c08363647810000003100000000"
    assert parse(payload, "3c000000", "relay_switch_1pm") == reading(0x47, 49.0, overload=None)


def test_relay_switch_1pm_has_the_layout_of_plug_mini_eu() -> None:
    """Letter `<`; the state is bit 7 alone."""
    payload = "94a99054855e4021000004e600000000"
    assert parse(payload, "3c000000", "relay_switch_1pm") == reading(
        64, 1254.0, on=False, overload=None
    )


@pytest.mark.parametrize("model", ["plug_mini_eu", "relay_switch_1pm"])
def test_a_power_that_no_plug_can_carry_is_refused(model: str) -> None:
    """Two bytes can have 65535 W; in tenths the same bytes are still too many."""
    payload = "94a99054855e3fa10000ffff00000000"
    for scale in (AS_SAID, Scale(relay_power_watts=0.1)):
        with pytest.raises(BadPayloadError, match="more than any plug can carry"):
            parse(payload, None, model, scale)


def test_an_open_relay_carries_nothing() -> None:
    """Old firmware counts a phantom power up while it is off (home-assistant/core #84714)."""
    phantom = "6055f93599ff0500002a00c8"
    assert parse(phantom, "6a0000") == reading(5, 20.0, on=False)
    assert parse(phantom, "6a0000", scale=Scale()) == reading(5, 0.0, on=False)


@pytest.mark.parametrize("model", ["plug_mini_eu", "relay_switch_1pm"])
def test_an_open_relay_of_the_other_layout_carries_nothing_either(model: str) -> None:
    """Its state is bit 7 alone; on, its power is the one sent."""
    off, on = "94a99054855e4021000004e600000000", "94a99054855e40a1000004e600000000"
    assert parse(off, None, model, Scale()) == reading(64, 0.0, on=False, overload=None)
    assert parse(off, None, model) == reading(64, 1254.0, on=False, overload=None)
    assert parse(on, None, model, Scale()) == reading(64, 1254.0, overload=None)


def test_only_the_documented_off_means_that_nothing_flows() -> None:
    """PySwitchbot takes state 0x81 for off; a load must not vanish for an unknown bit."""
    assert parse("6055f93599ff0581002a00c8", "6a0000", scale=Scale()) == reading(5, 20.0, on=False)


def test_a_load_below_the_resolution_is_said_as_zero() -> None:
    """A plug cuts 0.09 W to 0; nothing is made up."""
    plug = Plug("6055F93599FF", "plug_mini_jp")
    payload = manufacturer_data(plug, sequence=5, power_watts=0.09)[WOAN_COMPANY_ID]
    assert parse(payload.hex(), "6a0000", scale=Scale()) == reading(5, 0.0)


def test_zero_watts_with_the_relay_closed_is_passed_on_as_said() -> None:
    """An advert has no current to doubt it by: on and 0 W is what the plug sends, and is shown."""
    assert parse("6055f93599ff0680002a0000", "6a0000", scale=Scale()) == reading(6, 0.0, on=True)


@pytest.mark.parametrize("service", ["670000", "6a0000", None, ""])
def test_a_scan_response_alone_says_no_power(service: str | None) -> None:
    """The power is in the manufacturer data; its absence is no fault."""
    assert parse(None, service) is None


@pytest.mark.parametrize("length", range(12))
@pytest.mark.parametrize("model", list(MODELS))
def test_a_truncated_payload_is_refused(length: int, model: str) -> None:
    """Firmware before V1.3 has another layout, too; half of a number is not a number."""
    payload = "6055f93599ff0580002a00c8"[: 2 * length]
    with pytest.raises(BadPayloadError, match=f"{length} bytes"):
        parse(payload, None, model, mac="6055F93599FF")


def test_a_payload_with_another_id_is_refused() -> None:
    """The first six bytes are the plug's own id: with another the rest cannot be trusted."""
    with pytest.raises(BadPayloadError, match="6055F93599FE"):
        parse("6055f93599fe0580002a00c8", "6a0000", mac="6055F93599FF")


@pytest.mark.parametrize(
    ("model", "letter"),
    [
        ("plug_mini_jp", "3f"),
        ("relay_switch_1pm", "6a"),
        ("plug_mini_eu", "67"),
        ("plug_mini_us", "64"),
    ],
)
def test_a_model_of_another_layout_than_configured_is_refused(model: str, letter: str) -> None:
    """The message names the models, so that the configuration can be mended."""
    with pytest.raises(BadPayloadError, match=f"model {model}.*j: plug_mini_jp"):
        parse("6055f93599ff0580002a00c8", letter + "0000", model)


BYTES = st.binary(max_size=24)
PLUG_PAYLOAD = BYTES.map(lambda rest: bytes.fromhex("6055F93599FF") + rest)


@given(
    payload=st.none() | BYTES | PLUG_PAYLOAD,
    service=st.none() | BYTES,
    others=st.dictionaries(st.integers(0, 0xFFFF), BYTES, max_size=3),
    model=st.sampled_from(sorted(MODELS)),
)
def test_any_bytes_give_an_advert_or_nothing_or_bad_payload(
    payload: bytes | None, service: bytes | None, others: Mapping[int, bytes], model: str
) -> None:
    """Nothing else leaves the parse path, no power is negative or more than 16 bits can hold."""
    source = BleSource.model_validate({"source": "ble", "id": "6055F93599FF", "model": model})
    device = BLEDevice("60:55:F9:35:99:FF", None, None)
    try:
        advert = parse_advert(device, advert_data(payload, service, others), source, Scale())
    except BadPayloadError:
        return
    assert advert is None or 0 <= advert.power_watts <= 65_535


@given(payload=PLUG_PAYLOAD, service=BYTES, model=st.sampled_from(sorted(MODELS)))
def test_nonsense_writes_no_traceback_into_the_log(
    payload: bytes, service: bytes, model: str
) -> None:
    """PySwitchbot logs what it cannot parse with a traceback: once a second would be a flood."""
    source = BleSource.model_validate({"source": "ble", "id": "6055F93599FF", "model": model})
    logged: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = logged.append  # ty: ignore[invalid-assignment]
    logging.getLogger("switchbot").addHandler(handler)
    try:
        with suppress(BadPayloadError):
            parse_advert(BLEDevice("x", None, None), advert_data(payload, service), source, Scale())
    finally:
        logging.getLogger("switchbot").removeHandler(handler)
    assert not [record for record in logged if record.exc_info]
