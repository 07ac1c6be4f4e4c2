"""The effect of a change of prices as the API shows it."""

from bff.cost.pricing import CostAmounts
from bff.cost.query import CostQuery
from bff.cost.response import figures
from bff.price_effect.schemas import EffectOverRange
from bff.time_grid import in_zone
from home_model.config import Home


def effect_over_range(
    home: Home, query: CostQuery, before: CostAmounts, after: CostAmounts
) -> EffectOverRange:
    """Return the cost of a range before and after a change."""
    shown_before, shown_after = figures(before, home.zone), figures(after, home.zone)
    return EffectOverRange(
        from_=in_zone(query.from_ms, home.zone),
        to=in_zone(query.to_ms, home.zone),
        energy_kwh=shown_after["energy_kwh"],
        cost_before=shown_before["cost"],
        cost_after=shown_after["cost"],
        currency=home.currency,
    )
