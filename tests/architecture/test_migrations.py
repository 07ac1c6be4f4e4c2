"""Which revisions of its tables a service has, without alembic, which a migration alone loads."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from bff.db.migrate import MIGRATIONS as OF_BFF
from measurements.wiring import MIGRATIONS as OF_MEASUREMENTS
from service_kit.database import Migrations, _config, _known, is_migrated, open_database

SECOND_START = """
import sys
from bff.db.migrate import MIGRATIONS
from service_kit.database import open_database
open_database(sys.argv[1], MIGRATIONS).dispose()
print("alembic" in sys.modules)
"""


@pytest.mark.parametrize("migrations", [OF_BFF, OF_MEASUREMENTS])
def test_the_revisions_are_those_that_alembic_finds(migrations: Migrations) -> None:
    """The text of the files says the same as alembic, which imports them."""
    scripts = ScriptDirectory.from_config(_config(migrations))
    assert _known(migrations).heads == tuple(scripts.get_heads())
    assert _known(migrations).revisions == {step.revision for step in scripts.walk_revisions()}


def test_only_the_start_that_migrates_loads_alembic(tmp_path: Path) -> None:
    """The first one of a new database, and the first one after an update."""
    url = f"sqlite:///{tmp_path / 'bff.db'}"
    command = [sys.executable, "-c", SECOND_START, url]
    loaded = [subprocess.check_output(command, text=True).strip() for _ in range(2)]
    assert loaded == ["True", "False"]
    engine = open_database(url, OF_BFF)
    assert is_migrated(engine, OF_BFF)
    engine.dispose()
