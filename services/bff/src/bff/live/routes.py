"""`/live`: server-sent events while present values change."""

from collections.abc import AsyncIterable
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from bff.live.schemas import LiveChange
from bff.live.watch import LiveWatch
from bff.services import UsedServices

router = APIRouter(tags=["live"])

# Where there are too many streams, the page polls and tries again after this.
RETRY_MILLISECONDS = 60_000


async def _watch(request: Request) -> LiveWatch:
    return request.app.state.live


UsedWatch = Annotated[LiveWatch, Depends(_watch)]


@router.get("/live", summary="That present values have changed", response_class=EventSourceResponse)
async def stream_live(services: UsedServices, watch: UsedWatch) -> AsyncIterable[ServerSentEvent]:
    """`changed` when `/places` and `/devices` have something new, at most every three seconds.

    The first event comes at once. An event carries no values: they have their own addresses.
    """
    if watch.is_full:
        yield ServerSentEvent(retry=RETRY_MILLISECONDS, comment="too many streams")
        return
    zone, seen = services.home().zone, 0
    with watch.stream():
        while version := await watch.wait_for_change(seen):
            seen = version
            change = LiveChange(at=services.now().astimezone(zone))
            yield ServerSentEvent(event="changed", id=str(version), data=change)
