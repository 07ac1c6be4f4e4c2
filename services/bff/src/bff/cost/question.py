"""What is asked of cost, cut into rows: buckets of time times places."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bff.cost.calendar import SHORTEST_MILLISECONDS, Bucket, bucket_edges
from bff.places.tree import Level, Place, devices_in, place_of
from bff.problems import Problem, wrong_input
from home_model.config import Device, Home

MOST_ROWS = 20_000
LEVELS: tuple[Level, ...] = ("house", "room", "shelf", "device")


@dataclass(frozen=True, slots=True)
class Question:
    """A place over a range [from_ms, to_ms) of Unix milliseconds, and how to cut it into rows."""

    place: Place
    from_ms: int
    to_ms: int
    by: Bucket | None = None
    group_by: Level | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """The rows of an answer.

    Attributes:
        bucket_edges: Unix milliseconds; a bucket lies between two neighbours.
        groups: The place of each row, with its devices.
    """

    bucket_edges: Sequence[int]
    groups: Sequence[tuple[Place, Sequence[Device]]]


def cut(home: Home, question: Question, zone: ZoneInfo) -> Cut:
    """The rows of a question.

    Raises:
        Problem: 422, the range is empty, `group_by` is above the place, or the rows are too many.
    """
    _check_range(question)
    groups = _groups(home, question)
    if question.by is None:
        return Cut([question.from_ms, question.to_ms], groups)
    _check_rows(question, question.by, len(groups))
    return Cut(bucket_edges(question.from_ms, question.to_ms, question.by, zone), groups)


def _groups(home: Home, question: Question) -> Sequence[tuple[Place, Sequence[Device]]]:
    devices = devices_in(home, question.place)
    level = question.group_by
    if level is None:
        return [(question.place, devices)]
    if LEVELS.index(level) < LEVELS.index(question.place.level):
        message = f"a {question.place.level} has no {level}s in it"
        raise wrong_input(
            message, where="query.group_by", what_to_do="Group by a level below the place."
        )
    places = dict.fromkeys(place_of(device, level) for device in devices)
    return [
        (place, [each for each in devices if place_of(each, level) == place]) for place in places
    ]


def _check_range(question: Question) -> None:
    if question.from_ms >= question.to_ms:
        message = "from must be before to"
        raise wrong_input(
            message, where="query.from", what_to_do="Ranges are half-open: [from, to)."
        )


def _check_rows(question: Question, by: Bucket, groups: int) -> None:
    buckets = (question.to_ms - question.from_ms) // SHORTEST_MILLISECONDS[by] + 2
    if by == "hour":
        buckets = buckets // 2 + 1  # half hours exist only where clocks move by a half
    if buckets * groups > MOST_ROWS:
        message = f"about {buckets * groups} rows; at most {MOST_ROWS} are given at once"
        raise Problem(
            422,
            "too-many-rows",
            f"This asks for {message}.",
            what_to_do="Ask for a shorter range, a longer bucket (by=day or by=month),"
            " a smaller place, or without group_by.",
        )
