"""Line protocol, judged by InfluxDB itself and by what it may never contain."""

import math

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.influxdb import InfluxDB
from timeseries_io.errors import BadPointError
from timeseries_io.line_protocol import Point, encode_point

AT_NS = 1795618800000000001
HARD_NAMES = ("洋室・エアコン", "a b", "a,b", "a=b", 'say "x"', "back\\slash", "全角　空白", "#1")


def test_influxdb_reads_back_every_name_as_it_was(influx: InfluxDB) -> None:
    """Spaces, commas, equals signs, quotes and full-width text survive in tags and measurements."""
    influx.create_database("home")
    points = [Point(f"m {name}", {"name": name}, {"value": 1.0}, AT_NS) for name in HARD_NAMES]
    body = "\n".join(map(encode_point, points)).encode()
    answer = httpx.post(f"{influx.url}/write?db=home", content=body, trust_env=False)
    assert answer.status_code == 204, answer.text
    (result,) = influx.query('SELECT value, "name" FROM /.*/', db="home", epoch="ns")
    found = {series["name"]: series["values"] for series in result["series"]}
    assert found == {f"m {name}": [[AT_NS, 1, name]] for name in HARD_NAMES}


def test_a_whole_number_is_still_a_float() -> None:
    """A field that begins as an integer would refuse its first fraction for a week."""
    line = encode_point(Point("power", {"source": "tv"}, {"w": 5, "kwh": 1e21}, 7))
    assert line == "power,source=tv kwh=1e+21,w=5.0 7"


def test_an_empty_tag_is_left_out() -> None:
    """InfluxDB refuses a line with an empty tag value."""
    assert encode_point(Point("power", {"a": "", "b": "x"}, {"value": 1.5}, 7)) == (
        "power,b=x value=1.5 7"
    )


@pytest.mark.parametrize(
    "point",
    [
        Point("power", {}, {}, 7),
        Point("power", {}, {"value": math.nan}, 7),
        Point("power", {}, {"value": math.inf}, 7),
        Point("power", {"a": "two\nlines"}, {"value": 1.0}, 7),
        Point("power", {"a": "end\\"}, {"value": 1.0}, 7),
        Point("", {}, {"value": 1.0}, 7),
        Point("power", {"": "x"}, {"value": 1.0}, 7),
    ],
)
def test_what_has_no_form_is_refused(point: Point) -> None:
    """Rather than sent as something else."""
    with pytest.raises(BadPointError):
        encode_point(point)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_value_keeps_every_bit(value: float) -> None:
    """Nothing is rounded on the way."""
    text = encode_point(Point("m", {}, {"v": value}, 1)).split(" ")[1].removeprefix("v=")
    assert float(text) == value
