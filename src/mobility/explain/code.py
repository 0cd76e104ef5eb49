"""Module and line of the function that makes something, as a reader finds it in the project."""

import ast
import inspect
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import mobility

LIBRARY = Path(mobility.__file__).parent
STUDIES = "studies"
MAKERS = "makers"


def line_of(function: Callable[..., Any]) -> str:
    """`src/mobility/cells/tabulate.py, line 68 (_shares)`; a partial or decorated function is the one inside."""
    while isinstance(function, partial):
        function = function.func
    code = inspect.unwrap(function).__code__
    path = Path(code.co_filename).resolve().relative_to(LIBRARY.resolve())
    return _said(path, code.co_firstlineno, code.co_qualname.split(".")[0])


@cache
def frame_line(module: str, frame: str, hint: str = "") -> str:
    """Where a frame of a study is made: what the entry of its name calls in the `makers` of the study's module.

    Parameters
    ----------
    module : of `src/mobility/studies`, a file or a folder. frame : its name.
    hint : the file that `frames.yaml` names, whose first public function is given where no entry bears the name.
    """
    files = _files(module)
    for path in files:
        for value in _entries(_tree(path), frame):
            if found := _called(path, value):
                return _said(*found)
    path = LIBRARY / STUDIES / f"{hint}.py" if hint else files[0]
    tree = _tree(path)
    public = [node for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    first = next((node for node in public if node.name == MAKERS), public[0])
    return _said(path.relative_to(LIBRARY), first.lineno, first.name)


def _said(path: Path, line: int, name: str) -> str:
    return f"src/mobility/{path.as_posix()}, line {line} ({name})"


def _files(module: str) -> list[Path]:
    folder = LIBRARY / STUDIES / module
    return sorted(folder.glob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _entries(tree: ast.Module, name: str) -> Iterator[ast.expr]:
    """Values of the entries of mappings that bear a name, or the begin of one: `f"rates_{kind}"`."""
    constants = dict(pair for node in tree.body if isinstance(node, ast.Assign) for pair in _constants(node))
    for node in ast.walk(tree):
        pairs = list(zip(node.keys, node.values, strict=True)) if isinstance(node, ast.Dict) else []
        pairs += [(node.key, node.value)] if isinstance(node, ast.DictComp) else []
        yield from (value for key, value in pairs if key is not None and _bears(key, name, constants))


def _constants(node: ast.Assign) -> Iterator[tuple[str, Any]]:
    """Names that an assignment of one or of several constants sets."""
    pairs = zip(*(getattr(side, "elts", [side]) for side in (node.targets[0], node.value)), strict=False)
    yield from ((to.id, value.value) for to, value in pairs if hasattr(to, "id") and isinstance(value, ast.Constant))


def _bears(key: ast.expr, name: str, constants: dict[str, Any]) -> bool:
    if isinstance(key, ast.JoinedStr):
        start = key.values[0]
        return isinstance(start, ast.Constant) and name.startswith(str(start.value))
    return name == (constants.get(key.id) if isinstance(key, ast.Name) else getattr(key, "value", None))


def _called(path: Path, value: ast.expr) -> tuple[Path, int, str] | None:
    """File, line and name of the first function of the project that an expression names, however deep."""
    tree = _tree(path)
    defined = {node.name: node.lineno for node in tree.body if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(value):
        if not isinstance(node, ast.Name):
            continue
        if node.id in defined:
            return path.relative_to(LIBRARY), defined[node.id], node.id
        if found := _imported(tree, node.id):
            return found
        for local in _assigned(tree, node.id):
            if found := _called(path, local):
                return found
    return None


def _imported(tree: ast.Module, name: str) -> tuple[Path, int, str] | None:
    """The function of a study's module that a name stands for by an import."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"mobility.{STUDIES}."):
            for alias in node.names:
                if name == (alias.asname or alias.name):
                    path = LIBRARY.parent.joinpath(*(node.module or "").split(".")).with_suffix(".py")
                    lines = _functions(path) if path.is_file() else {}
                    return (path.relative_to(LIBRARY), lines[alias.name], alias.name) if alias.name in lines else None
    return None


def _functions(path: Path) -> dict[str, int]:
    return {node.name: node.lineno for node in _tree(path).body if isinstance(node, ast.FunctionDef)}


def _assigned(tree: ast.Module, name: str) -> list[ast.expr]:
    """What a local name of `makers` was set to: `pairs = cache(lambda: _pairs(...))`."""
    made = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == MAKERS]
    return [
        node.value
        for function in made
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == name for to in node.targets)
    ]
