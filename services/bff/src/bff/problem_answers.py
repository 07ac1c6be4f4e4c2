"""Turn every failure of a request into a problem document with a way out."""

import logging
import secrets
from http import HTTPStatus
from math import ceil
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from bff.problems import MEDIA_TYPE, InputError, Problem, ProblemDocument
from bff.victoriametrics.client import VictoriaMetricsDown, VictoriaMetricsRefused

log = logging.getLogger(__name__)

DOCS_HINT = "See /api/docs for what can be asked."


def add_problem_answers(app: FastAPI) -> None:
    """Register an answer for every kind of failure, the unforeseen one last."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(VictoriaMetricsDown, _victoriametrics_down)
    app.add_exception_handler(VictoriaMetricsRefused, _victoriametrics_refused)
    app.add_exception_handler(SQLAlchemyError, _database)
    app.add_exception_handler(Exception, _unforeseen)


def answer(request: Request, problem: Problem, headers: dict[str, str] | None = None) -> Response:
    """The problem as an HTTP response."""
    document = ProblemDocument(
        type=f"urn:ppms:{problem.kind}",
        title=problem.title,
        status=problem.status,
        detail=problem.detail,
        instance=request.url.path,
        what_to_do=problem.what_to_do,
        errors=problem.errors,
        conflicts_with=problem.conflicts_with,
        incident=problem.incident,
    )
    sent = dict(headers or {})
    if problem.retry_after_seconds is not None:
        sent["Retry-After"] = str(problem.retry_after_seconds)
    body = orjson.dumps(document.model_dump(exclude_none=True))
    return Response(body, problem.status, sent, MEDIA_TYPE)


def _problem(request: Request, error: Any) -> Response:  # noqa: ANN401 - Starlette's signature
    return answer(request, error)


def _http_exception(request: Request, error: Any) -> Response:  # noqa: ANN401
    status, path = HTTPStatus(error.status_code), request.url.path
    headers = dict(error.headers or {})
    match status:
        case HTTPStatus.NOT_FOUND:
            detail, way_out = f"There is nothing at {path}.", DOCS_HINT
        case HTTPStatus.METHOD_NOT_ALLOWED:
            headers = {"Allow": _allowed_methods(request)}
            detail = f"{path} does not take {request.method}."
            way_out = f"It takes {headers['Allow']}. {DOCS_HINT}"
        case _:
            detail, way_out = str(error.detail), DOCS_HINT
    kind = status.phrase.lower().replace(" ", "-")
    return answer(request, Problem(status.value, kind, detail, what_to_do=way_out), headers)


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
    problem = Problem(
        422,
        "wrong-input",
        f"What was sent cannot be used: {named}.",
        what_to_do=f"Correct what errors names. {DOCS_HINT}",
        errors=faults,
    )
    return answer(request, problem)


def _input_error(fault: dict[str, Any]) -> InputError:
    message = str(fault["msg"]).removeprefix("Value error, ")
    return InputError(where=".".join(str(step) for step in fault["loc"]), message=message)


def _victoriametrics_down(request: Request, error: Any) -> Response:  # noqa: ANN401
    problem = Problem(
        503,
        "victoriametrics-down",
        f"VictoriaMetrics does not answer: {error}.",
        what_to_do="Try again in a moment. If it stays, see whether VictoriaMetrics runs and"
        " whether VICTORIAMETRICS_URL names it. Prices can be read and written meanwhile.",
        retry_after_seconds=max(1, ceil(error.retry_after_seconds)),
    )
    return answer(request, problem)


def _victoriametrics_refused(request: Request, error: Any) -> Response:  # noqa: ANN401
    log.error("VictoriaMetrics refused a question: %s", error)
    problem = Problem(
        502,
        "victoriametrics-refused",
        "VictoriaMetrics refused the question behind this request.",
        what_to_do="Ask for less at once; the log of the BFF has VictoriaMetrics' own words.",
    )
    return answer(request, problem)


def _database(request: Request, error: Any) -> Response:  # noqa: ANN401
    incident = _log_incident(request, error)
    problem = Problem(
        503,
        "database-unavailable",
        "The database cannot be read or written now. Nothing was changed.",
        what_to_do=f"Try again; if it stays, look in the log of the BFF for {incident}"
        " and at the file or server that DATABASE_URL names.",
        retry_after_seconds=5,
        incident=incident,
    )
    return answer(request, problem)


def _unforeseen(request: Request, error: Any) -> Response:  # noqa: ANN401
    incident = _log_incident(request, error)
    problem = Problem(
        500,
        "fault-of-ours",
        "The BFF failed at something it should handle.",
        what_to_do=f"Please report it with the lines of the BFF's log around {incident}.",
        incident=incident,
    )
    return answer(request, problem)


def _log_incident(request: Request, error: Exception) -> str:
    incident = secrets.token_hex(4)
    log.error("incident %s: %s %s", incident, request.method, request.url.path, exc_info=error)
    return incident
