"""The health port: liveness, readiness and metrics of the process."""

from functools import partial

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bff.db.migrate import MIGRATIONS
from bff.services import Services
from bff.victoriametrics.client import VictoriaMetricsDownError, VictoriaMetricsRefusedError
from service_kit.database import database_state
from service_kit.gate import Gate
from service_kit.obstacles import find_obstacle


def create_health_app(services: Services, registry: CollectorRegistry) -> Starlette:
    """Create the application of `/healthz`, `/readyz` and `/metrics`, for the cluster only."""
    gate = Middleware(Gate, allowed_hosts=services.settings.allowed_hosts)
    return Starlette(
        routes=[
            Route("/healthz", _healthz),
            Route("/readyz", partial(_readyz, services)),
            Route("/metrics", partial(_metrics, registry)),
        ],
        middleware=[gate],
    )


def _healthz(_request: Request) -> Response:
    """Respond while the process runs: a restart would not bring VictoriaMetrics back."""
    return PlainTextResponse("ok\n")


def _readyz(services: Services, _request: Request) -> Response:
    """Be ready when the database can be read; the rest is reported, reads work without it."""
    database = database_state(services.engine, MIGRATIONS)
    obstacle = find_obstacle(services.engine)
    state = {
        "database": database,
        "writes": obstacle.text if obstacle else "ok",
        "ledger": "it is damaged" if services.ledger.status.current.is_damaged else "ok",
        "victoriametrics": _victoriametrics_state(services),
    }
    return JSONResponse(state, 200 if database == "ok" else 503)


def _metrics(registry: CollectorRegistry, _request: Request) -> Response:
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)


def _victoriametrics_state(services: Services) -> str:
    try:
        services.victoriametrics.check_answers()
    except (VictoriaMetricsDownError, VictoriaMetricsRefusedError) as error:
        return f"it does not answer: {error}"
    return "ok"
