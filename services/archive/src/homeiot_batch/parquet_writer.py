"""One Parquet file for each day of a dataset, replaced whole or not at all.

A day is written outside the partitions, read back, and moved with `os.replace`; `_manifest.json`
beside it has its rows and hash. Readers use `<dataset>/dt=*/*.parquet`.
"""

import hashlib
import os
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from shutil import copyfile

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from homeiot_batch.errors import FewerRowsError, StorageError
from service_kit.files import sync_folder

STAGING = ".staging"
DATA = "data.parquet"
MANIFEST = "_manifest.json"  # an underscore: pyarrow's datasets skip the file
HASH_CHUNK_BYTES = 1 << 20
MAX_GROUP_BYTES = 32 << 20  # a row group is in memory; rows with long texts make smaller ones


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a day's file has to be. `fingerprint` is of the content without the time of the run."""

    rows: int
    bytes: int
    sha256: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How Parquet is written."""

    compression: str = "zstd"
    compression_level: int | None = 3  # zstd above 3 costs time and gains nothing
    row_group_rows: int = 122_880  # DuckDB's own unit


@dataclass(frozen=True, slots=True)
class Partition:
    """One day of one dataset below the folder of all Parquet files."""

    base: Path
    dataset: str
    day: date

    @property
    def folder(self) -> Path:
        """The folder of the day."""
        return self.base / self.dataset / f"dt={self.day}"

    @property
    def data(self) -> Path:
        """The file of the day."""
        return self.folder / DATA


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a day: its manifest, and whether the file changed."""

    manifest: Manifest
    is_new: bool


def write_day(  # noqa: PLR0913 - each is a decision of its own
    partition: Partition,
    tables: Iterable[pa.Table],
    schema: pa.Schema,
    *,
    fingerprint_columns: Iterable[str],
    options: WriteOptions = WriteOptions(),
    allow_fewer_rows: bool = False,
) -> Written:
    """Write a day; the same content as before leaves the old file as it is.

    Raises:
        FewerRowsError: The archive has more rows of this day; it keeps them.
        StorageError: It cannot be written, or reads back otherwise than written.
    """
    with _storage_errors(partition.base), _staged(partition) as staged:
        rows, fingerprint = _write(staged, tables, schema, tuple(fingerprint_columns), options)
        old = read_manifest(partition)
        if old and old.fingerprint == fingerprint and is_intact(partition, old):
            return Written(old, is_new=False)
        if old and rows < old.rows and not allow_fewer_rows:
            message = f"{partition.dataset} {partition.day}: the source has {rows} rows, "
            message += f"the archive {old.rows}, which it keeps; see --allow-fewer-rows"
            raise FewerRowsError(message)
        read_back(staged, rows)
        manifest = Manifest(rows, staged.stat().st_size, hash_of(staged), fingerprint)
        _replace(partition, staged, manifest, old)
        return Written(manifest, is_new=True)


def read_manifest(partition: Partition) -> Manifest | None:
    """Return the manifest that fits the day's file; None without either.

    A run that died between the two replacements left both manifests: the file's hash decides.
    """
    try:
        listed = orjson.loads((partition.folder / MANIFEST).read_bytes())["versions"]
        manifests = [Manifest(**version) for version in listed]
    except (FileNotFoundError, orjson.JSONDecodeError, KeyError, TypeError):
        return None
    if len(manifests) == 1:
        return manifests[0]
    found = [each for each in manifests if is_intact(partition, each)]
    return found[0] if found else None


def is_intact(partition: Partition, manifest: Manifest) -> bool:
    """Return whether the day's file is byte for byte what the manifest describes."""
    try:
        size = partition.data.stat().st_size
    except FileNotFoundError:
        return False
    return size == manifest.bytes and hash_of(partition.data) == manifest.sha256


def copy_day(source: Partition, target: Partition) -> None:
    """Copy a day to another folder, whole or not at all.

    Raises:
        StorageError: The day is damaged where it comes from, or cannot be written.
    """
    manifest = read_manifest(source)
    with _storage_errors(target.base), _staged(target) as staged:
        if manifest:
            copyfile(source.data, staged)
        if manifest is None or hash_of(staged) != manifest.sha256:
            message = f"{source.data} is damaged: its hash is not the manifest's"
            raise StorageError(message)
        with staged.open("rb") as file:
            os.fsync(file.fileno())
        _replace(target, staged, manifest, read_manifest(target))


def archived_datasets(base: Path) -> list[Partition]:
    """Return the partitions of every dataset, earliest first in each."""
    names = sorted(each.name for each in base.iterdir() if each.is_dir())
    return [day for name in names if name != STAGING for day in archived_days(base, name)]


def archived_days(base: Path, dataset: str) -> list[Partition]:
    """Return the partitions that have a file, earliest first."""
    found = sorted((base / dataset).glob(f"dt=*/{DATA}"))
    days = (_day_of(file.parent.name) for file in found)
    return [Partition(base, dataset, day) for day in days if day is not None]


def _day_of(name: str) -> date | None:
    """Return the day of a folder's name; None of another, such as a copy that somebody made."""
    with suppress(ValueError):
        day = date.fromisoformat(name.removeprefix("dt="))
        return day if name == f"dt={day}" else None
    return None


def clean_up(base: Path) -> list[Path]:
    """Remove what a run that died left behind; return what was removed.

    Only with the lock held: another run's files would go as well.
    """
    left = sorted((base / STAGING).glob("*"))
    for file in left:
        file.unlink()
    return left


def hash_of(file: Path) -> str:
    """Return the SHA-256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while piece := stream.read(HASH_CHUNK_BYTES):
            digest.update(piece)
    return digest.hexdigest()


class Fingerprint:
    """A hash of the content of columns, whatever the pieces they come in."""

    def __init__(self, columns: Iterable[str]) -> None:
        self._columns = tuple(columns)
        self._digests = defaultdict(hashlib.sha256)

    def update(self, table: pa.Table) -> None:
        """Add rows."""
        for name in self._columns:
            for chunk in table[name].chunks:
                # Of their own, or the hash would depend on where the chunks end.
                for part, content in _parts(chunk):
                    self._digests[name, part].update(content)

    def hexdigest(self) -> str:
        """Return the hash of all columns so far."""
        parts = sorted((key, digest.hexdigest()) for key, digest in self._digests.items())
        return hashlib.sha256(repr(parts).encode()).hexdigest()


def _parts(chunk: pa.Array) -> Iterator[tuple[str, bytes | memoryview]]:
    """Return what Arrow keeps of an array, without where it keeps it."""
    yield "nulls", chunk.is_null().cast(pa.uint8()).to_numpy(zero_copy_only=False).data
    if not pa.types.is_string(chunk.type):
        numbers = chunk.cast(pa.int64()) if pa.types.is_timestamp(chunk.type) else chunk
        yield "values", numbers.fill_null(0).to_numpy().data
        return
    texts = chunk.fill_null("")
    _, offsets, characters = texts.buffers()
    if len(texts):
        edges = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
        yield "lengths", np.diff(edges).data
        if characters is not None:
            yield "characters", memoryview(characters)[edges[0] : edges[-1]]


def _write(
    staged: Path,
    tables: Iterable[pa.Table],
    schema: pa.Schema,
    fingerprint_columns: tuple[str, ...],
    options: WriteOptions,
) -> tuple[int, str]:
    """Write and sync a file; return its rows and its fingerprint."""
    fingerprint, rows = Fingerprint(fingerprint_columns), 0
    level = options.compression_level if options.compression == "zstd" else None
    with staged.open("wb") as file:
        with pq.ParquetWriter(
            file,
            schema,
            compression=options.compression,
            compression_level=level,
            write_page_checksum=True,
        ) as writer:
            for table in _gathered(tables, schema, options.row_group_rows):
                fingerprint.update(table)
                writer.write_table(table, row_group_size=options.row_group_rows)
                rows += len(table)
        file.flush()
        os.fsync(file.fileno())
    return rows, fingerprint.hexdigest()


def _gathered(
    tables: Iterable[pa.Table], schema: pa.Schema, row_group_rows: int
) -> Iterator[pa.Table]:
    """Return tables of exactly `row_group_rows` rows, or of `MAX_GROUP_BYTES`, and the rest."""
    waiting = schema.empty_table()
    for table in tables:
        waiting = pa.concat_tables([waiting, table])
        while len(waiting) >= row_group_rows or waiting.nbytes > MAX_GROUP_BYTES:
            yield waiting.slice(0, row_group_rows)
            waiting = waiting.slice(row_group_rows)
    if len(waiting):
        yield waiting


def read_back(staged: Path, rows: int) -> None:
    """Read every page of a file with its checksum.

    Raises:
        StorageError: A page is damaged or rows are missing.
    """
    try:
        with pq.ParquetFile(
            staged,
            page_checksum_verification=True,
            pre_buffer=False,  # else a whole row group is in memory
            buffer_size=HASH_CHUNK_BYTES // 8,
        ) as file:
            found = sum(len(batch) for batch in file.iter_batches(8192, use_threads=False))
    except (pa.ArrowInvalid, OSError) as error:
        message = f"{staged.name} does not read back: {error}"
        raise StorageError(message) from error
    if found != rows:
        message = f"{staged.name} reads back with {found} rows instead of {rows}"
        raise StorageError(message)


def _replace(partition: Partition, staged: Path, manifest: Manifest, old: Manifest | None) -> None:
    """Put a day's file in its place. At every instant one manifest fits the file."""
    partition.folder.mkdir(parents=True, exist_ok=True)
    versions = [manifest, old] if old else [manifest]
    _write_manifest(partition, versions)
    _move(staged, partition.data)
    sync_folder(partition.folder)
    if old:
        _write_manifest(partition, [manifest])
    sync_folder(partition.folder.parent)


def _move(staged: Path, target: Path) -> None:
    staged.replace(target)


def _write_manifest(partition: Partition, versions: list[Manifest]) -> None:
    text = {"dataset": partition.dataset, "dt": str(partition.day)}
    document = {**text, "versions": [asdict(version) for version in versions]}
    staged = _staged_path(partition, ".json")
    with staged.open("wb") as file:
        file.write(orjson.dumps(document, option=orjson.OPT_INDENT_2))
        file.flush()
        os.fsync(file.fileno())
    _move(staged, partition.folder / MANIFEST)
    sync_folder(partition.folder)


@contextmanager
def _staged(partition: Partition) -> Generator[Path]:
    staged = _staged_path(partition, ".parquet")
    staged.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield staged
    finally:
        staged.unlink(missing_ok=True)


def _staged_path(partition: Partition, suffix: str) -> Path:
    name = f"{partition.dataset}-{partition.day}{suffix}"
    return partition.base / STAGING / name


@contextmanager
def _storage_errors(base: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(storage_text(base, error)) from error


def storage_text(folder: Path, error: OSError) -> str:
    """Return what is wrong with a folder, and for a foreign one the command that mends it."""
    if not isinstance(error, PermissionError):
        return f"{folder}: {error.strerror or error}"
    existing = next(each for each in (folder, *folder.parents) if each.exists())
    owner, user, group = existing.stat().st_uid, os.getuid(), os.getgid()
    return (
        f"{folder} cannot be written: {existing} belongs to user {owner}, this process is user "
        f"{user}. `sudo chown -R {user}:{group} {existing}` mends it; for a bind mount of compose "
        f"run it on the host with the mounted folder, such as ./data"
    )
