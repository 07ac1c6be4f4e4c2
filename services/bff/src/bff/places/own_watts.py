"""Watts now by the same algebra as energy: of a meter what is left after those behind it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bff.meter_tree import FEEDING_KINDS, SIGNS, Nodes, nodes_of
from bff.places.schemas import DeviceState
from bff.register.register import entry_of
from home_model.config import Home


@dataclass(frozen=True, slots=True)
class OwnWatts:
    """The watts of every device that is up.

    Attributes:
        own: What each load uses itself; of a house meter, what no device explains.
        house_rest: What no device explains by the meters of the grid and of generation; None
            where one of them is not up, where there is none, or where a house meter is up.
        house_meter: The house meter, where it is up.
        spread_seconds: Of a meter, how far apart it and a device behind it were read at most.
        house_spread_seconds: The same of the meters that `house_rest` is made of.
    """

    own: Mapping[str, float]
    house_rest: float | None
    house_meter: str | None
    spread_seconds: Mapping[str, float]
    house_spread_seconds: float | None = None


def own_watts(home: Home, states: Sequence[DeviceState]) -> OwnWatts:
    """Return what each device uses now, from the states of all devices of the house."""
    by_device = {state.device: state for state in states}
    up = [by_device[device.device] for device in home.devices if device.device in by_device]
    entries = [entry_of(device) for device in home.devices if device.device in by_device]
    nodes = nodes_of(entries, range(len(entries)))
    measured = {
        at: state.power_watts
        for at, state in enumerate(up)
        if state.state == "up" and state.power_watts is not None
    }
    own = {at: watts for at, watts in measured.items() if entries[at].kind == "load"}
    net, spread_seconds = dict(measured), dict[int, float]()
    for meter, behind in nodes.behind.items():
        signed = {
            at: -net[at] if entries[at].kind in FEEDING_KINDS else net[at]
            for at in behind
            if at in net
        }
        if meter in measured:
            own[meter] -= sum(signed.values())
            spread_seconds[meter] = _spread_seconds([up[at] for at in (meter, *signed)])
        elif signed:
            net[meter] = sum(signed.values())
    house_meter = nodes.house_meter if nodes.house_meter in measured else None
    house_rest = None if house_meter is not None else _house_rest(nodes, up, measured, net)
    of_house = [up[at] for at in (*nodes.flows, *nodes.tops) if at in measured]
    return OwnWatts(
        own={entries[at].device: watts for at, watts in own.items()},
        house_rest=house_rest,
        house_meter=None if house_meter is None else entries[house_meter].device,
        spread_seconds={entries[at].device: seconds for at, seconds in spread_seconds.items()},
        house_spread_seconds=None if house_rest is None else _spread_seconds(of_house),
    )


def _house_rest(
    nodes: Nodes,
    states: Sequence[DeviceState],
    measured: Mapping[int, float],
    net: Mapping[int, float],
) -> float | None:
    if not nodes.flows or any(at not in measured for at in nodes.flows):
        return None
    used = sum(SIGNS[states[at].kind] * measured[at] for at in nodes.flows)
    tops = nodes.tops if nodes.house_meter is None else [nodes.house_meter]
    return used - sum(net.get(at, 0) for at in tops)


def _spread_seconds(states: Sequence[DeviceState]) -> float:
    ages = [state.age_seconds for state in states if state.age_seconds is not None]
    return round(max(ages) - min(ages), 3) if ages else 0.0
