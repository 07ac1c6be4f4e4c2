"""What a feed at work needs around it; each part is replaced in tests."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from exporter_kit.clock import Clock
from exporter_kit.recording import Recorder

type Spawn = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where outcomes go, what time it is, how long a read may take, how a task is started."""

    recorder: Recorder
    clock: Clock
    deadline_seconds: float
    spawn: Spawn
