"""Settings from the environment."""

from pydantic import SecretStr

from exporter_kit import ExporterSettings
from service_kit.settings import Port, Seconds


class Settings(ExporterSettings):
    """The kit's settings with this exporter's defaults, and the password of the devices.

    Attributes:
        shelly_password: Of the user `admin`; devices without a login are sent none.
        shelly_stale_seconds: A meter under load whose values are the same for so long is down.
    """

    listen_port: Port = 9105
    poll_interval_seconds: Seconds = 10.0
    deadline_seconds: Seconds = 10.0
    shelly_password: SecretStr = SecretStr("")
    shelly_stale_seconds: Seconds = 600.0

    @property
    def answer_seconds(self) -> float:
        """Return the limit of one answer, a little before the kit's, so that it has its cause."""
        return 0.9 * self.deadline_seconds
