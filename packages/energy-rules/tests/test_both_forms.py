"""A stream and whole arrays give the same energy for the same samples and learned values."""

import subprocess
import sys

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_rules.history import History
from energy_rules.learning import learn
from energy_rules.learning_recent import learn_recent, relearn
from energy_rules.limits import Learned, Limits, bounds_of
from energy_rules.series import Question, judge
from energy_rules.sources import NO_SAMPLES, Samples, in_order
from energy_rules.state import Sample
from energy_rules.stream import Stream, advance

LIMITS = Limits(4_000_000, 600_000)
START_MS = 1_770_000_000_000
HOUR_MS = 3_600_000
KWH = 1_000_000_000

WITHOUT_ARRAYS = (
    "import sys, energy_rules.stream, energy_rules.learning_recent, exporter_kit;"
    "sys.exit('numpy' in sys.modules)"
)

gaps_ms = st.sampled_from(
    [0, 1, 15_000, 60_000, 60_000, 60_000, 600_000, 600_001, 1_800_000, 3_600_000, 90_000_000]
)
steps_uwh = st.one_of(
    st.sampled_from([0, 0, 0, 1, -1, 1_000_000, 5_000_000, 10_000_000, 66_000_000, -1_000_000]),
    st.integers(-KWH, KWH),
    st.sampled_from([5000 * KWH, -5000 * KWH, -(10**18)]),
)
moves = st.lists(st.tuples(gaps_ms, steps_uwh, st.integers(1, 40)), min_size=1, max_size=25)


def samples_of(moved: list[tuple[int, int, int]], first_kwh: int) -> Samples:
    """A walk: each step is repeated, and a value is never below zero."""
    at_ms, uwh = START_MS, first_kwh * KWH
    found = [(at_ms, uwh)]
    for gap_ms, step_uwh, times in moved:
        for _ in range(times if abs(step_uwh) < 100_000_000 else 1):
            at_ms, uwh = at_ms + gap_ms, min(10**18, max(0, uwh + step_uwh))
            found.append((at_ms, uwh))
    at, values = zip(*found, strict=True)
    return in_order(np.array(at, dtype=np.int64), np.array(values, dtype=np.int64))


def with_rest(samples: Samples) -> Samples:
    """The same with two hours of rest, so that nothing is held back."""
    rest = samples.at_ms[-1] + 60_000 * np.arange(1, 131)
    return Samples(
        np.append(samples.at_ms, rest), np.append(samples.uwh, np.full(130, samples.uwh[-1]))
    )


@settings(max_examples=300, deadline=None)
@given(moves, st.integers(0, 9000))
def test_stream_and_arrays_agree(moved: list[tuple[int, int, int]], first_kwh: int) -> None:
    """Total, notes and every booked span are the same, whatever the counter does."""
    samples = with_rest(samples_of(moved, first_kwh))
    bounds = bounds_of(LIMITS, learn(samples))
    judged = judge(samples, Question(bounds, int(samples.at_ms[-1]) + 2 * HOUR_MS))
    stream, history, spans, notes = Stream(), History(), [], []
    for at_ms, uwh in zip(samples.at_ms.tolist(), samples.uwh.tolist(), strict=True):
        stream, new_spans, new_notes = advance(stream, Sample(at_ms, uwh), bounds, history)
        spans += new_spans
        notes += new_notes
    assert not stream.queue
    assert sorted(notes, key=lambda note: note.at_ms) == list(judged.notes)
    assert sum(span.uwh for span in spans) == int(judged.spans.uwh.sum())


@settings(max_examples=200, deadline=None)
@given(moves, st.integers(0, 9000))
def test_energy_is_possible(moved: list[tuple[int, int, int]], first_kwh: int) -> None:
    """Energy is never negative, spans never overlap, and each is possible for the source."""
    samples = samples_of(moved, first_kwh)
    bounds = bounds_of(LIMITS, learn(samples))
    spans = judge(samples, Question(bounds, int(samples.at_ms[-1]))).spans
    assert (spans.uwh >= 0).all()
    assert (spans.end_ms > spans.start_ms).all()
    assert (spans.start_ms[1:] >= spans.end_ms[:-1]).all()
    lasted_ms = int(samples.at_ms[-1] - samples.at_ms[0])
    most = bounds.ceiling_mw * (lasted_ms + len(samples) * bounds.lag_ms) // 3600
    assert int(spans.uwh.sum()) <= 2 * (most + len(samples) * bounds.step_uwh)


def test_no_samples_are_no_energy() -> None:
    """A source without samples has no spans and no notes."""
    judged = judge(NO_SAMPLES, Question(bounds_of(LIMITS, learn(NO_SAMPLES)), START_MS))
    assert len(judged.spans) == len(judged.notes) == 0


@settings(max_examples=300, deadline=None)
@given(moves, st.integers(0, 9000))
def test_a_list_and_arrays_teach_the_same(
    moved: list[tuple[int, int, int]], first_kwh: int
) -> None:
    """Step, renewal and held power, whatever the counter does."""
    samples = samples_of(moved, first_kwh)
    recent = list(zip(samples.at_ms.tolist(), samples.uwh.tolist(), strict=True))
    assert learn_recent(recent) == learn(samples)


def test_a_regular_counter_teaches_the_same() -> None:
    """Half an hour's renewal in steps of 0.1 kWh, read every minute."""
    at_ms = 1_770_000_000_000 + 60_000 * np.arange(3000)
    uwh = (np.arange(3000) // 30 * 3 // 2) * 100_000_000
    samples = in_order(at_ms, uwh)
    learned = learn(samples)
    assert learned.step_uwh == 100_000_000
    assert learned.renewal_ms > 0
    assert learn_recent(list(zip(at_ms.tolist(), uwh.tolist(), strict=True))) == learned


def test_too_few_samples_leave_what_was_learned() -> None:
    """After a restart a quiet hour does not undo a week."""
    before = Learned(10_000_000, 3_600_000, 2_000_000)
    quiet = [(1_770_000_000_000 + 60_000 * minute, 5) for minute in range(60)]
    assert relearn(quiet, before) == before
    assert relearn([], before) == before


def test_a_stream_needs_no_arrays() -> None:
    """Each of the exporters' processes would pay for numpy with some 25 MB."""
    subprocess.run([sys.executable, "-c", WITHOUT_ARRAYS], check=True)  # noqa: S603 - the program above
