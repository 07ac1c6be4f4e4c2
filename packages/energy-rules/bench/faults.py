"""Counters of known truth with sixteen kinds of fault, on fresh seeds: a table of errors.

Run: `python packages/energy-rules/bench/faults.py [RUNS] > docs/performance-energy.md`.
"""

import secrets
import sys
from dataclasses import dataclass

from energy_rules.limits import Limits, bounds_of
from energy_rules.quantities import UWH_PER_KWH
from energy_rules.series import Question, judge, learn_cleaned
from energy_rules.sources import in_order
from energy_rules.state import Quality
from testbed.counter_faults import KINDS, make_run

PLUG = Limits(4_000_000, 600_000)
RUNS = 60
ABOUT = (
    "Nothing is known of the days before, and there are no watts beside the counter: both would"
    " help. What is lost is an event that a person can answer. *Invented* is what exceeds the truth"
    " by more than 1 kWh and one step of the counter, as a counter of whole kilowatt-hours cannot"
    " show less."
)
HEAD = (
    "| fault | mean error, % | most invented, kWh | most lost, kWh | more than 1 kWh invented"
    " | of these not estimated |"
)


@dataclass(frozen=True, slots=True)
class Error:
    """The error of one run, in micro-watt-hours, and what of its energy was estimated.

    A counter of whole kilowatt-hours shows up to one that is not used yet: its step.
    """

    uwh: int
    truth_uwh: int
    estimated_uwh: int
    step_uwh: int

    @property
    def is_invented(self) -> bool:
        """Whether it is more than 1 kWh and what the counter's own step leaves open."""
        return self.uwh > UWH_PER_KWH + self.step_uwh


def error_of(kind: str, seed: int) -> Error:
    """Judge one run."""
    run = make_run(kind, seed)
    samples = in_order(run.at_ms, run.uwh)
    now_ms = int(samples.at_ms[-1]) + 86_400_000
    learned = learn_cleaned(samples, PLUG)
    bounds = bounds_of(PLUG, learned)
    spans = judge(samples, Question(bounds, now_ms)).spans
    estimated = spans.uwh[spans.quality == Quality.ESTIMATED]
    invented_uwh = int(spans.uwh.sum()) - run.truth_uwh
    return Error(invented_uwh, run.truth_uwh, int(estimated.sum()), learned.step_uwh)


def row(kind: str, errors: list[Error]) -> str:
    """One line of the table."""
    percent = 100 * sum(abs(each.uwh) for each in errors) / sum(each.truth_uwh for each in errors)
    invented = [each for each in errors if each.is_invented]
    measured = [each for each in invented if each.estimated_uwh < each.uwh]
    most = max(0, *(each.uwh for each in errors)) / UWH_PER_KWH
    lost = max(0, *(-each.uwh for each in errors)) / UWH_PER_KWH
    counts = f"{len(invented)} of {len(errors)} | {len(measured)}"
    return f"| {kind} | {percent:.2f} | {most:.2f} | {lost:.2f} | {counts} |"


def main() -> None:
    """Print the table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    first = secrets.randbelow(1_000_000_000)
    lines = [
        "# Energy of counters with faults",
        "",
        f"Four days a run, {runs} runs a row, seeds from {first} on. {ABOUT}",
        "",
        HEAD,
        "|---|---|---|---|---|---|",
        *(row(kind, [error_of(kind, first + run) for run in range(runs)]) for kind in KINDS),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
