"""The schemas of the reconciliation."""

from pydantic import Field

from bff.energy import Exact
from bff.http.schemas import CounterReading, Span


class Reason(Span):
    """One thing that makes the ways to count differ."""

    kind: str = Field(
        description="start: the first sample, which is no energy. gap: a silence, estimated."
        " glitch: a sample that never happened. reset: the counter began again. replacement: a"
        " change that the device cannot have used. moved: several series, because labels"
        " changed. edges: the readings lie inside the day, energy up to its edges beside them."
        " other_source: in some slots another source of the device counted."
        " by_power: the source has no counter; the ledger integrates its power, late samples too.",
        examples=["gap"],
    )
    kwh: Exact | None = Field(description="As much energy as it is about, where that is known.")


class ReconcileRow(Span):
    """One source of one device on one day of the house."""

    device: str = Field(
        description="What a meter of kind `grid` exported has its name and `:exported`.",
        examples=["server"],
    )
    source: str
    ledger_kwh: Exact | None = Field(description="Of the device, from its best source by slot.")
    source_kwh: Exact | None = Field(description="Of this source alone, by the same rules.")
    increase_kwh: Exact | None = Field(description="PromQL's increase() over the day.")
    readings_kwh: Exact | None = Field(description="The last reading less the first.")
    first: CounterReading | None
    last: CounterReading | None
    reasons: list[Reason]


class Reconciliation(Span):
    """The ledger beside PromQL and the bare readings."""

    time_zone: str
    rows: list[ReconcileRow]
