"""Every process of a home."""

from home_model.config import Home
from up.exporters import exporters
from up.house import kinds_of
from up.part import Part
from up.servers import bff, page, victoria_metrics
from up.settings import Settings
from up.stand_ins import stand_ins


def parts(settings: Settings, home: Home) -> tuple[Part, ...]:
    """Every process of this home, in the order of the data flow."""
    kinds = kinds_of(home)
    virtual = stand_ins(settings, kinds) if settings.virtual else ()
    return (
        victoria_metrics(settings),
        *virtual,
        *exporters(settings, kinds, virtual),
        bff(settings),
        page(settings),
    )
