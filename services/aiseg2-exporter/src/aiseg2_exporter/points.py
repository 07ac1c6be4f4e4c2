"""The points of the forwarder that this replaces, with the same names and texts. Pure.

Measurement `power`, field `value`; after shimosyan/aiseg2-influxdb-forwarder 5fbe11f. Two
differences: a total that the unit does not have is left out, not written as 0; and of circuits
with equal names, which that tool wrote over each other, all are kept: the first has its exact
tags, the others have `detail-number` besides.
"""

from collections.abc import Iterator

from aiseg2_exporter.live import Live
from aiseg2_exporter.names import number_duplicates
from aiseg2_exporter.parse import Summary
from timeseries_io.line_protocol import Point

MEASUREMENT = "power"
GENERATION_KW = "総発電電力(kW)"
USE_KW = "総消費電力(kW)"
BALANCE_KW = "売買電力(kW)"


def make_points(live: Live, at_ns: int) -> list[Point]:
    """Return the points of one cycle, all at one time."""
    tagged = [*_summary(live.summary), *_generators(live.summary), *_circuits(live)]
    return [Point(MEASUREMENT, tags, {"value": value}, at_ns) for tags, value in tagged]


def _summary(summary: Summary) -> Iterator[tuple[dict[str, str], float]]:
    generation_kw, use_kw = summary.generation_kw, summary.use_kw
    if generation_kw is not None:
        yield {"summary": GENERATION_KW}, generation_kw
    if use_kw is not None:
        yield {"summary": USE_KW}, use_kw
    if generation_kw is not None and use_kw is not None:
        yield {"summary": BALANCE_KW}, generation_kw - use_kw


def _generators(summary: Summary) -> Iterator[tuple[dict[str, str], float]]:
    for generator in summary.generators:
        if generator.power_watts is not None:
            yield _detail("generation", generator.title), generator.power_watts


def _circuits(live: Live) -> Iterator[tuple[dict[str, str], float]]:
    circuits = live.circuits.circuits
    numbers = number_duplicates([circuit.name for circuit in circuits])
    for position, circuit in enumerate(circuits):
        tags = _detail("usage", circuit.name)
        if numbers[position] > 1:
            tags["detail-number"] = str(numbers[position])
        yield tags, circuit.power_watts


def _detail(detail_type: str, name: str) -> dict[str, str]:
    return {"detail-type": detail_type, "detail-section": f"{name}(W)"}
