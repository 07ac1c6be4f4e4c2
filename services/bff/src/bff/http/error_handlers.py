"""Respond to every failure of a request with a problem document."""

import logging
from math import ceil
from typing import Any

from fastapi import FastAPI, Request, Response
from sqlalchemy.exc import SQLAlchemyError

from bff.db.damage import DamagedError, is_damage
from bff.ledger.ledger import LedgerStaleError
from bff.victoriametrics.errors import (
    VictoriaMetricsDownError,
    VictoriaMetricsPartialError,
    VictoriaMetricsRefusedError,
)
from service_kit import error_handlers
from service_kit.error_handlers import Texts, database_response
from service_kit.problem_responses import problem_response
from service_kit.problems import ProblemError

LOG = logging.getLogger(__name__)

TEXTS = Texts("the BFF", "/api/docs", "What was sent is larger than 1 MB (a CSV file: 8 MB).")


def add_error_handlers(app: FastAPI) -> None:
    """Register a handler for every type of failure."""
    error_handlers.add_error_handlers(app, TEXTS)
    app.add_exception_handler(VictoriaMetricsDownError, _victoriametrics_down)
    app.add_exception_handler(VictoriaMetricsPartialError, _victoriametrics_partial)
    app.add_exception_handler(VictoriaMetricsRefusedError, _victoriametrics_refused)
    app.add_exception_handler(LedgerStaleError, _ledger_stale)
    app.add_exception_handler(DamagedError, _ledger_damaged)
    app.add_exception_handler(SQLAlchemyError, _database)


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


def _victoriametrics_partial(request: Request, error: Any) -> Response:  # noqa: ANN401
    problem = ProblemError(
        503,
        "victoriametrics-partial",
        f"VictoriaMetrics answers without a part of the samples: {error}.",
        what_to_do="Start the storage node of its cluster that is away, then try again.",
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
    request.app.state.services.report_damage()
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
    if is_damage(error):
        request.app.state.services.report_damage()
    return database_response(TEXTS, request, error)
