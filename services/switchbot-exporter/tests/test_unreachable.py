"""A cloud that cannot be reached: the reason is the true one, and every plug is down."""

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import SecretStr

from home_model.errors import SourceError, UnreachableError
from switchbot_exporter.cloud.client import ApiAccess, open_client
from testbed.exporter import exporter, home_of, settings_of
from testbed.tls import Authority, https_server

COMMAND = (sys.executable, "-m", "switchbot_exporter")
NO_SUCH_NAME = "https://no-such-name.invalid"
CANNOT_RESOLVE = "the cloud cannot be reached: its name cannot be resolved"


class Ignored:
    """Follows nothing."""

    def on_request(self) -> None:
        """Ignore it."""

    def on_response(self, headers: Mapping[str, str]) -> None:
        """Ignore it."""

    def on_success(self) -> None:
        """Ignore it."""

    def on_error(self, error: SourceError) -> None:
        """Ignore it."""


async def refused(url: str) -> str:
    """Return why the cloud at an address gives nothing."""
    access = ApiAccess(url, SecretStr("token"), SecretStr("a-secret"), deadline_seconds=30)
    async with open_client(access, Ignored()) as client:
        with pytest.raises(UnreachableError) as raised:
            await client.fetch_devices()
    assert "a-secret" not in raised.value.reason
    return raised.value.reason


@pytest.mark.parametrize(
    ("name", "expired", "reason"),
    [
        ("localhost", True, "certificate has expired; is this machine's clock right?"),
        ("other.example", False, "certificate is not valid for 'localhost'"),
    ],
)
async def test_a_certificate_that_is_wrong_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, reason: str, *, expired: bool
) -> None:
    """Expired, or of another name; no secret is sent."""
    authority = Authority.create(tmp_path)
    monkeypatch.setattr("certifi.where", lambda: str(authority.file))
    with https_server(authority.context(name, expired=expired)) as url:
        assert reason in await refused(url)


async def test_what_is_no_tls_server_is_named(tmp_path: Path) -> None:
    """Of an unknown CA, without TLS, or of a name that does not resolve."""
    with https_server(Authority.create(tmp_path).context()) as url:
        assert "its certificate is refused: unable to get local issuer" in await refused(url)
    with https_server(None) as url:
        assert "it does not answer by TLS (wrong version number)" in await refused(url)
    assert (await refused(NO_SUCH_NAME)).startswith(CANNOT_RESOLVE)


def test_every_plug_is_down_with_the_reason(tmp_path: Path) -> None:
    """`switchbot_device_up` is 0, and the log has why."""
    home = home_of("{source: cloud, id: 0000000000A1}")
    account = {"SWITCHBOT_TOKEN": "token", "SWITCHBOT_SECRET": "a-secret"}
    settings = settings_of(home, tmp_path, SWITCHBOT_BASE_URL=NO_SUCH_NAME, **account)
    with exporter(COMMAND, settings, tmp_path / "log") as process:
        page = process.scrape_until(
            lambda page: page.value("switchbot_device_up", device="device_1") == 0
        )
    assert page.names_of("device_1", "switchbot_") == {"switchbot_device_up"}
    assert CANNOT_RESOLVE in (tmp_path / "log").read_text()
