"""What the meters of a response lack, and where more was measured behind one than by it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bff.meter_tree import MeterNotes

# A tail of a minute is the time between two reads of the present, not a silence.
MIN_SILENCE_MS = 60_000
MIN_OVER_SHARE = 0.02
MIN_OVER_UWH = 10_000_000
# A clock that is off moves a part of the energy over an edge of the range, not a multiple of it.
MAX_CLOCK_SHARE = 0.25
TIMES_TEN = 10

type SuspectReason = Literal["clock", "times_ten", "tenth", "wrong_upstream"]


@dataclass(frozen=True, slots=True)
class Suspect:
    """A device whose configuration or counter may explain a negative rest."""

    device: str | None
    reason: SuspectReason


@dataclass(frozen=True, slots=True)
class OverMeasured:
    """A meter that measured less than what is behind it; None is the house as a whole."""

    device: str | None
    over_uwh: int
    suspects: Sequence[Suspect]


def missing_meters(notes: MeterNotes) -> Mapping[str, int]:
    """Return for how many milliseconds each meter with something behind it was not measured."""
    return {device: ms for device, ms in notes.missing_ms.items() if ms > MIN_SILENCE_MS}


def unmeasured(notes: MeterNotes) -> Mapping[tuple[str, str], int]:
    """Return for how many milliseconds only the meter above a device was measured (rule T2)."""
    return {pair: ms for pair, ms in notes.unmeasured_ms.items() if ms > MIN_SILENCE_MS}


def over_measured(notes: MeterNotes) -> list[OverMeasured]:
    """Return the meters whose rest is negative beyond what rounding and reading times make."""
    behind: dict[str | None, dict[str, int]] = {}
    for (meter, device), uwh in notes.behind_uwh.items():
        behind.setdefault(meter, {})[device] = uwh
    return [
        OverMeasured(meter, over_uwh, _suspects(meter, meter_uwh, over_uwh, behind.get(meter, {})))
        for meter, (meter_uwh, own_uwh) in notes.meters_uwh.items()
        if (over_uwh := -own_uwh) > MIN_OVER_UWH and over_uwh > MIN_OVER_SHARE * abs(meter_uwh)
    ]


def _suspects(
    meter: str | None, meter_uwh: int, over_uwh: int, behind: Mapping[str, int]
) -> list[Suspect]:
    """Return what would explain it, likeliest first."""
    total_uwh = sum(behind.values())
    found: list[Suspect] = []
    found += [
        Suspect(device, "times_ten")
        for device, uwh in behind.items()
        if uwh > 2 * meter_uwh and uwh - uwh // TIMES_TEN >= over_uwh
    ]
    if meter_uwh * TIMES_TEN // 2 < total_uwh <= meter_uwh * TIMES_TEN:
        found.append(Suspect(meter, "tenth"))
    if over_uwh <= MAX_CLOCK_SHARE * meter_uwh:
        found.append(Suspect(meter, "clock"))
    found += [
        Suspect(device, "wrong_upstream")
        for device, uwh in sorted(behind.items(), key=lambda one: -one[1])
        if uwh >= over_uwh
    ]
    return found
