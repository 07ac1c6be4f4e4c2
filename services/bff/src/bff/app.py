"""The HTTP application: all routes of the API, its documentation and its error handlers."""

from functools import partial
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi_offline import FastAPIOffline

from bff.availability.routes import router as availability
from bff.balance.routes import router as balance
from bff.bills.routes import router as bills
from bff.budgets.routes import router as budgets
from bff.changes.routes import router as changes
from bff.comparison.routes import router as comparison
from bff.contract_effect.routes import router as contract_effect
from bff.contract_templates.routes import router as contract_templates
from bff.contracts.routes import router as contracts
from bff.corrections.routes import router as register
from bff.cost.routes import router as cost
from bff.curves.routes import router as curves
from bff.device_meta.routes import router as device_meta
from bff.events.routes import router as events
from bff.explain.routes import router as explain
from bff.first_screen.routes import router as first_screen
from bff.forecast.routes import router as forecast
from bff.history.routes import router as history
from bff.http.conditional import EndedRanges
from bff.http.docs import add_docs
from bff.http.error_handlers import add_error_handlers
from bff.http.gate import LoggedWrites
from bff.ledger_state.routes import router as ledger
from bff.live.query import read_live
from bff.live.routes import router as live
from bff.live.watch import LiveWatch
from bff.marks.routes import router as marks
from bff.notices.routes import router as notices
from bff.overview.routes import router as overview
from bff.places.routes import router as places
from bff.price_effect.routes import router as effect
from bff.prices.routes import router as prices
from bff.readings.routes import router as readings
from bff.real_bills.routes import router as real_bills
from bff.reconcile.routes import router as reconcile
from bff.series.routes import router as series
from bff.services import Services
from bff.victoriametrics.patience import BoundedWaiting
from bff.week_hours.routes import router as week_hours
from bff.what_if.routes import router as what_if
from service_kit.gate import Gate
from service_kit.problems import MEDIA_TYPE, ProblemDocument

API = "/api/v1"
DOCS_ASSETS = "/api/docs/assets"

DESCRIPTION = """
What does each thing in the house cost, exactly, and is it alive?

- **Exact quantities** (money, energy) are decimal strings; watts, volts and seconds are numbers.
- **Instants** are RFC 3339 and carry an offset; responses are in the house's time zone.
  In a URL the `+` of an offset is written `%2B` (the form below does it for you).
- **Ranges** are half-open: `from` belongs to it, `to` does not. Days are the house's days.
- **null is not zero**: nothing was measured, or no price held.
- **Ranges that have ended** have an `ETag`: sent back in `If-None-Match`, what is still the same
  is a 304 without a body.
- **Errors** are problem documents (RFC 9457) with what to do about them.
"""

TAGS = [
    {"name": "cost", "description": "What places and devices used and what it cost."},
    {"name": "live", "description": "Places and devices with their present values."},
    {"name": "prices", "description": "What one kWh costs, and between which instants."},
    {"name": "bills", "description": "Contracts, rates by month, and what the supplier charges."},
    {"name": "ledger", "description": "Where every number comes from, and whether it holds."},
    {
        "name": "devices",
        "description": "What they measured, and their names, notes and rated powers.",
    },
]


def create_app(services: Services | None = None) -> FastAPI:
    """Create the application. Without services it can only describe itself."""
    app = FastAPIOffline(
        docs_url=None,
        redoc_url=None,
        static_url=DOCS_ASSETS,
        openapi_url="/api/openapi.json",
        title="PPMS",
        version="1",
        summary="Prices, places, energy and cost of one house.",
        description=DESCRIPTION,
        openapi_tags=TAGS,
        # Relative: "try it" works through whatever address shows this page.
        servers=[{"url": "/", "description": "This address"}],
        swagger_ui_parameters={
            "tryItOutEnabled": True,
            "displayRequestDuration": True,
            "docExpansion": "list",
            "defaultModelsExpandDepth": 0,
        },
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.services = services
    app.openapi = partial(describe, app)
    app.include_router(_api())
    add_docs(app, "/api/docs", DOCS_ASSETS)
    add_error_handlers(app)
    if services:
        app.state.live = LiveWatch(partial(read_live, services))
        app.add_middleware(EndedRanges, now=services.now)
        app.add_middleware(
            BoundedWaiting, seconds=services.settings.victoriametrics_deadline_seconds
        )
        app.add_middleware(
            Gate,
            allowed_hosts=services.settings.allowed_hosts,
            writes=partial(LoggedWrites, trust_identity=services.settings.trust_tailscale_identity),
        )
    return app


FEATURES = (
    first_screen,
    overview,
    notices,
    cost,
    marks,
    balance,
    places,
    live,
    prices,
    effect,
    # Before `/contracts/{contract_id}`.
    contract_effect,
    contract_templates,
    what_if,
    contracts,
    series,
    readings,
    bills,
    forecast,
    real_bills,
    budgets,
    history,
    device_meta,
    register,
    ledger,
    changes,
    events,
    reconcile,
    explain,
    comparison,
    curves,
    availability,
    week_hours,
)


def _api() -> APIRouter:
    api = APIRouter(prefix=API, responses={"default": PROBLEM})
    for part in FEATURES:
        api.include_router(part)
    return api


PROBLEM: dict[str, Any] = {
    "description": "A problem, with what to do about it",
    "model": ProblemDocument,
}


PROBLEM_SCHEMA = {"$ref": f"#/components/schemas/{ProblemDocument.__name__}"}


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document, with errors under their own media type."""
    document = FastAPI.openapi(app)
    for path in document["paths"].values():
        for operation in path.values():
            problem = operation["responses"]["default"]
            problem["content"] = {MEDIA_TYPE: {"schema": PROBLEM_SCHEMA}}
    return document
