"""The last word of every target, and whether it still holds."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from exporter_kit.clock import Clock
from exporter_kit.outcomes import Failure
from exporter_kit.targets import Key, Target
from home_model.readings import Reading

LOG = logging.getLogger(__name__)
NEVER_READ = Failure("unreachable", "not read yet")


@dataclass(frozen=True, slots=True)
class Post:
    """The last reading or failure of a target.

    Attributes:
        target: As configured now.
        age_limit_seconds: How long a reading holds, by the interval that is in force now.
        result: What came of the last turn.
        taken: The reading's instant in monotonic seconds (a clock that jumps changes no age);
            before the first turn, when the target came to the board.
        limit_then_seconds: The age limit when it was taken.
        failures: Failures in a row.
    """

    target: Target[Any]
    age_limit_seconds: Callable[[], float]
    result: Reading | Failure = NEVER_READ
    taken: float = 0.0
    limit_then_seconds: float = 0.0
    failures: int = 0

    def standing(self, monotonic: float) -> Reading | Failure:
        """The reading while it holds, else why there is none."""
        if isinstance(self.result, Failure) and self.result is not NEVER_READ:
            return self.result
        # An interval that has just become shorter must not condemn what came by the longer one.
        limit_seconds = max(self.limit_then_seconds, self.age_limit_seconds())
        if monotonic - self.taken <= limit_seconds:
            return self.result
        return Failure("over_age", f"nothing new for more than {limit_seconds:.0f} s")


class Board:
    """What `/metrics` shows. All of it comes from memory."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._posts = dict[Key, Post]()
        self._told = dict[Key, str]()

    def place(self, target: Target[Any], age_limit_seconds: Callable[[], float]) -> None:
        """Show a target; one that is read from the same source as before keeps its reading."""
        old = self._posts.get(target.key)
        if old and old.target.source == target.source:
            self._posts[target.key] = replace(old, target=target)
        else:
            placed = self._clock.monotonic()
            self._posts[target.key] = Post(target, age_limit_seconds, taken=placed)

    def keep_only(self, keys: Iterable[Key]) -> None:
        """Take down every target that is configured no more."""
        kept = set(keys)
        self._posts = {key: post for key, post in self._posts.items() if key in kept}
        self._told = {key: word for key, word in self._told.items() if key in kept}

    def post(self, key: Key, result: Reading | Failure) -> Post:
        """Show what came of a turn."""
        old = self._posts[key]
        failed = isinstance(result, Failure)
        self._posts[key] = post = replace(
            old,
            result=result,
            taken=self._clock.monotonic() - (0.0 if failed else self.age_seconds(result)),
            limit_then_seconds=old.age_limit_seconds(),
            failures=old.failures + 1 if failed else 0,
        )
        self._tell(post)
        return post

    def age_seconds(self, reading: Reading) -> float:
        """How long ago a reading was taken, by the wall clock; for one that has just come."""
        return max(0.0, (self._clock.now() - reading.at).total_seconds())

    def target(self, key: Key) -> Target[Any]:
        """The target as configured now."""
        return self._posts[key].target

    def tried(self, key: Key) -> bool:
        """Whether a target had its first turn, or should have had it long ago."""
        return self._posts[key].standing(self._clock.monotonic()) is not NEVER_READ

    def standings(self) -> Iterator[tuple[Target[Any], Reading | Failure]]:
        """Every target with its reading, or with the reason why it has none."""
        monotonic = self._clock.monotonic()
        for post in self._posts.values():
            yield post.target, post.standing(monotonic)

    def tell_aged(self) -> None:
        """Log whose reading grew too old since the last time."""
        for post in self._posts.values():
            self._tell(post)

    def _tell(self, post: Post) -> None:
        """Log a change: once each way; a fault of the reader whenever it is a new one."""
        standing, told = post.standing(self._clock.monotonic()), self._told.get(post.target.key)
        word = _word(standing)
        if standing is NEVER_READ or word == told or (word == "down" and told not in {None, "up"}):
            return
        self._told[post.target.key] = word
        if isinstance(standing, Failure):
            LOG.warning("%s is down: %s", post.target, standing, exc_info=standing.error)
        else:
            LOG.info("%s is up", post.target)


def _word(standing: Reading | Failure) -> str:
    if isinstance(standing, Reading):
        return "up"
    return standing.reason if standing.kind == "unexpected" else "down"
