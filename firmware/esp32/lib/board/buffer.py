"""Measurements in the flash until the server has them: files of some lines each, oldest first.

A file is removed whole after its acknowledgement. That costs one operation, which littlefs2 does at
once or not at all, and no line is ever rewritten.
"""

import errno
import os

from board.measurement import is_complete

FOLDER = "buffer"
REFUSED_PATH = "refused.ndjson"
OLDER_REFUSED_PATH = "refused.old.ndjson"
REFUSED_MAX_BYTES = 32_000
ENOSPC = 28  # MicroPython's errno has no name for it


class Batch:
    """Lines of one file that go into one request.

    Attributes:
        path: The file.
        indexes: Of the lines in it.
    """

    def __init__(self, path: str, complete):
        self.path, self._complete = path, complete
        self.indexes = []

    def length_bytes(self) -> int:
        """Return the length of the body; it changes when the time becomes known."""
        return sum(len(piece) for piece in self.body())

    def body(self):
        """Yield the lines as they are sent, read from the flash one by one."""
        chosen = set(self.indexes)
        for index, line in _lines(self.path):
            if index in chosen:
                yield self._complete(line)


class Buffer:
    """The files, and which lines of the oldest one are done with.

    Attributes:
        lines: How many are kept, those of the oldest file that are done with not counted.
    """

    def __init__(self, max_bytes: int, file_lines: int, on_dropped):
        self._max_bytes, self._file_lines, self._on_dropped = max_bytes, file_lines, on_dropped
        make_folder(FOLDER)
        self._numbers = sorted(int(name[:-7]) for name in os.listdir(FOLDER) if _is_ours(name))
        self._next = self._numbers[-1] + 1 if self._numbers else 0
        self._counts = {number: _count(_path(number)) for number in self._numbers}
        self._sizes = {number: os.stat(_path(number))[6] for number in self._numbers}
        # The end of an older file may be torn, so this start begins with one of its own.
        self._open = None
        self._done = set()

    @property
    def lines(self) -> int:
        """Return how many lines wait to be sent."""
        return sum(self._counts.values()) - len(self._done)

    def append(self, line: bytes) -> None:
        """Keep a line; it is durable when this returns.

        Raises:
            OSError: The flash cannot be written, for another reason than being full.
        """
        while self._numbers and sum(self._sizes.values()) + len(line) > self._max_bytes:
            self._drop_oldest()
        while not self._try_write(line):
            self._drop_oldest()

    def next_batch(self, max_lines: int, complete):
        """Return the oldest lines that wait, of one file; None when there are none.

        Args:
            max_lines: Of the batch.
            complete: Returns a kept line as it is sent.
        """
        while self._numbers:
            number = self._numbers[0]
            batch = Batch(_path(number), complete)
            for index, line in _lines(batch.path):
                if len(batch.indexes) == max_lines:
                    break
                if index not in self._done and is_complete(line):
                    batch.indexes.append(index)
            if batch.indexes:
                return batch
            self._remove_oldest()
        return None

    def acknowledged(self, batch: Batch) -> None:
        """Remove the lines of a batch; their file as soon as it has no others."""
        self._done.update(batch.indexes)
        if len(self._done) >= self._counts[self._numbers[0]]:
            self._remove_oldest()

    def set_aside(self, batch: Batch, position: int) -> None:
        """Move one line of a batch to the file of refused lines, which is bounded."""
        index = batch.indexes[position]
        for each, line in _lines(batch.path):
            if each == index:
                _keep_refused(line)
        self._done.add(index)
        if len(self._done) >= self._counts[self._numbers[0]]:
            self._remove_oldest()

    def _try_write(self, line: bytes) -> bool:
        """Return whether the line was kept; False when there is no space and something to drop."""
        if self._open is None or self._counts[self._open] >= self._file_lines:
            self._open, self._next = self._next, self._next + 1
            self._numbers.append(self._open)
            self._counts[self._open] = self._sizes[self._open] = 0
        try:
            with open(_path(self._open), "ab") as file:
                file.write(line)
        except OSError as error:
            self._close_torn()
            if error.errno != ENOSPC or not self._numbers:
                raise
            return False
        self._counts[self._open] += 1
        self._sizes[self._open] += len(line)
        return True

    def _close_torn(self) -> None:
        # What follows a torn line would be lost with it: the next line begins a file.
        number, self._open = self._open, None
        if self._counts[number] == 0:
            self._numbers.pop()
            del self._counts[number], self._sizes[number]
            remove_if_there(_path(number))

    def _drop_oldest(self) -> None:
        count = self._counts[self._numbers[0]] - len(self._done)
        self._remove_oldest()
        if count:
            self._on_dropped(count)

    def _remove_oldest(self) -> None:
        number = self._numbers[0]
        remove_if_there(_path(number))
        # Not before the file is gone: an error above must not make it forgotten.
        self._numbers.pop(0)
        del self._counts[number], self._sizes[number]
        self._done = set()
        if number == self._open:
            self._open = None


def make_folder(path: str) -> None:
    """Make a folder unless it is there."""
    try:
        os.mkdir(path)
    except OSError as error:
        if error.errno != errno.EEXIST:
            raise


def remove_if_there(path: str) -> None:
    """Remove a file, which may be missing."""
    try:
        os.remove(path)
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise


def append_bounded(path: str, older_path: str, line: bytes, max_bytes: int) -> None:
    """Append to a file; when it is full it becomes the older one, whose place it takes."""
    try:
        if os.stat(path)[6] + len(line) > max_bytes:
            os.rename(path, older_path)
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise
    with open(path, "ab") as file:
        file.write(line)


def _keep_refused(line: bytes) -> None:
    try:
        append_bounded(REFUSED_PATH, OLDER_REFUSED_PATH, line, REFUSED_MAX_BYTES)
    except OSError as error:  # a full flash: a refused line must not block the others
        print(f"failed: a refused line is lost: {error!r}")


def _path(number: int) -> str:
    return f"{FOLDER}/{number:08d}.ndjson"


def _is_ours(name: str) -> bool:
    return name.endswith(".ndjson") and name[:-7].isdigit()


def _lines(path: str):
    try:
        with open(path, "rb") as file:
            yield from enumerate(file)
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise


def _count(path: str) -> int:
    return sum(1 for _ in _lines(path))
