"""Docstrings say what names and types do not: arrays and long lists of attributes, and what is raised."""

import ast
import re
from functools import cache

import pytest

from paths import ROOT

MOST = 4  # attributes of a class that may be left to their names
MODULES = sorted((ROOT / "src/mobility").rglob("*.py"))
SAYS = re.compile(r"[Rr]aise|[Rr]efuse|Error")


def public(nodes: list[ast.stmt], kind: type | tuple[type, ...]) -> list:
    return [node for node in nodes if isinstance(node, kind) and not node.name.startswith("_")]


@cache
def parsed(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def classes():
    for path in MODULES:
        for node in public(parsed(path).body, ast.ClassDef):
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node


def functions():
    for path in MODULES:
        tree = parsed(path)
        for holder in (tree, *public(tree.body, ast.ClassDef)):
            for node in public(holder.body, ast.FunctionDef):
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node


def undescribed():
    """Functions, methods and classes with a public name and no docstring, those of private classes too."""
    for path in MODULES:
        body = parsed(path).body
        held = [node for one in body if isinstance(one, ast.ClassDef) for node in one.body]
        for node in public([*body, *held], (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            if not ast.get_docstring(node):
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"


def is_record(node: ast.ClassDef) -> bool:
    """A dataclass or a named tuple; a shape of the service describes its fields in the description of the service."""
    return any("dataclass" in ast.unparse(one) for one in node.decorator_list) or "NamedTuple" in map(
        ast.unparse, node.bases
    )


def unsaid(node: ast.ClassDef) -> dict[str, str]:
    """Attributes, with their types, that neither the docstring names nor `key(...)` describes."""
    text = ast.get_docstring(node) or ""
    fields = [one for one in node.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)]
    own = [one for one in fields if not ast.unparse(one.value or one.annotation).startswith("key(")]
    return {
        one.target.id: ast.unparse(one.annotation)
        for one in own
        if not one.target.id.startswith("_") and not re.search(rf"\b{one.target.id}\b", text)
    }


def missing() -> dict[str, list[str]]:
    found = {where: unsaid(node) for where, node in classes() if is_record(node)}
    return {
        where: list(names)
        for where, names in found.items()
        if len(names) > MOST or any("ndarray" in kind for kind in names.values())
    }


def test_attributes_are_described():
    assert missing() == {}, "name these attributes in the docstring of their class: `name : what it is, shape, unit`"


def test_what_has_a_public_name_says_what_it_is():
    assert list(undescribed()) == [], "say in a line what it gives (shape, unit), or make its name private"


def test_what_a_public_function_raises_is_said():
    silent = [
        where
        for where, node in functions()
        if any(isinstance(one, ast.Raise) and one.exc is not None for one in ast.walk(node))
        and not SAYS.search(ast.get_docstring(node) or "")
    ]
    assert silent == [], "say in these docstrings what is raised, and when"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('class A:\n    """Of x."""\n    x: int\n    y: "np.ndarray"\n', ["y"]),
        ('class A:\n    """Of x and y."""\n    x: int\n    y: str = ""\n', []),
        ('class A:\n    """Of none."""\n    x: int = key("What it is.", 1)\n', []),
    ],
)
def test_an_attribute_is_described_by_the_docstring_or_its_key(text, names):
    (node,) = ast.parse(text).body
    assert list(unsaid(node)) == names
