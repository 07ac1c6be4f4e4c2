"""The life of one connection: open, read, close at the first failure, find the cause, reopen."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from kasa import Credentials, Device, KasaException, Module
from kasa.smart.smartmodule import SmartModule

from home_model.errors import BadPayloadError, SourceError, UnreachableError
from home_model.readings import Reading
from service_kit.clock import utc_now
from tp_link_native_exporter.client import (
    OpenedPlug,
    OutletAnswers,
    Protocol,
    connect,
    number_outlets,
    outlets,
    update,
)
from tp_link_native_exporter.errors import MALFORMED_ANSWER_ERRORS
from tp_link_native_exporter.parse import parse_reading
from tp_link_native_exporter.probe import Address

LOG = logging.getLogger(__name__)
DISCONNECT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """How long things may take, in seconds.

    Attributes:
        update_seconds: For an update of an open connection.
        connect_seconds: For opening one, and for finding out why it does not open.
    """

    update_seconds: float
    connect_seconds: float


@dataclass(frozen=True, slots=True)
class PlugReadings:
    """The result of one update: which plug it is, and the reading of each outlet by its number."""

    mac: str
    model: str
    outlets: Mapping[int, Reading | SourceError]


class Session:
    """One plug or strip at one address."""

    def __init__(
        self,
        address: Address,
        credentials: Credentials | None,
        limits: TimeLimits,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._address = address
        self._credentials = credentials
        self._limits = limits
        self._now = now
        self._device: Device | None = None
        self._protocol: Protocol | None = None

    async def read(self) -> PlugReadings:
        """Open the plug if it is not, and read all its outlets.

        Raises:
            SourceError: The whole plug gave nothing; the reason names the cause once it is known.
        """
        try:
            return await self._read()
        except SourceError:
            await self.close()
            raise

    async def close(self) -> None:
        """End the session."""
        device, self._device = self._device, None
        if device:
            with suppress(KasaException, OSError, TimeoutError):
                async with asyncio.timeout(DISCONNECT_SECONDS):
                    await device.disconnect()

    async def _read(self) -> PlugReadings:
        if self._device is None:
            opened = await self._connect()
            self._device, self._protocol = opened.device, opened.protocol
            answers = opened.answers
        else:
            answers = await self._update(self._device)
        readings = self._parse(self._device, answers)
        if _is_worn_out(self._device) or not any(
            isinstance(r, Reading) for r in readings.outlets.values()
        ):
            await self.close()
        return readings

    async def _connect(self) -> OpenedPlug:
        try:
            async with asyncio.timeout(self._limits.connect_seconds):
                return await connect(self._address, self._credentials, self._protocol)
        except TimeoutError:
            seconds = self._limits.connect_seconds
            message = f"{self._address} could not be opened within {seconds:g} s"
            raise UnreachableError(message) from None

    async def _update(self, device: Device) -> Sequence[OutletAnswers]:
        # python-kasa alone would try for up to 78 s, and then hide why. The next attempt finds out.
        try:
            async with asyncio.timeout(self._limits.update_seconds):
                return await update(device)
        except TimeoutError:
            message = f"{self._address} gave no answer within {self._limits.update_seconds:g} s"
            raise UnreachableError(message) from None
        except (KasaException, *MALFORMED_ANSWER_ERRORS) as error:
            LOG.debug("%s: %s", self._address, error)
            message = f"an update of {self._address} failed; the next attempt finds the cause"
            raise UnreachableError(message) from None

    def _parse(self, device: Device, answers: Sequence[OutletAnswers]) -> PlugReadings:
        at = self._now()
        try:
            results = [
                _result(outlet, device, answer, at)
                for outlet, answer in zip(outlets(device), answers, strict=True)
            ]
            numbered = dict(zip(number_outlets(device), results, strict=True))
            return PlugReadings(device.mac.replace(":", "").upper(), device.model, numbered)
        except (KasaException, *MALFORMED_ANSWER_ERRORS) as error:
            message = f"the answers of {self._address} make no sense: {error}"
            raise BadPayloadError(message) from None


def _result(
    outlet: Device, plug: Device, answers: OutletAnswers, at: datetime
) -> Reading | SourceError:
    if isinstance(answers, SourceError):
        return answers
    try:
        return parse_reading(outlet, plug, answers, at)
    except SourceError as error:
        return error
    except MALFORMED_ANSWER_ERRORS as error:
        return BadPayloadError(f"the outlet's answer makes no sense: {error}")


def _is_worn_out(device: Device) -> bool:
    """Return whether python-kasa skips a meter for ever: after one error (Kasa) or ten (Tapo)."""
    return any(_is_skipped(outlet) for outlet in outlets(device))


def _is_skipped(outlet: Device) -> bool:
    meter = outlet.modules.get(Module.Energy)
    if isinstance(meter, SmartModule):
        return meter.disabled
    return meter is None and outlet.has_emeter
