"""Why an exporter cannot start, for the person who starts it."""


class CannotStartError(Exception):
    """One line that names the setting to change."""
