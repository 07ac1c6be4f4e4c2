"""The three ways a source can fail. The absence of a single value is not one of them."""


class SourceError(Exception):
    """A source gave no usable reading.

    Args:
        reason: One plain sentence for a person, without secrets.
        retry_after_seconds: How long the source itself asked us to wait, when it did.
    """

    def __init__(self, reason: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after_seconds = retry_after_seconds


class UnreachableError(SourceError):
    """No answer, or a passing fault of the peer: try again."""


class RejectedError(SourceError):
    """Credentials, quota or configuration are wrong: slow down; the reason names which."""


class BadPayloadError(SourceError):
    """An answer came and makes no sense."""
