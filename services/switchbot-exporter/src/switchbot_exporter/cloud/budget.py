"""The polling interval that the quota affords. Pure: numbers in, numbers out.

When the account's day ends is undocumented, so two bounds hold at once: never faster than a whole
day's quota spread over a day, whenever that day begins; and never more until the assumed reset
than remains.
"""

from dataclasses import dataclass

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits of the spending.

    Attributes:
        daily_limit: Calls a day of the whole account.
        reserve: Calls of these left to the phone's app, other programs and the device list.
        minimum_interval_ms: Never poll one device more often, however much remains.
    """

    daily_limit: int
    reserve: int
    minimum_interval_ms: int


def even_interval_ms(budget: Budget, request_count: int) -> int:
    """Return the interval between two polls of one target that any 24 hours can afford."""
    spendable = max(budget.daily_limit - _reserved_calls(budget, request_count), 1)
    return max(budget.minimum_interval_ms, _divide_up(request_count * DAY_MS, spendable))


def interval_ms(
    budget: Budget, request_count: int, *, remaining: int, until_reset_ms: int
) -> int | None:
    """Return the interval that lasts to the reset, with polls spread evenly over it.

    None when nothing may be polled before the reset.
    """
    spendable = remaining - _reserved_calls(budget, request_count)
    if spendable < 1:
        return None
    stretched = _divide_up(request_count * until_reset_ms, spendable)
    return max(even_interval_ms(budget, request_count), stretched)


def _reserved_calls(budget: Budget, request_count: int) -> int:
    # One call each more: polls may fall closer together than planned, by one round at most.
    return max(budget.reserve, request_count)


def _divide_up(amount: int, by: int) -> int:
    return -(-amount // by)
