"""A document is read back as it was written, or known to be damaged; never something between."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporter_kit.statefile import (
    DamagedError,
    Document,
    load_document,
    save_document,
    set_aside,
    set_aside_count,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BODY = {"counters": {"server/cloud": {"total_nwh": 12_345_678_901_234_567_890, "name": "é"}}}


@pytest.fixture
def document(tmp_path: Path) -> Document:
    return Document(tmp_path / "x.state.json", version=1)


def test_a_document_comes_back_as_it_was_written(document: Document) -> None:
    """Also integers beyond what a float can hold."""
    save_document(document, BODY)
    assert load_document(document) == BODY


def test_no_document_is_not_a_damaged_one(document: Document) -> None:
    """The first start has none."""
    assert load_document(document) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_flipped_or_missing_byte_is_noticed(document: Document, data: st.DataObject) -> None:
    """Whatever happens to the bytes: the same body, or `DamagedError`."""
    save_document(document, BODY)
    whole = document.path.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.one_of(st.just(b""), st.binary(min_size=1, max_size=3)))
    cut = data.draw(st.booleans())
    document.path.write_bytes(whole[:at] + other + (b"" if cut else whole[at + 1 :]))
    try:
        assert load_document(document) == BODY
    except DamagedError:
        pass
    else:
        assert json.loads(document.path.read_bytes()) == json.loads(whole)


@pytest.mark.parametrize("garbage", [b"", b"{}", b"[]", b"null", b"\xff\xfe", b"[" * 100_000])
def test_garbage_is_damaged(document: Document, garbage: bytes) -> None:
    """Empty, of another shape, not text, nested without end."""
    document.path.write_bytes(garbage)
    with pytest.raises(DamagedError):
        load_document(document)


def test_a_newer_version_is_not_read(document: Document) -> None:
    """A program must not guess what a later one meant."""
    save_document(Document(document.path, version=2), BODY)
    with pytest.raises(DamagedError, match="version is 2"):
        load_document(document)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_death_before_the_rename_leaves_the_old_document(
    document: Document, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Whether it dies while it writes or just before the rename; the next save works again."""
    save_document(document, {"n": 1})

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os if step == "fsync" else Path, step, die)
        with pytest.raises(KeyboardInterrupt):
            save_document(document, {"n": 2})
    assert load_document(document) == {"n": 1}
    save_document(document, {"n": 3})
    assert load_document(document) == {"n": 3}


def test_what_is_set_aside_is_kept_under_a_name_of_its_own(document: Document) -> None:
    """Two within a second do not overwrite each other."""
    for content in (b"first", b"second"):
        document.path.write_bytes(content)
        set_aside(document.path, NOW)
    kept = sorted(path.read_bytes() for path in document.path.parent.glob("*set-aside*"))
    assert kept == [b"first", b"second"]
    assert set_aside_count(document.path) == 2
    assert not document.path.exists()
