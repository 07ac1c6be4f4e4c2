"""The contracts that the BFF offers as files."""

import shutil
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import httpx
import pytest
import yaml

from bff.contract_templates.query import TemplateError, load_templates
from bff.contracts.bill import part_bill
from bff.contracts.charges import ALL, Context, Usage
from bff.contracts.period import BilledPart
from bff.contracts.rates import Rates
from energy_rules.quantities import UWH_PER_KWH
from testbed.process import free_port

FOLDER = Path(__file__).parents[3] / "config" / "contracts"
NOBODY = f"http://127.0.0.1:{free_port()}"
EXPECTED = {
    "chugoku-simple",
    "daily-charge-with-vat",
    "kansai-lighting-a",
    "market-price",
    "own-contract",
    "tepco-smart-life",
    "tepco-standard-s",
}


def test_every_file_is_a_contract_with_its_source() -> None:
    """And all of them are in the ConfigMap; what is unconfirmed is marked."""
    templates = load_templates(FOLDER)
    assert set(templates) == EXPECTED
    assert not any(template.at_first_start for template in templates.values())
    assert templates["tepco-standard-s"].unconfirmed
    [generator] = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())["configMapGenerator"]
    assert {name.removesuffix(".yaml") for name in generator["files"]} == EXPECTED


def test_half_a_month_of_kansai_has_the_published_tiers() -> None:
    """15, 105 and 180 kWh become 8, 53 and 90, each rounded by itself: not 8, 60 and 150 in sum."""
    template = load_templates(FOLDER)["kansai-lighting-a"]
    part = BilledPart(
        date(2025, 6, 1), date(2025, 6, 16), period_days=30, is_cut=True, month="2025-06"
    )
    rates = Rates({name: as_decimals(each.values) for name, each in template.series.items()})

    def amounts(kwh: int) -> list[Fraction | None]:
        usage = Usage({ALL: kwh * UWH_PER_KWH})
        charged = part_bill(template.document, usage, Context(part, rates)).charges
        return [charge.amount for charge in charged]

    first, second, third = Fraction("20.21"), Fraction("25.61"), Fraction("28.59")
    assert amounts(8) == [Fraction("261.29"), 0, Fraction("16.83"), 31]
    assert amounts(61)[1] == 53 * first
    assert amounts(151)[1] == 53 * first + 90 * second
    assert amounts(160)[1:] == [
        53 * first + 90 * second + 9 * third,
        Fraction("16.83") + 152 * Fraction("2.24"),
        636,
    ]


def as_decimals(values: Mapping[str, str]) -> dict[str, Decimal]:
    return {month: Decimal(value) for month, value in values.items()}


def test_a_template_is_agreed_on_with_its_rates(
    tmp_path: Path, open_bff: Callable[..., httpx.Client]
) -> None:
    """Rates that were there already stay as they were."""
    shutil.copytree(FOLDER, tmp_path / "contracts")
    api = open_bff(NOBODY)
    assert api.get("/contracts").json() == []
    api.put("/series/levy", json={"period": "month"}).raise_for_status()
    api.put("/series/levy/values", json={"values": {"2026-05": "9"}}).raise_for_status()
    used = api.post("/contracts/templates/tepco-standard-s", json={"valid_from": "2026-04"})
    assert used.status_code == 201
    assert (used.json()["valid_from"], used.json()["missing_series"]) == ("2026-04", [])
    assert "Unconfirmed: " in used.json()["note"]
    levy = {each["key"]: each["value"] for each in api.get("/series/levy").json()["values"]}
    assert (levy["2026-04"], levy["2026-05"]) == ("3.98", "9")
    again = api.post("/contracts/templates/tepco-standard-s", json={"valid_from": "2026-04"})
    assert again.json()["type"] == "urn:ppms:already-there"


def test_a_new_house_begins_with_its_contract_once(
    tmp_path: Path, open_bff: Callable[..., httpx.Client]
) -> None:
    """One that was deleted does not come back with the next start."""
    folder = tmp_path / "contracts"
    folder.mkdir()
    document = yaml.safe_load((FOLDER / "tepco-smart-life.yaml").read_text())
    first = {"at_first_start": True, "readings": {"dates": [], "day_of_month": 11}}
    (folder / "mine.yaml").write_text(yaml.safe_dump(document | first))
    api = open_bff(NOBODY)
    [contract] = api.get("/contracts").json()
    assert api.get("/reading_dates").json()["day_of_month"] == 11
    api.delete(f"/contracts/{contract['id']}").raise_for_status()
    assert open_bff(NOBODY).get("/contracts").json() == []


def test_a_broken_file_stops_the_start_with_its_name(tmp_path: Path) -> None:
    """A typing mistake must not go unseen."""
    (tmp_path / "mine.yaml").write_text("name: {ja: x, en: x}\nsauce: [x]\n")
    with pytest.raises(TemplateError, match=r"mine\.yaml is no contract(.|\n)*sauce"):
        load_templates(tmp_path)
