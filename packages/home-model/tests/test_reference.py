"""The committed metrics reference is what the table has now."""

from pathlib import Path

from home_model.reference import reference


def test_the_committed_page_is_up_to_date() -> None:
    """`make docs` writes it; a change of the table without it fails here."""
    page = Path(__file__).parents[3] / "docs" / "metrics.md"
    assert page.read_text(encoding="utf-8") == reference()
