"""Open and update plugs through python-kasa, one outlet's failure spoiling no other's answer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kasa import (
    Credentials,
    Device,
    DeviceConfig,
    DeviceConnectionParameters,
    DeviceEncryptionType,
    DeviceError,
    DeviceFamily,
    KasaException,
    Module,
)
from kasa.device_factory import (
    GET_SYSINFO_QUERY,
    get_device_class_from_sys_info,
    get_protocol,
)
from kasa.interfaces import Energy
from kasa.iot import IotDevice

from home_model.errors import BadPayloadError, RejectedError, SourceError
from tp_link_native_exporter.errors import (
    MALFORMED_ANSWER_ERRORS,
    NO_CREDENTIALS,
    connection_error,
)
from tp_link_native_exporter.parse import SMART_METHODS, MeterAnswers
from tp_link_native_exporter.probe import Address, ProbeResult, probe

REQUEST_SECONDS = 2

TAPO, KASA = DeviceFamily.SmartTapoPlug, DeviceFamily.IotSmartPlugSwitch
KLAP, AES, XOR = (
    DeviceEncryptionType.Klap,
    DeviceEncryptionType.Aes,
    DeviceEncryptionType.Xor,
)

# Family, encryption and login version: what python-kasa needs to be given to open a plug.
type Protocol = tuple[DeviceFamily, DeviceEncryptionType, int | None]
type OutletAnswers = MeterAnswers | SourceError


def protocols(result: ProbeResult) -> Iterator[Protocol]:
    """Yield the protocols that fit a probe, the most common first."""
    if result.klap == "supported":
        yield TAPO, KLAP, 2
        yield KASA, KLAP, None
        yield KASA, KLAP, 2
    if result.aes == "supported":
        yield TAPO, AES, 2
        yield TAPO, AES, None
    if result.xor == "supported":
        yield KASA, XOR, None


@dataclass(frozen=True, slots=True)
class OpenedPlug:
    """A device that was read once: the answers of its outlets, and the protocol that worked."""

    device: Device
    answers: Sequence[OutletAnswers]
    protocol: Protocol


async def connect(
    address: Address, credentials: Credentials | None, known: Protocol | None = None
) -> OpenedPlug:
    """Open and read a plug; `known`, the protocol that worked before, is tried first.

    Raises:
        SourceError: It cannot be opened; the reason names the cause and the remedy.
    """
    result = await probe(address)
    possible = sorted(protocols(result), key=lambda protocol: protocol != known)
    if possible and credentials is None:
        possible = [protocol for protocol in possible if protocol[1] is XOR]
        if not possible:
            raise RejectedError(NO_CREDENTIALS)
    errors: list[Exception] = []
    for protocol in possible:
        try:
            device, answers = await _open(_config(address, credentials, protocol))
        except (KasaException, *MALFORMED_ANSWER_ERRORS) as error:
            errors.append(error)
        else:
            return OpenedPlug(device, answers, protocol)
    raise connection_error(address, result, errors)


def _config(address: Address, credentials: Credentials | None, protocol: Protocol) -> DeviceConfig:
    family, encryption, login_version = protocol
    return DeviceConfig(
        address.host,
        timeout=REQUEST_SECONDS,
        port_override=address.port,
        credentials=credentials,
        connection_type=DeviceConnectionParameters(family, encryption, login_version=login_version),
    )


async def _open(config: DeviceConfig) -> tuple[Device, Sequence[OutletAnswers]]:
    if config.connection_type.device_family is not KASA:
        device = await Device.connect(config=config)
        return device, await _read_smart_answers(device)
    # `Device.connect` would read every outlet of a Kasa strip, and fail with the first that fails.
    if (protocol := get_protocol(config)) is None:
        message = f"python-kasa does not support {config.connection_type}"
        raise KasaException(message)
    try:
        sysinfo = await protocol.query(GET_SYSINFO_QUERY)
        device = get_device_class_from_sys_info(sysinfo)(config.host, protocol=protocol)
        device.update_from_discover_info(sysinfo)
        return device, await update(device)
    except BaseException:
        await protocol.close()
        raise


def outlets(device: Device) -> Sequence[Device]:
    """Return the outlets in the order printed on the strip; a plug is its own only one."""
    return sorted(device.children, key=_printed_number) or [device]


def number_outlets(device: Device) -> Sequence[int]:
    """Return the number of each outlet as printed on the strip, which begins with 1.

    An answer may lack an outlet; the others keep their numbers.
    """
    found = outlets(device)
    numbers = [_printed_number(child) for child in found] if device.children else []
    is_known = len(set(numbers)) == len(found) and min(numbers) > 0
    return numbers if is_known else range(1, len(found) + 1)


def _printed_number(child: Device) -> int:
    """Return it from the position (Tapo) or from the end of the id (Kasa); 0 without either."""
    if isinstance(position := child.sys_info.get("position"), int):
        return position
    index = child.device_id[-2:]
    return int(index) + 1 if isinstance(child, IotDevice) and index.isdecimal() else 0


async def update(device: Device) -> Sequence[OutletAnswers]:
    """Update a device; return the raw answers of the meter of each outlet, or why it has none.

    Raises:
        KasaException, or one of `MALFORMED_ANSWER_ERRORS`: The whole plug failed.
    """
    if isinstance(device, IotDevice):
        return await _update_kasa(device)
    await device.update()
    return await _read_smart_answers(device)


async def _read_smart_answers(device: Device) -> Sequence[OutletAnswers]:
    return [await _read_smart_meter(outlet) for outlet in outlets(device)]


async def _read_smart_meter(outlet: Device) -> MeterAnswers:
    """Return the answers of the energy module, also of the methods that python-kasa drops.

    One failing method discards the whole module there, which is then not queried for 30 s and
    more while the last answers live on: so they are read here.
    """
    meter = outlet.modules.get(Module.Energy)
    if meter is None:
        return {}
    if _is_complete(meter):
        return {m: outlet.internal_state[m] for m in SMART_METHODS if m in outlet.internal_state}
    methods = [method for method in meter.query() if method in SMART_METHODS]
    try:
        return await outlet.protocol.query(dict.fromkeys(methods))
    except DeviceError as error:
        # A single method raises instead of giving its code.
        return dict.fromkeys(methods, error.error_code)


def _is_complete(meter: Energy) -> bool:
    try:
        _ = meter.voltage  # raises when the last update of the module failed
    except KasaException:
        return False
    return meter.current_consumption is not None


async def _update_kasa(device: IotDevice) -> Sequence[OutletAnswers]:
    before = [_realtime(outlet) for outlet in outlets(device)]
    await device.update(update_children=False)
    failed = await _update_children(device)
    answers = [_realtime(outlet) for outlet in outlets(device)]
    # python-kasa merges answers over the last ones: what is missing now would live on.
    before += [None] * (len(answers) - len(before))
    return [
        failed.get(position) or _kasa_answers(outlet, answers[position], before[position])
        for position, outlet in enumerate(outlets(device))
    ]


async def _update_children(strip: Device) -> Mapping[int, SourceError]:
    failed: dict[int, SourceError] = {}
    for position, child in enumerate(outlets(strip) if strip.children else ()):
        try:
            await child.update()
        except (KasaException, *MALFORMED_ANSWER_ERRORS) as error:
            failed[position] = BadPayloadError(f"the outlet's answer makes no sense: {error}")
    return failed


def _kasa_answers(outlet: Device, answer: object, before: object) -> OutletAnswers:
    if not outlet.has_emeter:
        return {}
    if answer is None or answer is before:
        return BadPayloadError("the plug answers, but not about its meter")
    return {"get_realtime": answer}


def _realtime(outlet: Device) -> object:
    # Before its first update a Kasa device has None for its modules.
    meter = (outlet.modules or {}).get(Module.Energy)
    try:
        return meter and meter.data.get("get_realtime")
    except KasaException:
        return None  # not updated yet
