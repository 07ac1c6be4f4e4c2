"""The settings that every exporter has, read once from the environment."""

from pathlib import Path

from exporter_kit.shards import Shard, ShardSetting
from service_kit.settings import LogSettings, Names, Port, Seconds, Settings


class FileSettings(Settings):
    """Where the configuration is: all that `--check` needs to validate it."""

    config_file: Path = Path("config/devices.yaml")


class ExporterSettings(FileSettings, LogSettings):
    """Subclass to add the exporter's own; secrets are `SecretStr`, so that the log hides them.

    Attributes:
        shard: The part of the devices that this process reads, such as `0/4`. Each process has a
            state folder of its own; a budget of calls is to be divided among them.
    """

    state_dir: Path = Path("state")
    listen_host: str = "127.0.0.1"
    listen_port: Port = 9101
    allowed_hosts: Names = ()
    poll_interval_seconds: Seconds = 60.0
    deadline_seconds: Seconds = 5.0
    shard: ShardSetting = Shard()
