"""`python -m bff.openapi` writes `openapi.json`, from which the page's types are generated."""

import json
from pathlib import Path

from bff.app import create_app

FILE = Path(__file__).parents[2] / "openapi.json"


def document() -> str:
    """Return the OpenAPI document as text, the same bytes for the same code."""
    return json.dumps(create_app().openapi(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(document(), encoding="utf-8")
