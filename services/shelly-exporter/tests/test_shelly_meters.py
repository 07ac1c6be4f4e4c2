"""Which meters a device has: by the components of its answer, in every profile."""

import pytest
from shelly_house import INTERVAL_SECONDS, House, OpenHouse

from shelly_emulator.device import PHASES
from shelly_emulator.models import MODELS


def meters(*numbers: int) -> tuple[str, ...]:
    return tuple(f", meter: {number}" for number in numbers)


async def poll(house: House) -> None:
    await house.time.pass_by(INTERVAL_SECONDS)


@pytest.mark.parametrize(
    ("model", "count"),
    [
        ("2PM Gen3 switch", 2),
        ("Power Strip Gen4", 4),
        ("Pro 3EM monophase", 3),
        ("EM Gen3", 2),  # beside its contactor, which is a switch without a meter
    ],
)
async def test_each_meter_of_a_device_is_a_source(
    model: str, count: int, open_house: OpenHouse
) -> None:
    """One request for all; numbers count from 1."""
    house = await open_house(model, meters(*range(1, count + 1)))
    for number, name in enumerate(house.device.meters):
        house.device.set_watts(10.0 * (number + 1), name)
    requests = len(house.server.requests)
    await poll(house)
    watts = [house.value("power_watts", f"device_{number}") for number in range(1, count + 1)]
    assert watts == [10.0 * (number + 1) for number in range(count)]
    assert len(house.server.requests) == requests + 1


@pytest.mark.parametrize("model", ["Plug US", "Plug US Gen4", "Plug PM Gen3", "2PM Gen3 cover"])
async def test_a_device_with_one_meter_needs_no_number(model: str, open_house: OpenHouse) -> None:
    """Also a Plug PM, which has `pm1` and no switch, and a cover."""
    house = await open_house(model, watts=60.0)
    await poll(house)
    assert house.value("power_watts") == 60
    has_switch = "switch" in MODELS[model].meters[0]
    assert house.value("switch_on") == (1 if has_switch else None)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("", r"has the meters 1 \(switch:0\), 2 \(switch:1\): no `meter` is configured"),
        (", meter: 3", r"has the meters 1 \(switch:0\), 2 \(switch:1\): there is no 3"),
    ],
)
async def test_a_wrong_number_is_refused_with_the_right_ones(
    source: str, reason: str, open_house: OpenHouse
) -> None:
    """Never another meter in its place."""
    house = await open_house("2PM Gen3 switch", (source,))
    assert house.state == "rejected"
    with pytest.raises(ValueError, match=reason):
        raise ValueError(house.reason)


async def test_a_change_of_the_profile_is_met_by_the_next_poll(open_house: OpenHouse) -> None:
    """Two switches become one cover: the first source goes on with it, the second is refused."""
    house = await open_house("2PM Gen3 switch", meters(1, 2))
    house.device.model = MODELS["2PM Gen3 cover"]
    house.device.meters["cover:0"] = house.device.meters["switch:0"]
    await poll(house)
    assert house.state == "up"
    assert "there is no 2" in str(house.rig.outcome("device_2"))


async def test_one_broken_meter_silences_no_other(open_house: OpenHouse) -> None:
    """Its error is its own."""
    house = await open_house("Power Strip Gen4", meters(1, 2, 3, 4))
    house.device.meters["switch:1"].errors = ["power_meter_failure"]
    await poll(house)
    states = [house.rig.state(f"device_{number}") for number in (1, 2, 3, 4)]
    assert states == ["up", "bad_payload", "up", "up"]


async def test_a_clamp_counts_each_direction_apart(open_house: OpenHouse) -> None:
    """`em1`: `total_act_energy` is import alone."""
    house = await open_house("EM Gen3", meters(1), watts=3000.0)
    exported_kwh = house.value("energy_exported_total_kwh") or 0
    await house.time.pass_by(3600.0)
    house.device.set_watts(-1000.0, "em1:0")
    await house.time.pass_by(3600.0)
    assert house.value("power_watts") == -1000
    assert house.value("energy_total_kwh") == pytest.approx(3.0, abs=0.01)
    exported_kwh = (house.value("energy_exported_total_kwh") or 0) - exported_kwh
    assert exported_kwh == pytest.approx(1.0, abs=0.01)


async def test_a_house_of_10_kw_is_counted(open_house: OpenHouse) -> None:
    """A clamp carries more than a plug."""
    house = await open_house("EM Gen3", meters(1), watts=10_000.0)
    await house.time.pass_by(3600.0)
    assert house.value("energy_total_kwh") == pytest.approx(10.0, abs=0.05)


async def test_three_phases_are_refused_unless_they_are_netted(open_house: OpenHouse) -> None:
    """Their sums are too large where one phase feeds back; the reason names both ways out."""
    house = await open_house("Pro 3EM triphase")
    assert house.state == "rejected"
    for word in ("both are too large", "phases: netted", "monophase"):
        assert word in house.reason


async def test_netted_phases_are_counted_as_the_utilitys_meter_counts(
    open_house: OpenHouse,
) -> None:
    """1000 W in on one and 600 W out on another are 400 W bought, and nothing sold."""
    house = await open_house("Pro 3EM triphase", (", phases: netted",), watts=1000.0)
    house.device.set_watts(-600.0, "b")
    await house.time.pass_by(10.0)
    begin = [house.value(word) or 0 for word in ("energy_total_kwh", "energy_exported_total_kwh")]
    await house.time.pass_by(3600.0)
    middle = [house.value(word) or 0 for word in ("energy_total_kwh", "energy_exported_total_kwh")]
    assert house.value("power_watts") == 400
    assert middle[0] - begin[0] == pytest.approx(0.4, abs=0.001)
    assert middle[1] == begin[1]
    house.device.set_watts(-2000.0, "c")
    await house.time.pass_by(10.0)
    turned = [house.value(word) or 0 for word in ("energy_total_kwh", "energy_exported_total_kwh")]
    await house.time.pass_by(3600.0)
    end = [house.value(word) or 0 for word in ("energy_total_kwh", "energy_exported_total_kwh")]
    assert house.value("power_watts") == -1600
    assert end[0] == turned[0]
    assert end[1] - turned[1] == pytest.approx(1.6, abs=0.001)


async def test_netting_is_not_integrated_across_a_silence(open_house: OpenHouse) -> None:
    """Nobody has seen what was fed back in an hour without an answer."""
    house = await open_house("Pro 3EM triphase", (", phases: netted",), watts=-1000.0)
    await house.time.pass_by(60.0)
    await house.server.stop()
    await house.time.pass_by(3600.0)
    await house.server.start()
    await house.seconds_until("up")
    assert house.value("energy_exported_total_kwh") == pytest.approx(1 / 60, abs=0.004)


@pytest.mark.parametrize("phase", PHASES)
async def test_one_phase_without_its_clamp_spoils_the_sum(
    phase: str, open_house: OpenHouse
) -> None:
    """`ct_type_not_set` and its like are errors of a phase: the net of the others is no bill."""
    house = await open_house("Pro 3EM triphase", (", phases: netted",))
    house.device.meters[phase].errors = ["ct_type_not_set"]
    await poll(house)
    assert house.state == "bad_payload"


async def test_netting_is_for_three_phases_alone(open_house: OpenHouse) -> None:
    """On a plug it would hide a mistake of the configuration."""
    house = await open_house("Plug US", (", phases: netted",))
    assert house.state == "rejected"
    assert "remove `phases: netted`" in house.reason


async def test_a_sign_that_is_turned_round_is_logged(
    open_house: OpenHouse, caplog: pytest.LogCaptureFixture
) -> None:
    """`reverse` in the device's configuration makes generation of use."""
    house = await open_house()
    caplog.set_level("INFO")
    house.device.reversed = {"switch:0"}
    await house.reader.inspect([t.source for t, _ in house.rig.latest.current()])
    assert "turns the sign of switch:0 round" in caplog.text
