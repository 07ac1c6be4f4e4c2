"""The sessions of one plug: cookies, their life, and the firmware that keeps only one."""

import secrets
import time
from dataclasses import dataclass, field

COOKIE = "TP_SESSIONID"


@dataclass(slots=True)
class Sessions[State]:
    """Session states by cookie. `single`: a new one ends all before it."""

    seconds: int
    single: bool = field(kw_only=True)
    states: dict[str, tuple[float, State]] = field(default_factory=dict)

    def open(self, state: State) -> str:
        """Keep a state; the answer is its cookie."""
        cookie = secrets.token_hex(16).upper()
        self.adopt(cookie, state)
        return cookie

    def adopt(self, cookie: str, state: State) -> None:
        """Keep a state under a cookie that was given out before."""
        if self.single:
            self.states.clear()
        self.states[cookie] = (time.monotonic() + self.seconds, state)

    def find(self, cookie: str | None) -> State | None:
        """The state of a cookie that is known and not over."""
        end, state = self.states.get(cookie or "", (0.0, None))
        return state if time.monotonic() < end else None

    def close_all(self) -> None:
        """What another client's login does, and a power cut."""
        self.states.clear()
