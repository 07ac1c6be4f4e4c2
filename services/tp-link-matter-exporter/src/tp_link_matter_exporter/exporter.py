"""Wiring: the readings of all plugs of a Matter server, for as long as it is there."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from exporter_kit import Exporter, Subscribe
from home_model.sources import MatterSource
from tp_link_matter_exporter.client import connected, connection_end
from tp_link_matter_exporter.discovery import log_nodes
from tp_link_matter_exporter.settings import Settings
from tp_link_matter_exporter.subscription import Result, Subscription, TimeLimits

type SourceResult = tuple[MatterSource, Result]


async def subscribe(
    settings: Settings, sources: Sequence[MatterSource]
) -> AsyncGenerator[SourceResult]:
    """Yield the readings of each plug, or why it has none.

    Raises:
        SourceError: The server cannot be reached, or ended the connection.
    """
    url = settings.matter_server_url
    limits = TimeLimits(settings.matter_confirm_seconds, settings.deadline_seconds)
    results = asyncio.Queue[SourceResult | Exception]()

    async def forward(subscription: Subscription, source: MatterSource) -> None:
        async for result in subscription.results():
            results.put_nowait((source, result))

    def forward_error(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            results.put_nowait(error if isinstance(error, Exception) else RuntimeError(repr(error)))

    async with connected(url, settings.deadline_seconds) as connection:
        connection.listening.add_done_callback(
            lambda listening: results.put_nowait(connection_end(listening, url))
        )
        tasks = [
            asyncio.create_task(forward(Subscription(connection.client, source, limits), source))
            for source in sources
        ]
        for task in tasks:
            task.add_done_callback(forward_error)
        try:
            while not isinstance(item := await results.get(), Exception):
                yield item
            raise item
        finally:
            for task in tasks:
                task.cancel()


@asynccontextmanager
async def open_exporter(settings: Settings) -> AsyncGenerator[Exporter]:
    """Open the exporter; the server is connected to later, and again whenever it went away."""
    # It logs every connection; the exporter logs each change once.
    logging.getLogger("matter_server").setLevel(logging.WARNING)
    plugs = Subscribe(
        MatterSource,
        partial(subscribe, settings),
        settings.age_limit_seconds,
        inspect=partial(log_nodes, settings),
    )
    yield Exporter(readers=(plugs,))
