"""Respond to every failure of a request with a problem document."""

import logging
from http import HTTPStatus
from math import ceil
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from bff.db.damage import DamagedError, is_damage
from bff.ledger.ledger import LedgerStaleError
from bff.victoriametrics.client import VictoriaMetricsDownError, VictoriaMetricsRefusedError
from service_kit.obstacles import obstacle_of
from service_kit.problem_responses import log_incident, problem_response
from service_kit.problems import InputError, ProblemError

LOG = logging.getLogger(__name__)

PROBLEM_TYPES = {HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too-large"}
DOCS_HINT = "See /api/docs for what can be requested."


def add_error_handlers(app: FastAPI) -> None:
    """Register a handler for every type of failure, the unforeseen one last."""
    app.add_exception_handler(ProblemError, _problem)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(VictoriaMetricsDownError, _victoriametrics_down)
    app.add_exception_handler(VictoriaMetricsRefusedError, _victoriametrics_refused)
    app.add_exception_handler(LedgerStaleError, _ledger_stale)
    app.add_exception_handler(DamagedError, _ledger_damaged)
    app.add_exception_handler(SQLAlchemyError, _database)
    app.add_exception_handler(Exception, _unforeseen)


def _problem(request: Request, error: Any) -> Response:  # noqa: ANN401 - Starlette's signature
    return problem_response(request, error)


def _http_exception(request: Request, error: Any) -> Response:  # noqa: ANN401
    status, path = HTTPStatus(error.status_code), request.url.path
    headers = dict(error.headers or {})
    match status:
        case HTTPStatus.NOT_FOUND:
            detail, way_out = f"There is nothing at {path}.", DOCS_HINT
        case HTTPStatus.METHOD_NOT_ALLOWED:
            headers = {"Allow": _allowed_methods(request)}
            detail = f"{path} does not support {request.method}."
            way_out = f"It supports {headers['Allow']}. {DOCS_HINT}"
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            detail, way_out = (
                "What was sent is larger than 1 MB (a CSV file: 8 MB).",
                "Send less at once.",
            )
        case _:
            detail, way_out = str(error.detail), DOCS_HINT
    problem_type = PROBLEM_TYPES.get(status, status.phrase.lower().replace(" ", "-"))
    return problem_response(
        request, ProblemError(status.value, problem_type, detail, what_to_do=way_out), headers
    )


def _allowed_methods(request: Request) -> str:
    # Starlette's own Allow header names only the methods of the first route of a path.
    return ", ".join(
        method
        for method in ("GET", "POST", "PUT", "DELETE")
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.routes
        )
    )


def _invalid(request: Request, error: Any) -> Response:  # noqa: ANN401
    faults = [_input_error(fault) for fault in error.errors()]
    named = "; ".join(f"{fault.where}: {fault.message}" for fault in faults)
    problem = ProblemError(
        422,
        "wrong-input",
        f"What was sent cannot be used: {named}.",
        what_to_do=f"Correct what errors names. {DOCS_HINT}",
        errors=faults,
    )
    return problem_response(request, problem)


def _input_error(fault: dict[str, Any]) -> InputError:
    message = str(fault["msg"]).removeprefix("Value error, ")
    return InputError(where=".".join(str(step) for step in fault["loc"]), message=message)


def _victoriametrics_down(request: Request, error: Any) -> Response:  # noqa: ANN401
    problem = ProblemError(
        503,
        "victoriametrics-down",
        f"VictoriaMetrics does not answer: {error}.",
        what_to_do="Try again in a moment. If it stays, see whether VictoriaMetrics runs and"
        " whether VICTORIAMETRICS_URL names it. Prices can be read and written meanwhile.",
        retry_after_seconds=max(1, ceil(error.retry_after_seconds)),
    )
    return problem_response(request, problem)


def _victoriametrics_refused(request: Request, error: Any) -> Response:  # noqa: ANN401
    LOG.error("VictoriaMetrics refused a query: %s", error)
    problem = ProblemError(
        502,
        "victoriametrics-refused",
        "VictoriaMetrics refused the query behind this request.",
        what_to_do="Request less at once; the log of the BFF has VictoriaMetrics' message.",
    )
    return problem_response(request, problem)


def _ledger_stale(request: Request, error: Any) -> Response:  # noqa: ANN401
    progress = "" if error.rebuild is None else f" {error.rebuild.progress:.0%} are done."
    problem = ProblemError(
        503,
        "ledger-stale",
        f"The energy of this range is being rebuilt from its samples.{progress}",
        what_to_do="Try again in a moment; newer ranges are ready first. GET /api/v1/ledger"
        " shows the progress.",
        retry_after_seconds=error.retry_after_seconds,
    )
    return problem_response(request, problem)


def _ledger_damaged(request: Request, error: Any) -> Response:  # noqa: ANN401
    LOG.error("%s %s: %s", request.method, request.url.path, error)
    request.app.state.services.ledger.status.report_damage()
    problem = ProblemError(
        503,
        "ledger-damaged",
        "Stored energy of this range is damaged, and is being rebuilt from its samples.",
        what_to_do="Try again in a moment. GET /api/v1/events has what was damaged; days without"
        " samples come back from a backup: python -m bff.db.backup restore-days.",
        retry_after_seconds=5,
    )
    return problem_response(request, problem)


def _database(request: Request, error: Any) -> Response:  # noqa: ANN401
    if obstacle := obstacle_of(error):
        LOG.error("%s %s: %s", request.method, request.url.path, obstacle.text)
        return problem_response(
            request,
            ProblemError(
                503,
                obstacle.problem_type,
                f"{obstacle.text} Nothing was changed.",
                what_to_do="Make the volume of DATABASE_URL writable again, with room on it;"
                " the BFF need not be restarted. What is there can be read meanwhile.",
                retry_after_seconds=30,
            ),
        )
    if is_damage(error):
        request.app.state.services.ledger.status.report_damage()
    incident = log_incident(request, error)
    problem = ProblemError(
        503,
        "database-unavailable",
        "The database cannot be read or written now. Nothing was changed.",
        what_to_do=f"Try again; if it stays, look in the log of the BFF for {incident}"
        " and at the file or server that DATABASE_URL names.",
        retry_after_seconds=5,
        incident=incident,
    )
    return problem_response(request, problem)


def _unforeseen(request: Request, error: Any) -> Response:  # noqa: ANN401
    incident = log_incident(request, error)
    problem = ProblemError(
        500,
        "internal-error",
        "The BFF failed at something it should handle.",
        what_to_do=f"Please report it with the lines of the BFF's log around {incident}.",
        incident=incident,
    )
    return problem_response(request, problem)
