"""What the environment says."""

from kasa import Credentials
from pydantic import SecretStr

from exporter_kit import ExporterSettings
from service_kit.settings import Port, Seconds
from tp_link_native_exporter.link import Timing


class Settings(ExporterSettings):
    """The kit's settings with this exporter's defaults, and the TP-Link account.

    `deadline_seconds` is for opening a connection; an update has half of it.
    """

    listen_port: Port = 9102
    poll_interval_seconds: Seconds = 15.0
    deadline_seconds: Seconds = 10.0
    tplink_username: SecretStr = SecretStr("")
    tplink_password: SecretStr = SecretStr("")

    def credentials(self) -> Credentials | None:
        """None when no account is set: enough for Kasa firmware before KLAP."""
        username = self.tplink_username.get_secret_value()
        return Credentials(username, self.tplink_password.get_secret_value()) if username else None

    def timing(self) -> Timing:
        """A turn ends, with its cause, a little before the kit's deadline would cut it off."""
        return Timing(
            update_seconds=0.5 * self.deadline_seconds,
            connect_seconds=0.9 * self.deadline_seconds,
            share_seconds=0.5 * self.poll_interval_seconds,
        )
