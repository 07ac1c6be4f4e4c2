"""The pages of the unit, made after descriptions of the real ones. Pure: values in, text out."""

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from aiseg2_emulator.household import ZONE, Circuit, Hours

FIRMWARE = "2.97I-01"
PER_PAGE = 10
PER_ROW = 5
FIRST_BRANCH = 8
ASSETS = f"/contents/Ver.{FIRMWARE}"
FULL_WIDTH = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)})


@dataclass(frozen=True, slots=True)
class Stage:
    """One place of the page of circuits: the name with `|` where it wraps, and the text shown."""

    name: str
    value: str


def document(title: str, body: str, now: datetime) -> str:
    """Return a whole page: XHTML with the clock and the assets that every page has."""
    local = now.astimezone(ZONE)
    time = {
        "year": f"{local:%y}",
        "month": str(local.month),
        "day": str(local.day),
        "hour": str(local.hour),
        "min": str(local.minute),
        "sec": str(local.second),
        "weekday": str((local.weekday() + 1) % 7),
    }
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "about:legacy-compat">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="ja" lang="ja"><head>
<link href="{ASSETS}/stylesheets/common.css" rel="stylesheet" type="text/css" />
<title>{title}</title></head>
<body class="pc"><div class="contents"><h1 id="h_title">{title}<span id="h_subtitle"></span></h1>
<script type="text/javascript">
TimeInfoVariable = {{}};
TimeInfoVariable.serverTime = '{json.dumps(time)}';
</script>
{body}
</div></body></html>
"""


def circuit_page(stages: Sequence[Stage], number: int, pages: int, now: datetime) -> str:
    """Return one page of circuits; the next button is missing on the last one."""
    following = (
        f'<div class="tab-desc-next button hit" href="/page/electricflow/1113?id={number + 1}">'
        '<a href="javascript:void(0)" class="hit"></a></div>'
        if number < pages
        else '<div class="tab-desc-prev button hit"></div>'
    )
    rows = [stages[i : i + PER_ROW] for i in range(0, len(stages), PER_ROW)]
    body = "".join(
        f'<div class="row r-{r + 1}">'
        + "".join(_stage(stage, r * PER_ROW + c + 1, c + 1) for c, stage in enumerate(row))
        + "</div>"
        for r, row in enumerate(rows)
    )
    return document(
        "回路ごとで使っている電気",
        f'<div id="tab-area"><div class="tab-set-6-p1">{following}</div></div>'
        f'<div id="m_capacity" class="graph_contents">{body}</div>',
        now,
    )


def _stage(stage: Stage, number: int, column: int) -> str:
    parts = [html.escape(part) for part in stage.name.split("|")]
    name = "<br />".join(parts) if len(parts) > 1 else f"{parts[0]}<br />"
    connect = "" if column == PER_ROW else '<div class="c_bar_connect"></div>'
    value = f" {stage.value}" if stage.value else ""
    return (
        f'<div id="stage_{number}" class="column c-{column}"><div class="c_bar"></div>'
        f'<div class="c_value">{value}</div><div class="c_device">{name}</div>{connect}</div>'
    )


def graph_page(
    title: str, day: date, series: Mapping[str, Hours], yesterday: Hours, now: datetime
) -> str:
    """Return the page of a day's energy; `series` has `total1` and, for use, `val2`."""
    total_wh = int(sum(int(hours.sum()) for hours in series.values()))
    graph = {
        "unit": "day",
        "total1": [],
        "val2": [],
        "val3": [],
        **{name: [wh / 1000 for wh in hours.tolist()] for name, hours in series.items()},
        "total2": [wh / 1000 for wh in yesterday.tolist()],
        "max": 5,
        "totalValue": f"{total_wh / 1000:.3f}",
        "graph_num": len(series),
    }
    body = f"""<div id="txt_val_inner"><div id="val_current">{day:%Y/%m/%d}</div>
<div id="txt_graph_kwh"><span id="val_kwh">{total_wh / 1000:.3f}</span>
<span id="unit_kwh">kWh</span></div></div>
<script type="text/javascript">
var version = 'Ver.{FIRMWARE}';
var graph_data = {_compact(graph)};
var term = '{day:%Y/%m/%d}';
</script>"""
    return document(title, body, now)


def catalogue_page(circuits: Sequence[Circuit], sun_id: str, now: datetime) -> str:
    """Return the settings' list of circuits: mains, eight special places, branches, the sun."""
    rows = [_row("-", f"主幹L{n}", "主幹", measured=False) for n in (1, 2)]
    rows += [_row(str(n), "", f"特{n + 1}", measured=False) for n in range(FIRST_BRANCH)]
    rows += [_row(c.id, c.name, _label(c.id), measured=True) for c in circuits]
    rows.append(_row(sun_id, "太陽光発電", _label(sun_id), measured=False))
    answer = {
        "popupmsg": {"msg1": "<div>読み込みます</div>"},
        "pageno": 1,
        "arrayCircuitNameList": rows,
    }
    script = f'<script type="text/javascript">window.onload = init({_compact(answer)});</script>'
    return document("計測回路名称設定", script, now)


def _label(circuit_id: str) -> str:
    return f"分{int(circuit_id) - FIRST_BRANCH + 1}"


def _row(circuit_id: str, name: str, label: str, *, measured: bool) -> dict[str, str]:
    kind = ("1", "1") if measured else ("0", "-")
    return {
        "strId": circuit_id,
        "strCircuit": name,
        "strLabel": label,
        "strBtn": kind[0],
        "strBtnType": kind[1],
    }


def in_use_page(now: datetime) -> str:
    """Return what the settings show while somebody else has them open."""
    return document("設定", "<div class='l3_message'>他の端末で設定中です</div>", now)


def message_page(now: datetime) -> str:
    """Return the page that comes with HTTP 500."""
    return document("お知らせ", "<p>AiSEGの状態が更新されました</p>", now)


def _compact(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
