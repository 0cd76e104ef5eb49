"""Which files of the project and of a run belong into a package, as lists that one can read; nothing is guessed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mobility.render.names import SUMMARY
from mobility.storage import file_hash, read_json

if TYPE_CHECKING:
    from mobility.settings import Study

RELEASED, REPORTS, RESTRICTED, CHECKS = "results/released", "reports", "results/restricted", "results/checks"
MANIFEST = f"{CHECKS}/manifest.yaml"
HANDED_ON = (RELEASED, REPORTS)
CONFIG = "config.yaml"
NOTES = "README.md"  # of the two folders themselves
MEASURES = "measures"  # of a study, in every cell: arrays for a release of the server, too large for a package
DATED = ".snakemake_timestamp"  # with which Snakemake dates a folder; it is empty
# By what files are, patterns below the project's folder. Data of a delivery are in none of them.
PATTERNS: Mapping[str, tuple[str, ...]] = {
    "code": (
        "Snakefile", "Makefile", "pyproject.toml", "environment.yml", "requirements.lock", "LICENSE", "CITATION.cff",
        "CHANGELOG.md", "CONTRIBUTING.md", "profiles/**/*.yaml", "workflow/**/*.py", "workflow/**/*.smk",
        "workflow/**/*.yaml", "workflow/**/*.R", "workflow/**/*.rst", "src/mobility/**/*.py", "src/mobility/**/*.yaml",
        "src/mobility/**/*.csv", "src/mobility/**/*.j2", "src/mobility/**/*.css", "src/mobility/**/*.js",
        "src/mobility/**/*.html",
    ),
    "specs": (
        "studies/**/*.yaml", "studies/**/*.csv", "studies/**/*.md", "sources/**/*.yaml", "sources/**/*.csv",
        "sources/**/*.md", "sources/**/*.py", "examples/*.md", "examples/*/*.yaml", "examples/*/*.md",
        "examples/*/[!d]*/*.yaml", "examples/*/[!d]*/*.csv",
    ),
    "open_data": ("resources/**/*", "examples/*/data/**/*"),
    "docs": (
        "docs/**/*.md", "docs/**/*.py", "docs/**/*.svg", "docs/**/*.png", "docs/**/*.conf", "docs/**/*.service",
    ),
}  # fmt: skip
# Files of rows of a survey, whatever lies in them.
OF_ROWS = (".dta", ".sav", ".zsav", ".por", ".tab", ".parquet", ".feather", ".rds", ".sas7bdat")


def project_files(root: Path) -> dict[str, list[str]]:
    """By what they are, the files of the project below `root` that a package holds, sorted by name."""
    return {
        kind: sorted({path.relative_to(root).as_posix() for pattern in patterns for path in _there(root, pattern)})
        for kind, patterns in PATTERNS.items()
    }


def _there(root: Path, pattern: str) -> list[Path]:
    parts = ("__pycache__", ".ruff_cache")
    return [path for path in root.glob(pattern) if path.is_file() and not set(path.parts).intersection(parts)]


def run_files(root: Path, outputs: Iterable[str], studies: Sequence["Study"]) -> list[str]:
    """Released cells and rendered files that the jobs of a run made, sorted by name.

    outputs : of the jobs; of a folder of a study's site the files that its summary lists, of one with a file a table
        those of the tables of its study. What lies in neither `results/released` nor `reports` is left out.
    """
    tables = {study.name: set(study.tables) for study in studies}
    found: set[str] = set()
    for name in (name for name in outputs if name.startswith(tuple(f"{folder}/" for folder in HANDED_ON))):
        path = root / name
        of = Path(name).parts[1] if len(Path(name).parts) > 2 else ""
        inside = _made_in(path, tables.get(of, set())) if path.is_dir() else [path]
        found |= {each.relative_to(root).as_posix() for each in inside}
    return sorted(found)


def _made_in(folder: Path, tables: Collection[str]) -> list[Path]:
    summary = folder.parent / SUMMARY
    site = read_json(summary)["site"] if summary.is_file() else []
    own = [folder.parent / name for name in site if name.startswith(f"{folder.name}/")]
    return [each for each in own if each.is_file()] or [each for each in folder.iterdir() if each.stem in tables]


def strays(root: Path, known: Iterable[str]) -> list[str]:
    """Files in `results/released` and `reports` that no job of the run made, but for the folders' own notes.

    Measures in every cell are not looked at: a package does not hold them.
    """
    notes = {Path(folder, NOTES) for folder in HANDED_ON}
    files = (path for folder in HANDED_ON for path in (root / folder).rglob("*") if path.is_file())
    there = {path.relative_to(root) for path in files if path.name != DATED} - notes
    return sorted({path.as_posix() for path in there if MEASURES not in path.parts} - set(known))


def hashes(root: Path, names: Iterable[str]) -> dict[str, str]:
    """SHA-256 of files by their names below `root`."""
    return {name: file_hash(root / name) for name in names}
