"""Match the names of circuits that the pages, the catalogue and the SD export spell differently.

Seen on one unit: `洋室１<br />エアコン` on the page, `洋室１・エアコン` in the catalogue,
`エアコン・洋室１` in the SD export. Equal names of several circuits are usual and stay several.
"""

import re
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from aiseg2_exporter.parse import normalise

_SEPARATORS = re.compile(r"[\s・･/／]+")
MAX_PARTS = 4

type Spelling = frozenset[str]


@dataclass(frozen=True, slots=True)
class Match[A: Hashable, B: Hashable]:
    """Things of two lists that have the same name; one of each where the name is unique."""

    left: tuple[A, ...]
    right: tuple[B, ...]


def spellings(name: str) -> Spelling:
    """Return the forms of a name: full width, separators and the order of its parts ignored."""
    parts = [part for part in _SEPARATORS.split(normalise(name).casefold()) if part]
    if len(parts) > MAX_PARTS:
        return frozenset({"".join(parts)})
    return frozenset("".join(order) for order in permutations(parts))


def match_names[A: Hashable, B: Hashable](
    left: Sequence[tuple[A, str]], right: Sequence[tuple[B, str]], *, finds_renamed: bool = True
) -> list[Match[A, B]]:
    """Pair what has the same name, several of one name together.

    What is then left over on both sides is the same if it is one on each side and the lists are
    equally long: a name that was changed a moment ago. Without `finds_renamed` that is left
    open: one of the lists may lack some.
    """
    groups = _group(right)
    matched: dict[int, list[A]] = defaultdict(list)
    rest: list[A] = []
    for key, name in left:
        index = _find(groups, spellings(name))
        if index is None:
            rest.append(key)
        else:
            matched[index].append(key)
    found = [Match(tuple(matched[i]), tuple(groups[i][1])) for i in sorted(matched)]
    unmatched = [keys for i, (_, keys) in enumerate(groups) if i not in matched]
    if finds_renamed and len(left) == len(right) and len(rest) == 1 and len(unmatched) == 1:
        (keys,) = unmatched
        found += [Match((rest[0],), tuple(keys))] if len(keys) == 1 else []
    return found


def _group[B](items: Sequence[tuple[B, str]]) -> list[tuple[Spelling, list[B]]]:
    groups: list[tuple[Spelling, list[B]]] = []
    for key, name in items:
        forms = spellings(name)
        index = _find(groups, forms)
        if index is None:
            groups.append((forms, [key]))
        else:
            groups[index][1].append(key)
    return groups


def _find[B](groups: Sequence[tuple[Spelling, list[B]]], forms: Spelling) -> int | None:
    return next((i for i, (known, _) in enumerate(groups) if known & forms), None)


def number_duplicates(names: Sequence[str]) -> Mapping[int, int]:
    """Return, by position, which one of its name each is, from 1."""
    seen: dict[str, int] = defaultdict(int)
    numbers = {}
    for position, name in enumerate(names):
        seen[name] += 1
        numbers[position] = seen[name]
    return numbers
