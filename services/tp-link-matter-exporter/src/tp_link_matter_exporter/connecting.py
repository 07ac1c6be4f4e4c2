"""The connection to the Matter server: a fresh client each time, and why it cannot be had."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from aiohttp import ClientError, ClientSession
from matter_server.client import MatterClient
from matter_server.client.exceptions import (
    CannotConnect,
    InvalidMessage,
    InvalidServerVersion,
    MatterClientException,
)

from home_model.errors import BadPayloadError, RejectedError, SourceError, UnreachableError

# What the client lets through when the peer speaks something else.
NONSENSE = (InvalidMessage, ValueError, LookupError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class Connection:
    """A client that knows all nodes, and the task that ends when the connection does."""

    client: MatterClient
    listening: asyncio.Task[None]


@asynccontextmanager
async def connected(url: str, deadline_seconds: float) -> AsyncGenerator[Connection]:
    """Connect and load all nodes.

    Raises:
        SourceError: There is no server, or none that we understand.
    """
    async with ClientSession() as session:
        client = MatterClient(url, session)
        ready = asyncio.Event()
        listening = asyncio.create_task(client.start_listening(ready))
        try:
            await _until_ready(ready, listening, url, deadline_seconds)
            yield Connection(client, listening)
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await listening


async def _until_ready(
    ready: asyncio.Event, listening: asyncio.Task[None], url: str, deadline_seconds: float
) -> None:
    is_ready = asyncio.create_task(ready.wait())
    try:
        await asyncio.wait(
            [is_ready, listening],
            timeout=deadline_seconds,
            return_when=asyncio.FIRST_COMPLETED,
        )
    finally:
        is_ready.cancel()
    if listening.done():
        raise why_ended(listening, url)
    if not ready.is_set():
        message = f"the Matter server at {url} told nothing within {deadline_seconds:g} s"
        raise UnreachableError(message)


def why_ended(listening: asyncio.Task[None], url: str) -> SourceError:
    """The end of a connection in plain words."""
    error = None if listening.cancelled() else listening.exception()
    if isinstance(error, CannotConnect):
        return UnreachableError(
            f"no Matter server at {url} ({error}): does it run, and is MATTER_SERVER_URL right?"
        )
    if isinstance(error, InvalidServerVersion):
        return RejectedError(f"{error}")
    if isinstance(error, NONSENSE):
        return BadPayloadError(
            f"what answers at {url} does not speak like a Matter server "
            f"({type(error).__name__}: {error})"
        )
    if error is None or isinstance(error, MatterClientException | ClientError | OSError):
        return UnreachableError(f"the Matter server at {url} ended the connection")
    raise error
