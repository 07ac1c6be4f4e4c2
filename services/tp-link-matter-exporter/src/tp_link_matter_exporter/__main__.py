"""`python -m tp_link_matter_exporter`: serve; `--once` lists nodes and readings; `--check`."""

import logging
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial

from exporter_kit import Exporter, Subscribe, main
from home_model.sources import MatterSource
from tp_link_matter_exporter.directory import tell_nodes
from tp_link_matter_exporter.listening import listen
from tp_link_matter_exporter.settings import Settings


@asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[Exporter]:
    """The exporter; the server is connected to later, and again whenever it went away."""
    # It reports every connection; what matters is said by us, once.
    logging.getLogger("matter_server").setLevel(logging.WARNING)
    feed = Subscribe(
        MatterSource,
        partial(listen, settings),
        settings.age_limit_seconds,
        inspect=partial(tell_nodes, settings),
    )
    yield Exporter(readers=(feed,))


if __name__ == "__main__":
    sys.exit(main("tp-link-matter-exporter", Settings, opened))
