"""What came of reading one target once."""

from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

from exporter_kit.targets import Target
from home_model.errors import BadPayload, Rejected, SourceError, Unreachable
from home_model.metrics import EXTRA
from home_model.readings import Reading

type FailureKind = Literal[
    "unreachable", "rejected", "bad_payload", "deadline", "over_age", "unexpected"
]

KIND_OF_ERROR: tuple[tuple[type[SourceError], FailureKind], ...] = (
    (Rejected, "rejected"),
    (BadPayload, "bad_payload"),
    (Unreachable, "unreachable"),
)
KNOWN_WORDS = frozenset(metric.word for metric in EXTRA)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no usable reading. `reason` is for a person and holds no secret."""

    kind: FailureKind
    reason: str
    retry_after_seconds: float | None = None
    error: Exception | None = None

    def __str__(self) -> str:
        """The form the log uses."""
        return f"{self.kind}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One turn of one target. Instants are monotonic seconds."""

    target: Target[Any]
    started: float
    ended: float
    result: Reading | Failure


def failure_of(error: Exception) -> Failure:
    """A source's own errors by their kind; anything else is a fault of the reader."""
    if not isinstance(error, SourceError):
        return Failure("unexpected", f"{type(error).__name__}: {error}", error=error)
    kinds = (kind for of_error, kind in KIND_OF_ERROR if isinstance(error, of_error))
    return Failure(next(kinds, "unreachable"), error.reason, error.retry_after_seconds)


def check_reading(reading: Reading) -> None:
    """Refuse what no metric can carry.

    Raises:
        BadPayload: A value is not finite, or an extra word is not in the metric table.
        ValueError: The reading's instant has no offset: a fault of the reader.
    """
    if reading.at.tzinfo is None:
        message = "a reading's instant needs a time zone"
        raise ValueError(message)
    if unknown := set(reading.extra) - KNOWN_WORDS:
        message = f"no metric for {', '.join(sorted(unknown))}"
        raise ValueError(message)
    for name, value in quantities_of(reading).items():
        if not isfinite(value):
            message = f"{name} is {value}"
            raise BadPayload(message)


def quantities_of(reading: Reading) -> dict[str, float]:
    """The values that the source gave, by field name or extra word."""
    named = {
        "power_watts": reading.power_watts,
        "voltage_volts": reading.voltage_volts,
        "current_amperes": reading.current_amperes,
        "energy_lifetime_kwh": reading.energy_lifetime_kwh,
        "energy_today_kwh": reading.energy_today_kwh,
        **reading.extra,
    }
    return {name: value for name, value in named.items() if value is not None}
