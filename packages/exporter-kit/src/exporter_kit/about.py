"""Let an exporter look through what its account or server has, beside the reading."""

import logging
from collections.abc import Sequence
from typing import Any

from exporter_kit.feeds import Feed
from exporter_kit.outcomes import Failure
from exporter_kit.turn import in_time

LOG = logging.getLogger(__name__)
ABOUT_DEADLINE_SECONDS = 60.0


async def say_about(feed: Feed, sources: Sequence[Any]) -> None:
    """Let the exporter compare its account with the configuration, if it can."""
    if feed.about is None:
        return
    failure = await in_time(feed.about(sources), ABOUT_DEADLINE_SECONDS)
    if isinstance(failure, Failure):
        LOG.warning("the account could not be looked through: %s", failure, exc_info=failure.error)
