"""A balance as the API shows it. Pure."""

from bff.balance.query import BalanceAmounts
from bff.balance.schemas import BalanceFigures
from bff.energy import MONEY_EXPONENT, UWH_EXPONENT, exact_kwh, scaled


def balance_figures(amounts: BalanceAmounts) -> BalanceFigures:
    """Return exact quantities; null where nothing was measured."""
    base = amounts.bought if amounts.has_grid else amounts.used
    return BalanceFigures(
        used_kwh=exact_kwh(amounts.used.uwh),
        bought_kwh=exact_kwh(amounts.bought.uwh),
        sold_kwh=exact_kwh(amounts.sold.uwh),
        generated_kwh=exact_kwh(amounts.generated.uwh),
        charged_kwh=exact_kwh(amounts.charged.uwh),
        discharged_kwh=exact_kwh(amounts.discharged.uwh),
        own_use_kwh=exact_kwh(amounts.own_use_uwh),
        rest_kwh=exact_kwh(amounts.rest_uwh),
        balance_kwh=exact_kwh(amounts.balance_uwh),
        bought_cost=_money(base.cost_e21),
        sold_credit=_money(amounts.sold.cost_e21),
        bill=_money(amounts.bill_e21),
        unpriced_kwh=scaled(base.unpriced_uwh, UWH_EXPONENT),
        unpriced_sold_kwh=scaled(amounts.sold.unpriced_uwh, UWH_EXPONENT),
    )


def _money(e21: int | None) -> str | None:
    return None if e21 is None else scaled(e21, MONEY_EXPONENT)
