"""Respond to every failure of a request with a problem document.

Needs the extras `web` and `database` of this package.
"""

import logging
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from service_kit.obstacles import obstacle_of
from service_kit.problem_responses import log_incident, problem_response
from service_kit.problems import InputError, ProblemError

LOG = logging.getLogger(__name__)
PROBLEM_TYPES = {HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too-large"}


@dataclass(frozen=True, slots=True)
class Texts:
    """What the problems of one service name.

    Attributes:
        service: Its name, as in a sentence.
        docs: Where its documentation is.
        too_large: A sentence on how large a body may be.
    """

    service: str
    docs: str
    too_large: str

    @property
    def hint(self) -> str:
        """Where a person finds what can be requested."""
        return f"See {self.docs} for what can be requested."


def add_error_handlers(app: FastAPI, texts: Texts) -> None:
    """Register a handler for every type of failure that any service has."""
    app.add_exception_handler(ProblemError, _problem)
    app.add_exception_handler(HTTPException, partial(_http_exception, texts))
    app.add_exception_handler(RequestValidationError, partial(_invalid, texts))
    app.add_exception_handler(SQLAlchemyError, partial(database_response, texts))
    app.add_exception_handler(Exception, _unforeseen)


def _problem(request: Request, error: Any) -> Response:  # noqa: ANN401 - Starlette's signature
    return problem_response(request, error)


def _http_exception(texts: Texts, request: Request, error: Any) -> Response:  # noqa: ANN401
    status, path = HTTPStatus(error.status_code), request.url.path
    headers = dict(error.headers or {})
    match status:
        case HTTPStatus.NOT_FOUND:
            detail, way_out = f"There is nothing at {path}.", texts.hint
        case HTTPStatus.METHOD_NOT_ALLOWED:
            headers = {"Allow": _allowed_methods(request)}
            detail = f"{path} does not support {request.method}."
            way_out = f"It supports {headers['Allow']}. {texts.hint}"
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            detail, way_out = texts.too_large, "Send less at once."
        case _:
            detail, way_out = str(error.detail), texts.hint
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


def _invalid(texts: Texts, request: Request, error: Any) -> Response:  # noqa: ANN401
    faults = [_input_error(fault) for fault in error.errors()]
    named = "; ".join(f"{fault.where}: {fault.message}" for fault in faults)
    problem = ProblemError(
        422,
        "wrong-input",
        f"What was sent cannot be used: {named}.",
        what_to_do=f"Correct what errors names. {texts.hint}",
        errors=faults,
    )
    return problem_response(request, problem)


def _input_error(fault: dict[str, Any]) -> InputError:
    message = str(fault["msg"]).removeprefix("Value error, ")
    return InputError(where=".".join(str(step) for step in fault["loc"]), message=message)


def database_response(texts: Texts, request: Request, error: Any) -> Response:  # noqa: ANN401
    """Respond to a statement that failed."""
    if obstacle := obstacle_of(error):
        LOG.error("%s %s: %s", request.method, request.url.path, obstacle.text)
        return problem_response(
            request,
            ProblemError(
                503,
                obstacle.problem_type,
                f"{obstacle.text} Nothing was changed.",
                what_to_do="Make the volume of DATABASE_URL writable again, with room on it;"
                f" {texts.service} need not be restarted. What is there can be read meanwhile.",
                retry_after_seconds=30,
            ),
        )
    incident = log_incident(request, error)
    problem = ProblemError(
        503,
        "database-unavailable",
        "The database cannot be read or written now. Nothing was changed.",
        what_to_do=f"Try again; if it stays, look in the log of {texts.service} for {incident}"
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
        "Something failed that should be handled.",
        what_to_do=f"Please report it with the lines of its log around {incident}.",
        incident=incident,
    )
    return problem_response(request, problem)
