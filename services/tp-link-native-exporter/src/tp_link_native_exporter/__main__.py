"""`python -m tp_link_native_exporter`: serve, `--once`, `--check`, or `--discover` the network."""

import logging
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from exporter_kit import Exporter, Poll, main
from home_model.sources import NativeSource
from tp_link_native_exporter.discovering import discover_and_print
from tp_link_native_exporter.link import Link
from tp_link_native_exporter.reading import Reader
from tp_link_native_exporter.settings import Settings


@asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[Exporter]:
    """The exporter, for as long as it runs; its sessions end with it."""
    # It reports every failing module at every update; what matters is said by us, once.
    logging.getLogger("kasa").setLevel(logging.CRITICAL)
    credentials, timing = settings.credentials(), settings.timing()
    reader = Reader(lambda address: Link(address, credentials, timing))
    try:
        yield Exporter(readers=(Poll(NativeSource, reader.read),))
    finally:
        await reader.close()


if __name__ == "__main__":
    if "--discover" in sys.argv:
        sys.exit(discover_and_print(sys.argv))
    sys.exit(main("tp-link-native-exporter", Settings, opened))
