"""Every case of tests/energy holds for the rules alone, without a database or a service."""

import numpy as np
import pytest

from energy_rules.limits import Limits, bounds_of
from energy_rules.quantities import UWH_PER_KWH
from energy_rules.series import Question, judge, learn_cleaned
from energy_rules.sources import (
    Amounts,
    Samples,
    Source,
    between,
    choose,
    chosen,
    find_stuck,
    in_order,
    parse_samples,
    without_stuck,
)
from testbed.energy_cases import Case, devices_of, load_cases, order_of, parse_instant, points_of

PLUG = Limits(4_000_000, 600_000)
SLOT_MS = 900_000
LATER = 32_503_680_000_000


def samples_of(source: Case, keys: tuple[str, ...]) -> Samples:
    points = [point for key in keys for point in points_of(source, key)]
    at_ms = np.array([round(at * 1000) for at, _ in points], dtype=np.int64)
    return parse_samples(at_ms, np.array([kwh for _, kwh in points]), LATER).samples


def source_of(device: Case, kind: str, keys: tuple[str, ...]) -> Source:
    parts = [samples_of(one, keys) for one in device["sources"] if one["source"] == kind]
    samples = in_order(
        np.concatenate([part.at_ms for part in parts]), np.concatenate([part.uwh for part in parts])
    )
    learned = learn_cleaned(samples, PLUG)
    judged = judge(samples, Question(bounds_of(PLUG, learned), LATER))
    return Source(judged.spans, learned.step_uwh, learned.renewal_ms)


def edges_of(case: Case) -> np.ndarray:
    """The edges of what is asked, with those of a grid in between on which a source is chosen."""
    start, end = (
        round(parse_instant(case["ask"][edge]).timestamp() * 1000) for edge in ("from", "to")
    )
    grid = np.arange(start // SLOT_MS * SLOT_MS, end + SLOT_MS, SLOT_MS, dtype=np.int64)
    return np.union1d(grid[(grid > start) & (grid < end)], [start, end])


def amounts_of_device(case: Case, device: Case, keys: tuple[str, ...]) -> Amounts:
    edges_ms = edges_of(case)
    sources = [source_of(device, kind, keys) for kind in order_of(case, device)]
    spans = without_stuck(sources, find_stuck(sources))
    amounts = [between(each, edges_ms) for each in spans]
    return chosen(amounts, choose(amounts))


def check(case: Case, expect: Case, keys: tuple[str, ...]) -> None:
    devices = [amounts_of_device(case, device, keys) for device in devices_of(case)]
    tolerance_kwh = expect.get("tolerance_kwh", case["tolerance_kwh"])
    start, end = edges_of(case)[[0, -1]].tolist()
    known_ms = sum(int((each.measured_ms + each.estimated_ms).sum()) for each in devices)
    measured_uwh = sum(int(each.measured_uwh.sum()) for each in devices)
    estimated_uwh = sum(int(each.estimated_uwh.sum()) for each in devices)
    found = {
        "energy_kwh": (measured_uwh + estimated_uwh) / UWH_PER_KWH if known_ms else None,
        "estimated_kwh": estimated_uwh / UWH_PER_KWH,
        "missing_seconds": (len(devices) * (end - start) - known_ms) / 1000,
    }
    for word in found.keys() & expect.keys():
        value = expect[word]
        tolerance = 1 if word == "missing_seconds" else tolerance_kwh
        assert found[word] == (value if value is None else pytest.approx(value, abs=tolerance))


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in load_cases()])
def test_case(case: Case) -> None:
    """Energy, what of it is estimated, and what is missing are as expected."""
    check(case, case["expect"], ("segments",))
    if "later" in case:
        check(case, case["then_expect"], ("segments", "later"))
