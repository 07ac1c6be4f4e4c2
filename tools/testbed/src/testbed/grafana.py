"""What Grafana does with a dashboard's JSON: its queries, with variables put in, for one range."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

POINTS = 720
SCRAPE_SECONDS = 15
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")
_LABEL_VALUES = re.compile(r"label_values\((?P<selector>.+), (?P<label>\w+)\)")

type Json = dict[str, Any]
type Values = Mapping[str, str]
type Result = list[tuple[dict[str, str], float]]


@dataclass(frozen=True, slots=True)
class Query:
    """One target of one panel. `step_seconds` is the panel's least distance of points."""

    dashboard: str
    panel: str
    expr: str
    is_instant: bool
    step_seconds: int

    def __str__(self) -> str:
        return f"{self.dashboard}: {self.panel}"


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One file."""

    name: str
    json: Json = field(repr=False)

    @property
    def panels(self) -> list[Json]:
        """Those that show data."""
        return [panel for panel in self.json["panels"] if panel["type"] != "text"]

    @property
    def variables(self) -> dict[str, Json]:
        """By name."""
        return {variable["name"]: variable for variable in self.json["templating"]["list"]}

    def queries(self) -> Iterator[Query]:
        """Every target."""
        for panel in self.panels:
            for target in panel["targets"]:
                step_seconds = 3600 if target.get("interval") == "1h" else 0
                is_instant = target.get("instant", False)
                expr = target["expr"]
                yield Query(self.name, panel["title"], expr, is_instant, step_seconds)

    def defaults(self) -> dict[str, str]:
        """The value of each variable before anybody has chosen: all, or the text."""
        chosen = {name: v for name, v in self.variables.items() if v["type"] != "datasource"}
        return {name: v.get("allValue") or v["current"]["value"] for name, v in chosen.items()}


def load_dashboards(folder: Path) -> list[Dashboard]:
    """Every dashboard of a folder."""
    return [Dashboard(p.stem, json.loads(p.read_text("utf-8"))) for p in sorted(folder.glob("*"))]


def substituted(text: str, values: Values) -> str:
    """The text with its variables replaced.

    Raises:
        KeyError: A variable that nobody defines.
    """
    return _VARIABLE.sub(lambda found: values[found[1] or found[2]], text)


@dataclass(frozen=True, slots=True)
class Panels:
    """Asks as panels do, for the range [now - range_seconds, now]."""

    url: str
    now: float
    range_seconds: int = 86_400

    def ask(self, query: Query, values: Values) -> Result:
        """The newest number of each series that has one."""
        step_seconds = max(self.range_seconds // POINTS, query.step_seconds)
        expr = substituted(query.expr, {**values, **self._built_in(step_seconds)})
        if query.is_instant:
            times = {"time": str(self.now)}
            found = self._get("query", {"query": expr, **times})["result"]
            return [(series["metric"], float(series["value"][1])) for series in found]
        start = self.now - self.range_seconds
        times = {"start": str(start), "end": str(self.now), "step": str(step_seconds)}
        found = self._get("query_range", {"query": expr, **times})["result"]
        return [(series["metric"], float(series["values"][-1][1])) for series in found]

    def choices(self, variable: Json, values: Values) -> set[str]:
        """What a variable of type query offers."""
        asked = _LABEL_VALUES.fullmatch(variable["query"]["query"])
        if asked is None:
            message = f"not understood: {variable['query']['query']}"
            raise ValueError(message)
        selector = substituted(asked["selector"], values)
        start = str(self.now - self.range_seconds)
        query = {"match[]": selector, "start": start, "end": str(self.now)}
        return set(self._get(f"label/{asked['label']}/values", query))

    def _built_in(self, step_seconds: int) -> Values:
        rate_seconds = max(step_seconds + SCRAPE_SECONDS, 4 * SCRAPE_SECONDS)
        return {
            "__range": f"{self.range_seconds}s",
            "__interval": f"{step_seconds}s",
            "__rate_interval": f"{rate_seconds}s",
        }

    def _get(self, path: str, params: Values) -> Any:  # noqa: ANN401 - whatever JSON it is
        answer = httpx.get(
            f"{self.url}/api/v1/{path}",
            params={**params, "nocache": "1"},
            trust_env=False,
            timeout=60,
        )
        return answer.raise_for_status().json()["data"]
