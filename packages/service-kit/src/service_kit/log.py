"""The log of every service: one line for each event on stderr, without secrets.

Modules log with the standard library (`LOG = logging.getLogger(__name__)`); structlog renders all
lines, those of libraries included, with the same keys: `timestamp`, `level`, `logger`, `event`,
`exception` for a traceback, and what `structlog.contextvars` has bound, such as `request_id`.
"""

import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any
from urllib.parse import quote

import structlog
from structlog.dev import Column, KeyValueColumnFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from service_kit.settings import LogFormat, LogLevel

LOG = logging.getLogger(__name__)
HIDDEN = "***"
SHORTEST_SECRET = 4
# These log one line for each request, which adds nothing to the metrics.
REQUEST_LOGGERS = ("aiohttp.access", "httpx", "uvicorn.access", "uvicorn.error")


class SecretFilter:
    """Replace given values in a text, also in their form inside a URL."""

    def __init__(self, secrets: Sequence[str]) -> None:
        spelled = {form for s in secrets for form in (s, quote(s, safe=""))}
        # Longest first: a secret may contain another.
        self._hidden = sorted((s for s in spelled if len(s) >= SHORTEST_SECRET), key=len)[::-1]

    def __call__(self, text: str) -> str:
        """Return the text that may be shown."""
        for secret in self._hidden:
            text = text.replace(secret, HIDDEN)
        return text

    def process(self, _: WrappedLogger, __: str, event: EventDict) -> EventDict:
        """Replace them in a whole event; a processor of structlog, before its renderer."""
        return {self(key): self._hide(value) for key, value in event.items()}

    def _hide(self, value: object) -> Any:  # noqa: ANN401 - as nested as what was logged
        match value:
            case bool() | int() | float() | None:
                return value
            case Mapping():
                return {self(str(key)): self._hide(item) for key, item in value.items()}
            case list() | tuple():
                return [self._hide(item) for item in value]
            case _:
                return self(str(value))


def set_up_log(level: LogLevel, log_format: LogFormat, secrets: Sequence[str] = ()) -> None:
    """Send the log of this process and of its libraries to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(log_format, SecretFilter(secrets)))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in REQUEST_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    # What ends the process is logged the same way, so that no traceback shows a secret.
    sys.excepthook = _log_uncaught


def _formatter(log_format: LogFormat, hide: SecretFilter) -> logging.Formatter:
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _upper_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=common,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            hide.process,
            _renderer(log_format),
        ],
    )


def _upper_level(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    # As LOG_LEVEL is written, and as the standard library names levels.
    event["level"] = event["level"].upper()
    return event


def _renderer(log_format: LogFormat) -> Processor:
    if log_format == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(
        columns=[
            Column("", _column(key_style="", value_repr=repr)),
            Column("timestamp", _column()),
            Column("level", _column(width=len("CRITICAL"))),
            Column("logger", _column(postfix=":")),
            Column("event", _column()),
        ],
        exception_formatter=structlog.dev.plain_traceback,
    )


def _column(
    *,
    key_style: str | None = None,
    value_repr: Callable[[object], str] = str,
    width: int = 0,
    postfix: str = "",
) -> KeyValueColumnFormatter:
    return KeyValueColumnFormatter(
        key_style, "", "", value_repr=value_repr, width=width, postfix=postfix
    )


def _log_uncaught(
    error_type: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    LOG.critical("the process ends", exc_info=(error_type, error, trace))
