"""HTTP responses of problem documents. Needs the extra `web` of this package."""

import logging
import secrets

import orjson
from starlette.requests import Request
from starlette.responses import Response

from service_kit.problems import MEDIA_TYPE, ProblemError

LOG = logging.getLogger(__name__)


def problem_response(
    request: Request, problem: ProblemError, headers: dict[str, str] | None = None
) -> Response:
    """Build the HTTP response of a problem."""
    body = orjson.dumps(problem.document(request.url.path).model_dump(exclude_none=True))
    return Response(body, problem.status, {**(headers or {}), **problem.headers}, MEDIA_TYPE)


def log_incident(request: Request, error: Exception) -> str:
    """Log an error with its traceback; return the id for the problem document."""
    incident = secrets.token_hex(4)
    LOG.error("incident %s: %s %s", incident, request.method, request.url.path, exc_info=error)
    return incident
