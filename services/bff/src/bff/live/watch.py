"""One reader of present values for all streams of this process."""

import asyncio
import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import Context

LOG = logging.getLogger(__name__)

READ_EVERY_SECONDS = 3.0
# A browser has one stream, and a house few browsers.
MAX_STREAMS = 50


class LiveWatch:
    """Reads the present values while somebody waits for a change, once for all of them.

    Everything except `read` runs in one event loop.

    Args:
        read: Returns what is compared from read to read; may block. An error is a value, too.
        every_seconds: From the end of one read to the next one.
    """

    def __init__(
        self, read: Callable[[], object], *, every_seconds: float = READ_EVERY_SECONDS
    ) -> None:
        self._read, self._every_seconds = read, every_seconds
        self._streams, self._version, self._is_closed = 0, 0, False
        self._changed = asyncio.Condition()
        self._reader: asyncio.Task[None] | None = None

    @property
    def is_full(self) -> bool:
        """Whether one more stream would be too many."""
        return self._streams >= MAX_STREAMS

    @contextmanager
    def stream(self) -> Generator[None]:
        """Keep the reader running until the stream ends."""
        self._streams += 1
        if self._reader is None:
            # It outlives the request that begins it, and has none of what holds for one request.
            self._reader = asyncio.create_task(self._run(), context=Context())
        try:
            yield
        finally:
            self._streams -= 1
            if self._streams == 0:
                self._reader.cancel()
                self._reader = None

    async def wait_for_change(self, seen: int) -> int | None:
        """Wait until values differ from those of a version.

        Args:
            seen: The version that was seen last; 0 for none.

        Returns:
            The present version; None once no more will come.
        """
        async with self._changed:
            await self._changed.wait_for(lambda: self._is_closed or self._version > seen)
        return None if self._is_closed else self._version

    async def close(self) -> None:
        """End all streams: the process stops."""
        async with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    async def _run(self) -> None:
        before: object = None
        while True:
            present = await self._present(before)
            if present != before:
                before = present
                async with self._changed:
                    self._version += 1
                    self._changed.notify_all()
            await asyncio.sleep(self._every_seconds)

    async def _present(self, before: object) -> object:
        try:
            return await asyncio.to_thread(self._read)
        except Exception as error:  # streams would wait for ever without a reader
            present = repr(error)
            if present != before:
                LOG.exception("present values cannot be read; trying again")
            return present
