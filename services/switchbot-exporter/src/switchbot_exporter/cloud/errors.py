"""What the cloud can refuse beyond one device: the whole account must wait."""

from home_model.errors import RejectedError


class AccountRefusedError(RejectedError):
    """Token, secret or clock are wrong: every further request would fail the same way."""


class TooManyRequestsError(RejectedError):
    """A burst limit: the same request succeeds a little later."""


class DailyLimitReachedError(RejectedError):
    """The account's calls of the day are spent, by us or by others who share it."""
