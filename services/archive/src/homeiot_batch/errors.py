"""What ends a run, each with the exit code that README.md documents."""


class ArchiveError(Exception):
    """Ends a run or one of its steps; the text is for a person."""

    exit_code = 1


class ConfigurationError(ArchiveError):
    """The environment, the arguments or `devices.yaml` do not fit. Nothing was done."""

    exit_code = 2


class SourceError(ArchiveError):
    """A source does not answer, refuses, or answers incompletely. The old day is kept."""

    exit_code = 3


class AlreadyRunningError(ArchiveError):
    """Another run works on the same data folder."""

    exit_code = 4


class DuckdbBusyError(ArchiveError):
    """Another process has the DuckDB file open. The next run loads what is missing."""

    exit_code = 5


class StorageError(ArchiveError):
    """A file cannot be written or is damaged: disk full, permissions, a flipped bit."""

    exit_code = 6


class DbtError(ArchiveError):
    """A dbt model or test failed. Parquet and DuckDB have the day."""

    exit_code = 7


class FewerRowsError(ArchiveError):
    """The source has fewer rows of a day than the archive, which therefore keeps its own."""

    exit_code = 8
