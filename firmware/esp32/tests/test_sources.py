"""What holds for every file of the firmware."""

import ast
import json
from pathlib import Path

import pytest

from testbed.board import FIRMWARE, ROOT, SOURCES


def test_every_file_is_compiled(compiled: Path) -> None:
    """By mpy-cross, so each can be copied to a board in either form."""
    files = {path.relative_to(compiled).with_suffix(".py") for path in compiled.rglob("*.mpy")}
    assert files == {source.relative_to(FIRMWARE) for source in SOURCES}
    assert {Path("boot.py"), Path("main.py"), Path("lib/board/app.py")} <= files


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_no_number_becomes_a_float(source: Path) -> None:
    """A float of the chip has 24 bits: a Unix time in it is off by up to a minute."""
    nodes = list(ast.walk(ast.parse(source.read_text(encoding="utf-8"))))
    floats = [n for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, float)]
    assert not floats
    assert not [n for n in nodes if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Div)]


def test_every_key_of_the_configuration_is_documented() -> None:
    """The example has no others, and the file with the password is ignored by git."""
    tree = ast.parse((FIRMWARE / "lib" / "board" / "config.py").read_text(encoding="utf-8"))
    defaults = next(n.value for n in tree.body if isinstance(n, ast.Assign))
    assert isinstance(defaults, ast.Dict)
    keys = {key.value for key in defaults.keys if isinstance(key, ast.Constant)}
    text = (ROOT / "docs" / "esp32.md").read_text(encoding="utf-8")
    assert not [key for key in keys if f"`{key}`" not in text]
    assert json.loads((FIRMWARE / "config.example.json").read_text()).keys() <= keys
    assert "config.json" in (FIRMWARE / ".gitignore").read_text().split()
