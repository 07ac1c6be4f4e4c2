"""Overrides set through the control API; none survives a restart."""

from dataclasses import dataclass, field

from virtual_home.cloud.status_bodies import CurrentScale


@dataclass(slots=True)
class Fault:
    """One way to fail.

    Attributes:
        name: A name of `faults.FAULTS`.
        times: How many more answers it applies to; None for all until it is cleared.
        retry_after_seconds: Sent as `Retry-After` with HTTP errors, when given.
    """

    name: str
    times: int | None = None
    retry_after_seconds: int | None = None

    def applies(self) -> bool:
        """Return whether it applies to this answer too; counts down."""
        if self.times is None:
            return True
        self.times -= 1
        return self.times >= 0


@dataclass(frozen=True, slots=True)
class WattsChange:
    """A load that was set by hand; None: its curve again."""

    at_unix_seconds: float
    device: str
    watts: float | None


@dataclass(slots=True)
class Overrides:
    """All overrides; a fresh one is the unchanged house.

    Attributes:
        watts_override: By device of the configuration.
        online_override: By SwitchBot device id, as are the faults.
        remaining_header: Name of a response header for the calls left today. The real cloud has
            none (SwitchBotAPI issue #442), so it is off until asked for.
    """

    watts_override: dict[str, float] = field(default_factory=dict)
    online_override: dict[str, bool] = field(default_factory=dict)
    fault_by_id: dict[str, Fault] = field(default_factory=dict)
    fault_for_all: Fault | None = None
    current_scale: CurrentScale = CurrentScale.MILLIAMPERES
    remaining_header: str | None = None

    def next_fault(self, device_id: str) -> Fault | None:
        """Return the fault that applies to this answer, if any."""
        for fault in (self.fault_for_all, self.fault_by_id.get(device_id)):
            if fault and fault.applies():
                return fault
        return None


@dataclass(slots=True)
class RequestCounts:
    """Requests seen."""

    total: int = 0
    unauthorized: int = 0
    redirects_followed: int = 0
    by_path: dict[str, int] = field(default_factory=dict)

    def count(self, path: str) -> None:
        """Count one request to the API."""
        self.total += 1
        self.by_path[path] = self.by_path.get(path, 0) + 1
