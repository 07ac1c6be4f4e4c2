"""Settings of `make up`: environment variables of these names in capitals."""

from pathlib import Path
from typing import Self

from pydantic import SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PAIRS = (("switchbot_token", "switchbot_secret"), ("tp_link_username", "tp_link_password"))


class Settings(BaseSettings):
    """Where things listen and what they read. All ports are on loopback addresses.

    Attributes:
        virtual_bluetooth: Whether the virtual home has a radio; by default where
            scripts/setup-bluetooth-mock has been run.
        virtual_matter: Whether two of its plugs are also read over Matter; by default where
            scripts/setup-matter has been run and namespaces can be made.
        matter_server_url: Of a real home with `matter` sources; the exporter's default if not told.
        fetchers: The SwitchBot exporter's FETCHERS; by default what the configuration names.
    """

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True)

    page_port: int = 8080
    bff_port: int = 8000
    bff_health_port: int = 8001
    vm_port: int = 8428
    switchbot_exporter_port: int = 9101
    tp_link_exporter_port: int = 9102
    tp_link_matter_exporter_port: int = 9103
    virtual_home_port: int = 8010
    virtual_plugs_port: int = 8011
    virtual_matter_port: int = 8012  # not 5580: a real Matter server may be there

    data_dir: Path = Path(".var")
    config_file: Path = Path("config/devices.yaml")
    backfill_days: int = 60
    virtual_bluetooth: bool | None = None
    virtual_matter: bool | None = None
    matter_server_url: str | None = None
    fetchers: str | None = None
    switchbot_token: SecretStr | None = None
    switchbot_secret: SecretStr | None = None
    tp_link_username: SecretStr | None = None
    tp_link_password: SecretStr | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        for one, other in PAIRS:
            if (getattr(self, one) is None) != (getattr(self, other) is None):
                message = f"{one.upper()} and {other.upper()} go together: set both, or none"
                raise ValueError(message)
        return self

    @property
    def virtual(self) -> bool:
        """Without any account or Matter server there is a virtual home to look at."""
        ways_in = (self.switchbot_token, self.tp_link_username, self.matter_server_url)
        return all(way is None for way in ways_in)

    @property
    def home_file(self) -> Path:
        """The configuration that all parts read: in a virtual home a copy (see `house`)."""
        return self.home_dir / "devices.json" if self.virtual else self.config_file.resolve()

    @property
    def home_dir(self) -> Path:
        """The data of this home. The virtual one never mixes with a real one."""
        return (self.data_dir / ("virtual-home" if self.virtual else "home")).resolve()
