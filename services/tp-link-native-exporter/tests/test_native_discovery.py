"""What `--discover` reports of plugs that python-kasa does not support."""

from typing import Any

import pytest
from kasa import Discover, UnsupportedDeviceError

from tp_link_native_exporter.discovery import discover
from tp_link_native_exporter.errors import COMPATIBILITY_OFF

ANSWERS: list[tuple[dict[str, Any], str]] = [
    ({"mgt_encrypt_schm": {"encrypt_type": "TPAP"}}, COMPATIBILITY_OFF),
    ({"mgt_encrypt_schm": None, "mac": None, "device_model": None}, "cannot read it: new"),
    ({"mgt_encrypt_schm": "TPAP"}, "cannot read it: new"),
    ({}, "cannot read it: new"),
]


@pytest.mark.parametrize(("answer", "note"), ANSWERS)
async def test_an_unsupported_plug_is_listed_whatever_it_answers(
    answer: dict[str, Any], note: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It costs the others nothing."""

    async def found(*, on_unsupported: Any, **_: object) -> dict[str, object]:  # noqa: ANN401
        error = UnsupportedDeviceError("new", discovery_result=answer, host="192.168.1.20")
        await on_unsupported(error)
        return {}

    monkeypatch.setattr(Discover, "discover", found)
    (device,) = await discover("192.168.1.255", None, 1)
    assert (device.address, device.id, device.model) == ("192.168.1.20", "", "?")
    assert note in device.note
