"""Figures of one run, and how they are shown."""

from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the result.

    Attributes:
        what: What was measured.
        value: With its unit.
        reference: What it is held against, with its unit; empty where the goal is absolute.
        ratio: Value by reference, where both are times.
        goal: What the ratio or the value should be, in words.
        met: Whether it is.
    """

    what: str
    value: str
    reference: str
    ratio: float | None
    goal: str
    met: bool


def against(what: str, seconds: list[float], reference: list[float], most: float | None) -> Figure:
    """A median beside the median of its reference, measured in turns in the same run."""
    ratio = median(seconds) / median(reference)
    goal = "none, for comparison" if most is None else f"at most {most} x"
    met = most is None or ratio <= most
    return Figure(what, shown(seconds), shown(reference), ratio, goal, met=met)


def shown(seconds: list[float], decimals: int = 0) -> str:
    """The median in milliseconds, and the range it lies in."""
    low, middle, high = (
        f"{1000 * each:.{decimals}f}" for each in (min(seconds), median(seconds), max(seconds))
    )
    return f"{middle} ms ({low} to {high}, n={len(seconds)})"


def table(figures: list[Figure]) -> str:
    """A Markdown table."""
    lines = ["| what | ledger | reference | ratio | goal | met |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {each.what} | {each.value} | {each.reference}"
        f" | {'' if each.ratio is None else f'{each.ratio:.2f}'} | {each.goal}"
        f" | {'yes' if each.met else '**no**'} |"
        for each in figures
    ]
    return "\n".join(lines)
