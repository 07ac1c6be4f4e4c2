"""Settings from the environment; the only module that reads it."""

from pathlib import Path

import httpx
from pydantic import Field, SecretStr

from home_model.sources import SourceName
from service_kit.settings import LogSettings, Port, Settings
from tapo_emulator.klap_cipher import Account as TpLinkAccount
from virtual_home.cloud.signature import Account

# Not secrets: they open a house that does not exist.
VIRTUAL_ACCOUNT = Account(token="virtual-token", secret="virtual-secret")  # noqa: S106

VIRTUAL_TP_LINK_ACCOUNT = TpLinkAccount("virtual@example.com", "virtual-password")


class HouseSettings(Settings):
    """Which house, and which of its possible lives."""

    config_file: Path = Path("config/virtual-home.yaml")
    seed: int = 1


class ServeSettings(HouseSettings, LogSettings):
    """`serve`.

    Attributes:
        aiseg2_listen_port: Where the AiSEG2 of the house listens; without it there is none.
        daily_limit: Lets a house of 50 plugs be asked every 5 seconds.
    """

    listen_host: str = "127.0.0.1"
    listen_port: int = Field(default=8010, ge=1, le=65535)
    aiseg2_listen_port: Port | None = None
    daily_limit: int = Field(default=1_000_000, ge=0)


class PlugsSettings(HouseSettings, LogSettings):
    """`plugs`. The plugs listen at their addresses of the configuration; this is for the api."""

    listen_host: str = "127.0.0.1"
    listen_port: int = Field(default=8011, ge=1, le=65535)


class BackfillSettings(HouseSettings):
    """`backfill`. `state_dir` is the SwitchBot exporter's, and those of the others if not set."""

    victoriametrics_url: str = "http://127.0.0.1:8428"
    victoria_metrics_username: str = ""
    victoria_metrics_password: SecretStr = SecretStr("")
    state_dir: Path = Path(".var/switchbot-exporter")
    tp_link_state_dir: Path | None = None
    tp_link_matter_state_dir: Path | None = None
    aiseg2_state_dir: Path | None = None
    days: int = Field(default=60, ge=1, le=3660)

    def victoria_metrics_auth(self) -> httpx.Auth | None:
        """Return the account at VictoriaMetrics; None where it asks for none."""
        password = self.victoria_metrics_password.get_secret_value()
        return httpx.BasicAuth(self.victoria_metrics_username, password) if password else None

    @property
    def state_dirs(self) -> dict[SourceName, Path]:
        """Where the exporter of each kind of source keeps its counters."""
        return {
            "cloud": self.state_dir,
            "native": self.tp_link_state_dir or self.state_dir,
            "matter": self.tp_link_matter_state_dir or self.state_dir,
            "aiseg2": self.aiseg2_state_dir or self.state_dir,
        }


class PricesSettings(Settings):
    """`seed-prices`."""

    bff_url: str = "http://127.0.0.1:8000"
