"""All feeds of an exporter at work, brought into line with the configuration."""

from collections.abc import Iterator

from exporter_kit.feeds import Exporter, Listen, Steady
from exporter_kit.listening import Listening
from exporter_kit.polling import Polling
from exporter_kit.recording import InForce
from exporter_kit.surroundings import Surroundings
from exporter_kit.targets import source_word, targets_of
from home_model.config import Home


class FeedsAtWork:
    """`apply` starts them and follows each new configuration."""

    def __init__(self, exporter: Exporter, around: Surroundings, interval_seconds: float) -> None:
        self._board = around.recorder.board
        self._feeds: list[Polling | Listening] = [
            Listening(feed, around)
            if isinstance(feed, Listen)
            else Polling(feed, feed.pace or Steady(interval_seconds), around)
            for feed in exporter.feeds
        ]

    def apply(self, home: Home) -> int:
        """Read what this home has; gives the number of targets."""
        wanted = [(feed, targets_of(home, feed.feed.kind)) for feed in self._feeds]
        for feed, targets in wanted:
            for target in targets:
                self._board.place(target, lambda feed=feed: feed.in_force().age_limit_seconds)
        self._board.keep_only(target.key for _, targets in wanted for target in targets)
        for feed, targets in wanted:
            feed.apply(targets)
        return sum(len(targets) for _, targets in wanted)

    def tried(self) -> bool:
        """Whether the first round is over."""
        return all(feed.tried() for feed in self._feeds)

    def in_force(self) -> Iterator[tuple[str, InForce]]:
        """The times in force, by kind of source."""
        for feed in self._feeds:
            yield source_word(feed.feed.kind), feed.in_force()

    def stop(self) -> None:
        """End all tasks."""
        for feed in self._feeds:
            feed.stop()
