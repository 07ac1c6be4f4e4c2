"""A start that cannot succeed is refused before anything runs, with the way out."""

import socket
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from up.parts import parts
from up.preflight import problems
from up.settings import Settings


def test_a_taken_port_names_the_setting() -> None:
    """Somebody else's server on 8080 is the most common surprise."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        settings = Settings(page_port=port)
        found = problems(settings, [part for part in parts(settings) if part.name == "page"])
    way_out = f"choose another with PAGE_PORT, for example: make up PAGE_PORT={port + 1000}"
    assert found == [f"page: port {port} is in use; {way_out}"]


def test_a_missing_configuration_says_what_to_copy(tmp_path: Path) -> None:
    """Real credentials without devices.yaml must not fall back to the virtual home."""
    settings = Settings(
        switchbot_token=SecretStr("t"),
        switchbot_secret=SecretStr("s"),
        config_file=tmp_path / "devices.yaml",
    )
    (found,) = problems(settings, [])
    assert "copy config/devices.example.yaml" in found


def test_a_token_without_its_secret_is_refused() -> None:
    """Half an account would be a virtual home that looks real."""
    with pytest.raises(ValidationError, match="SWITCHBOT_SECRET"):
        Settings(switchbot_token=SecretStr("t"))


def test_only_the_exporter_is_given_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret that a process does not need is not in its environment."""
    monkeypatch.setenv("SWITCHBOT_TOKEN", "the-token")
    monkeypatch.setenv("SWITCHBOT_SECRET", "the-secret")
    for part in parts(Settings()):
        given = {"the-token", "the-secret"} <= set(part.environment().values())
        assert given == (part.name == "exporter"), part.name


def test_two_parts_never_share_a_default_port() -> None:
    """All defaults must be able to run at once."""
    ports = [port for part in parts(Settings()) for port in part.ports.values()]
    assert len(ports) == len(set(ports))
