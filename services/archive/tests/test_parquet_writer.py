"""Day files: whole or not at all, and what is read back. No server is needed."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from homeiot_batch import parquet_writer
from homeiot_batch.errors import FewerRowsError, StorageError
from homeiot_batch.parquet_writer import (
    Partition,
    WriteOptions,
    Written,
    archived_days,
    clean_up,
    is_intact,
    read_manifest,
    write_day,
)

SCHEMA = pa.schema([("name", pa.string()), ("value", pa.float64()), ("run", pa.int64())])
DAY = date(2026, 11, 27)


@pytest.fixture
def partition(tmp_path: Path) -> Partition:
    return Partition(tmp_path, "numbers", DAY)


def table(values: list[float], run: int = 1) -> pa.Table:
    names = [f"n{value}" for value in values]
    return pa.table([names, values, [run] * len(values)], schema=SCHEMA)


def write(partition: Partition, *tables: pa.Table, allow_fewer_rows: bool = False) -> Written:
    return write_day(
        partition,
        tables,
        SCHEMA,
        fingerprint_columns=["name", "value"],
        allow_fewer_rows=allow_fewer_rows,
    )


def test_a_day_is_one_file_beside_its_manifest(partition: Partition) -> None:
    """Readers find it by `dt=*/*.parquet`; nothing else is left, staged or hidden."""
    written = write(partition, table([1, 2]), table([3]))
    assert written.is_new
    assert written.manifest == read_manifest(partition)
    assert is_intact(partition, written.manifest)
    files = sorted(str(f.relative_to(partition.base)) for f in partition.base.rglob("*.*"))
    assert files == [
        ".staging",
        "numbers/dt=2026-11-27/_manifest.json",
        "numbers/dt=2026-11-27/data.parquet",
    ]


def test_duckdb_and_pyarrow_read_the_folder(partition: Partition) -> None:
    """Both see the day as a partition, and the manifest as none of their business."""
    write(partition, table([1, 2]))
    folder = partition.base / "numbers"
    query = f"SELECT dt, sum(value) FROM '{folder}/dt=*/*.parquet' GROUP BY dt"  # noqa: S608
    assert duckdb.execute(query).fetchall() == [(DAY, 3.0)]
    assert ds.dataset(folder, partitioning="hive").to_table()["value"].to_pylist() == [1, 2]


def test_the_same_content_leaves_the_file_alone(partition: Partition) -> None:
    """Byte for byte, although the time of the run differs and the rows come in other pieces."""
    write(partition, table([1, 2, 3]))
    before = partition.data.read_bytes()
    again = write(partition, table([1], run=2), table([2, 3], run=2))
    assert not again.is_new
    assert partition.data.read_bytes() == before


def test_late_rows_replace_the_day(partition: Partition) -> None:
    """And the manifest is that of the new file alone."""
    write(partition, table([1, 2]))
    assert write(partition, table([1, 2, 3])).is_new
    manifest = read_manifest(partition)
    assert manifest
    assert manifest.rows == 3
    assert is_intact(partition, manifest)


def test_a_source_that_lost_rows_does_not_take_them_from_the_archive(partition: Partition) -> None:
    """A database that was made anew after a crash would empty the archive of a week."""
    write(partition, table([1, 2, 3]))
    before = partition.data.read_bytes()
    with pytest.raises(FewerRowsError, match="the source has 1 rows, the archive 3"):
        write(partition, table([1]))
    assert partition.data.read_bytes() == before
    assert write(partition, table([1]), allow_fewer_rows=True).manifest.rows == 1


def test_an_empty_day_is_a_file_without_rows(partition: Partition) -> None:
    """It was archived; it had nothing."""
    assert write(partition).manifest.rows == 0
    assert ds.dataset(partition.data).to_table().schema.names == SCHEMA.names


def test_a_source_that_fails_leaves_the_old_day(partition: Partition) -> None:
    """And nothing staged."""
    write(partition, table([1]))

    def failing() -> Iterator[pa.Table]:
        yield table([1, 2])
        message = "the network is gone"
        raise RuntimeError(message)

    with pytest.raises(RuntimeError):
        write_day(partition, failing(), SCHEMA, fingerprint_columns=["value"])
    manifest = read_manifest(partition)
    assert manifest
    assert manifest.rows == 1
    assert list((partition.base / ".staging").iterdir()) == []


def test_a_flipped_bit_is_seen(partition: Partition) -> None:
    """Parquet itself is read on without an error by DuckDB."""
    manifest = write(partition, table([float(n) for n in range(1000)])).manifest
    content = bytearray(partition.data.read_bytes())
    content[len(content) // 3] ^= 1
    partition.data.write_bytes(content)
    assert not is_intact(partition, manifest)
    assert write(partition, table([float(n) for n in range(1000)])).is_new, "it is written again"


@pytest.mark.parametrize("is_replaced", [False, True])
def test_one_of_two_manifests_fits_after_a_crash_between(
    partition: Partition,
    monkeypatch: pytest.MonkeyPatch,
    is_replaced: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Before the file is replaced the old one does, afterwards the new one."""
    old = write(partition, table([1])).manifest

    def crash(staged: Path, target: Path) -> None:
        if target.name != parquet_writer.DATA or is_replaced:
            staged.replace(target)
        if target.name == parquet_writer.DATA:
            raise KeyboardInterrupt

    monkeypatch.setattr(parquet_writer, "_move", crash)
    with pytest.raises(KeyboardInterrupt):
        write(partition, table([1, 2]))
    monkeypatch.undo()
    manifest = read_manifest(partition)
    assert manifest
    assert manifest.rows == (2 if is_replaced else 1)
    assert is_intact(partition, manifest)
    assert is_replaced or manifest == old


def test_what_a_dead_run_left_is_removed(partition: Partition) -> None:
    """Readers never saw it: it is outside the partitions."""
    write(partition, table([1]))
    left = partition.base / ".staging" / "numbers-2026-11-26.parquet"
    left.write_bytes(b"PAR1")
    assert clean_up(partition.base) == [left]
    assert [each.day for each in archived_days(partition.base, "numbers")] == [DAY]


def test_row_groups_have_the_size_of_the_setting(partition: Partition) -> None:
    """Whatever pieces a source sends; the fingerprint does not depend on it."""
    tables = [table([float(n)]) for n in range(25)]
    found = {
        rows: write_day(
            partition,
            tables,
            SCHEMA,
            fingerprint_columns=["name", "value"],
            options=WriteOptions(row_group_rows=rows),
            allow_fewer_rows=True,
        )
        for rows in (10, 25)
    }
    groups = pq.ParquetFile(partition.data).metadata
    assert [groups.row_group(n).num_rows for n in range(groups.num_row_groups)] == [10, 10, 5]
    assert found[10].manifest.fingerprint == found[25].manifest.fingerprint


def test_a_folder_of_another_user_is_named_with_the_command(
    partition: Partition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As docker makes bind mounts: by root."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(StorageError, match=r"belongs to user \d+.*sudo chown -R \d+:\d+"):
        write(partition, table([1]))


def test_a_folder_that_is_no_day_is_nobodys(partition: Partition) -> None:
    """Such as a copy that somebody made: it stops no run."""
    write(partition, table([1]))
    for name in ("dt=2026-11-27 (copy)", "dt=20261126", "dt=unknown"):
        folder = partition.folder.with_name(name)
        folder.mkdir()
        (folder / "data.parquet").write_bytes(partition.data.read_bytes())
    assert archived_days(partition.base, "numbers") == [partition]


@pytest.mark.parametrize("text", ["", "[]", "null", '{"versions": null}', '{"versions": [{}]}'])
def test_a_manifest_of_another_form_is_none(partition: Partition, text: str) -> None:
    """The day is written again."""
    write(partition, table([1]))
    (partition.folder / "_manifest.json").write_text(text)
    assert read_manifest(partition) is None
    assert write(partition, table([1])).is_new
    assert is_intact(partition, write(partition, table([1])).manifest)
