"""Prices and devices that dbt joins: copied from a real BFF and from `devices.yaml`."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from testbed.archive import DAY, Batch, MakeBatch
from testbed.bff import Bff, bff, settings_of
from testbed.process import free_port
from testbed.victoria_metrics import VictoriaMetrics

HOUSE = """\
house: home
time_zone: Asia/Tokyo
currency: JPY
rooms: [{room: work, shelves: [{shelf: rack_1}]}]
devices:
  - device: nas
    name: {ja: サーバー, en: NAS}
    room: work
    shelf: rack_1
    sources: [{source: cloud, id: 0000000000A1}]
  - device: sun
    kind: generation
    room: work
    shelf: rack_1
    sources: [{source: aiseg2, id: generation}]
"""
PRICES = (
    {"price_per_kwh": "31.7", "valid_from": "2026-01-01T00:00:00+09:00", "note": "spring"},
    {"price_per_kwh": "16", "valid_from": "2026-01-01T00:00:00+09:00", "direction": "export"},
)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A configuration file."""
    file = tmp_path / "devices.yaml"
    file.write_text(HOUSE, encoding="utf-8")
    return file


@pytest.fixture
def archive(batch: MakeBatch, vm: VictoriaMetrics, house: Path) -> Batch:
    """An archive of this house."""
    return batch(
        ARCHIVE_SOURCE="victoriametrics", VICTORIAMETRICS_URL=vm.url, CONFIG_FILE=str(house)
    )


def write_prices(started: Bff) -> None:
    for price in PRICES:
        started.http.post("/unit_prices", json=price).raise_for_status()


@pytest.mark.long
def test_prices_and_devices_are_copied(
    archive: Batch, vm: VictoriaMetrics, house: Path, tmp_path: Path
) -> None:
    """Exact, with their direction; a BFF that is away changes nothing."""
    with bff(tmp_path, settings_of(tmp_path, vm.url, house)) as started:
        write_prices(started)
        url = str(started.http.base_url).removesuffix("/api/v1/")
        for _ in range(2):
            found = archive.run("--date", str(DAY), BFF_URL=url)
            assert found.returncode == 0, found.stderr
    away = archive.run("--date", str(DAY), BFF_URL=f"http://127.0.0.1:{free_port()}")
    assert away.returncode == 3
    assert "has no prices to copy" in away.stderr
    columns = "price_per_kwh, currency, valid_from, valid_to, note, direction"
    begin = datetime.fromisoformat(PRICES[0]["valid_from"])
    prices = archive.query(f"SELECT {columns} FROM raw_unit_prices ORDER BY direction")  # noqa: S608
    assert [(*row[:2], row[2] - begin, *row[3:]) for row in prices] == [
        (Decimal(16), "JPY", timedelta(0), None, "", "export"),
        (Decimal("31.7"), "JPY", timedelta(0), None, "spring", "import"),
    ]
    devices = archive.query("SELECT device, name_ja, name_en, kind FROM raw_devices ORDER BY 1")
    assert devices == [("nas", "サーバー", "NAS", "load"), ("sun", None, None, "generation")]
