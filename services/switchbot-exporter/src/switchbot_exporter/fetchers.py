"""FETCHERS: whether this process asks the cloud, listens to Bluetooth, or both."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from exporter_kit import Exporter, ExporterSettings

type Fetcher = Literal["cloud", "ble"]
type Opened = Callable[[Any], AbstractAsyncContextManager[Exporter]]


def _split(text: object) -> object:
    return [part.strip() for part in text.split(",")] if isinstance(text, str) else text


def _some(fetchers: frozenset[Fetcher]) -> frozenset[Fetcher]:
    if not fetchers:
        message = "write cloud, ble, or cloud,ble"
        raise ValueError(message)
    return fetchers


class FetcherSettings(BaseSettings):
    """Read before all others: the cloud's credentials are asked for only where it is."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    fetchers: Annotated[
        frozenset[Fetcher], NoDecode, BeforeValidator(_split), AfterValidator(_some)
    ] = frozenset({"cloud"})


def parts_of(fetchers: frozenset[Fetcher]) -> tuple[type[ExporterSettings], Opened]:
    """The settings to read, and what opens the feeds with them."""
    # Imported only where wanted: bleak's BlueZ backend is for Linux, and PySwitchbot costs a
    # cloud-only process 11 MB.
    if fetchers == {"cloud"}:
        from switchbot_exporter.cloud.exporter import open_cloud  # noqa: PLC0415
        from switchbot_exporter.cloud.settings import CloudSettings  # noqa: PLC0415

        return CloudSettings, open_cloud
    if fetchers == {"ble"}:
        from switchbot_exporter.ble.exporter import open_ble  # noqa: PLC0415
        from switchbot_exporter.ble.settings import BleSettings  # noqa: PLC0415

        return BleSettings, open_ble
    from switchbot_exporter.both import BothSettings, open_both  # noqa: PLC0415

    return BothSettings, open_both
