"""A mark says what the slots of a day were made from: by which rules, from how many samples.

The samples of a day can only be added to or deleted, never changed, so a day whose mark is
still right has slots that are still right.
"""

from collections.abc import Mapping


def mark_of(fingerprint: str, samples: Mapping[str, int]) -> str:
    """Such as `5fd2ab01 cloud=1440 ble=8640`; sources without samples are left out."""
    return " ".join([fingerprint, *(f"{source}={count}" for source, count in samples.items())])


def fingerprint_in(mark: str) -> str:
    """The rules' fingerprint of a mark; empty when the mark was doubted."""
    return mark.partition(" ")[0]


def counts_in(mark: str) -> Mapping[str, int]:
    """The samples by source of a mark."""
    words = (word.partition("=") for word in mark.split()[1:])
    return {source: int(count) for source, _, count in words}
