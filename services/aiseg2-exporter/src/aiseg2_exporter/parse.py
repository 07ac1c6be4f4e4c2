"""From the unit's pages to values. Pure: bytes in, frozen values out.

The unit has no public API; these are the pages of its own user interface. Facts from recordings of
MKN713 with firmware 2.97I-01, and from what others have read of 2.97I-03 and 2.97M-03: XHTML in
UTF-8, values inside JavaScript literals that are JSON, numbers as ASCII digits. Full-width digits
and thousands separators were never seen, and are read all the same.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborHTMLParser, LexborNode

from home_model.errors import BadPayloadError, RejectedError
from home_model.sources import CIRCUIT_MAX_POWER_WATTS

# The unit is sold in Japan only and has no setting for the zone.
ZONE = ZoneInfo("Asia/Tokyo")
HOURS = 24
MAX_GENERATORS = 3
WATTS_PER_KILOWATT = 1_000
MEASURED = "1"
UNREGISTERED = 0

# More than any value of a house has digits before its point.
MAX_DIGITS = 12
# A house with more has no contract for low voltage. Beyond, a number stands for none, such as 9999;
# a day of it would stay in a counter that never falls.
MAX_HOUSE_KW = 100
MAX_DAY_KWH = MAX_HOUSE_KW * HOURS
MAX_PERCENT = 100
KWH_PER_UNIT = {"": Decimal(1), "kwh": Decimal(1), "wh": Decimal("0.001"), "mwh": Decimal(1000)}
KW_PER_UNIT = {"": Decimal(1), "kw": Decimal(1), "w": Decimal("0.001")}
WATTS_PER_UNIT = {"": Decimal(1), "w": Decimal(1), "kw": Decimal(WATTS_PER_KILOWATT)}
PERCENT_PER_UNIT = {"": Decimal(1), "%": Decimal(1)}

# A number and its unit, and nothing besides: of "1 224W" or "5/10" no part is the value.
_QUANTITY = re.compile(
    r"([+-]?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?)\s*([a-z%]*)",
    re.IGNORECASE,
)
# What Japanese displays have before an amount below 0 beside the sign; NFKC leaves them.
_MINUS = str.maketrans(dict.fromkeys("\N{MINUS SIGN}\N{EN DASH}\N{HYPHEN}▲△", "-"))
_DASHES = "-―—–‐‑−ー"
_FIRMWARE = re.compile(rb"/contents/Ver\.([^/\"']+)/")
_SERVER_TIME = re.compile(rb"serverTime\s*=\s*'([^']*)'")
_GRAPH = re.compile(rb"var\s+graph_data\s*=\s*")
_CATALOGUE = re.compile(rb"init\(\s*(?=\{)")


@dataclass(frozen=True, slots=True)
class Generator:
    """One source of generated power. Watts are None where the unit shows a dash."""

    title: str
    power_watts: float | None


@dataclass(frozen=True, slots=True)
class Battery:
    """A connected battery.

    Attributes:
        state: 0 charging, 1 discharging, 2 idle (1 and 2 were never recorded).
        percent: None where the unit shows a dash.
    """

    state: int | None
    percent: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    """What the house does now.

    Attributes:
        generation_kw: Of all generators, in steps of 0.1 kW; None where the unit has no number.
        use_kw: Of the house, as `generation_kw`.
        direction: 0 buying, 1 selling, 2 neither; None where the unit does not have it.
        generators: Those with a title.
        has_only_sun: No battery, car or fuel cell is connected.
        battery: None where none is connected.
    """

    generation_kw: float | None
    use_kw: float | None
    direction: int | None
    generators: tuple[Generator, ...]
    has_only_sun: bool = True
    has_generation: bool = True
    battery: Battery | None = None


@dataclass(frozen=True, slots=True)
class CircuitPower:
    """One place of the page of circuits. The name is as the page has it, without its wrap."""

    name: str
    power_watts: float


@dataclass(frozen=True, slots=True)
class CircuitPage:
    """One page of circuits, sorted by watts over all pages.

    Attributes:
        clock: The unit's own time; None when the page has none.
        firmware: Such as "2.97I-01"; empty when the page does not have it.
        has_next: Whether there is a further page.
    """

    circuits: tuple[CircuitPower, ...]
    clock: datetime | None
    firmware: str
    has_next: bool


@dataclass(frozen=True, slots=True)
class Circuit:
    """A row of the catalogue: the stable id of a measured circuit and the name its owner gave."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class DayEnergy:
    """The energy of one day, by the unit's calendar.

    Attributes:
        total_kwh: Until now.
        hours_kwh: By hour, 0 for hours that have not begun; empty where the page has none.
        yesterday_kwh: By hour, of the complete day before; empty where the page has none.
    """

    day: date
    total_kwh: Decimal
    hours_kwh: tuple[Decimal, ...]
    yesterday_kwh: tuple[Decimal, ...]


class NoTotalError(BadPayloadError):
    """A page of energy has no total: the unit did not measure that day, or not yet."""


def parse_summary(body: bytes) -> Summary:
    """Return the answer of `/data/electricflow/111/update`.

    Raises:
        RejectedError: The measuring unit is not registered.
        BadPayloadError: It is not such an answer.
    """
    answer = _load_json(body, "the summary of power")
    if "g_capacity" not in answer or "u_capacity" not in answer:
        raise BadPayloadError(_not_understood("the summary of power"))
    if _state(answer.get("measReg")) == UNREGISTERED:
        message = "the measuring unit is not registered in the AiSEG2: it measures nothing"
        raise RejectedError(message)
    generators = tuple(_generators(answer))
    return Summary(
        generation_kw=_house_kw(answer["g_capacity"]),
        use_kw=_house_kw(answer["u_capacity"]),
        direction=_state(answer.get("lo_buy_sell")),
        generators=generators,
        has_only_sun=not any(_state(answer.get(name)) for name in ("connSb", "connEv", "connFc")),
        has_generation=bool(generators)
        or any(_state(answer.get(name)) for name in ("connPv1", "connPv2", "connFc")),
        battery=_battery(answer),
    )


def _house_kw(value: object) -> float | None:
    return _up_to(MAX_HOUSE_KW, _number_in(value, KW_PER_UNIT))


def _battery(answer: Mapping[str, Any]) -> Battery | None:
    if not _state(answer.get("connSb")):
        return None
    percent = _up_to(MAX_PERCENT, _number_in(answer.get("percent"), PERCENT_PER_UNIT))
    return Battery(_state(answer.get("charge")), percent)


def _up_to[N: (float, Decimal)](maximum: int, number: N | None) -> N | None:
    """Return a number from 0 to a maximum; another one is none."""
    return number if number is not None and 0 <= number <= maximum else None


def _state(value: object) -> int | None:
    """Return the whole number of a state, which may be a text; None where it has none."""
    number = parse_number(value)
    return int(number) if number is not None and number.is_integer() else None


def _generators(answer: Mapping[str, Any]) -> Sequence[Generator]:
    numbers = range(1, MAX_GENERATORS + 1)
    titles = {n: str(answer.get(f"g_d_{n}_title") or "").strip() for n in numbers}
    return [
        Generator(title, parse_watts(answer.get(f"g_d_{n}_capacity")))
        for n, title in titles.items()
        if title
    ]


def parse_circuit_page(body: bytes) -> CircuitPage:
    """Return one page of `/page/electricflow/1113`.

    A listed circuit without a text draws 0 W: the unit leaves the place blank. One with a dash or
    another text, or without the place, has no value and is left out; so is one whose name is cut
    because the page ends there.

    Raises:
        BadPayloadError: It is not such a page.
    """
    page = LexborHTMLParser(body)
    stages = page.css("#m_capacity [id^=stage_]")
    if page.css_first("#m_capacity") is None:
        raise BadPayloadError(_not_understood("the page of circuits"))
    is_cut = b"</div" not in body[body.rfind(b"c_device") :]
    return CircuitPage(
        circuits=tuple(_circuits(stages[:-1] if is_cut else stages)),
        clock=parse_clock(body),
        firmware=parse_firmware(body),
        has_next=page.css_first(".tab-desc-next") is not None,
    )


def _circuits(stages: Iterable[LexborNode]) -> Iterator[CircuitPower]:
    for stage in stages:
        place = stage.css_first(".c_value")
        if (name := _text(stage, ".c_device")) and place is not None:
            text = place.text().strip()
            watts = parse_watts(text) if text else 0.0
            if watts is not None:
                yield CircuitPower(name, watts)


def _text(node: LexborNode, selector: str) -> str:
    """Return the text below, names wrapped by `<br />` joined with nothing."""
    found = node.css_first(selector)
    return found.text().strip() if found else ""


def parse_catalogue(body: bytes) -> tuple[Circuit, ...]:
    """Return the measured circuits of `/page/setting/installation/734`, in their order.

    Raises:
        BadPayloadError: It is not such a page, such as while the settings are in use.
    """
    rows = _find_json(_CATALOGUE, body, "the catalogue of circuits").get("arrayCircuitNameList")
    if not isinstance(rows, list):
        raise BadPayloadError(_not_understood("the catalogue of circuits"))
    return tuple(_measured_circuits(row for row in rows if isinstance(row, dict)))


def _measured_circuits(rows: Iterable[Mapping[str, Any]]) -> Iterator[Circuit]:
    for row in rows:
        circuit_id = normalise(str(row.get("strId", "")))
        # Half of a surrogate pair, of a name that was cut, can be neither logged nor printed.
        name = str(row.get("strCircuit") or "").encode(errors="replace").decode()
        if str(row.get("strBtnType")) == MEASURED and circuit_id.isdecimal():
            yield Circuit(circuit_id, name.strip())


def parse_day_energy(body: bytes) -> DayEnergy:
    """Return a graph page: use, generation, bought, sold, or one circuit.

    Hours of use are own generation (`total1`) plus bought (`val2`); other pages have `total1` only.

    Raises:
        NoTotalError: It has no number in place of the total.
        BadPayloadError: It is not such a page.
    """
    graph = _find_json(_GRAPH, body, "the page of energy")
    page = LexborHTMLParser(body)
    try:
        day = datetime.strptime(_text_of(page, "#val_current"), "%Y/%m/%d").date()  # noqa: DTZ007
    except ValueError:
        raise BadPayloadError(_not_understood("the page of energy")) from None
    unit = _text_of(page, "#unit_kwh")
    if (unit_kwh := KWH_PER_UNIT.get(unit.casefold())) is None:
        message = f"the page of energy has its values in {unit[:20]!r}, not in kWh"
        raise BadPayloadError(message)
    texts = (graph.get("totalValue"), _text_of(page, "#val_kwh"))
    totals = (_energy_kwh(text, unit_kwh) for text in texts)
    if (total := next((value for value in totals if value is not None), None)) is None:
        message = "the page of energy has no total"
        raise NoTotalError(message)
    return DayEnergy(
        day=day,
        total_kwh=total,
        hours_kwh=_sum_hours(unit_kwh, graph.get("total1"), graph.get("val2")),
        yesterday_kwh=_sum_hours(unit_kwh, graph.get("total2")),
    )


def _text_of(page: LexborHTMLParser, selector: str) -> str:
    found = page.css_first(selector)
    return normalise(found.text().strip()) if found else ""


def _sum_hours(unit_kwh: Decimal, *series: object) -> tuple[Decimal, ...]:
    """Return the sums by hour; nothing where a series that the page has is not of 24 energies."""
    lists = [values for values in series if isinstance(values, list)]
    hours = [[_energy_kwh(value, unit_kwh) for value in values] for values in lists]
    hours = [values for values in hours if values]
    if not hours or any(len(values) != HOURS or None in values for values in hours):
        return ()
    return tuple(sum((v for v in hour if v is not None), Decimal(0)) for hour in zip(*hours))  # noqa: B905


def _energy_kwh(value: object, unit_kwh: Decimal) -> Decimal | None:
    """Return an energy whose text may have a unit of its own."""
    number, unit = _quantity(value) or (None, "")
    in_kwh = KWH_PER_UNIT.get(unit) if unit else unit_kwh
    return None if number is None or in_kwh is None else _up_to(MAX_DAY_KWH, number * in_kwh)


def parse_clock(body: bytes) -> datetime | None:
    """Return the unit's own time, which each page has; None when this one does not."""
    if not (found := _SERVER_TIME.search(body)):
        return None
    try:
        time = {name: int(text) for name, text in json.loads(found[1]).items()}
        parts = (time[name] for name in ("month", "day", "hour", "min"))
        return datetime(2000 + time["year"] % 100, *parts, time.get("sec", 0), tzinfo=ZONE)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return None


def parse_firmware(body: bytes) -> str:
    """Return the version that the paths of a page's assets have, or nothing."""
    found = _FIRMWARE.search(body)
    return found[1].decode(errors="replace") if found else ""


def parse_number(value: object) -> float | None:
    """Return the number in a text such as `" 1,224W"`; None for a dash, a blank or nothing."""
    found = _quantity(value)
    return None if found is None else float(found[0])


def parse_watts(value: object) -> float | None:
    """Return the watts in a text, which may have them in kilowatts; more than a circuit's are none.

    They are below 0 where a circuit feeds back.
    """
    watts = _number_in(value, WATTS_PER_UNIT)
    return watts if watts is not None and abs(watts) <= CIRCUIT_MAX_POWER_WATTS else None


def _number_in(value: object, units: Mapping[str, Decimal]) -> float | None:
    """Return a number in the unit that counts 1; None where it is in none of the units."""
    number, unit = _quantity(value) or (None, "")
    return None if number is None or unit not in units else float(number * units[unit])


def _quantity(value: object) -> tuple[Decimal, str] | None:
    """Return a number and the unit behind it, in lower case and empty where there is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    found = _QUANTITY.fullmatch(normalise(str(value)).translate(_MINUS).strip())
    try:
        number = Decimal(found[1].replace(",", "")) if found else None
    except InvalidOperation:
        return None
    if found is None or number is None or number.adjusted() >= MAX_DIGITS:
        return None
    return number, found[2].casefold()


def has_name(circuit: Circuit | CircuitPower) -> bool:
    """Return whether its owner named a circuit: the unit has dashes for one without a name."""
    return bool(normalise(circuit.name).strip(_DASHES))


def normalise(text: str) -> str:
    """Return the text with full-width letters, digits and signs as ordinary ones."""
    return unicodedata.normalize("NFKC", text)


def _find_json(before: re.Pattern[bytes], body: bytes, what: str) -> dict[str, Any]:
    """Return the JavaScript literal behind a text, which is JSON in all recordings."""
    if not (found := before.search(body)):
        raise BadPayloadError(_not_understood(what))
    text = body[found.end() :].decode(errors="replace")
    try:
        value, _ = json.JSONDecoder(parse_float=Decimal).raw_decode(text)
    except (ValueError, RecursionError):
        raise BadPayloadError(_not_understood(what)) from None
    if not isinstance(value, dict):
        raise BadPayloadError(_not_understood(what))
    return value


def _load_json(body: bytes, what: str) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise BadPayloadError(_not_understood(what))
    return answer


def _not_understood(what: str) -> str:
    return (
        f"{what} has none of the marks of an AiSEG2 (read with MKN713, firmware 2.97I-01): another "
        "model or firmware, or the unit is starting"
    )
