"""The connection to the Matter server: a fresh client each time."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from aiohttp import ClientSession
from matter_server.client import MatterClient

from home_model.errors import SourceError, UnreachableError
from tp_link_matter_exporter.errors import connection_error


@dataclass(frozen=True, slots=True)
class Connection:
    """A client with all nodes loaded, and the task that ends when the connection does."""

    client: MatterClient
    listening: asyncio.Task[None]


@asynccontextmanager
async def connected(url: str, deadline_seconds: float) -> AsyncGenerator[Connection]:
    """Connect and load all nodes.

    Raises:
        SourceError: There is no server, or none of a version that the client supports.
    """
    async with ClientSession() as session:
        client = MatterClient(url, session)
        ready = asyncio.Event()
        listening = asyncio.create_task(client.start_listening(ready))
        try:
            await _wait_until_ready(ready, listening, url, deadline_seconds)
            yield Connection(client, listening)
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await listening


async def _wait_until_ready(
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
        raise connection_end(listening, url)
    if not ready.is_set():
        message = f"the Matter server at {url} sent nothing within {deadline_seconds:g} s"
        raise UnreachableError(message)


def connection_end(listening: asyncio.Task[None], url: str) -> SourceError:
    """Return why a connection ended."""
    error = None if listening.cancelled() else listening.exception()
    return connection_error(error, url)
