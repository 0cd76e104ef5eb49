"""Which modules of the library a script runs, read from its imports: the inputs of code of its rule."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from mobility.contents import HashStore, digest

LIBRARY = "mobility"
SCRIPTS = Path("workflow/scripts")
HASHES = Path(".snakemake/hashes.json")
# Parsing the whole code would take a run in which nothing has changed a sixth of its time.
FROM = re.compile(rf"^\s*from ({LIBRARY}(?:\.\w+)*) import (\([^)]*\)|.*)", re.MULTILINE)
IMPORT = re.compile(rf"^\s*import ({LIBRARY}.*)", re.MULTILINE)
FOUND = re.compile(rf"""import_module\(f["']({LIBRARY}[\w.]*)\.\{{""")
DATA = ("*.csv", "*.yaml")
WORD = re.compile(r"[\w.]+")


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


def with_data(modules: Iterable[Path]) -> list[Path]:
    """Modules, and the tables and lists that lie beside them in the library, which they may read."""
    found = list(modules)
    folders = sorted({path.parent for path in found})
    return found + sorted(path for folder in folders for kind in DATA for path in folder.glob(kind))


def code_files(script: Path) -> list[Path]:
    """A script and every module of the library that it imports, with the data beside them."""
    return [script, *with_data(modules_of(script))]


def all_code(store: HashStore) -> str:
    """A fingerprint of the scripts of all jobs and of what they import."""
    return digest((path for script in SCRIPTS.glob("*.py") for path in code_files(script)), store)


def names_of(scripts: Iterable[Path]) -> list[str]:
    """Dotted names of all modules of the library that scripts import, in order of their files."""
    return [name_of(module) for module in sorted({module for script in scripts for module in modules_of(script)})]


def name_of(module: Path, source: Path = Path("src")) -> str:
    """The dotted name of a file of the library."""
    parts = module.relative_to(source).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def _imported(path: Path, source: Path) -> frozenset[Path]:
    """Files of the library that one file names in its imports, or in lines of its words that look like one."""
    text = path.read_text(encoding="utf-8")
    return frozenset(file for name in _names(text) for file in _files(name, source))


def _names(text: str) -> Iterator[str]:
    """Dotted names of the library that a text imports; one that ends in `.*` is every module of a package."""
    for module, names in FROM.findall(text):
        yield from (f"{module}.{name}" for name in WORD.findall(names))
    for names in IMPORT.findall(text):
        yield from WORD.findall(names)
    yield from (f"{package}.*" for package in FOUND.findall(text))


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
