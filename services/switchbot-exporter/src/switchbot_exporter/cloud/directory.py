"""The account's device list, kept to explain a configured device that cannot be read."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from home_model.errors import RejectedError, SourceError
from home_model.sources import CloudSource
from switchbot_exporter.cloud.devices import (
    Devices,
    not_configured,
    parse_devices,
    refusal,
)

log = logging.getLogger(__name__)
RECHECK_SECONDS = 60.0


@dataclass(slots=True)
class Directory:
    """The last list, asked again only while it leaves a configured device unexplained.

    Attributes:
        fetch: Gets the body of `GET /devices`.
        monotonic: Seconds of a clock that never goes back.
    """

    fetch: Callable[[], Awaitable[Mapping[str, object]]]
    monotonic: Callable[[], float]
    _devices: Devices | None = field(default=None, init=False)
    _asked_at: float | None = field(default=None, init=False)
    _configured: frozenset[str] = field(default=frozenset(), init=False)
    _told: set[str] = field(default_factory=set, init=False)

    async def compare(self, sources: Sequence[CloudSource]) -> None:
        """Say in the log what the account has and the configuration lacks, and the reverse.

        Raises:
            SourceError: There is no list.
        """
        self._configured = frozenset(source.id for source in sources)
        await self._refresh()

    async def check(self, device_id: str) -> None:
        """Refuse a device that has nothing to ask for.

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

    def type_of(self, device_id: str) -> str | None:
        """The device type in the list, when there is one."""
        device = (self._devices or {}).get(device_id)
        return device.device_type if device else None

    def _refusal(self, device_id: str) -> str | None:
        return None if self._devices is None else refusal(self._devices, device_id)

    def _is_old(self) -> bool:
        asked_at = self._asked_at
        return asked_at is not None and self.monotonic() - asked_at >= RECHECK_SECONDS

    async def _try_to_refresh(self) -> None:
        try:
            await self._refresh()
        except SourceError as error:
            log.debug("no device list: %s", error.reason)  # the device's own answer may still come

    async def _refresh(self) -> None:
        self._asked_at = self.monotonic()
        self._devices = parse_devices(await self.fetch())
        self._tell(self._devices)

    def _tell(self, devices: Devices) -> None:
        for device in not_configured(devices, self._configured):
            if device.device_id not in self._told:
                log.info("in the account, not in the configuration: %s", device)
        refusals = {key: refusal(devices, key) for key in sorted(self._configured)}
        for device_id, reason in refusals.items():
            if reason and device_id not in self._told:
                log.error("%s", reason)
        unreadable = {device_id for device_id, reason in refusals.items() if reason}
        self._told = unreadable | (devices.keys() - self._configured)
