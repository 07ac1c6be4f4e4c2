"""How far ideas are spread: modules, import chains and imports of every package.

    python tests/architecture/imports.py [ROOT]

For each package below `packages/*/src` and `services/*/src` of ROOT (default: this repository), and
for each folder of the BFF:

modules: Python files, `__init__` included.
chain: the most modules that stand in a row, each importing the next, within the package.
imports: imports between modules of the package, on average for each module that has more than a
    docstring. Several names from one module are one import; other packages do not count.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[2]

type Graph = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Figures:
    """What is measured of one package."""

    package: str
    modules: int
    chain: int
    imports: float

    def __str__(self) -> str:
        """Return a line of the table."""
        return f"{self.package:<34}{self.modules:>8}{self.chain:>7}{self.imports:>9.1f}"


def package_folders(root: Path = ROOT) -> dict[str, Path]:
    """Return the folder of every package of ours, by its import name."""
    folders = [*root.glob("packages/*/src/*"), *root.glob("services/*/src/*")]
    return {folder.name: folder for folder in sorted(folders) if (folder / "__init__.py").exists()}


def import_graph(folder: Path, package: str) -> Graph:
    """Return which modules of a package each of its modules imports."""
    files = {_module_name(path, folder, package): path for path in sorted(folder.rglob("*.py"))}
    return {
        name: frozenset(_imported(path, frozenset(files))) - {name} for name, path in files.items()
    }


def figures_of(folder: Path, package: str) -> Figures:
    """Measure one package."""
    graph = import_graph(folder, package)
    imports = sum(len(imported) for imported in graph.values())
    with_code = sum(_has_code(path) for path in folder.rglob("*.py"))
    return Figures(package, len(graph), longest_chain(graph), imports / max(1, with_code))


def longest_chain(graph: Graph) -> int:
    """Return the number of modules in the longest row of imports.

    Raises:
        ValueError: Some modules import each other in a circle.
    """
    rows: dict[str, int] = {}
    for module in TopologicalSorter(graph).static_order():
        rows[module] = 1 + max((rows[other] for other in graph[module]), default=0)
    return max(rows.values(), default=0)


def _module_name(path: Path, folder: Path, package: str) -> str:
    parts = [package, *path.relative_to(folder).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _has_code(path: Path) -> bool:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return any(not isinstance(part, ast.Expr) for part in body)


def _imported(path: Path, modules: frozenset[str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module:
            named = {f"{node.module}.{alias.name}" for alias in node.names} & modules
            if named:
                yield from named
            elif node.module in modules:
                yield node.module


def table(root: Path = ROOT) -> str:
    """Return the figures of every package, and of every folder of the BFF."""
    folders = package_folders(root)
    bff = folders.get("bff")
    if bff:
        features = [path.parent for path in sorted(bff.glob("*/__init__.py"))]
        folders |= {f"bff.{folder.name}": folder for folder in features}
    head = f"{'package':<34}{'modules':>8}{'chain':>7}{'imports':>9}"
    return "\n".join([head, *(str(figures_of(path, name)) for name, path in folders.items())])


if __name__ == "__main__":
    sys.stdout.write(table(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT) + "\n")
