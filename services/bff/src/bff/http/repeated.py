"""Repeat a request whose transaction failed only because another one was committed first."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, override

from fastapi import Request, Response
from fastapi.routing import APIRoute
from sqlalchemy.exc import SQLAlchemyError

from service_kit.database import CONFLICT_LIMIT_SECONDS, conflict_pause_seconds, is_conflict

type Handle = Callable[[Request], Coroutine[Any, Any, Response]]


class RepeatedRoute(APIRoute):
    """A route of a feature that writes: PostgreSQL may have its transaction repeated.

    A handler does all of its writing in one transaction, so that nothing of a failed attempt stays.
    """

    @override
    def get_route_handler(self) -> Handle:
        handle = super().get_route_handler()

        async def handle_again(request: Request) -> Response:
            until_s = time.monotonic() + CONFLICT_LIMIT_SECONDS
            while True:
                try:
                    return await handle(request)
                except SQLAlchemyError as error:
                    if not is_conflict(error) or time.monotonic() >= until_s:
                        raise
                await asyncio.sleep(conflict_pause_seconds())

        return handle_again
