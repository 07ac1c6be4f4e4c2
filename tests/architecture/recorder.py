"""Run a module and record which files of ours it enters.

    python recorder.py OUT MODULE [ARGUMENT…]

SIGUSR1 begins a recording, SIGUSR2 ends it and writes one line for each file to OUT, in the order
in which they were entered first. A file is entered when a function of it is called or resumed; what
runs at import does not count, nor does anything outside of `packages/` and `services/`. Left out is
what no request waits for: the main task of asyncio, which only watches, and IGNORED_THREADS.
"""

import asyncio
import os
import runpy
import signal
import sys
import threading
from pathlib import Path
from types import CodeType

TOOL = sys.monitoring.PROFILER_ID
EVENTS = (sys.monitoring.events.PY_START, sys.monitoring.events.PY_RESUME)
IGNORED_THREADS = ("ledger",)
MAIN_TASK = "Task-1"


class Recording:
    """Files by the order of their first call."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._files = dict[str, None]()
        self.is_on = False

    def begin(self) -> None:
        """Forget what was recorded before."""
        self._files.clear()
        sys.monitoring.restart_events()
        self.is_on = True

    def end(self) -> None:
        """Write what was recorded."""
        self.is_on = False
        draft = self._out.with_suffix(".draft")
        draft.write_text("".join(f"{name}\n" for name in list(self._files)), encoding="utf-8")
        draft.replace(self._out)

    def note(self, code: CodeType, _: int) -> None:
        """Take a call into the recording."""
        ours = "/src/" in code.co_filename and "/site-packages/" not in code.co_filename
        if not self.is_on or not ours or code.co_name == "<module>":
            return
        if not _is_background():
            self._files.setdefault(code.co_filename)


def _is_background() -> bool:
    thread = threading.current_thread()
    if thread is not threading.main_thread():
        return thread.name.startswith(IGNORED_THREADS)
    try:
        task = asyncio.current_task()
    except RuntimeError:
        return True
    return task is not None and task.get_name() == MAIN_TASK


def main() -> None:
    """Run the module under the recording."""
    recording = Recording(Path(sys.argv[1]))
    sys.monitoring.use_tool_id(TOOL, "architecture")
    for event in EVENTS:
        sys.monitoring.register_callback(TOOL, event, recording.note)
    sys.monitoring.set_events(TOOL, sum(EVENTS))
    signal.signal(signal.SIGUSR1, lambda *_: recording.begin())
    signal.signal(signal.SIGUSR2, lambda *_: recording.end())
    module = sys.argv[2]
    sys.argv = sys.argv[2:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
