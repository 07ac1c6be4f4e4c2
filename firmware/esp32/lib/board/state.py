"""What outlives a start: its number, when starts began, and what was lost. One small file."""

import json
import os

PATH = "state.json"
MAX_OFFSETS = 16
FIRST_BOOT_LIMIT = 1 << 30  # fits the 32 bits of a database's integer, with room to count


class State:
    """The file `state.json`, replaced as a whole by a rename, which littlefs2 does at once or not.

    Attributes:
        boot: Number of this start. Without a file it is drawn by lot, so that the numbers of a
            board whose flash was erased are new ones.
        dropped: Lines that the full buffer had to drop, ever.
        refused: Lines that the server refused, ever.
    """

    def __init__(self):
        saved = _load()
        last = saved.get("boot")
        self.boot = last + 1 if isinstance(last, int) else _first_boot()
        self.dropped = _count(saved.get("dropped"))
        self.refused = _count(saved.get("refused"))
        offsets = saved.get("offsets")
        self._offsets = offsets if isinstance(offsets, dict) else {}
        if not self.save():
            # The next start could not know this number and would use it again.
            self.boot = _first_boot()

    def offset(self, boot: int):
        """Return the Unix time at which a start began; None when it had no clock."""
        return self._offsets.get(str(boot))

    def save_offset(self, unix_seconds: int) -> None:
        """Keep when this start began, so that a later one can date its lines."""
        self._offsets[str(self.boot)] = unix_seconds
        for boot in sorted(self._offsets, key=int)[:-MAX_OFFSETS]:
            del self._offsets[boot]
        self.save()

    def save(self) -> bool:
        """Write the file; return whether it was. A full or broken flash must not stop the board."""
        saved = {
            "boot": self.boot,
            "dropped": self.dropped,
            "refused": self.refused,
            "offsets": self._offsets,
        }
        try:
            with open(PATH + ".new", "w") as file:
                json.dump(saved, file)
            os.rename(PATH + ".new", PATH)
        except OSError as error:
            print(f"failed: {PATH} cannot be written: {error!r}")
            return False
        return True


def _load() -> dict:
    try:
        with open(PATH) as file:
            saved = json.load(file)
    except (OSError, ValueError):
        return {}
    return saved if isinstance(saved, dict) else {}


def _count(value) -> int:
    return value if isinstance(value, int) else 0


def _first_boot() -> int:
    return int.from_bytes(os.urandom(4), "big") % FIRST_BOOT_LIMIT + 1
