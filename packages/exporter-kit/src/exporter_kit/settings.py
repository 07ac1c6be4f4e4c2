"""The settings that every exporter has, read once from the environment."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from zlib import crc32

from pydantic import BeforeValidator
from pydantic_settings import NoDecode

from exporter_kit.exporter import Target
from service_kit.settings import LogSettings, Names, Port, Seconds, Settings

SHARD = re.compile(r"(\d{1,4})/(\d{1,4})")


@dataclass(frozen=True, slots=True)
class Shard:
    """One of `count` parts: every device is in exactly one, and further devices move none.

    The part follows from the device's id; from that of the meter where it has several (a strip, a
    relay with two), since one question reads them all.

    Attributes:
        index: From 0.
        count: Of all processes together.
    """

    index: int = 0
    count: int = 1

    def has(self, name: str) -> bool:
        """Return whether an id is in this part; the same at every start and on every machine."""
        return crc32(name.encode()) % self.count == self.index

    def select[T: Target[Any]](self, targets: Iterable[T]) -> tuple[T, ...]:
        """Return the targets of this part."""
        return tuple(
            each for each in targets if self.has(each.source.read_together or each.device.device)
        )


def parse_shard(text: object) -> object:
    """Return the shard that `0/4` means, the first of four.

    Raises:
        ValueError: It is not of this form, or there is no such part.
    """
    if not isinstance(text, str):
        return text
    found = SHARD.fullmatch(text.strip())
    index, count = (int(found[1]), int(found[2])) if found else (0, 0)
    if index >= count:
        message = (
            "write it as 0/4: the part, from 0 to 3, and how many parts there are; each part is"
            " read by a process of its own, and without SHARD one process reads all devices"
        )
        raise ValueError(message)
    return Shard(index, count)


type ShardSetting = Annotated[Shard, NoDecode, BeforeValidator(parse_shard)]


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
