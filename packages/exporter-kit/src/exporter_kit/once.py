"""`--once`: read every device a single time and print what it said. Touches no state."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from exporter_kit.about import say_about
from exporter_kit.clock import Clock
from exporter_kit.feeds import Exporter, Listen, Poll
from exporter_kit.listening import checked, close_stream
from exporter_kit.outcomes import Failure, quantities_of
from exporter_kit.targets import Target, targets_of
from exporter_kit.turn import in_time, read_target
from home_model.config import Home
from home_model.readings import Reading

type Result = tuple[Target[Any], Reading | Failure]

COLUMNS = (
    ("watts", "power_watts"),
    ("volts", "voltage_volts"),
    ("amperes", "current_amperes"),
    ("kWh ever", "energy_lifetime_kwh"),
    ("kWh today", "energy_today_kwh"),
)


async def read_all_once(
    exporter: Exporter, home: Home, deadline_seconds: float, clock: Clock
) -> list[Result]:
    """What every configured device of this exporter says, in configuration order."""
    groups = [
        _hear_once(feed, home)
        if isinstance(feed, Listen)
        else _ask_once(feed, home, deadline_seconds, clock)
        for feed in exporter.feeds
    ]
    return [result for group in await asyncio.gather(*groups) for result in group]


async def _ask_once(
    feed: Poll[Any], home: Home, deadline_seconds: float, clock: Clock
) -> list[Result]:
    targets = targets_of(home, feed.kind)
    await say_about(feed, [target.source for target in targets])
    turns = [read_target(feed.read, target, deadline_seconds, clock) for target in targets]
    return [(outcome.target, outcome.result) for outcome in await asyncio.gather(*turns)]


async def _hear_once(feed: Listen[Any], home: Home) -> list[Result]:
    targets = targets_of(home, feed.kind)
    await say_about(feed, [target.source for target in targets])
    if not targets:
        return []
    said: dict[Any, Reading | Failure] = {}
    stream = feed.listen([target.source for target in targets])
    ended = await in_time(_hear_each(stream, len(targets), said), feed.age_limit_seconds)
    silence = ended or Failure("unreachable", "the source stopped speaking")
    return [(target, said.get(target.source, silence)) for target in targets]


async def _hear_each(
    stream: AsyncIterator[tuple[Any, Any]], count: int, said: dict[Any, Reading | Failure]
) -> None:
    try:
        async for source, item in stream:
            said[source] = checked(item)
            if len(said) == count:
                return
    finally:
        await close_stream(stream)


def table_of(results: Sequence[Result]) -> str:
    """The readings in columns; a value that was not said is a dash."""
    head = ("device", "source", *(title for title, _ in COLUMNS), "also")
    rows = [head, *(_row(target, result) for target, result in results)]
    widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(len(head))]
    # A failure's reason is the last cell of a short row and must not widen a column.
    widths[2] = max(len(row[2]) for row in rows if len(row) == len(head))
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip()
        for row in rows
    )


def _row(target: Target[Any], result: Reading | Failure) -> tuple[str, ...]:
    if isinstance(result, Failure):
        return (*target.key, f"FAILED {result}")
    values = quantities_of(result)
    also = " ".join(f"{word}={value:g}" for word, value in result.extra.items())
    numbers = (f"{values[name]:g}" if name in values else "-" for _, name in COLUMNS)
    return (*target.key, *numbers, also)
