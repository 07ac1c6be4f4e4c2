"""Keep what is on disk close behind what is in memory."""

import asyncio

from exporter_kit.clock import Clock
from exporter_kit.energy_state import EnergyState

SAVE_SECONDS = 1.0
# On a slow disk at most a twentieth of the time goes into writing.
REST_FACTOR = 20.0


async def save_until(stopping: asyncio.Event, energy: EnergyState, clock: Clock) -> None:
    """Save whenever something was counted, and once more at the end.

    Ends by the event, never by cancellation: a write that was begun must not be overtaken.
    """
    while not stopping.is_set():
        took_seconds = await _save(energy, clock)
        await wait_for(stopping, max(SAVE_SECONDS, REST_FACTOR * took_seconds))
    await _save(energy, clock)


async def wait_for(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, but no longer than this."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


async def _save(energy: EnergyState, clock: Clock) -> float:
    began = clock.monotonic()
    if energy.waiting:
        await asyncio.to_thread(energy.write, energy.take())
    return clock.monotonic() - began
