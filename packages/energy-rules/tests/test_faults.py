"""Counters of known truth with sixteen kinds of fault: little is lost, next to nothing invented."""

from dataclasses import dataclass

import numpy as np
import pytest

from energy_rules.limits import Limits, bounds_of
from energy_rules.quantities import UWH_PER_KWH
from energy_rules.series import Question, judge, learn_cleaned
from energy_rules.sources import in_order
from testbed.counter_faults import KINDS, Run, make_run

RUNS = 20
MAX_ERROR_PERCENT = 2
MAX_INVENTED_KWH = 1
PLUG = Limits(4_000_000, 600_000)


@dataclass(frozen=True)
class Compared:
    """What the rules make of a run, and what was used in it."""

    found_uwh: int
    truth_uwh: int


def compare(run: Run) -> Compared:
    samples = in_order(run.at_ms, run.uwh)
    now_ms = int(samples.at_ms[-1]) + 86_400_000
    judged = judge(samples, Question(bounds_of(PLUG, learn_cleaned(samples, PLUG)), now_ms))
    return Compared(int(judged.spans.uwh.sum()), run.truth_uwh)


@pytest.mark.parametrize("kind", KINDS)
def test_faults_change_little(kind: str) -> None:
    """The mean error is at most 2 % of the truth, and no run has 1 kWh more than was used."""
    compared = [compare(make_run(kind, seed)) for seed in range(RUNS)]
    errors = np.array([each.found_uwh - each.truth_uwh for each in compared])
    truth = sum(each.truth_uwh for each in compared)
    assert np.abs(errors).sum() * 100 <= MAX_ERROR_PERCENT * truth
    assert errors.max() <= MAX_INVENTED_KWH * UWH_PER_KWH
