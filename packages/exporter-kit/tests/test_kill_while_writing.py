"""`kill -9` of a real process in the middle of its writes."""

import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from exporter_kit.statefile import Document, load_document
from testbed.power_cut import cut_power

WRITER = """
import sys
from pathlib import Path
from exporter_kit.statefile import Document, load_document, save_document

document = Document(Path(sys.argv[1]), 1)
n = (load_document(document) or {"n": 0})["n"]
while True:
    n += 1
    save_document(document, {"n": n, "ballast": [n] * 20_000})
    print(n, flush=True)
"""
KILLS = 12


@pytest.mark.long
def test_no_acknowledged_write_is_lost_and_none_is_half(tmp_path: Path) -> None:
    """After each death the file is whole and holds the last printed number, or the next."""
    path, chance, printed = tmp_path / "x.state.json", random.Random(1), 0  # noqa: S311
    for _ in range(KILLS):
        process = subprocess.Popen(  # noqa: S603 - the program above
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout
        for _ in range(chance.randint(1, 12)):
            printed = int(process.stdout.readline())
        process.kill()
        rest = process.communicate()[0].split()
        printed = int(rest[-1]) if rest else printed
        body = load_document(Document(path, 1))
        assert body
        assert body["n"] in {printed, printed + 1}
        assert body["ballast"] == [body["n"]] * 20_000


def test_a_power_cut_leaves_the_acknowledged_document_or_the_next(tmp_path: Path) -> None:
    """The folder of the counters, copied in the middle of writes."""
    (folder := tmp_path / "state").mkdir()
    printed = [0]

    def follow() -> None:
        assert process.stdout
        for line in process.stdout:
            printed[0] = int(line)

    with subprocess.Popen(  # noqa: S603 - the program above
        [sys.executable, "-c", WRITER, str(folder / "x.state.json")],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        following = threading.Thread(target=follow)
        following.start()
        try:
            for copy in cut_power(process.pid, folder, tmp_path / "copies"):
                known = printed[0]
                body = load_document(Document(copy / "x.state.json", 1)) or {"n": 0, "ballast": []}
                assert body["n"] >= known
                assert body["ballast"] == [body["n"]] * len(body["ballast"])
        finally:
            process.kill()
            following.join()
