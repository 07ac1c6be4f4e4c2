"""What is asked of a comparison: which two sources, over which stretch."""

from collections.abc import Mapping
from datetime import datetime

import numpy as np

from bff.database import unix_milliseconds
from bff.grid import DAY_MS
from bff.problems import Problem, wrong_input
from bff.stretch import Stretch
from bff.victoriametrics.readings import PowerOfSource
from home_model.config import Device
from home_model.sources import Source

MOST_DAYS = 93

type BySource = Mapping[str, Source]


def pair_of(device: Device, a: str | None, b: str | None) -> tuple[Source, Source]:
    """The sources to compare; those that are not named are the first ones of the configuration.

    Raises:
        Problem: 422, the device has no two sources, or not these.
    """
    by_kind: BySource = {source.source: source for source in device.sources}
    if len(by_kind) < 2:  # noqa: PLR2004 - a pair
        raise Problem(
            422,
            "one-source",
            f"'{device.device}' has only one source: {', '.join(by_kind)}.",
            what_to_do="Compare a device with two sources, or add one in the configuration.",
        )
    first = _source(by_kind, a, "query.a") if a else _other(by_kind, b)
    second = _source(by_kind, b, "query.b") if b else _other(by_kind, first.source)
    if first is second:
        message = "a and b are the same source"
        raise wrong_input(message, where="query.b", what_to_do="Name two sources.")
    return first, second


def _source(by_kind: BySource, wanted: str, where: str) -> Source:
    if wanted not in by_kind:
        message = f"the device has no source '{wanted}'"
        known = ", ".join(by_kind)
        raise wrong_input(message, where=where, what_to_do=f"Use two of: {known}.")
    return by_kind[wanted]


def _other(by_kind: BySource, than: str | None) -> Source:
    return next(source for kind, source in by_kind.items() if kind != than)


def stretch_of(from_: datetime, to: datetime, now: datetime) -> Stretch:
    """The part of a range that was.

    Raises:
        Problem: 422, the range is empty, in the future, or too long.
    """
    start_ms, end_ms = unix_milliseconds(from_), unix_milliseconds(min(to, now))
    if start_ms >= end_ms:
        message = "from must be before to, and in the past"
        raise wrong_input(message, where="query.from", what_to_do="Ask for a range that was.")
    if end_ms - start_ms > MOST_DAYS * DAY_MS:
        raise Problem(
            422,
            "range-too-long",
            f"At most {MOST_DAYS} days are compared at once.",
            what_to_do="Ask for a shorter range.",
        )
    return Stretch(start_ms, end_ms)


def since_either_spoke(asked: Stretch, powers: tuple[PowerOfSource, ...]) -> Stretch:
    """The range without the time before the device was there."""
    # Neither is to blame for the time before the device was there.
    first_ms = [int(p.at_ms[~np.isnan(p.watts)][0]) for p in powers if np.isfinite(p.watts).any()]
    return Stretch(min(first_ms, default=asked.start_ms), asked.end_ms)
