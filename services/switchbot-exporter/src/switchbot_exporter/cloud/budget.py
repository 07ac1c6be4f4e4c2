"""How often the quota lets us ask. Pure: numbers in, numbers out.

When the account's day ends is undocumented, so two bounds hold at once: never faster than a whole
day's quota spread over a day, whenever that day begins; and never more until the assumed reset
than remains.
"""

from dataclasses import dataclass

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent.

    Attributes:
        daily_limit: Calls a day of the whole account.
        reserve: Calls of these left to the phone's app, other programs and the device list.
        minimum_interval_ms: Never poll one device more often, however much remains.
    """

    daily_limit: int
    reserve: int
    minimum_interval_ms: int


def even_interval_ms(budget: Budget, targets: int) -> int:
    """The interval between two polls of one target that any 24 hours can afford."""
    spendable = max(budget.daily_limit - _kept(budget, targets), 1)
    return max(budget.minimum_interval_ms, _divide_up(targets * DAY_MS, spendable))


def interval_ms(budget: Budget, targets: int, *, remaining: int, until_reset_ms: int) -> int | None:
    """The interval that lasts to the reset, with polls spread evenly over it.

    None when nothing may be asked before the reset.
    """
    spendable = remaining - _kept(budget, targets)
    if spendable < 1:
        return None
    stretched = _divide_up(targets * until_reset_ms, spendable)
    return max(even_interval_ms(budget, targets), stretched)


def _kept(budget: Budget, targets: int) -> int:
    # One call each more: polls may fall closer together than planned, by one round at most.
    return max(budget.reserve, targets)


def _divide_up(amount: int, by: int) -> int:
    return -(-amount // by)
