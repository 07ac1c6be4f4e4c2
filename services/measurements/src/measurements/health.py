"""The health port: liveness, readiness and metrics, which boards do not need."""

from functools import partial

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from measurements.services import Services
from measurements.wiring import MIGRATIONS
from service_kit.database import database_state
from service_kit.gate import Gate
from service_kit.obstacles import find_obstacle


def create_health_app(services: Services, registry: CollectorRegistry) -> Starlette:
    """Create the application of `/healthz`, `/readyz` and `/metrics`, for the cluster only."""
    return Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/readyz", partial(_readyz, services)),
            Route("/metrics", partial(_metrics, registry)),
        ],
        middleware=[Middleware(Gate, services.settings.allowed_hosts)],
    )


def healthz(_request: Request) -> Response:
    """Respond while the process runs."""
    return PlainTextResponse("ok\n")


def _readyz(services: Services, _request: Request) -> Response:
    """Be ready when measurements can be stored; what waits for VictoriaMetrics waits durably."""
    database, obstacle = database_state(services.engine, MIGRATIONS), find_obstacle(services.engine)
    state = {"database": database, "writes": obstacle.text if obstacle else "ok"}
    return JSONResponse(state, 200 if database == "ok" and not obstacle else 503)


def _metrics(registry: CollectorRegistry, _request: Request) -> Response:
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)
