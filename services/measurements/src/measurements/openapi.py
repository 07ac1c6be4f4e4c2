"""`python -m measurements.openapi` writes `openapi.json`, the description of the API."""

import json
from pathlib import Path

from measurements.app import create_app

FILE = Path(__file__).parents[2] / "openapi.json"


def document() -> str:
    """Return the OpenAPI document as text, the same bytes for the same code."""
    return json.dumps(create_app().openapi(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(document(), encoding="utf-8")
