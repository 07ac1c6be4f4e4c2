"""The life of one connection: open, read, drop at the first failure, learn why, open again."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from kasa import Credentials, Device, KasaException, Module
from kasa.smart.smartmodule import SmartModule

from home_model.errors import BadPayloadError, SourceError, UnreachableError
from home_model.readings import Reading
from tp_link_native_exporter.address import Address
from tp_link_native_exporter.connecting import Opened, Way, connect
from tp_link_native_exporter.parsing import parse_reading
from tp_link_native_exporter.updating import NONSENSE, outlets_of, update

LOG = logging.getLogger(__name__)
GOODBYE_SECONDS = 1.0

type Result = Reading | SourceError


@dataclass(frozen=True, slots=True)
class Timing:
    """How long things may take, in seconds.

    Attributes:
        update_seconds: For an update of an open connection.
        connect_seconds: For opening one, and for learning why it does not open.
        share_seconds: For how long the outlets of a strip are told what one update brought.
    """

    update_seconds: float
    connect_seconds: float
    share_seconds: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What a plug said at one instant: who it is, and each outlet's result."""

    mac: str
    model: str
    outlets: Sequence[Result]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Link:
    """One plug or strip at one address. One update at a time, shared by those who wait for it."""

    def __init__(
        self,
        address: Address,
        credentials: Credentials | None,
        timing: Timing,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._address = address
        self._credentials = credentials
        self._timing = timing
        self._now = now
        self._device: Device | None = None
        self._way: Way | None = None
        self._turn: asyncio.Task[Answer] | None = None
        self._turn_began = 0.0

    async def ask(self) -> Answer:
        """The answer of the turn that is under way, or has just been.

        Raises:
            SourceError: The whole plug gave nothing; `reason` tells the cause once it is known.
        """
        if self._turn is None or self._is_over(self._turn):
            self._turn_began = time.monotonic()
            self._turn = asyncio.create_task(self._take_turn())
            self._turn.add_done_callback(_look_at)
        # One outlet's reader may give up; the others still wait for this turn.
        return await asyncio.shield(self._turn)

    async def close(self) -> None:
        """End the session."""
        if self._turn:
            self._turn.cancel()
        await self._drop()

    def _is_over(self, turn: asyncio.Task[Answer]) -> bool:
        return turn.done() and time.monotonic() - self._turn_began >= self._timing.share_seconds

    async def _take_turn(self) -> Answer:
        try:
            return await self._read()
        except SourceError:
            await self._drop()
            raise

    async def _read(self) -> Answer:
        if self._device is None:
            opened = await self._connect()
            self._device, self._way, failed = opened.device, opened.way, opened.failed
        else:
            failed = await self._update(self._device)
        answer = self._understand(self._device, failed)
        # python-kasa would leave a meter that failed alone for 30 s and more.
        if _is_worn_out(self._device) or not any(isinstance(r, Reading) for r in answer.outlets):
            await self._drop()
        return answer

    async def _connect(self) -> Opened:
        try:
            async with asyncio.timeout(self._timing.connect_seconds):
                return await connect(self._address, self._credentials, self._way)
        except TimeoutError:
            message = f"{self._address} did not let us in within {self._timing.connect_seconds:g} s"
            raise UnreachableError(message) from None

    async def _update(self, device: Device) -> Mapping[int, SourceError]:
        # python-kasa alone would try for up to 78 s, and then hide why. The next turn learns it.
        try:
            async with asyncio.timeout(self._timing.update_seconds):
                return await update(device)
        except TimeoutError:
            message = f"{self._address} gave no answer within {self._timing.update_seconds:g} s"
            raise UnreachableError(message) from None
        except (KasaException, *NONSENSE) as error:
            LOG.debug("%s: %s", self._address, error)
            message = f"an update of {self._address} failed; the cause is looked for"
            raise UnreachableError(message) from None

    async def _drop(self) -> None:
        device, self._device = self._device, None
        if device:
            with suppress(KasaException, OSError, TimeoutError):
                async with asyncio.timeout(GOODBYE_SECONDS):
                    await device.disconnect()

    def _understand(self, device: Device, failed: Mapping[int, SourceError]) -> Answer:
        try:
            return _answer(device, failed, self._now())
        except (KasaException, *NONSENSE) as error:
            message = f"the answers of {self._address} make no sense: {error}"
            raise BadPayloadError(message) from None


def _answer(device: Device, failed: Mapping[int, SourceError], at: datetime) -> Answer:
    results = [
        failed.get(position) or _result(outlet, device, at)
        for position, outlet in enumerate(outlets_of(device))
    ]
    return Answer(device.mac.replace(":", "").upper(), device.model, results)


def _result(outlet: Device, plug: Device, at: datetime) -> Result:
    try:
        return parse_reading(outlet, plug, at)
    except SourceError as error:
        return error
    except NONSENSE as error:
        return BadPayloadError(f"the outlet's answer makes no sense: {error}")


def _is_worn_out(device: Device) -> bool:
    """After its first error (Kasa) or its tenth (Tapo) python-kasa leaves out a meter for ever."""
    return any(_is_left_out(outlet) for outlet in outlets_of(device))


def _is_left_out(outlet: Device) -> bool:
    meter = outlet.modules.get(Module.Energy)
    if isinstance(meter, SmartModule):
        return meter.disabled
    return meter is None and outlet.has_emeter


def _look_at(turn: asyncio.Task[Answer]) -> None:
    # All who waited may be gone: the exception was seen, it must not be reported as lost.
    if not turn.cancelled():
        turn.exception()
