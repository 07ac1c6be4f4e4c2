"""Open a plug through python-kasa: learn once how it is spoken to, then go straight there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kasa import (
    Credentials,
    Device,
    DeviceConfig,
    DeviceConnectionParameters,
    DeviceEncryptionType,
    DeviceFamily,
    KasaException,
)
from kasa.device_factory import (
    GET_SYSINFO_QUERY,
    get_device_class_from_sys_info,
    get_protocol,
)

from home_model.errors import RejectedError, SourceError
from tp_link_native_exporter.address import Address
from tp_link_native_exporter.causes import NO_CREDENTIALS, cause_of
from tp_link_native_exporter.doors import Doors, knock
from tp_link_native_exporter.updating import NONSENSE, update

REQUEST_SECONDS = 2

TAPO, KASA = DeviceFamily.SmartTapoPlug, DeviceFamily.IotSmartPlugSwitch
KLAP, AES, XOR = (
    DeviceEncryptionType.Klap,
    DeviceEncryptionType.Aes,
    DeviceEncryptionType.Xor,
)

type Way = tuple[DeviceFamily, DeviceEncryptionType, int | None]


def ways(doors: Doors) -> Iterator[Way]:
    """How a plug with such doors may be spoken to, the most common first."""
    if doors.klap == "speaks":
        yield TAPO, KLAP, 2
        yield KASA, KLAP, None
        yield KASA, KLAP, 2
    if doors.aes == "speaks":
        yield TAPO, AES, 2
        yield TAPO, AES, None
    if doors.xor == "speaks":
        yield KASA, XOR, None


@dataclass(frozen=True, slots=True)
class Opened:
    """A device that was read once: the outlets that failed, and the way that led to it."""

    device: Device
    failed: Mapping[int, SourceError]
    way: Way


async def connect(
    address: Address, credentials: Credentials | None, known: Way | None = None
) -> Opened:
    """Open and read a plug; `known`, the way that led to it before, is tried first.

    Raises:
        SourceError: It cannot be opened; the reason tells the cause and the way out.
    """
    doors = await knock(address)
    possible = sorted(ways(doors), key=lambda way: way != known)
    if possible and credentials is None:
        possible = [way for way in possible if way[1] is XOR]
        if not possible:
            raise RejectedError(NO_CREDENTIALS)
    errors: list[Exception] = []
    for way in possible:
        try:
            device, failed = await _open(_config(address, credentials, way))
        except (KasaException, *NONSENSE) as error:
            errors.append(error)
        else:
            return Opened(device, failed, way)
    raise cause_of(address, doors, errors)


def _config(address: Address, credentials: Credentials | None, way: Way) -> DeviceConfig:
    family, encryption, login_version = way
    return DeviceConfig(
        address.host,
        timeout=REQUEST_SECONDS,
        port_override=address.port,
        credentials=credentials,
        connection_type=DeviceConnectionParameters(family, encryption, login_version=login_version),
    )


async def _open(config: DeviceConfig) -> tuple[Device, Mapping[int, SourceError]]:
    if config.connection_type.device_family is not KASA:
        return await Device.connect(config=config), {}
    # `Device.connect` would read every outlet of a Kasa strip, and fail with the first that fails.
    if (protocol := get_protocol(config)) is None:
        message = f"python-kasa does not speak {config.connection_type}"
        raise KasaException(message)
    try:
        sysinfo = await protocol.query(GET_SYSINFO_QUERY)
        device = get_device_class_from_sys_info(sysinfo)(config.host, protocol=protocol)
        device.update_from_discover_info(sysinfo)
        return device, await update(device)
    except BaseException:
        await protocol.close()
        raise
