"""What a time series database can answer instead of success: each calls for another reaction."""


class TimeSeriesError(Exception):
    """A request to a time series database failed."""


class DatabaseUnreachableError(TimeSeriesError):
    """No answer, not in time, overloaded or failing: the same request may succeed later.

    Attributes:
        retry_after_seconds: How long the server asks to wait; None when it does not.
    """

    def __init__(self, message: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class DatabaseRejectedError(TimeSeriesError):
    """The address, credentials, rights or names are wrong: a person has to change something."""


class BadPointsError(TimeSeriesError):
    """The database refused the points themselves. Others of the same batch may be stored."""


class BadAnswerError(TimeSeriesError):
    """The database answered 2xx with a body that is incomplete, too large or not understood."""


class BadPointError(ValueError):
    """A point cannot be expressed in the format of the database."""
