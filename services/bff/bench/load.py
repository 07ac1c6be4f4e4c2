"""Many pages at once for a minute, beside one page that asks the same."""

from collections.abc import Sequence
from http import HTTPStatus
from statistics import median, quantiles
from urllib.parse import urlencode

from bench.figures import Figure
from bench.questions import MONTH, Asked
from testbed.load import Answered, Load, apply_load

CLIENTS, REQUESTS_PER_SECOND, SECONDS = 50, 100, 60
# So slow that no request meets another one.
ALONE_PER_SECOND, ALONE_SECONDS = 10, 10
MAX_RATIO = 3.0


def load(asked: Asked) -> list[Figure]:
    """Seven requests of ten for the house, two for its places, one for a month by day."""
    month = {"from": (asked.end - MONTH).isoformat(), "to": asked.end.isoformat(), "by": "day"}
    paths = (*["/house"] * 7, *["/places"] * 2, f"/cost?{urlencode(month)}")
    alone = _applied(asked, Load(paths, 1, ALONE_PER_SECOND, ALONE_SECONDS))
    answers = _applied(asked, Load(paths, CLIENTS, REQUESTS_PER_SECOND, SECONDS))
    return [_errors(answers), *(_tail(path, answers, alone) for path in dict.fromkeys(paths))]


def _applied(asked: Asked, wanted: Load) -> Sequence[Answered]:
    return apply_load(str(asked.bff.base_url), wanted)


def _errors(answers: Sequence[Answered]) -> Figure:
    errors = sum(answer.status != HTTPStatus.OK for answer in answers)
    what = f"{CLIENTS} clients, {REQUESTS_PER_SECOND} requests/s, {SECONDS} s"
    value = f"{errors} errors (n={len(answers)})"
    return Figure(what, value, "", None, "0 errors", met=not errors)


def _tail(path: str, answers: Sequence[Answered], alone: Sequence[Answered]) -> Figure:
    """Hold the slow answers to one path against the usual one that a single client gets."""
    p95 = quantiles(_seconds(path, answers), n=20)[-1]
    p50 = median(_seconds(path, alone))
    name = path.partition("?")[0]
    return Figure(
        f"of these, `{name}`",
        f"95 % within {1000 * p95:.1f} ms",
        f"one client: 50 % within {1000 * p50:.1f} ms",
        p95 / p50,
        f"at most {MAX_RATIO:g} x",
        met=p95 <= MAX_RATIO * p50,
    )


def _seconds(path: str, answers: Sequence[Answered]) -> list[float]:
    return [answer.seconds for answer in answers if answer.path == path]
