"""The settings of the cloud fetcher."""

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, HttpUrl, SecretStr, model_validator

from exporter_kit import ExporterSettings
from home_model.config import Zone
from service_kit.settings import Seconds


def _plain(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value().strip()
    if not (text and text.isascii() and text.isprintable()):
        message = "copy it again from the SwitchBot app: it is one line of plain characters"
        raise ValueError(message)
    return SecretStr(text)


type Credential = Annotated[SecretStr, AfterValidator(_plain)]


class CloudSettings(ExporterSettings):
    """Environment variables of these names in capitals.

    Attributes:
        poll_interval_seconds: The shortest time between two polls of one device; the quota
            stretches it.
        switchbot_daily_limit: Calls a day of the whole account.
        switchbot_reserve: Calls of these left to the phone's app and other programs.
        switchbot_reset_zone: Where the day of the quota ends; the house's time zone by default.
            Undocumented: the vendor's own command line assumes local midnight.
        switchbot_reset_hour: The hour at which it ends there.
        switchbot_remaining_header: The answer header that tells the calls left, should one appear.
    """

    poll_interval_seconds: Seconds = 30.0
    switchbot_token: Credential
    switchbot_secret: Credential
    switchbot_base_url: HttpUrl = HttpUrl("https://api.switch-bot.com")
    switchbot_daily_limit: int = Field(default=10_000, ge=1)
    switchbot_reserve: int = Field(default=500, ge=0)
    switchbot_reset_zone: Zone | None = None
    switchbot_reset_hour: int = Field(default=0, ge=0, le=23)
    switchbot_remaining_header: str = Field(default="X-RateLimit-Remaining", min_length=1)

    @model_validator(mode="after")
    def _something_is_left(self) -> "CloudSettings":
        if self.switchbot_reserve >= self.switchbot_daily_limit:
            message = "SWITCHBOT_RESERVE must be less than SWITCHBOT_DAILY_LIMIT"
            raise ValueError(message)
        return self

    @property
    def reset_zone(self) -> ZoneInfo | None:
        """Where the day of the quota ends, if that was set."""
        return ZoneInfo(self.switchbot_reset_zone) if self.switchbot_reset_zone else None
