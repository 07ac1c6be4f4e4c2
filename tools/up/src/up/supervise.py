"""Run all parts in the foreground with prefixed lines; when one ends, end all and say why."""

import re
import shlex
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import override

from honcho.manager import SYSTEM_PRINTER_NAME, Manager
from honcho.printer import Message, Printer

INTERRUPTED = (130, 143)
LAST_WORDS_LINES = 5
_STOPPED = re.compile(r"^(?P<name>\S+) stopped \(rc=(?P<code>-?\d+)\)")


@dataclass(frozen=True, slots=True)
class Command:
    """What to run under a name."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str]


@dataclass(slots=True)
class Witness:
    """Remembers each part's last lines and which part ended first."""

    lines: defaultdict[str, deque[str]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=LAST_WORDS_LINES))
    )
    first_end: tuple[str, int] | None = None

    def see(self, message: Message) -> None:
        """Take note of one printed line."""
        text = _text(message.data)
        if message.name != SYSTEM_PRINTER_NAME:
            self.lines[message.name].append(text.rstrip())
        elif self.first_end is None and (match := _STOPPED.match(text)):
            self.first_end = match["name"], int(match["code"])

    def verdict(self) -> str:
        """Which part ended first, with what code, and its last words."""
        name, code = self.first_end or ("nothing", 0)
        words = "\n".join(f"  {line}" for line in self.lines[name]) or "  (it said nothing)"
        return f"'{name}' ended by itself with code {code}, so everything was stopped:\n{words}"


def _text(data: str | bytes) -> str:
    return data if isinstance(data, str) else data.decode(errors="replace")


class _WitnessedPrinter(Printer):
    def __init__(self, witness: Witness) -> None:
        super().__init__()
        self.witness = witness

    @override
    def write(self, message: Message) -> None:
        self.witness.see(message)
        super().write(message)


def supervise(commands: Iterable[Command]) -> int:
    """Run until one ends or we are told to stop.

    Returns:
        0 after Ctrl-C or SIGTERM; else the code of the part that ended first, 1 if that was 0.
    """
    witness = Witness()
    manager = Manager(_WitnessedPrinter(witness))
    for item in commands:
        # exec: without it a shell would stand between the manager's signals and the part
        manager.add_process(item.name, f"exec {shlex.join(item.command)}", env=dict(item.env))
    manager.loop()
    if manager.returncode in INTERRUPTED:
        return 0
    print(witness.verdict())
    return manager.returncode or 1
