"""Signals as asyncio events."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def stop_event() -> asyncio.Event:
    """Return an event of the running loop that SIGTERM and SIGINT set."""
    return event_on(*STOP_SIGNALS)


def event_on(*signals: signal.Signals) -> asyncio.Event:
    """Return an event of the running loop that any of these signals sets."""
    event = asyncio.Event()
    for number in signals:
        asyncio.get_running_loop().add_signal_handler(number, event.set)
    return event


async def run_until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine until it ends, or SIGTERM or SIGINT arrives; its own error is raised."""
    stop = asyncio.create_task(stop_event().wait())
    task = asyncio.create_task(work)
    await asyncio.wait((stop, task), return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    task.cancel()
    await asyncio.gather(stop, return_exceptions=True)
    try:
        await task
    except asyncio.CancelledError:
        return
