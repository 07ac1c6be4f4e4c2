"""The outbox of the gateway and the forwarders after a power cut in the middle of its writes."""

import subprocess
import sys
import threading
from pathlib import Path

from testbed.power_cut import cut_power, select_after_cut
from testbed.process import free_port

PROGRAM = Path(__file__).with_name("enqueue_and_deliver.py")


def test_every_committed_point_is_still_there(tmp_path: Path) -> None:
    """Copied with its journal and opened again: whole, with all that was committed before."""
    (folder := tmp_path / "state").mkdir()
    url = f"http://127.0.0.1:{free_port()}"  # no server there: every point waits
    command = [sys.executable, PROGRAM, folder / "outbox.db", url, "0"]
    committed = [-1]

    def follow() -> None:
        assert process.stdout
        for line in process.stdout:
            committed[0] = int(line)

    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        following = threading.Thread(target=follow)
        following.start()
        try:
            for copy in cut_power(process.pid, folder, tmp_path / "copies"):
                known = committed[0]
                if known < 0:
                    continue
                query = "SELECT count(*) FROM outbox"
                ((waiting,),) = select_after_cut(copy / "outbox.db", query)
                assert waiting >= known + 1
        finally:
            process.kill()
            following.join()
