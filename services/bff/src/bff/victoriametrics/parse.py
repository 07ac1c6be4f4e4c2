"""What VictoriaMetrics answers: the one description of each form, and what is refused."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bff.victoriametrics.errors import VictoriaMetricsDownError, VictoriaMetricsPartialError

type Labels = dict[str, str]
# Unix seconds and the value, which is text: "1.5", "NaN", "+Inf", in either spelling.
type Point = tuple[float, float]


class InstantSeries(BaseModel):
    """One series of an instant query."""

    model_config = ConfigDict(frozen=True)

    metric: Labels
    value: Point


class RangeSeries(BaseModel):
    """One series of a range query."""

    model_config = ConfigDict(frozen=True)

    metric: Labels
    values: list[Point]


class _Result[Series](BaseModel):
    result: list[Series]


class _Response[Data](BaseModel):
    status: Literal["success"]
    data: Data
    is_partial: Annotated[bool, Field(alias="isPartial")] = False


INSTANT_VECTOR = TypeAdapter(_Response[_Result[InstantSeries]])
RANGE_MATRIX = TypeAdapter(_Response[_Result[RangeSeries]])
LABEL_SETS = TypeAdapter(_Response[list[Labels]])


def parse_instant(body: bytes) -> list[InstantSeries]:
    """Parse the response to an instant query.

    Raises:
        VictoriaMetricsDownError: It is another document or an error.
        VictoriaMetricsPartialError: A part of it is missing.
    """
    return _parse(INSTANT_VECTOR, body).result


def parse_range(body: bytes) -> list[RangeSeries]:
    """Parse the response to a range query; raises as `parse_instant`."""
    return _parse(RANGE_MATRIX, body).result


def parse_label_sets(body: bytes) -> list[Labels]:
    """Parse the response to a search for series; raises as `parse_instant`."""
    return _parse(LABEL_SETS, body)


def _parse[Data](form: TypeAdapter[_Response[Data]], body: bytes) -> Data:
    try:
        response = form.validate_json(body)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(step) for step in fault["loc"])
        message = (
            f"the response is not one of VictoriaMetrics ({where or 'document'}: {fault['msg']});"
            " is VICTORIAMETRICS_URL right?"
        )
        raise VictoriaMetricsDownError(message) from None
    if response.is_partial:
        raise VictoriaMetricsPartialError
    return response.data
