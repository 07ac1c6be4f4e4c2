"""What the cloud can refuse beyond one device: the whole account must wait."""

from home_model.errors import Rejected


class AccountRefused(Rejected):
    """Token, secret or clock are wrong: every further request would fail the same way."""


class TooManyRequests(Rejected):
    """A burst limit: the same request succeeds a little later."""


class DailyLimitReached(Rejected):
    """The account's calls of the day are spent, by us or by others who share it."""
