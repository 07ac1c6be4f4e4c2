"""What the account has, beside what the configuration names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from home_model.errors import BadPayloadError
from switchbot_exporter.cloud.parse import WITHOUT_METER


@dataclass(frozen=True, slots=True)
class CloudDevice:
    """One physical device of the account. `device_type` can be missing in the answer."""

    device_id: str
    name: str
    device_type: str | None
    cloud_enabled: bool

    def __str__(self) -> str:
        """The form the log uses."""
        return f"{self.device_id} ({self.device_type or 'type not told'}) {self.name!r}"


type Devices = Mapping[str, CloudDevice]


def parse_devices(body: Mapping[str, object]) -> dict[str, CloudDevice]:
    """The physical devices by id; infrared remotes have no status and are left out.

    Raises:
        BadPayloadError: The list is missing.
    """
    items = body.get("deviceList")
    if not isinstance(items, list):
        reason = "the device list is missing"
        raise BadPayloadError(reason)
    listed = (_parse_device(item) for item in items if isinstance(item, dict))
    return {device.device_id: device for device in listed if device.device_id}


def _parse_device(item: Mapping[str, object]) -> CloudDevice:
    return CloudDevice(
        device_id=str(item.get("deviceId") or "").upper(),
        name=str(item.get("deviceName") or ""),
        device_type=str(item["deviceType"]) if item.get("deviceType") else None,
        cloud_enabled=item.get("enableCloudService") is not False,
    )


def refusal(devices: Devices, device_id: str) -> str | None:
    """Why a configured device cannot be read, known without asking for its status."""
    device = devices.get(device_id)
    if device is None:
        return f"the account has no device {device_id}"
    if not device.cloud_enabled:
        return f"{device_id}: switch on its cloud service in the SwitchBot app"
    if device.device_type in WITHOUT_METER:
        return f"{device_id} is a {device.device_type}, which has no meter"
    return None


def not_configured(devices: Devices, configured: Iterable[str]) -> list[CloudDevice]:
    """The account's devices that the configuration does not name, by id."""
    known = set(configured)
    return [devices[key] for key in sorted(devices) if key not in known]
