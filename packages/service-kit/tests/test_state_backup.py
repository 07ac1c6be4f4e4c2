"""The state of a service: saved while it is written, brought back, and tried."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import override

import pytest

from service_kit.backup import BackupError
from service_kit.files import only_writer, write_atomically
from service_kit.state_backup import StateBackupSettings, main, restore, save, verify

DOCUMENT = "x.state.json"
DATABASE = "x.outbox.db"
FIRST_ROWS = 20


def nothing_to_say(_: Path) -> str:
    return "looked at"


@pytest.fixture
def settings(tmp_path: Path) -> StateBackupSettings:
    state = tmp_path / "state"
    state.mkdir()
    with closing(sqlite3.connect(state / DATABASE)) as database, database:
        database.execute("CREATE TABLE points (text)")
        database.executemany("INSERT INTO points VALUES (?)", [("x" * 500,)] * FIRST_ROWS)
    write_atomically(state / DOCUMENT, b"{}")
    folders = {"state_dir": state, "backup_dir": tmp_path / "backup", "backups_kept": 3}
    return StateBackupSettings.model_validate(folders)


def rows(file: Path) -> int:
    with closing(sqlite3.connect(file)) as database:
        return database.execute("SELECT count(*) FROM points").fetchone()[0]


def test_a_generation_is_whole_while_the_state_is_written(settings: StateBackupSettings) -> None:
    """Documents are one version of themselves, databases of one instant; the oldest ones go."""
    ended = threading.Event()

    def write() -> None:
        number = 0
        with closing(sqlite3.connect(settings.state_dir / DATABASE, timeout=30)) as database:
            while not ended.is_set():
                number += 1
                body = {"number": number, "same": [number] * 2_000}
                write_atomically(settings.state_dir / DOCUMENT, json.dumps(body).encode())
                with database:
                    database.executemany("INSERT INTO points VALUES (?)", [("x" * 500,)] * 2)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(5):
            saved = save(settings)
            body = json.loads((saved / DOCUMENT).read_bytes())
            assert set(body.get("same", [])) <= {body.get("number")}
            assert rows(saved / DATABASE) % 2 == 0
    finally:
        ended.set()
        writer.join()
    assert len(list(settings.backup_dir.iterdir())) == 3


def test_the_state_comes_back_but_not_under_a_service_that_runs(
    settings: StateBackupSettings,
) -> None:
    """The newest generation, or a named one; locks and drafts are no state."""
    document = settings.state_dir / DOCUMENT
    with only_writer(document):
        first = save(settings)
        assert {path.name for path in first.iterdir()} == {DOCUMENT, DATABASE}
        with pytest.raises(BackupError, match="stop the service first"):
            restore(settings)
    document.write_bytes(b"lost")
    (settings.state_dir / DATABASE).write_bytes(b"lost")
    restore(settings)
    assert document.read_bytes() == b"{}"
    assert rows(settings.state_dir / DATABASE) == FIRST_ROWS
    save(settings)
    assert restore(settings.model_copy(update={"generation": first.name})) == first
    with pytest.raises(BackupError, match=f"there is: {first.name}"):
        restore(settings.model_copy(update={"generation": "20200101"}))


def test_a_damaged_database_does_not_push_out_good_generations(
    settings: StateBackupSettings,
) -> None:
    """What is left of the attempt goes with the next one."""
    good = save(settings)
    file = settings.state_dir / DATABASE
    file.write_bytes(file.read_bytes()[:5_000])
    for _ in range(4):
        with pytest.raises(BackupError, match=DATABASE):
            save(settings)
    assert [path for path in settings.backup_dir.iterdir() if path.name.endswith("Z")] == [good]
    file.unlink()
    newer = save(settings)
    assert sorted(settings.backup_dir.iterdir()) == [good, newer]


def test_a_trial_leaves_the_state_alone_and_knows_old_and_damaged_backups(
    settings: StateBackupSettings,
) -> None:
    """The newest generation in a scratch folder, judged by the service's own reader."""
    with pytest.raises(BackupError, match="there is: none"):
        verify(settings, nothing_to_say)
    saved = save(settings)
    (settings.state_dir / DOCUMENT).write_bytes(b"newer")
    assert verify(settings, nothing_to_say) == f"{saved.name}, looked at"
    assert (settings.state_dir / DOCUMENT).read_bytes() == b"newer"
    old = saved.rename(saved.with_name("20260101T034700.000000Z"))
    with pytest.raises(BackupError, match="hours old"):
        verify(settings, nothing_to_say)
    saved = old.rename(saved)
    (saved / DATABASE).write_bytes((saved / DATABASE).read_bytes()[:5_000])
    with pytest.raises(BackupError, match=DATABASE):
        verify(settings, nothing_to_say)


@pytest.fixture
def pushed() -> Iterator[tuple[str, list[str]]]:
    """A VictoriaMetrics that only remembers what was pushed."""
    lines: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            lines.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(204 if self.path == "/api/v1/import/prometheus" else 404)
            self.end_headers()

        @override
        def log_message(self, format: str, *args: object) -> None:
            """No log."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", lines
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_command_tells_what_it_tried_and_what_succeeded(
    settings: StateBackupSettings,
    pushed: tuple[str, list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A failed trial ends with 1 and is not counted; a wrong call with 2."""
    url, lines = pushed
    for name, value in {
        "STATE_DIR": settings.state_dir,
        "BACKUP_DIR": settings.backup_dir,
        "VICTORIAMETRICS_URL": url,
        "HOUSE": "cottage",
        "BACKUP_NAME": "shelly",
    }.items():
        monkeypatch.setenv(name, str(value))
    assert main("verify", nothing_to_say) == 1
    assert main("save", nothing_to_say) == 0
    assert main("verify", nothing_to_say) == 0
    labels = '{backup="shelly",house="cottage"}'
    assert [line.split(" ")[0] for line in lines] == [
        f"backup_last_tried_timestamp_seconds{labels}",
        f"backup_last_tried_timestamp_seconds{labels}",
        f"backup_last_verified_timestamp_seconds{labels}",
    ]
    assert main("restore now", nothing_to_say) == 2
    assert "verified" in capsys.readouterr().out
    monkeypatch.setenv("VICTORIAMETRICS_URL", f"{url}/elsewhere")
    assert main("verify", nothing_to_say) == 1
