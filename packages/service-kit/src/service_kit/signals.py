"""Signals as asyncio events."""

import asyncio
import signal

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
