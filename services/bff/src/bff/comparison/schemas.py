"""The schemas of a comparison of two sources."""

from datetime import datetime

from pydantic import BaseModel, Field

from bff.comparison.verdict import ReasonName, Side, VerdictName
from bff.energy import Exact
from bff.http.schemas import Span


class SourceReport(BaseModel):
    """The figures of one source."""

    source: str = Field(examples=["native"])
    availability: float = Field(description="Share of the time, 0 to 1.", examples=[0.998])
    outages: int = Field(description="Silences after its first reading.", examples=[2])
    longest_silence_seconds: float = Field(
        description="Also one that has not ended.", examples=[95]
    )
    recovery_seconds: float | None = Field(
        description="Median over its outages of how long it stayed silent while the other source"
        " showed that the plug can be read; null without outages.",
        examples=[12],
    )
    energy_kwh: Exact | None = Field(
        description="Of this source alone, by the ledger's rules; null without data.",
        examples=["3.21"],
    )
    scrape_median_seconds: float | None = Field(
        description="How long scraping the exporters of this source takes; null when none was"
        " scraped in the range.",
        examples=[0.004],
    )
    scrape_p95_seconds: float | None = Field(examples=[0.011])


class WattsDifference(BaseModel):
    """b less a, where both have readings."""

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
        description="Finer it cannot be determined: the time between two readings.", examples=[15]
    )
    correlation: float = Field(
        description="How well they fit then; 1 is the same.", examples=[0.99]
    )


class PlotPoint(BaseModel):
    """The mean of an interval that begins at `at`; null where a source was silent."""

    at: datetime
    a_watts: float | None
    b_watts: float | None
    difference_watts: float | None = Field(description="b less a.")


class VerdictReason(BaseModel):
    """One criterion, weightiest first."""

    kind: ReasonName
    better: Side | None = Field(description="The better side; null when neither is.")
    a: float = Field(
        description="availability: a share. recovery, lag: seconds. watts: the mean. energy: kWh."
    )
    b: float


class VerdictReport(BaseModel):
    """The verdict as keys; the page has the texts."""

    kind: VerdictName = Field(
        description="no_data: neither has readings. one_silent: only the preferred one has."
        " disagree: they measure different things. prefer: one is better. equal: neither is."
    )
    prefer: Side | None
    reasons: list[VerdictReason]


class Comparison(Span):
    """Two sources of one device over a range, from the first reading of either until now."""

    device: str
    time_zone: str
    a: SourceReport
    b: SourceReport
    watts: WattsDifference | None = Field(
        description="null when they never had readings at the same time."
    )
    lag: LagReport | None = Field(description="null when too little changed to determine it.")
    energy_difference_kwh: Exact | None = Field(description="b less a, exact.")
    verdict: VerdictReport
    points: list[PlotPoint] = Field(description="For drawing, equally far apart.")
