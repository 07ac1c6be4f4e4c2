"""Import into and export from VictoriaMetrics in its JSON lines.

Facts, tried on 1.79.5 and 1.145.0: a line with `null` is lost whole with HTTP 204, so a value that
is not finite is refused before it is sent; an export shows stale markers as `null`, and infinity as
bare `+Inf` (1.79.5, not JSON) or as `"Infinity"` (since 1.112); `end` is inclusive and must be in
seconds with a fraction.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import httpx
import orjson

from timeseries_io.answers import TIMEOUT_SECONDS, check_answer, open_client, unreachable_errors
from timeseries_io.errors import BadAnswerError, BadPointError

IMPORT_PATH = "/api/v1/import"
EXPORT_PATH = "/api/v1/export"
MAX_ROWS_PER_LINE = 50_000
MAX_LINE_BYTES = 16 * 2**20
MAX_EXPORT_BYTES = 2 * 2**30

_VALUES, _TIMESTAMPS = b',"values":', b',"timestamps":'


@dataclass(frozen=True, slots=True)
class Series:
    """Samples of one time series, or a part of them.

    Attributes:
        labels: All labels, the metric's name as `__name__`.
        at_ms: Unix milliseconds.
        values: NaN for a stale marker, which only an export has.
    """

    labels: Mapping[str, str]
    at_ms: Sequence[int]
    values: Sequence[float]


def encode_series(series: Series) -> str:
    """Return the series as one line for the import.

    Raises:
        BadPointError: There is no sample, or a value is not finite.
    """
    if not series.values or len(series.values) != len(series.at_ms):
        message = f"{len(series.values)} values at {len(series.at_ms)} instants"
        raise BadPointError(message)
    if not all(map(math.isfinite, series.values)):
        message = "a value that is not finite would lose its whole line"
        raise BadPointError(message)
    line = {
        "metric": dict(series.labels),
        "values": list(series.values),
        "timestamps": list(series.at_ms),
    }
    return orjson.dumps(line).decode()


def parse_series(line: bytes) -> Series:
    """Return one line of an export.

    Raises:
        BadAnswerError: It is not a line of an export.
    """
    try:
        document = _load_line(line)
        values = [_parse_value(value) for value in document["values"]]
        return Series(document["metric"], document["timestamps"], values)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        message = f"this is not a line of an export: {line[:100]!r} ({error})"
        raise BadAnswerError(message) from None


def _load_line(line: bytes) -> dict:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        # Labels may have the text `+Inf` too (`le="+Inf"`), so only the values are repaired.
        head, _, rest = line.partition(_VALUES)
        values, _, tail = rest.partition(_TIMESTAMPS)
        values = values.replace(b"+Inf", b'"Infinity"').replace(b"-Inf", b'"-Infinity"')
        return orjson.loads(head + _VALUES + values + _TIMESTAMPS + tail)


def _parse_value(value: float | str | None) -> float:
    return math.nan if value is None else float(value)


def split_lines(
    chunks: Iterable[bytes],
    *,
    max_line_bytes: int = MAX_LINE_BYTES,
    max_bytes: int = MAX_EXPORT_BYTES,
) -> Iterator[bytes]:
    """Return whole lines of a body that arrives in chunks, holding one line in memory.

    Raises:
        BadAnswerError: The body is larger than allowed or ends within a line.
    """
    begun, received_bytes = b"", 0
    for chunk in chunks:
        received_bytes += len(chunk)
        *lines, begun = (begun + chunk).split(b"\n")
        if received_bytes > max_bytes or len(begun) > max_line_bytes:
            message = f"the export is larger than allowed ({received_bytes} bytes so far)"
            raise BadAnswerError(message)
        yield from filter(None, lines)
    if begun:
        message = "the export ended in the middle of a line"
        raise BadAnswerError(message)


class VictoriaMetrics:
    """One server, or one tenant of a cluster."""

    def __init__(
        self,
        base_url: str,
        *,
        username: str = "",
        password: str = "",
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        auth = httpx.BasicAuth(username, password) if username else None
        self._http = open_client(base_url, timeout_seconds=timeout_seconds, auth=auth)

    def write(self, lines: Sequence[str]) -> None:
        """Import lines of `encode_series`; the same samples twice are stored once by a query.

        Raises:
            DatabaseUnreachableError: No answer, or an answer that calls for a later attempt.
            DatabaseRejectedError: Credentials or the address are wrong.
        """
        with unreachable_errors():
            answer = self._http.post(IMPORT_PATH, content="\n".join(lines).encode())
        check_answer(answer)

    def export(self, selector: str, start_ms: int, end_ms: int) -> Iterator[Series]:
        """Yield the raw samples in [start, end) of all series that match, some thousands each.

        Raises:
            DatabaseUnreachableError: No complete answer.
            DatabaseRejectedError: Credentials, the address or the selector are wrong.
            BadAnswerError: The answer is larger than allowed or not an export.
        """
        form = {
            "match[]": selector,
            "start": _unix_seconds(start_ms),
            "end": _unix_seconds(end_ms - 1),
            "reduce_mem_usage": "1",
            "max_rows_per_line": str(MAX_ROWS_PER_LINE),
        }
        with unreachable_errors(), self._http.stream("POST", EXPORT_PATH, data=form) as answer:
            if not answer.is_success:
                answer.read()
                check_answer(answer)
            for line in split_lines(answer.iter_bytes()):
                yield parse_series(line)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


def format_selector(labels: Mapping[str, str]) -> str:
    """Return the selector of all series that have these labels."""
    # A label's value is quoted as in Go, and so as in JSON.
    matchers = (f"{name}={orjson.dumps(value).decode()}" for name, value in labels.items())
    return "{" + ",".join(matchers) + "}"


def _unix_seconds(at_ms: int) -> str:
    return f"{at_ms // 1000}.{at_ms % 1000:03}"
