"""The settings of this exporter beside those of every exporter."""

from typing import Annotated

from pydantic import AfterValidator, Field, HttpUrl, SecretStr, model_validator

from exporter_kit.settings import ExporterSettings
from home_model.config import Zone


def _plain(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value().strip()
    if not (text and text.isascii() and text.isprintable()):
        message = "copy it again from the SwitchBot app: it is one line of plain characters"
        raise ValueError(message)
    return SecretStr(text)


type Credential = Annotated[SecretStr, AfterValidator(_plain)]


class Settings(ExporterSettings):
    """POLL_INTERVAL_SECONDS is the shortest time between two polls of one device."""

    switchbot_token: Credential
    switchbot_secret: Credential
    switchbot_base_url: HttpUrl = HttpUrl("https://api.switch-bot.com")
    switchbot_daily_limit: int = Field(default=10_000, ge=1)
    switchbot_reserve: int = Field(default=500, ge=0)
    switchbot_reset_zone: Zone | None = None
    switchbot_reset_hour: int = Field(default=0, ge=0, le=23)
    switchbot_remaining_header: str = Field(default="X-RateLimit-Remaining", min_length=1)

    @model_validator(mode="after")
    def _something_is_left(self) -> "Settings":
        if self.switchbot_reserve >= self.switchbot_daily_limit:
            message = "SWITCHBOT_RESERVE must be less than SWITCHBOT_DAILY_LIMIT"
            raise ValueError(message)
        return self
