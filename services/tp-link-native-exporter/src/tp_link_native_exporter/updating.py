"""Ask a plug for everything once, so that one bad outlet of a strip spoils no other."""

from collections.abc import Mapping, Sequence

from kasa import Device, KasaException, Module
from kasa.iot import IotDevice

from home_model.errors import BadPayloadError, SourceError

# What python-kasa lets through when an answer has another shape than it expects.
NONSENSE = (ValueError, LookupError, TypeError, AttributeError)


def outlets_of(device: Device) -> Sequence[Device]:
    """The sockets in the order printed on the strip; a plug is its own only one."""
    children = sorted(device.children, key=lambda child: child.sys_info.get("position", 0))
    return children or [device]


async def update(device: Device) -> Mapping[int, SourceError]:
    """Ask once. Gives the outlets that failed, by position from 0; the others can be read.

    Raises:
        KasaException, ValueError, LookupError, TypeError, AttributeError: The whole plug failed.
    """
    if not isinstance(device, IotDevice):
        # Tapo firmware: python-kasa keeps a failing module to itself and leaves it without values.
        await device.update()
        return {}
    before = _meter_answers(device)
    await device.update(update_children=False)
    failed = {**await _update_children(device)}
    for position, answer in _meter_answers(device).items():
        # python-kasa merges answers over the last ones: what is missing now would live on.
        if answer is None or answer is before.get(position):
            failed.setdefault(
                position, BadPayloadError("the plug answers, but not about its meter")
            )
    return failed


async def _update_children(strip: Device) -> Mapping[int, SourceError]:
    failed: dict[int, SourceError] = {}
    for position, child in enumerate(strip.children):
        try:
            await child.update()
        except (KasaException, *NONSENSE) as error:
            failed[position] = BadPayloadError(f"the outlet's answer makes no sense: {error}")
    return failed


def _meter_answers(device: Device) -> Mapping[int, object]:
    return {
        position: _meter_answer(outlet)
        for position, outlet in enumerate(outlets_of(device))
        if outlet.has_emeter
    }


def _meter_answer(outlet: Device) -> object:
    # Before its first update a Kasa device has None for its modules.
    meter = (outlet.modules or {}).get(Module.Energy)
    try:
        return meter and meter.data.get("get_realtime")
    except KasaException:
        return None  # not asked yet
