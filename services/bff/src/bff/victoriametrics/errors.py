"""The errors of queries."""

RETRY_AFTER_SECONDS = 1.0


class VictoriaMetricsDownError(Exception):
    """No response, not in time, or not a valid one: try again after a moment."""

    retry_after_seconds = RETRY_AFTER_SECONDS


class VictoriaMetricsRefusedError(Exception):
    """It is up and refuses the query, such as a range with too many samples."""
