"""`python -m exporter_kit.backup save|restore|verify`: an exporter's state."""

import json
import sys
from pathlib import Path

from exporter_kit.energy.store import STATE_SUFFIX, VERSION, read_counters
from exporter_kit.statefile import DamagedError, Document, check_document
from service_kit.backup import BackupError
from service_kit.state_backup import main


def check_state(folder: Path) -> str:
    """Read every document of a restored folder as this version reads it.

    Returns:
        How many documents and counters there are.

    Raises:
        BackupError: One of them is damaged, or of another version.
    """
    documents = sorted(folder.glob("*.json"))
    try:
        for path in documents:
            _check(path)
        counters = [
            read_counters(Document(path, VERSION))
            for path in documents
            if path.name.endswith(STATE_SUFFIX)
        ]
    except (DamagedError, ValueError) as error:
        message = f"a document of the backup cannot be used: {error}"
        raise BackupError(message) from None
    return f"{len(documents)} documents, {sum(map(len, counters))} counters"


def _check(path: Path) -> None:
    """A document with a checksum has to fit it; any other has to be JSON."""
    document = json.loads(path.read_bytes())
    if isinstance(document, dict) and "sha256" in document:
        check_document(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], check_state))
