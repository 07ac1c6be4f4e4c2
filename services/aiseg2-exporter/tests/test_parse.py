"""The parsers on pages of the emulator's making, and on recordings where a variable names them."""

import json
import os
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiseg2_emulator.pages import (
    Stage,
    catalogue_page,
    circuit_page,
    document,
    graph_page,
    in_use_page,
)
from aiseg2_exporter.names import match_names, spellings
from aiseg2_exporter.parse import (
    ZONE,
    Battery,
    Circuit,
    CircuitPower,
    Summary,
    parse_catalogue,
    parse_circuit_page,
    parse_clock,
    parse_day_energy,
    parse_number,
    parse_summary,
)
from home_model.errors import BadPayloadError, RejectedError, SourceError

NOW = datetime(2026, 11, 28, 9, 30, 12, tzinfo=ZONE)
PARSERS = (parse_summary, parse_circuit_page, parse_catalogue, parse_day_energy)

recordings = pytest.mark.skipif(
    not os.environ.get("AISEG2_RECORDINGS"),
    reason="AISEG2_RECORDINGS does not name a folder with answers of a real unit",
)


def recorded(pattern: str) -> list[Path]:
    return sorted(Path(os.environ["AISEG2_RECORDINGS"]).glob(pattern))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (" 224W", 224),
        ("1,224W", 1224),
        ("１，２２４Ｗ", 1224),
        ("２．１", 2.1),
        ("2.1", 2.1),
        (2130, 2130),
        ("", None),
        ("-", None),
        ("－", None),
        (None, None),
        (True, None),
        ("-12W", -12),
        ("－１２Ｗ", -12),
        (".5", 0.5),
        ("1.5e-3", 0.0015),
        (5.5e-17, 5.5e-17),
        (Decimal("1E-7"), 1e-7),
        ([1, 2], None),
        ("12345678901234567890", None),
        ("▲１２W", -12),
        ("–12", -12),
        ("12 %", 12),
        # Of a text that is not one number and its unit no part is the value.
        ("1 224W", None),
        ("1.2.3", None),
        ("5/10", None),
        ("2,1", None),
        ("- 12W", None),
        ("約500W", None),
    ],
)
def test_numbers_are_read_in_every_form(text: object, number: float | None) -> None:
    """ASCII and full width, with unit and separators; a dash is no number."""
    assert parse_number(text) == number


def test_a_page_of_circuits_gives_names_watts_clock_and_version() -> None:
    """Wraps are joined with nothing, a blank place is 0 W, a dash keeps its place."""
    stages = [Stage("ＬＤ", "1,224W"), Stage("キッチン　パ|ントリー", ""), Stage("-", "")]
    page = parse_circuit_page(circuit_page(stages, 1, 2, NOW).encode())
    assert page.circuits == (
        CircuitPower("ＬＤ", 1224),
        CircuitPower("キッチン　パントリー", 0),
        CircuitPower("-", 0),
    )
    assert (page.clock, page.firmware, page.has_next) == (NOW, "2.97I-01", True)
    assert not parse_circuit_page(circuit_page(stages, 2, 2, NOW).encode()).has_next


def test_energy_of_a_day_is_exact() -> None:
    """Use is own use plus bought, by hour and in sum; yesterday is complete."""
    own, bought = np.zeros(24, dtype=int), np.zeros(24, dtype=int)
    own[6], bought[5:7] = 419, (736, 861)
    page = graph_page("使用", date(2026, 11, 28), {"total1": own, "val2": bought}, own + 1, NOW)
    energy = parse_day_energy(page.encode())
    assert energy.day == date(2026, 11, 28)
    assert energy.total_kwh == Decimal("2.016")
    assert energy.hours_kwh[5:8] == (Decimal("0.736"), Decimal("1.28"), Decimal(0))
    assert sum(energy.yesterday_kwh) == Decimal("0.443")


def energy_page(graph: dict[str, object], total: str, unit: str) -> bytes:
    """A page of energy with what no recording has."""
    return (
        f'<html><body><div id="val_current">2026/11/28</div><span id="val_kwh">{total}</span>'
        f'<span id="unit_kwh">{unit}</span><script>var graph_data = {json.dumps(graph)};</script>'
    ).encode()


@pytest.mark.parametrize(
    ("total", "unit"), [("1,234", "Wh"), ("1.234", "kWh"), ("１．２３４", "㎾h")]
)
def test_energy_is_in_the_unit_of_the_page(total: str, unit: str) -> None:
    """Total and hours have one unit."""
    graph: dict[str, object] = {"totalValue": total, "total1": [total, *["0"] * 23]}
    energy = parse_day_energy(energy_page(graph, total, unit))
    assert energy.total_kwh == sum(energy.hours_kwh) == Decimal("1.234")


def test_energy_in_another_unit_is_refused() -> None:
    """Money or litres are no kilowatt-hours."""
    with pytest.raises(BadPayloadError, match="not in kWh"):
        parse_day_energy(energy_page({"totalValue": "120"}, "120", "円"))


@pytest.mark.parametrize(
    ("graph", "hours"),
    [
        # Noise of adding floats, as JSON has it.
        ({"total1": [5.5e-17, 0.1, *[0] * 22]}, 24),
        # Without what was bought, hours of own use are not those of use.
        ({"total1": [0.1] * 24, "val2": [0.1] * 23}, 0),
        ({"total1": [0.1] * 23 + ["-"]}, 0),
        ({"total1": [0.1] * 23 + [-0.1]}, 0),
        ({"total1": [0.1] * 24, "val2": []}, 24),
    ],
)
def test_hours_that_are_not_complete_are_left_out(graph: dict[str, object], hours: int) -> None:
    """The total is read all the same."""
    energy = parse_day_energy(energy_page({"totalValue": "0.1", **graph}, "0.1", "kWh"))
    assert (energy.total_kwh, len(energy.hours_kwh)) == (Decimal("0.1"), hours)
    assert all(kwh <= Decimal("0.2") for kwh in energy.hours_kwh)


@pytest.mark.parametrize("total", [-1, "-0.5", "-", "", "9999", 65535])
def test_a_total_that_no_day_has_is_none(total: object) -> None:
    """Nor is it its amount without the sign; a counter would keep 9999 kWh for ever."""
    with pytest.raises(BadPayloadError, match="no total"):
        parse_day_energy(energy_page({"totalValue": total}, "-", "kWh"))


def test_a_dash_is_no_zero_and_kilowatts_are_watts() -> None:
    """Only a blank place is 0 W."""
    stages = [Stage("IH", "1.2kW"), Stage("発電", "-5W"), Stage("書斎", "-"), Stage("納戸", "")]
    stages += [Stage("浴室", "65535W"), Stage("寝室", "9999kW")]
    stages += [Stage("居間", "1.2kWh"), Stage("玄関", "5A"), Stage("物置", "---")]
    page = parse_circuit_page(circuit_page(stages, 1, 1, NOW).encode())
    assert page.circuits == (
        CircuitPower("IH", 1200),
        CircuitPower("発電", -5),
        CircuitPower("納戸", 0),
    )


def test_a_circuit_without_its_place_has_no_value() -> None:
    """Only a place that is there and blank is 0 W; no name is taken that the page's end has cut."""
    stages = [Stage("書斎", ""), Stage("納戸", "5W"), Stage("ＬＤＫ・エアコン", "900W")]
    text = circuit_page(stages, 1, 1, NOW).replace('<div class="c_value"></div>', "")
    cut = text[: text.index("Ｋ・エアコン")].encode()
    assert parse_circuit_page(cut).circuits == (CircuitPower("納戸", 5),)


def test_totals_are_in_the_unit_that_they_name() -> None:
    """90 W are no 90 kW, and 500 Wh no 500 kWh."""
    summary = parse_summary(b'{"g_capacity":"90W","u_capacity":"1.2 kW"}')
    assert (summary.generation_kw, summary.use_kw) == (0.09, 1.2)
    assert parse_summary(b'{"g_capacity":"0.9kWh","u_capacity":"9A"}').use_kw is None
    energy = parse_day_energy(energy_page({"totalValue": "500Wh"}, "500", "kWh"))
    assert energy.total_kwh == Decimal("0.5")


def test_a_house_with_a_generator_has_generation() -> None:
    """Whether or not its firmware has the marks of what is connected."""
    assert parse_summary(
        '{"g_capacity":"2","u_capacity":"1","g_d_1_title":"太陽光発電"}'.encode()
    ).has_generation


def test_bad_rows_of_the_catalogue_cost_no_good_one() -> None:
    """A name may be absent, or end in half of an emoji."""
    rows = [
        None,
        "x",
        {"strBtnType": "1"},
        {"strBtnType": "1", "strId": "30", "strCircuit": None},
        {"strBtnType": 1, "strId": 31, "strCircuit": 'ｷｯﾁﾝ "A" \ud83d'},
    ]
    body = f"init({json.dumps({'arrayCircuitNameList': rows})});".encode()
    assert parse_catalogue(body) == (Circuit("30", ""), Circuit("31", 'ｷｯﾁﾝ "A" ?'))


def test_an_impossible_clock_is_none() -> None:
    """An infinite year is no exception."""
    assert parse_clock(b"""serverTime = '{"year":1e999,"month":1,"day":1,"hour":0}'""") is None


def test_states_are_read_as_texts_too() -> None:
    """Numbers in quotes are those numbers; "0" is not connected, a list is no state."""
    body = json.dumps(
        {"g_capacity": "2.1", "u_capacity": "1.2", "measReg": "1", "lo_buy_sell": "1"}
        | {"connPv1": "1", "connSb": "0", "connEv": "-", "connFc": "0"}
    )
    summary = parse_summary(body.encode())
    assert (summary.direction, summary.battery, summary.has_only_sun) == (1, None, True)
    assert summary.has_generation
    battery = parse_summary(body.replace('"connSb": "0"', '"connSb": 1, "charge": []').encode())
    assert battery.battery == Battery(None, None)


@pytest.mark.parametrize("number", ["9999", "-0.4", "-"])
def test_numbers_that_no_house_has_are_none(number: str) -> None:
    """Of totals in kilowatts, of a generator in watts and of a battery in percent."""
    answer = {"g_capacity": number, "u_capacity": number, "connSb": 1, "percent": number}
    generator = {"g_d_1_title": "太陽光発電", "g_d_1_capacity": "65535"}
    summary = parse_summary(json.dumps(answer | generator).encode())
    assert (summary.generation_kw, summary.use_kw) == (None, None)
    assert summary.battery == Battery(None, None)
    assert [generator.power_watts for generator in summary.generators] == [None]


def test_only_measured_branches_are_circuits() -> None:
    """Mains, special places and the sun are rows of the list too."""
    page = catalogue_page([], "40", NOW).encode()
    assert parse_catalogue(page) == ()


def test_a_unit_without_its_measuring_unit_is_for_a_person() -> None:
    """`measReg` 0: it answers, and measures nothing."""
    body = b'{"g_capacity":"0.0","u_capacity":"0.0","measReg":0}'
    with pytest.raises(RejectedError, match="not registered"):
        parse_summary(body)


def test_a_summary_without_totals_has_none() -> None:
    """Blank is not 0."""
    summary = parse_summary(b'{"g_capacity":"","u_capacity":"-","measReg":1,"lo_buy_sell":2}')
    assert summary == Summary(None, None, 2, (), has_generation=False)


@pytest.mark.parametrize("parse", PARSERS)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>AiSEG3</body></html>",
        b"[]",
        b"null",
        document("お知らせ", "<p>AiSEGの状態が更新されました</p>", NOW).encode(),
        in_use_page(NOW).encode(),
        b"var graph_data = {",
        b"window.onload = init({});",
    ],
)
def test_other_pages_are_refused_in_words(parse: object, body: bytes) -> None:
    """Never an exception of another type, never a value."""
    assert callable(parse)
    with pytest.raises(BadPayloadError, match=r"marks of an AiSEG2|no total"):
        parse(body)


@given(st.binary(max_size=400), st.sampled_from(PARSERS))
def test_no_bytes_break_a_parser(body: bytes, parse: object) -> None:
    """It refuses or reads, whatever comes."""
    assert callable(parse)
    for prefix in (b"", b"var graph_data = ", b"init({", b'<div id="m_capacity">', b"{"):
        try:
            parse(prefix + body)
        except SourceError:
            continue


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("洋室１エアコン", "洋室１・エアコン"),
        ("エアコン・洋室１", "洋室１・エアコン"),
        ("キッチン パントリー", "キッチン　パントリー"),
        ("ＩＨ", "IH"),
    ],
)
def test_names_that_are_the_same_match(one: str, other: str) -> None:
    """Width, separators and the order of two parts do not matter."""
    assert spellings(one) & spellings(other)


def test_different_names_do_not_match() -> None:
    """Digits distinguish rooms."""
    assert not spellings("洋室１・エアコン") & spellings("洋室２・エアコン")


def test_equal_names_stay_several_and_one_new_name_is_found_by_what_is_left() -> None:
    """Three of one name are one group of three; a renamed circuit is the one left over."""
    page = [(0, "電子レンジ"), (1, "電子レンジ"), (2, "電子レンジ"), (3, "書斎")]
    catalogue = [("23", "電子レンジ"), ("24", "電子レンジ"), ("25", "電子レンジ"), ("26", "納戸")]
    matches = match_names(page, catalogue)
    assert [(m.left, m.right) for m in matches] == [
        ((0, 1, 2), ("23", "24", "25")),
        ((3,), ("26",)),
    ]


@recordings
def test_recorded_circuit_pages_are_read() -> None:
    """Every name once wrapped is in one piece, every place has watts."""
    for file in recorded("electricflow_1113*.html"):
        page = parse_circuit_page(file.read_bytes())
        assert page.circuits, file.name
        assert page.clock is not None
        assert page.firmware
        watts = [circuit.power_watts for circuit in page.circuits]
        assert watts == sorted(watts, reverse=True)
        assert all("\n" not in circuit.name for circuit in page.circuits)


@recordings
def test_recorded_energy_adds_up() -> None:
    """The hours are the total, to the watt-hour."""
    for file in recorded("graph_5?111*.html"):
        energy = parse_day_energy(file.read_bytes())
        assert len(energy.yesterday_kwh) == 24, file.name
        if energy.hours_kwh:
            assert sum(energy.hours_kwh) == energy.total_kwh, file.name


@recordings
def test_the_recorded_catalogue_is_read() -> None:
    """Ids are numbers, each once."""
    for file in recorded("installation_734*.html"):
        ids = [circuit.id for circuit in parse_catalogue(file.read_bytes())]
        assert ids, file.name
        assert len(set(ids)) == len(ids)
        assert all(id_.isdecimal() for id_ in ids)


@recordings
def test_the_recorded_summary_is_read() -> None:
    """Totals in kilowatts, the generator in watts."""
    for file in recorded("electricflow_111.json"):
        summary = parse_summary(file.read_bytes())
        assert summary.use_kw is not None
        assert all(g.power_watts is None or g.power_watts >= 0 for g in summary.generators)
