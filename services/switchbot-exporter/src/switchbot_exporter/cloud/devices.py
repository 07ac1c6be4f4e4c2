"""The account's device list, kept to explain a configured device that cannot be read."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from home_model.errors import BadPayloadError, RejectedError, SourceError
from home_model.sources import CloudSource
from switchbot_exporter.cloud.parse import is_meterless

LOG = logging.getLogger(__name__)
RECHECK_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class CloudDevice:
    """One physical device of the account. `device_type` can be missing in the answer."""

    device_id: str
    name: str
    device_type: str | None
    cloud_enabled: bool

    def __str__(self) -> str:
        """Return the form that the log uses."""
        return f"{self.device_id} ({self.device_type or 'unknown type'}) {self.name!r}"


type CloudDevices = Mapping[str, CloudDevice]


def parse_devices(body: Mapping[str, object]) -> dict[str, CloudDevice]:
    """Return the physical devices by id; infrared remotes have no status and are left out.

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


def refusal(devices: CloudDevices, device_id: str) -> str | None:
    """Return why a configured device cannot be read, as far as the list shows it."""
    device = devices.get(device_id)
    if device is None:
        return f"the account has no device {device_id}"
    if not device.cloud_enabled:
        return f"{device_id}: switch on its cloud service in the SwitchBot app"
    if is_meterless(device.device_type):
        return f"{device_id} is a {device.device_type}, which has no meter"
    return None


def not_configured(devices: CloudDevices, configured: Iterable[str]) -> list[CloudDevice]:
    """Return the account's devices that the configuration does not name, by id."""
    known = set(configured)
    return [devices[key] for key in sorted(devices) if key not in known]


@dataclass(slots=True)
class AccountDevices:
    """The last list, fetched again only while it leaves a configured device unexplained.

    Attributes:
        fetch: Fetches the body of `GET /devices`.
        monotonic: Seconds of a clock that never goes back.
    """

    fetch: Callable[[], Awaitable[Mapping[str, object]]]
    monotonic: Callable[[], float]
    _devices: CloudDevices | None = field(default=None, init=False)
    _fetched_at: float | None = field(default=None, init=False)
    _configured: frozenset[str] = field(default=frozenset(), init=False)
    _logged: set[str] = field(default_factory=set, init=False)

    async def compare(self, sources: Sequence[CloudSource]) -> None:
        """Log what the account has and the configuration lacks, and the reverse.

        Raises:
            SourceError: There is no list.
        """
        self._configured = frozenset(source.id for source in sources)
        await self._refresh()

    async def check(self, device_id: str) -> None:
        """Refuse a device that cannot be read.

        Raises:
            RejectedError: The account lacks it, its cloud service is off, or it has no meter.
        """
        if self._refusal(device_id) and self._is_old():
            await self._refresh()
        elif self._devices is None and self._is_old():
            await self._try_to_refresh()
        reason = self._refusal(device_id)
        if reason:
            raise RejectedError(reason)

    def device_type(self, device_id: str) -> str | None:
        """Return the device type in the list, when there is one."""
        device = (self._devices or {}).get(device_id)
        return device.device_type if device else None

    def _refusal(self, device_id: str) -> str | None:
        return None if self._devices is None else refusal(self._devices, device_id)

    def _is_old(self) -> bool:
        fetched_at = self._fetched_at
        return fetched_at is not None and self.monotonic() - fetched_at >= RECHECK_SECONDS

    async def _try_to_refresh(self) -> None:
        try:
            await self._refresh()
        except SourceError as error:
            LOG.debug("no device list: %s", error.reason)  # the device's own answer may still come

    async def _refresh(self) -> None:
        self._fetched_at = self.monotonic()
        self._devices = parse_devices(await self.fetch())
        self._log_differences(self._devices)

    def _log_differences(self, devices: CloudDevices) -> None:
        for device in not_configured(devices, self._configured):
            if device.device_id not in self._logged:
                LOG.info("in the account, not in the configuration: %s", device)
        refusals = {key: refusal(devices, key) for key in sorted(self._configured)}
        for device_id, reason in refusals.items():
            if reason and device_id not in self._logged:
                LOG.error("%s", reason)
        unreadable = {device_id for device_id, reason in refusals.items() if reason}
        self._logged = unreadable | (devices.keys() - self._configured)
