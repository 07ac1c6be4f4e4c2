"""Import and export by JSON lines, with the real VictoriaMetrics."""

import math
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.process import free_port
from testbed.victoria_metrics import VictoriaMetrics as Server
from testbed.victoria_metrics import victoria_metrics
from timeseries_io.errors import (
    BadAnswerError,
    BadPointError,
    DatabaseRejectedError,
    DatabaseUnreachableError,
)
from timeseries_io.victoria_metrics import (
    Series,
    VictoriaMetrics,
    encode_series,
    format_selector,
    parse_series,
    split_lines,
)

LABELS = {"__name__": "aiseg2_energy_total_kwh", "device": '窓の"横"\\'}
START_MS = 1795618800000


def test_what_is_imported_is_exported(vm: Server) -> None:
    """Labels, instants and values, in the half-open interval that was asked for."""
    at_ms = [START_MS, START_MS + 1, START_MS + 2]
    with closing(VictoriaMetrics(vm.url)) as client:
        client.write([encode_series(Series(LABELS, at_ms, [1.0, 2.5, 3.0]))])
        vm.settle()
        (found,) = client.export(format_selector(LABELS), START_MS, START_MS + 2)
    assert found == Series(LABELS, at_ms[:2], [1.0, 2.5])


def test_infinity_does_not_end_an_export(vm: Server) -> None:
    """Whatever the version writes for it, the other samples of the series are read."""
    values = ("1", "+Inf", "-Inf", "2")
    lines = (f'm{{le="+Inf"}} {value} {START_MS + n}\n' for n, value in enumerate(values))
    vm.post("/api/v1/import/prometheus", content="".join(lines))
    vm.settle()
    with closing(VictoriaMetrics(vm.url)) as client:
        (found,) = client.export("m", START_MS, START_MS + 10)
    assert found.labels == {"__name__": "m", "le": "+Inf"}
    assert found.values == [1.0, math.inf, -math.inf, 2.0]


@pytest.mark.parametrize("infinity", [b"+Inf", b'"Infinity"'])
def test_both_forms_of_infinity_and_a_stale_marker_are_read(infinity: bytes) -> None:
    """1.79.5 writes `+Inf`, newer versions the string."""
    line = b'{"metric":{"le":"+Inf"},"values":[1,%s,null],"timestamps":[1,2,3]}' % infinity
    series = parse_series(line)
    assert (series.labels, series.values[:2]) == ({"le": "+Inf"}, [1.0, math.inf])
    assert math.isnan(series.values[2])


@pytest.mark.parametrize("line", [b"<html>", b"{}", b'{"metric":{},"values":[{}],"timestamps":[]}'])
def test_another_answer_is_not_taken_for_an_export(line: bytes) -> None:
    """A proxy's page, or another document."""
    with pytest.raises(BadAnswerError):
        parse_series(line)


@pytest.mark.parametrize("values", [[], [math.nan], [1.0, math.inf]])
def test_a_line_that_would_be_lost_is_not_written(values: list[float]) -> None:
    """VictoriaMetrics answers 204 and drops it."""
    with pytest.raises(BadPointError):
        encode_series(Series(LABELS, range(len(values)), values))


@given(st.lists(st.binary(min_size=1).map(lambda b: b.replace(b"\n", b"-"))), st.data())
def test_lines_come_whole_however_the_body_is_cut(lines: list[bytes], data: st.DataObject) -> None:
    """Every cut of the body gives the same lines."""
    body = b"".join(line + b"\n" for line in lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)))))
    chunks = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    assert list(split_lines(chunks)) == lines


def test_an_export_has_limits() -> None:
    """Of one line, of all, and it must end with a whole line."""
    with pytest.raises(BadAnswerError, match="larger"):
        list(split_lines([b"x" * 100], max_line_bytes=99))
    with pytest.raises(BadAnswerError, match="larger"):
        list(split_lines([b"x\n"] * 100, max_bytes=199))
    with pytest.raises(BadAnswerError, match="middle"):
        list(split_lines([b"x\ny"]))


def test_refusals_and_silence_are_told_apart(vm: Server) -> None:
    """A selector that is not one is for a person; a closed port is tried again."""
    with closing(VictoriaMetrics(vm.url)) as client, pytest.raises(DatabaseRejectedError):
        list(client.export("{", 0, 1000))
    address = f"http://127.0.0.1:{free_port()}"
    with closing(VictoriaMetrics(address)) as client, pytest.raises(DatabaseUnreachableError):
        client.write([encode_series(Series(LABELS, [1], [1.0]))])


def test_the_login_is_sent(tmp_path: Path) -> None:
    """Basic authentication, as `-httpAuth.*` wants it."""
    flags = ("-httpAuth.username=u", "-httpAuth.password=p")
    line = encode_series(Series(LABELS, [START_MS], [1.0]))
    with victoria_metrics(tmp_path, flags=flags) as server:
        with (
            closing(VictoriaMetrics(server.url)) as client,
            pytest.raises(DatabaseRejectedError, match="401"),
        ):
            client.write([line])
        with closing(VictoriaMetrics(server.url, username="u", password="p")) as client:
            client.write([line])
            flush = f"{server.url}/internal/force_flush"
            httpx.post(flush, auth=("u", "p"), trust_env=False).raise_for_status()
            (found,) = client.export(format_selector(LABELS), START_MS, START_MS + 1)
    assert found == Series(LABELS, [START_MS], [1.0])
