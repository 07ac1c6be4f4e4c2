"""The table of sources: complete, without repetition, and the same as the configuration's union."""

from typing import get_args

import pytest

from home_model.sources import SOURCES, AnySource, Family, Source, SourceInfo, SourceName


def test_every_class_of_the_union_has_its_row_and_no_other() -> None:
    """A source that the configuration accepts has an exporter, and the reverse."""
    union, _ = get_args(Source.__value__)
    assert set(get_args(union)) == {row.source_type for row in SOURCES}


def test_names_and_families_are_those_of_the_table() -> None:
    """The literals that the type checker sees."""
    assert get_args(SourceName.__value__) == tuple(row.source for row in SOURCES)
    assert set(get_args(Family.__value__)) == {row.family for row in SOURCES}


@pytest.mark.parametrize("row", SOURCES, ids=lambda row: row.source)
def test_a_row_fits_its_class(row: SourceInfo) -> None:
    """The word is that of the class, and every text is filled in."""
    assert get_args(row.source_type.model_fields["source"].annotation) == (row.source,)
    assert issubclass(row.source_type, AnySource)
    assert all((row.service, row.module, row.k8s_app, row.ja, row.en))
    assert row.module == row.service.replace("-", "_")
    assert row.max_power_watts > 0
