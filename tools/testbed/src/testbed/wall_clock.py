"""A wall clock that a test sets for a running program, by libfaketime; other clocks go on."""

from dataclasses import dataclass
from pathlib import Path

TOOLS = Path(__file__).parents[4] / ".tools"


@dataclass(frozen=True, slots=True)
class WallClock:
    """The wall clock of the programs that are started with `env`."""

    file: Path

    @property
    def env(self) -> dict[str, str]:
        """What a program is started with.

        Raises:
            FileNotFoundError: `scripts/setup-faketime` did not run.
        """
        found = sorted(TOOLS.glob("deb/libfaketime/usr/lib/*/faketime/libfaketime.so.1"))
        if not found:
            message = "libfaketime is not there: run scripts/setup-faketime"
            raise FileNotFoundError(message)
        if not self.file.exists():
            self.set(0)
        return {
            "LD_PRELOAD": str(found[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    def set(self, seconds: int) -> None:
        """Let the clock be so many seconds ahead of this machine's, or behind it."""
        draft = self.file.with_suffix(".draft")
        draft.write_text(f"{seconds:+d}", encoding="ascii")
        draft.replace(self.file)
