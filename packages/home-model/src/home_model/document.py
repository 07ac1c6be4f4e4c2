"""A YAML document as values, with the line of every part.

Scalars are resolved by the core schema of YAML 1.2, not by YAML 1.1 as PyYAML does by default:
`60:55:09:35:11:12` is a text, not a number of base 60, and `no` is a text, not false.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, nan
from typing import Any

import yaml
from yaml.events import CollectionEndEvent, CollectionStartEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

MAX_DEPTH = 20
TAG = "tag:yaml.org,2002:"
TYPES_OF_TAG = {
    f"{TAG}int": "a number",
    f"{TAG}float": "a number",
    f"{TAG}bool": "true or false",
    f"{TAG}null": "nothing",
}

type Location = tuple[int | str, ...]
type Found = tuple[int, str]


class DocumentError(Exception):
    """The text is no YAML document. `line` counts from 1; 0 where there is none."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


class _CoreLoader(yaml.SafeLoader):
    """PyYAML's safe loader with the core schema of YAML 1.2."""

    yaml_implicit_resolvers: dict[Any, Any] = {}  # noqa: RUF012 - the base class's own form


def _construct_int(_: yaml.SafeLoader, node: ScalarNode) -> int | str:
    try:
        return int(node.value, 0) if re.match("0[ox]", node.value) else int(node.value)
    except ValueError:
        return node.value  # more digits than Python converts


def _construct_float(_: yaml.SafeLoader, node: ScalarNode) -> float:
    text = node.value.lower()
    special = {".inf": inf, "+.inf": inf, "-.inf": -inf, ".nan": nan}
    return special[text] if text in special else float(text)


for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
    ("merge", r"<<", ["<"]),
):
    _CoreLoader.add_implicit_resolver(TAG + _tag, re.compile(rf"^(?:{_pattern})$"), _first)
_CoreLoader.add_constructor(f"{TAG}int", _construct_int)
_CoreLoader.add_constructor(f"{TAG}float", _construct_float)


@dataclass(frozen=True, slots=True)
class Document:
    """The values of a text, and where each of them is written.

    Attributes:
        value: Of the whole document.
        repeated_keys: The line and the name of every key that its mapping already has.
    """

    value: Any
    repeated_keys: tuple[Found, ...]
    _root: Node | None

    def line(self, where: Location) -> int:
        """Return the line (from 1) of the deepest part of `where` that the document has."""
        return self._find(where)[1]

    def mistaken_scalar(self, where: Location) -> str | None:
        """Return what an unquoted text at `where` was taken for, with the way out; else None."""
        node, _ = self._find(where)
        if not isinstance(node, ScalarNode) or node.style is not None:
            return None
        taken_for = TYPES_OF_TAG.get(node.tag)
        if taken_for is None:
            return None
        written = node.value or "an empty value"
        return f'{written} is {taken_for} in YAML; write it in quotes: "{node.value}"'

    def _find(self, where: Location) -> tuple[Node | None, int]:
        node, line = self._root, 1
        for step in where:
            found = _child(node, step)
            if found is not None:
                node, line = found
        return node, line


def parse_document(text: str) -> Document:
    """Parse a text.

    Raises:
        DocumentError: It is no YAML, is nested too deeply, or holds more than one document.
    """
    try:
        _check_depth(text)
        loader = _CoreLoader(text)
        try:
            root = loader.get_single_node()
            repeated = tuple(_repeated_keys(root))  # before constructing, which merges `<<`
            value = None if root is None else loader.construct_document(root)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise DocumentError(mark.line + 1 if mark else 0, str(error.problem)) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise DocumentError(line, f"the character #x{error.character:04x} is not allowed") from None
    return Document(value, repeated, root)


def _check_depth(text: str) -> None:
    # The parser holds its state in a list, the composer recurses.
    depth = 0
    for event in yaml.parse(text, Loader=_CoreLoader):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > MAX_DEPTH:
            message = f"nested more than {MAX_DEPTH} levels deep"
            line = event.start_mark.line if event.start_mark else 0
            raise DocumentError(line + 1, message)


def _child(node: Node | None, step: int | str) -> tuple[Node, int] | None:
    if isinstance(node, MappingNode):
        # The last: keys that `<<` brought come first.
        found = (pair for pair in reversed(node.value) if getattr(pair[0], "value", None) == step)
        return next(((value, key.start_mark.line + 1) for key, value in found), None)
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        item = node.value[step]
        return item, item.start_mark.line + 1
    return None


def _children(node: Node) -> list[Node]:
    if isinstance(node, MappingNode):
        return [part for pair in node.value for part in pair]
    return node.value if isinstance(node, SequenceNode) else []


def _repeated_keys(root: Node | None) -> Iterator[Found]:
    visited = set[int]()
    nodes = [root] if root else []
    while nodes:
        node = nodes.pop()
        if id(node) not in visited:
            visited.add(id(node))
            yield from _repeated(node) if isinstance(node, MappingNode) else ()
            nodes += _children(node)


def _repeated(node: MappingNode) -> Iterator[Found]:
    seen = set[str]()
    for key, _ in node.value:
        if isinstance(key, ScalarNode):
            if key.value in seen:
                yield key.start_mark.line + 1, f"the key '{key.value}' is here a second time"
            seen.add(key.value)
