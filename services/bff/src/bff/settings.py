"""The settings of the environment, loaded once in `__main__`."""

from pathlib import Path
from typing import Annotated

import httpx
from pydantic import Field, HttpUrl, SecretStr

from bff.victoriametrics.patience import REQUEST_SECONDS
from service_kit.settings import LogSettings, Names, Port, Seconds


class Settings(LogSettings):
    """One process of the BFF."""

    config_file: Path
    database_url: SecretStr
    victoriametrics_url: HttpUrl
    victoria_metrics_username: str = ""
    victoria_metrics_password: SecretStr = SecretStr("")
    victoriametrics_deadline_seconds: Seconds = REQUEST_SECONDS
    samples_kept_days: Annotated[int, Field(ge=1)] = 730
    silent_after_seconds: Annotated[int, Field(ge=1)] = 60
    listen_host: str = "127.0.0.1"
    listen_port: Port = 8000
    health_port: Port = 8001
    virtual_home: bool = False
    contracts_folder: Path | None = None
    allowed_hosts: Names = ()
    trust_tailscale_identity: bool = False

    @property
    def used_contracts_folder(self) -> Path:
        """The folder of contract templates; by default beside the configuration file."""
        return self.contracts_folder or self.config_file.parent / "contracts"

    def victoria_metrics_auth(self) -> httpx.Auth | None:
        """Return the account at VictoriaMetrics; None where it asks for none."""
        password = self.victoria_metrics_password.get_secret_value()
        return httpx.BasicAuth(self.victoria_metrics_username, password) if password else None
