"""Settings of `make up`: environment variables of these names in capitals."""

from pathlib import Path
from typing import Self

from pydantic import SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

VIRTUAL_CONFIG = Path("config/virtual-home.yaml")


class Settings(BaseSettings):
    """Where things listen and what they read. All ports are on the loopback address."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True)

    page_port: int = 8080
    bff_port: int = 8000
    bff_health_port: int = 8001
    vm_port: int = 8428
    switchbot_exporter_port: int = 9101
    virtual_home_port: int = 8010

    data_dir: Path = Path(".var")
    config_file: Path = Path("config/devices.yaml")
    backfill_days: int = 60
    switchbot_token: SecretStr | None = None
    switchbot_secret: SecretStr | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.switchbot_token is None) != (self.switchbot_secret is None):
            message = "SWITCHBOT_TOKEN and SWITCHBOT_SECRET go together: set both, or none"
            raise ValueError(message)
        return self

    @property
    def virtual(self) -> bool:
        """Without an account there is a virtual home to look at."""
        return self.switchbot_token is None

    @property
    def home_file(self) -> Path:
        """The configuration that all parts read."""
        return (VIRTUAL_CONFIG if self.virtual else self.config_file).resolve()

    @property
    def home_dir(self) -> Path:
        """The data of this home. The virtual one never mixes with a real one."""
        return (self.data_dir / ("virtual-home" if self.virtual else "home")).resolve()
