"""What a person meets first: settings that are wrong, and the lines of the log."""

import json
import logging
from pathlib import Path
from typing import Literal

import pytest
from pydantic import SecretStr

from exporter_kit.log import set_up_log
from exporter_kit.settings import ExporterSettings, SettingsError, read_settings, secrets_of

TOKEN = "t0k/en+se=cret"


class Settings(ExporterSettings):
    """With secrets of its own."""

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
    settings = read_settings(Settings)
    assert settings.state_dir == Path("/var/lib/x")
    assert settings.listen_port == 9101
    assert secrets_of(settings) == (TOKEN,)


def test_every_wrong_setting_has_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the variable's name, without what was in it."""
    monkeypatch.setenv("LISTEN_PORT", "70000")
    monkeypatch.setenv("POLL_INTERVAL_SECONDS", "soon")
    with pytest.raises(SettingsError) as caught:
        read_settings(Settings)
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
@pytest.mark.parametrize("form", ["text", "json"])
def test_secrets_are_in_no_line(
    form: Literal["text", "json"], capsys: pytest.CaptureFixture[str]
) -> None:
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
    assert (line["level"], line["logger"], line["message"]) == ("WARNING", "a", '***\nand "more"')
    assert line["at"].endswith("+00:00")
