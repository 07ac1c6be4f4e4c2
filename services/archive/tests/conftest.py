"""A run of the archive as its users start it, on folders of the test."""

import os
from pathlib import Path

import pytest

from testbed.archive import Batch, MakeBatch


@pytest.fixture
def batch(tmp_path: Path) -> MakeBatch:
    """Make an archive in a folder of the test with further settings."""

    def make(name: str = "archive", **settings: str) -> Batch:
        folder = tmp_path / name
        env = {
            **os.environ,
            "TZ": "Asia/Tokyo",
            "PARQUET_BASE_DIR": str(folder / "parquet"),
            "DUCKDB_PATH": str(folder / "duckdb" / "home_energy.duckdb"),
            "DUCKDB_BUSY_SECONDS": "0",
            **settings,
        }
        return Batch(folder, env)

    return make
