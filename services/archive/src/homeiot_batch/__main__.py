"""Run the archive every night, for a machine without cron or a cluster: `python -m homeiot_batch`.

At its start it runs at once, since the machine may have been off at night; a run that finds nothing
new changes nothing.
"""

import asyncio
import logging
import sys
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from homeiot_batch.config import Settings
from service_kit.clock import utc_now
from service_kit.log import set_up_log
from service_kit.settings import load_settings, secret_values
from service_kit.signals import stop_event

LOG = logging.getLogger("homeiot_batch")
AT = time(0, 5)
RETRY_AFTER = timedelta(minutes=10)
LOOK_SECONDS = 60.0  # a machine that slept has missed the instant that a long wait ends at


def next_run(now: datetime, zone: ZoneInfo) -> datetime:
    """Return the next instant at 00:05 local time."""
    day = now.astimezone(zone).date()
    nights = (datetime.combine(day + timedelta(days=n), AT, zone) for n in (0, 1))
    # In UTC: two wall clocks of one zone are compared without their offsets.
    return next(night for night in (each.astimezone(UTC) for each in nights) if night > now)


async def main() -> None:
    """Run now and every night until SIGTERM or SIGINT; a run that failed is tried again sooner.

    The arguments are those of every run.
    """
    settings = load_settings(Settings)
    set_up_log(settings.log_level, settings.log_format, secret_values(settings))
    stop = stop_event()
    while not stop.is_set():
        code = await _run(stop)
        due = next_run(utc_now(), settings.zone)
        if code:
            due = min(due, utc_now() + RETRY_AFTER)
        LOG.info("the run ended with exit code %d; the next one is at %s", code, due.isoformat())
        while utc_now() < due and not await _is_set(stop, LOOK_SECONDS):
            pass


async def _run(stop: asyncio.Event) -> int:
    command = (sys.executable, "-m", "homeiot_batch.run_archive", *sys.argv[1:])
    process = await asyncio.create_subprocess_exec(*command)
    ended, stopped = asyncio.create_task(process.wait()), asyncio.create_task(stop.wait())
    await asyncio.wait((ended, stopped), return_when=asyncio.FIRST_COMPLETED)
    if not ended.done():
        process.terminate()  # it may be killed at any instant
    stopped.cancel()
    return await ended


async def _is_set(stop: asyncio.Event, timeout_seconds: float) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), timeout_seconds)
    return stop.is_set()


if __name__ == "__main__":
    asyncio.run(main())
