"""Settings from the environment."""

from kasa import Credentials
from pydantic import SecretStr

from exporter_kit import ExporterSettings
from service_kit.settings import Port, Seconds
from tp_link_native_exporter.session import TimeLimits


class Settings(ExporterSettings):
    """The kit's settings with this exporter's defaults, and the TP-Link account.

    `deadline_seconds` is for opening a connection; an update has half of it.
    """

    listen_port: Port = 9102
    poll_interval_seconds: Seconds = 15.0
    deadline_seconds: Seconds = 10.0
    tp_link_username: SecretStr = SecretStr("")
    tp_link_password: SecretStr = SecretStr("")

    def credentials(self) -> Credentials | None:
        """Return the account; None when it is not set, enough for Kasa firmware before KLAP."""
        username = self.tp_link_username.get_secret_value()
        return Credentials(username, self.tp_link_password.get_secret_value()) if username else None

    def time_limits(self) -> TimeLimits:
        """Return limits that end an attempt, with its cause, a little before the kit's deadline."""
        return TimeLimits(
            update_seconds=0.5 * self.deadline_seconds,
            connect_seconds=0.9 * self.deadline_seconds,
        )
