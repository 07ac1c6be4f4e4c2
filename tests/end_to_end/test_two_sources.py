"""A plug that is read through the cloud and received over Bluetooth is one plug."""

import shutil

import pytest

from testbed.chain import Chain, wait_until


@pytest.mark.skipif(
    shutil.which("bluetoothd-mock") is None,
    reason="NO BLUETOOTH HERE: run scripts/setup-bluetooth-mock (make test does)",
)
def test_both_sources_are_shown_and_one_counts(chain: Chain) -> None:
    """The shelf of the fridge draws what the fridge draws, not twice as much."""
    chain.override("/devices/fridge/watts", watts=55.5)
    wait_until(lambda: heard_watts(chain) == {"cloud": 55.5, "ble": 55.5}, chain)
    house = chain.api("/places")
    (kitchen,) = [room for room in house["children"] if room["id"] == "kitchen"]
    (corner,) = [shelf for shelf in kitchen["children"] if shelf["id"] == "fridge_corner"]
    assert corner["live"]["power_watts"] == 55.5
    assert chain.api("/devices/fridge")["source"] == "cloud"


def heard_watts(chain: Chain) -> dict[str, float | None]:
    """The present values of each source of the fridge."""
    sources = chain.api("/devices/fridge")["sources"]
    return {source["source"]: source["power_watts"] for source in sources}
