"""What is wrong with a configuration file, with its line."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. `line` counts from 1; 0 when the file as a whole is meant."""

    file: Path
    line: int
    message: str

    def __str__(self) -> str:
        """The form editors can jump to: `file:line: message`."""
        return f"{self.file}:{self.line}: {self.message}"


class ConfigError(Exception):
    """A configuration that must not be used. Carries every problem, not only the first."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
