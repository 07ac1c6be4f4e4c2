"""How many files a value passes, recorded in the real processes. Figures of 825a745: 29 and 34."""

from pathlib import Path

import pytest
from ways import ROOT, way_of_a_cost, way_of_a_reading

MAX_READING_FILES = 18
MAX_COST_FILES = 26


@pytest.mark.long
def test_a_reading_passes_few_files(tmp_path: Path) -> None:
    """From a SwitchBot status body to the text of `/metrics`."""
    files = way_of_a_reading(ROOT, tmp_path)
    assert "exporter_kit/device_metrics.py" in files
    assert len(files) <= MAX_READING_FILES, files


@pytest.mark.long
def test_a_cost_passes_few_files(tmp_path: Path) -> None:
    """From `GET /cost?by=day`, up to the end of today, to its response."""
    files = way_of_a_cost(ROOT, tmp_path)
    assert "bff/cost/routes.py" in files
    assert len(files) <= MAX_COST_FILES, files
