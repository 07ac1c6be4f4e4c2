"""How many calls are left: as the cloud says, should it ever say so, else as counted here.

No header of the cloud is known to tell (SwitchBotAPI #442); its quota error does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from switchbot_exporter.cloud.quota import Quota

# A header might mean a shorter window than the day: what it said is soon asked again.
HEADER_AGE_LIMIT_SECONDS = 1800.0
MOST_DIGITS = 9


@dataclass(slots=True)
class Remaining:
    """What is left of the day.

    Attributes:
        quota: Our own count.
        header: Name of the answer header that tells it, should one appear.
        monotonic: Seconds of a clock that never goes back.
        exhausted: The cloud's last word was that the day's quota is spent.
    """

    quota: Quota
    header: str
    monotonic: Callable[[], float]
    exhausted: bool = False
    _said_calls: int = field(default=0, init=False)
    _said_at: float = field(default=float("-inf"), init=False)

    def learn(self, headers: Mapping[str, str]) -> None:
        """Look for the header in an answer; nonsense counts as absent."""
        text = headers.get(self.header, "")
        if text.isdecimal() and len(text) <= MOST_DIGITS:
            self._said_calls, self._said_at = int(text), self.monotonic()

    def said_calls(self) -> int | None:
        """What the header said, unless that is too long ago."""
        return self._said_calls if self.header_holds_seconds() else None

    def header_holds_seconds(self) -> float:
        """How long the header's word still counts; 0 when there is none."""
        return max(self._said_at + HEADER_AGE_LIMIT_SECONDS - self.monotonic(), 0.0)

    def shown_calls(self) -> int:
        """The best knowledge there is: the cloud's own word before our count."""
        if self.exhausted:
            return 0
        said = self.said_calls()
        return self.quota.remaining_calls() if said is None else said

    def plannable_calls(self) -> int:
        """What planning may count on.

        After a quota error this is not 0: others may have spent the day's calls, and only a
        careful call finds out when they come back.
        """
        counted, said = self.quota.remaining_calls(), self.said_calls()
        return counted if said is None else min(counted, said)

    def source(self) -> str:
        """Where `shown_calls` comes from, for a person."""
        if self.exhausted:
            return "the cloud's quota error"
        if self.said_calls() is not None:
            return f"the answer header {self.header}"
        return f"a local count against the daily limit of {self.quota.daily_limit}"
