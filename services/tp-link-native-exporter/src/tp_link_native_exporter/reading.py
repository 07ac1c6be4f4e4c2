"""The reader that the kit calls: one source of `devices.yaml` in, one reading out."""

import asyncio
import logging
from collections.abc import Callable

from home_model.errors import RejectedError, SourceError
from home_model.readings import Reading
from home_model.sources import NativeSource
from tp_link_native_exporter.address import Address
from tp_link_native_exporter.link import Answer, Link

LOG = logging.getLogger(__name__)


class Reader:
    """All links, one for each address, opened when first asked for."""

    def __init__(self, link_to: Callable[[Address], Link]) -> None:
        self._link_to = link_to
        self._links: dict[Address, Link] = {}
        self._told: dict[tuple[str, int | None], set[str]] = {}

    async def read(self, source: NativeSource) -> Reading:
        """Read one outlet of one plug.

        Raises:
            SourceError: There is no reading of this very outlet of this very plug.
        """
        address = Address.parse(source.address)
        if address not in self._links:
            self._links[address] = self._link_to(address)
        try:
            reading = pick(await self._links[address].ask(), source)
        except SourceError as error:
            self._tell(source, error.reason)
            raise
        self._told.pop((source.address, source.meter), None)
        return reading

    async def close(self) -> None:
        """End every session."""
        await asyncio.gather(*(link.close() for link in self._links.values()))

    def _tell(self, source: NativeSource, reason: str) -> None:
        """The kit logs the first failure; what is learned of its cause later is said here, once."""
        of_strip = [reasons for (at, _), reasons in self._told.items() if at == source.address]
        told = self._told.setdefault((source.address, source.meter), set())
        if told and not any(reason in reasons for reasons in of_strip):
            LOG.warning("the plug at %s: %s", source.address, reason)
        told.add(reason)


def pick(answer: Answer, source: NativeSource) -> Reading:
    """The outlet's reading out of a plug's answer.

    Raises:
        RejectedError: Another plug has the address, or the configuration names the wrong outlet.
        SourceError: What is wrong with this outlet.
    """
    if answer.mac != source.id:
        message = (
            f"another plug answers at {source.address}: {answer.model} {_pairs(answer.mac)}, not "
            f"{_pairs(source.id)}; correct the address, or reserve it in the router"
        )
        raise RejectedError(message)
    result = answer.outlets[_position(answer, source)]
    if isinstance(result, SourceError):
        raise result
    return result


def _position(answer: Answer, source: NativeSource) -> int:
    count = len(answer.outlets)
    if count == 1 and source.meter in {None, 1}:
        return 0
    if source.meter is None:
        message = f"{answer.model} has {count} outlets: configure `meter`, from 1 to {count}"
        raise RejectedError(message)
    if source.meter > count:
        message = f"{answer.model} has no outlet {source.meter}; the last is {count}"
        raise RejectedError(message)
    return source.meter - 1


def _pairs(mac: str) -> str:
    return ":".join(mac[i : i + 2] for i in range(0, len(mac), 2))
