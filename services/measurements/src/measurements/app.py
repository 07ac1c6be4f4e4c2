"""The HTTP application that boards send to."""

from typing import Any, override

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from measurements.health import healthz
from measurements.routes import REQUEST_BODY, router
from measurements.services import Services
from service_kit.error_handlers import Texts, add_error_handlers
from service_kit.gate import Gate
from service_kit.problems import MEDIA_TYPE, ProblemDocument

DESCRIPTION = """
Boards send what they measured; each measurement is kept once, and passed on to VictoriaMetrics.
Units and rules: docs/measurements.md.
"""
TEXTS = Texts("the service", "/api/openapi.json", "The body is larger than MAX_BODY_BYTES.")


class _Application(FastAPI):
    @override
    def openapi(self) -> dict[str, Any]:
        document = super().openapi()
        # FastAPI leaves out what is null; in the example a value that was not measured is.
        document["paths"]["/api/measurements"]["post"] |= REQUEST_BODY
        for path in document["paths"].values():
            for operation in path.values():
                content = operation["responses"]["default"]["content"]
                if "application/json" in content:
                    content[MEDIA_TYPE] = content.pop("application/json")
        return document


def create_app(services: Services | None = None) -> FastAPI:
    """Create the application. Without services it can only describe itself."""
    app = _Application(
        title="PPMS measurements",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        generate_unique_id_function=lambda route: route.name,
        responses={"default": {"model": ProblemDocument, "description": "A problem (RFC 9457)"}},
    )
    app.state.services = services
    app.include_router(router)
    # A board without NTP sets its clock by the Date header of this.
    app.add_route("/healthz", healthz)
    add_error_handlers(app, TEXTS)
    # Boards are configured with any name of this machine; what they send needs a token.
    app.add_middleware(Gate, allowed_hosts=None)
    if services and services.settings.allowed_origin:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=[services.settings.allowed_origin],
            allow_methods=["GET"],
            allow_headers=["Authorization"],
        )
    return app
