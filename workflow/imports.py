"""Which modules of the library a script runs, read from its imports: the inputs of code of its rule."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

LIBRARY, FINDS = "mobility", "import_module"
HOLDING = ("body", "orelse", "finalbody", "handlers", "cases")  # fields of a statement that hold statements


@cache
def modules_of(script: Path, source: Path = Path("src")) -> tuple[Path, ...]:
    """Files of the library that a script imports, directly or through others, in order of their names.

    Imports inside functions count. `import_module(f"mobility.x.{name}")` stands for every module of the package
    `mobility.x` and of those in it. A package stands for its `__init__.py`.
    """
    found: set[Path] = set()
    waiting = [script]
    while waiting:
        new = {path for path in _imported(waiting.pop(), source) if path not in found}
        found |= new
        waiting += new
    return tuple(sorted(found))


def name_of(module: Path, source: Path = Path("src")) -> str:
    """The dotted name of a file of the library."""
    parts = module.relative_to(source).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def _imported(path: Path, source: Path) -> frozenset[Path]:
    """Files of the library that one file names in its imports."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    nodes = ast.walk(tree) if FINDS in text else _statements(tree)  # calls stand anywhere, and walking takes long
    return frozenset(file for node in nodes for name in _names(node) for file in _files(name, source))


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Every statement, within others too: nothing else holds one."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [child for name in HOLDING for child in getattr(node, name, ())]


def _names(node: ast.AST) -> Iterator[str]:
    """Dotted names of the library that a node imports; one that ends in `.*` is every module of a package."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == FINDS:
        first = node.args[0]
        if isinstance(first, ast.JoinedStr) and isinstance(first.values[0], ast.Constant):
            yield f"{first.values[0].value}*"


@cache
def _files(name: str, source: Path) -> tuple[Path, ...]:
    """The module of a dotted name, with the packages that it lies in; nothing for names that are not the library's."""
    parts = name.split(".")
    if parts[0] != LIBRARY:
        return ()
    found: list[Path] = []
    for end in range(1, len(parts) + 1):
        place = source.joinpath(*parts[:end])
        if parts[end - 1] == "*":
            found += place.parent.rglob("*.py")
        elif place.is_dir():
            found.append(place / "__init__.py")
        elif place.with_suffix(".py").is_file():
            found.append(place.with_suffix(".py"))
    return tuple(found)
