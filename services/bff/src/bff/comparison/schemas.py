"""The comparison of two sources on the wire."""

from datetime import datetime

from pydantic import BaseModel, Field

from bff.comparison.verdict import ReasonKind, Side, VerdictKind
from bff.cost.schemas import Span
from bff.decimals import Exact


class SourceReport(BaseModel):
    """How one source did."""

    source: str = Field(examples=["native"])
    availability: float = Field(description="Share of the time, 0 to 1.", examples=[0.998])
    outages: int = Field(description="Silences after its first word.", examples=[2])
    longest_silence_seconds: float = Field(
        description="Also one that has not ended.", examples=[95]
    )
    recovery_seconds: float | None = Field(
        description="Median over its outages of how long it stayed silent while the other source"
        " showed that the plug can be read; null without outages.",
        examples=[12],
    )
    energy_kwh: Exact | None = Field(
        description="Of this source alone, by the ledger's rules; null when nothing is known.",
        examples=["3.21"],
    )
    scrape_median_seconds: float | None = Field(
        description="How long scraping the exporters of this kind of source takes; null when"
        " nobody scraped one in the range.",
        examples=[0.004],
    )
    scrape_p95_seconds: float | None = Field(examples=[0.011])


class WattsDifference(BaseModel):
    """b less a, where both spoke."""

    median_watts: float = Field(description="Half of the time they are nearer.", examples=[0.4])
    p95_watts: float = Field(description="95 % of the time they are nearer.", examples=[12])
    bias_watts: float = Field(description="What b shows more on average.", examples=[-0.1])
    mean_watts: float = Field(description="What both show on average.", examples=[83])
    doubt_watts: float = Field(
        description="So much bias can come by chance from reading a changing load now and then.",
        examples=[0.8],
    )


class LagReport(BaseModel):
    """The shift in time at which both lines fit best (cross-correlation)."""

    seconds: float = Field(description="Positive: b is later.", examples=[-7])
    resolution_seconds: float = Field(
        description="Finer it cannot be told: the time between two readings.", examples=[15]
    )
    correlation: float = Field(
        description="How well they fit then; 1 is the same.", examples=[0.99]
    )


class PlotPoint(BaseModel):
    """The mean of a stretch that begins at `at`; null where a source was silent."""

    at: datetime
    a_watts: float | None
    b_watts: float | None
    difference_watts: float | None = Field(description="b less a.")


class VerdictReason(BaseModel):
    """One criterion, weightiest first."""

    kind: ReasonKind
    better: Side | None = Field(description="Whom it speaks for; null when nobody is ahead.")
    a: float = Field(
        description="availability: a share. recovery, lag: seconds. watts: the mean. energy: kWh."
    )
    b: float


class VerdictReport(BaseModel):
    """What to do, as keys; the page has the words."""

    kind: VerdictKind = Field(
        description="no_data: neither spoke. one_silent: only the preferred one did. disagree:"
        " they measure different things. prefer: one is better. equal: neither is."
    )
    prefer: Side | None
    reasons: list[VerdictReason]


class Comparison(Span):
    """Two sources of one device over a range, cut to the time in which either spoke and to now."""

    device: str
    time_zone: str
    a: SourceReport
    b: SourceReport
    watts: WattsDifference | None = Field(description="null when the two never spoke together.")
    lag: LagReport | None = Field(description="null when too little happened to tell.")
    energy_difference_kwh: Exact | None = Field(description="b less a, exact.")
    verdict: VerdictReport
    points: list[PlotPoint] = Field(description="For drawing, equally far apart.")
