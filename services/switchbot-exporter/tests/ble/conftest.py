"""A private D-Bus with a mock bluetoothd, which the code under test takes for the system's own."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from ble_radio.bus import bluetoothd, system_bus
from ble_radio.radio import Radio, radio


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a system bus of this test's own; bleak finds it, too."""
    with system_bus(tmp_path) as address:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        yield address


@pytest.fixture
async def air(bus: str, tmp_path: Path) -> AsyncIterator[Radio]:
    """What the adapter hci0 of a running mock bluetoothd receives."""
    with bluetoothd(bus, tmp_path):
        async with radio(bus) as on_air:
            await on_air.add_adapter()
            yield on_air
