"""Which source to prefer, with the numbers behind it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bff.comparison.availability import Availability
from bff.comparison.watts import Difference, Lag

type Side = Literal["a", "b"]
type ReasonName = Literal["availability", "recovery", "lag", "watts", "energy"]
type VerdictName = Literal["no_data", "one_silent", "disagree", "prefer", "equal"]

# Less than these makes no difference in a month of one plug.
AVAILABILITY_MARGIN = 0.001
RECOVERY_MARGIN_SECONDS = 5.0
LAG_MARGIN_SECONDS = 1.0
# Plugs are specified to 1 to 2 per cent; small loads are read in coarse steps.
AGREED_SHARE = 0.02
AGREED_WATTS = 0.5


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a verdict may rest on."""

    a: Availability
    b: Availability
    watts: Difference | None
    lag: Lag | None
    a_kwh: float | None
    b_kwh: float | None


@dataclass(frozen=True, slots=True)
class Reason:
    """One criterion with the number of each source, and the better side.

    Attributes:
        a: Availability: a share. Recovery and lag: seconds. Watts: the mean. Energy: kWh.
    """

    name: ReasonName
    better: Side | None
    a: float
    b: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """The source to prefer, and why, the weightiest reason first."""

    name: VerdictName
    prefer: Side | None
    reasons: tuple[Reason, ...]


def judge(evidence: Evidence) -> Verdict:
    """Judge by continuity, on which cost depends: availability first, then recovery.

    Where the two measure different things there is nothing to prefer: one of them is wrong.
    """
    reasons = tuple(_reasons(evidence))
    shares = (evidence.a.share, evidence.b.share)
    if not any(shares):
        return Verdict("no_data", None, ())
    if not all(shares):
        return Verdict("one_silent", "a" if shares[0] else "b", reasons)
    if not _agree(evidence):
        return Verdict("disagree", None, reasons)
    prefer = next((reason.better for reason in reasons if reason.better), None)
    return Verdict("prefer" if prefer else "equal", prefer, reasons)


def _reasons(evidence: Evidence) -> Iterator[Reason]:
    a, b, lag = evidence.a, evidence.b, evidence.lag
    more = _lower(b.share, a.share, AVAILABILITY_MARGIN)
    yield Reason("availability", more, a.share, b.share)
    back_a, back_b = a.median_recovery_ms, b.median_recovery_ms
    if back_a is not None and back_b is not None:
        in_seconds = back_a / 1000, back_b / 1000
        yield Reason("recovery", _lower(*in_seconds, RECOVERY_MARGIN_SECONDS), *in_seconds)
    if lag and abs(lag.seconds) > max(LAG_MARGIN_SECONDS, lag.resolution_seconds):
        delays = max(0.0, -lag.seconds), max(0.0, lag.seconds)
        yield Reason("lag", _lower(*delays, LAG_MARGIN_SECONDS), *delays)
    if watts := evidence.watts:
        half = watts.bias_watts / 2
        yield Reason("watts", None, watts.mean_watts - half, watts.mean_watts + half)
    if evidence.a_kwh is not None and evidence.b_kwh is not None:
        yield Reason("energy", None, evidence.a_kwh, evidence.b_kwh)


def _lower(a: float, b: float, margin: float) -> Side | None:
    if abs(a - b) <= margin:
        return None
    return "a" if a < b else "b"


def _agree(evidence: Evidence) -> bool:
    # Energies are not compared: a source that was silent for a while counted less, and is right.
    watts = evidence.watts
    if watts is None:
        return True
    allowed_watts = max(AGREED_WATTS, AGREED_SHARE * abs(watts.mean_watts), watts.doubt_watts)
    return abs(watts.bias_watts) <= allowed_watts
