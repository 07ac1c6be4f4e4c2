"""Listen to all plugs of a Matter server: an endless iterator for as long as it is there."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from home_model.sources import MatterSource
from tp_link_matter_exporter.connecting import connected, why_ended
from tp_link_matter_exporter.plug import Plug, Result, Timing
from tp_link_matter_exporter.settings import Settings

type Said = tuple[MatterSource, Result]


async def listen(settings: Settings, sources: Sequence[MatterSource]) -> AsyncGenerator[Said]:
    """Yield what each plug says, or why it says nothing.

    Raises:
        SourceError: The server cannot be reached, or ended the connection.
    """
    url = settings.matter_server_url
    timing = Timing(settings.matter_confirm_seconds, settings.deadline_seconds)
    said = asyncio.Queue[Said | Exception]()

    async def pass_on(plug: Plug, source: MatterSource) -> None:
        async for result in plug.speak():
            said.put_nowait((source, result))

    def note_end(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            said.put_nowait(error if isinstance(error, Exception) else RuntimeError(repr(error)))

    async with connected(url, settings.deadline_seconds) as connection:
        connection.listening.add_done_callback(
            lambda listening: said.put_nowait(why_ended(listening, url))
        )
        tasks = [
            asyncio.create_task(pass_on(Plug(connection.client, source, timing), source))
            for source in sources
        ]
        for task in tasks:
            task.add_done_callback(note_end)
        try:
            while not isinstance(item := await said.get(), Exception):
                yield item
            raise item
        finally:
            for task in tasks:
                task.cancel()
