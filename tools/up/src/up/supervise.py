"""Run processes in the foreground with prefixed lines; when one exits, stop all and report it."""

import multiprocessing
import shlex
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from multiprocessing.queues import Queue
from typing import override

from honcho.manager import Manager
from honcho.printer import Message

INTERRUPTED = (130, 143)
LAST_LINES = 5


@dataclass(frozen=True, slots=True)
class Command:
    """What to run under a name."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str]


@dataclass(slots=True)
class FirstExit:
    """The process that exited first, and the last lines of each."""

    name: str = "nothing"
    code: int = 0
    lines: defaultdict[str, deque[str]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=LAST_LINES))
    )
    _has_exited: bool = False

    def observe(self, event: Message) -> None:
        """Record one of honcho's events."""
        if event.type == "line":
            self.lines[event.name].append(event.data.decode(errors="replace").rstrip())
        elif event.type == "stop" and not self._has_exited:
            self.name, self.code = event.name, event.data["returncode"]
            self._has_exited = True

    def report(self) -> str:
        """Return which process exited first, with what code, and its last lines."""
        lines = "\n".join(f"  {line}" for line in self.lines[self.name]) or "  (no output)"
        return f"'{self.name}' exited with code {self.code}, so everything was stopped:\n{lines}"


class _ObservedEvents(Queue[Message]):
    """The events of a manager; each is handed to `observe` when the manager takes it."""

    def __init__(self, observe: Callable[[Message], None]) -> None:
        super().__init__(ctx=multiprocessing.get_context())
        self._observe = observe

    @override
    def get(self, block: bool = True, timeout: float | None = None) -> Message:
        event = super().get(block, timeout)
        self._observe(event)
        return event


def supervise(commands: Iterable[Command]) -> int:
    """Run until one process exits or SIGINT or SIGTERM arrives.

    Returns:
        0 after Ctrl-C or SIGTERM; else the code of the process that exited first, 1 if that was 0.
    """
    first_exit, manager = FirstExit(), Manager()
    manager.events = _ObservedEvents(first_exit.observe)
    for item in commands:
        # exec: without it a shell would be between the manager's signals and the process
        manager.add_process(item.name, f"exec {shlex.join(item.command)}", env=dict(item.env))
    manager.loop()
    if manager.returncode in INTERRUPTED:
        return 0
    print(first_exit.report())
    return manager.returncode or 1
