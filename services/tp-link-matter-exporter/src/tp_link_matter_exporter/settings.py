"""What the environment says."""

from pydantic import Field

from exporter_kit import ExporterSettings
from service_kit.settings import Port, Seconds


class Settings(ExporterSettings):
    """The kit's settings with this exporter's defaults, and the Matter server.

    Attributes:
        deadline_seconds: For one live read of a plug, and for the server to tell all its nodes.
        matter_server_url: Of the server's WebSocket. It knows no authentication: keep it private.
        matter_confirm_seconds: A plug says nothing while nothing changes; after so long it is
            read, and if it does not answer then, it is down.
    """

    listen_port: Port = 9103
    deadline_seconds: Seconds = 10.0
    matter_server_url: str = Field(default="ws://127.0.0.1:5580/ws", pattern=r"^wss?://\S+$")
    matter_confirm_seconds: Seconds = 15.0

    @property
    def age_limit_seconds(self) -> float:
        """Past this a reading cannot have been confirmed, whatever became of the reader."""
        return self.matter_confirm_seconds + 2 * self.deadline_seconds
