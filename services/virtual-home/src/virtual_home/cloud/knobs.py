"""What is set by hand through `/virtual/`: nothing of it survives a restart."""

from dataclasses import dataclass, field

from virtual_home.cloud.status_bodies import CurrentScale


@dataclass(slots=True)
class Fault:
    """One way to fail.

    Attributes:
        name: A name of `faults.FAULTS`.
        times: How many more answers it spoils; None for all until it is cleared.
        retry_after_seconds: Sent as `Retry-After` with HTTP errors, when given.
    """

    name: str
    times: int | None = None
    retry_after_seconds: int | None = None

    def strike(self) -> bool:
        """Whether it spoils this answer too; counts down."""
        if self.times is None:
            return True
        self.times -= 1
        return self.times >= 0


@dataclass(slots=True)
class Knobs:
    """All of it; a fresh one is the untouched house.

    Attributes:
        watts_by_hand: By device of the configuration.
        online_by_hand: By SwitchBot device id, as are the faults.
        remaining_header: Name of a response header for the calls left today. The real cloud has
            none (SwitchBotAPI issue #442), so it is off until asked for.
    """

    watts_by_hand: dict[str, float] = field(default_factory=dict)
    online_by_hand: dict[str, bool] = field(default_factory=dict)
    fault_by_id: dict[str, Fault] = field(default_factory=dict)
    fault_for_all: Fault | None = None
    current_scale: CurrentScale = CurrentScale.MILLIAMPERES
    remaining_header: str | None = None

    def strike(self, device_id: str) -> Fault | None:
        """The fault that spoils this answer, if any."""
        for fault in (self.fault_for_all, self.fault_by_id.get(device_id)):
            if fault and fault.strike():
                return fault
        return None


@dataclass(slots=True)
class Tally:
    """Requests seen."""

    total: int = 0
    unauthorized: int = 0
    redirects_followed: int = 0
    by_path: dict[str, int] = field(default_factory=dict)

    def count(self, path: str) -> None:
        """One more request to the API."""
        self.total += 1
        self.by_path[path] = self.by_path.get(path, 0) + 1
