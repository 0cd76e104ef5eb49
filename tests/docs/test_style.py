"""What CONTRIBUTING promises of the code and no linter counts: the length of functions and scripts; the hooks."""

import ast
import re
from functools import cache
from statistics import median

import pytest
import yaml

from paths import ROOT, TESTS

LONGEST, USUAL, LONGEST_SCRIPT, LONGEST_TESTS = 50, 15, 40, 400
SCRIPTS = sorted((ROOT / "workflow" / "scripts").glob("*.py"))


@cache
def functions(folder: str) -> dict[str, int]:
    """Lines of each function of a folder, from `def` to its last line, by file, name and line."""
    return {
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": node.end_lineno - node.lineno + 1
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    }


@pytest.mark.parametrize("folder", ["src", "workflow", "docs", "tests"])
def test_functions_are_short(folder):
    lengths = functions(folder)
    assert lengths
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def test_half_of_the_functions_are_very_short():
    assert median(functions("src").values()) < USUAL


def test_scripts_are_short():
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in SCRIPTS}
    assert lengths
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_SCRIPT} == {}


def test_files_of_tests_are_short():
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in TESTS.rglob("*.py")}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_TESTS} == {}


def test_hooks_run_the_commands_of_make_lint():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(r"^lint: .*\n((?:\t.*\n)+)", makefile, re.MULTILINE)[1]
    wanted = {line.strip().removeprefix("$(BIN)/").removesuffix(" .") for line in recipe.splitlines()}
    (local,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    hooks = {hook["entry"].removeprefix(".venv/bin/").removesuffix(" --force-exclude") for hook in local["hooks"]}
    assert (local["repo"], hooks) == ("local", wanted)


def test_every_exception_to_the_types_says_why():
    without = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sorted((ROOT / "src").rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if "type: ignore" in line and not re.search(r"type: ignore\[[a-z-]+\]  # \w", line)
    ]
    assert without == []
