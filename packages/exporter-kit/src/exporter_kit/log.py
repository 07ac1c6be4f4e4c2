"""The log: one line for each event on stderr, for people or as JSON, without secrets."""

import json
import logging
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal
from urllib.parse import quote

HIDDEN = "***"
SHORTEST_SECRET = 4


class SecretFilter:
    """Blots out given values, also in their form inside a URL."""

    def __init__(self, secrets: Sequence[str]) -> None:
        spelled = {form for s in secrets for form in (s, quote(s, safe=""))}
        # Longest first: a secret may contain another.
        self._hidden = sorted((s for s in spelled if len(s) >= SHORTEST_SECRET), key=len)[::-1]

    def __call__(self, text: str) -> str:
        """The text that may be shown."""
        for secret in self._hidden:
            text = text.replace(secret, HIDDEN)
        return text


class Line(logging.Formatter):
    """Time, level, logger, message; tracebacks below."""

    def __init__(self, hide: SecretFilter) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
        self._hide = hide

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802 - logging's own
        """RFC 3339 in UTC."""
        return _instant(record)

    def format(self, record: logging.LogRecord) -> str:
        """The whole text, secrets hidden."""
        return self._hide(super().format(record))


class Json(logging.Formatter):
    """The same as one JSON object a line."""

    def __init__(self, hide: SecretFilter) -> None:
        super().__init__()
        self._hide = hide

    def format(self, record: logging.LogRecord) -> str:
        """The object; values are hidden before they are quoted."""
        fields = {
            "at": _instant(record),
            "level": record.levelname,
            "logger": record.name,
            "message": self._hide(record.getMessage()),
        }
        if record.exc_info:
            fields["traceback"] = self._hide(self.formatException(record.exc_info))
        return json.dumps(fields, ensure_ascii=False)


def set_up_log(level: str, form: Literal["text", "json"], secrets: Sequence[str]) -> None:
    """Send the log of this program and of its libraries to stderr."""
    hide = SecretFilter(secrets)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json(hide) if form == "json" else Line(hide))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # A line for each scrape says nothing.
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
    # What ends the process goes the same way, so that no traceback shows a secret.
    sys.excepthook = _log_end


def _log_end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logging.getLogger(__name__).critical("the program ends", exc_info=(kind, error, trace))


def _instant(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
