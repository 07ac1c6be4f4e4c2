"""A piece of time, as everything in the BFF means it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stretch:
    """[start, end) in Unix milliseconds."""

    start_ms: int
    end_ms: int
