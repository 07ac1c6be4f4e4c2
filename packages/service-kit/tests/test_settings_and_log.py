"""What a person meets first: settings that are wrong, and the lines of the log."""

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest
import structlog
from pydantic import SecretStr

from service_kit.errors import SettingsError
from service_kit.log import set_up_log
from service_kit.settings import (
    LogFormat,
    LogSettings,
    Port,
    Seconds,
    load_settings,
    secret_values,
    secret_variables,
)

TOKEN = "t0k/en+se=cret"


class Settings(LogSettings):
    """Of some service."""

    state_dir: Path = Path("state")
    listen_port: Port = 9101
    poll_interval_seconds: Seconds = 60.0
    some_token: SecretStr
    other_token: SecretStr | None = None


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a prefix, each by its name; an empty variable is as none."""
    monkeypatch.setenv("SOME_TOKEN", TOKEN)
    monkeypatch.setenv("STATE_DIR", "/var/lib/x")
    monkeypatch.setenv("LISTEN_PORT", "")
    settings = load_settings(Settings)
    assert settings.state_dir == Path("/var/lib/x")
    assert settings.listen_port == 9101
    assert secret_values(settings) == (TOKEN,)


def test_every_wrong_setting_has_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the variable's name, without what was in it."""
    monkeypatch.setenv("LISTEN_PORT", "70000")
    monkeypatch.setenv("POLL_INTERVAL_SECONDS", "soon")
    with pytest.raises(SettingsError) as caught:
        load_settings(Settings)
    assert [line.split(":")[0] for line in caught.value.lines] == [
        "LISTEN_PORT",
        "POLL_INTERVAL_SECONDS",
        "SOME_TOKEN",
    ]
    assert "soon" not in str(caught.value)


@pytest.fixture
def _own_log() -> object:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)


@pytest.mark.usefixtures("_own_log")
@pytest.mark.parametrize("form", ["console", "json"])
def test_secrets_are_in_no_line(form: LogFormat, capsys: pytest.CaptureFixture[str]) -> None:
    """Not in a message, its arguments, a URL or a traceback; libraries' lines included."""
    set_up_log("INFO", form, [TOKEN])
    log = logging.getLogger("somebody.elses.library")
    log.info("token %s at http://x/?t=t0k%%2Fen%%2Bse%%3Dcret", TOKEN)
    log.error("failed", exc_info=ValueError(TOKEN))
    shown = capsys.readouterr().err
    assert "t0k" not in shown
    assert "ValueError: ***" in shown


@pytest.mark.usefixtures("_own_log")
def test_a_json_line_is_an_object(capsys: pytest.CaptureFixture[str]) -> None:
    """Also when the message has quotes and lines in it."""
    set_up_log("INFO", "json", ['quo"ted'])
    logging.getLogger("a").warning('quo"ted\nand "more"')
    line = json.loads(capsys.readouterr().err)
    assert (line["level"], line["logger"], line["event"]) == ("WARNING", "a", '***\nand "more"')
    assert line["timestamp"].endswith("Z")


@pytest.mark.usefixtures("_own_log")
def test_a_bound_request_id_is_in_every_line(capsys: pytest.CaptureFixture[str]) -> None:
    """As `request_id`, until it is unbound; also in the lines of libraries."""
    set_up_log("INFO", "json")
    with structlog.contextvars.bound_contextvars(request_id="4f2a"):
        logging.getLogger("a.library").info("inside")
    logging.getLogger("a").info("outside")
    inside, outside = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert inside["request_id"] == "4f2a"
    assert "request_id" not in outside


@pytest.mark.usefixtures("_own_log")
def test_a_secret_inside_a_logged_object_is_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    """Keys, nested values and objects of any class, in what was bound to the context."""
    set_up_log("INFO", "json", [TOKEN])
    with structlog.contextvars.bound_contextvars(request={TOKEN: [Path(TOKEN), 1, None]}):
        logging.getLogger("a").info("x")
    assert json.loads(capsys.readouterr().err)["request"] == {"***": ["***", 1, None]}


def test_what_ends_the_process_is_logged_without_secrets() -> None:
    """An exception that nobody caught, with the traceback hidden in the same way."""
    code = (
        "from service_kit.log import set_up_log\n"
        f"set_up_log('INFO', 'json', [{TOKEN!r}])\n"
        f"raise RuntimeError({TOKEN!r})\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - as above
    line = json.loads(done.stderr)
    assert (line["event"], line["level"]) == ("the process ends", "CRITICAL")
    assert "RuntimeError: ***" in line["exception"]
    assert TOKEN not in done.stderr


def test_the_secret_variables_of_a_class_are_known() -> None:
    """Without reading them: who starts the process passes these to it and to no other."""
    assert secret_variables(Settings) == ("SOME_TOKEN", "OTHER_TOKEN")
