"""Errors that end a process at its start, each with one line for the person who started it."""


class CannotStartError(Exception):
    """The process cannot start; the message names the setting to change."""


class SettingsError(CannotStartError):
    """Settings that must not be used.

    Args:
        lines: One for each variable: its name and what is wrong, never the value.
    """

    def __init__(self, lines: tuple[str, ...]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines
