"""What becomes of an outcome: the board, the energy counter and the exporter's own metrics."""

from dataclasses import dataclass

from exporter_kit.board import Board, Post
from exporter_kit.counter import Limits
from exporter_kit.energy_state import EnergyState
from exporter_kit.outcomes import Failure, Outcome
from exporter_kit.own_metrics import OwnMetrics
from exporter_kit.targets import Key
from home_model.readings import Reading


@dataclass(frozen=True, slots=True)
class InForce:
    """The times that hold for one kind of source now.

    Attributes:
        interval_seconds: Between two polls of one target; None for sources that speak.
        age_limit_seconds: How long a reading holds.
        gap_seconds: The silence that is still ordinary: energy is integrated across it, even if
            the configured gap limit is shorter.
    """

    interval_seconds: float | None
    age_limit_seconds: float
    gap_seconds: float


class Recorder:
    """Where all feeds put their outcomes."""

    def __init__(self, board: Board, energy: EnergyState, metrics: OwnMetrics) -> None:
        self.board = board
        self._energy = energy
        self._metrics = metrics
        self._gap_then_seconds = dict[Key, float]()

    def record_poll(self, outcome: Outcome, in_force: InForce) -> Post:
        """Record the outcome of a poll, and how long it took."""
        self._metrics.observe_poll(outcome)
        return self.record(outcome, in_force)

    def record(self, outcome: Outcome, in_force: InForce) -> Post:
        """Show the outcome, count its energy."""
        key, result = outcome.target.key, self._in_age(outcome.result, in_force)
        if isinstance(result, Failure):
            self._metrics.count_failure(key, result.kind)
        else:
            limits = self._limits(outcome, in_force)
            self._energy.advance(key, outcome.target.meter, result, limits)
        return self.board.post(key, result)

    def _in_age(self, result: Reading | Failure, in_force: InForce) -> Reading | Failure:
        if isinstance(result, Failure):
            return result
        age_seconds = self.board.age_seconds(result)
        if age_seconds <= in_force.age_limit_seconds:
            return result
        return Failure("over_age", f"the reading was taken {age_seconds:.0f} s ago")

    def _limits(self, outcome: Outcome, in_force: InForce) -> Limits:
        # The silence before this reading was ruled by the interval that held when it began.
        target = outcome.target
        then_seconds = self._gap_then_seconds.get(target.key, 0.0)
        self._gap_then_seconds[target.key] = in_force.gap_seconds
        return Limits(
            target.device.rated_power_watts,
            max(target.source.gap_limit_seconds, in_force.gap_seconds, then_seconds),
        )
