"""The errors of queries."""

RETRY_AFTER_SECONDS = 1.0
PARTIAL = "the response is partial"


class VictoriaMetricsDownError(Exception):
    """No response, not in time, or not a valid one: try again after a moment."""

    retry_after_seconds = RETRY_AFTER_SECONDS


class VictoriaMetricsPartialError(VictoriaMetricsDownError):
    """The response lacks what a storage node of a cluster has: no number may be made of it."""

    def __init__(self) -> None:
        super().__init__(PARTIAL)


def down_error(reason: str) -> VictoriaMetricsDownError:
    """Return the error again that another thread met for this reason."""
    return VictoriaMetricsPartialError() if reason == PARTIAL else VictoriaMetricsDownError(reason)


class VictoriaMetricsRefusedError(Exception):
    """It is up and refuses the query, such as a range with too many samples."""
