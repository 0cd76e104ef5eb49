"""From the spec files of a study to a `Study`: read, spread out, checked against their schemas and each other."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from mobility.errors import ConfigError, SpecError, nearest
from mobility.settings.axes import listed_items
from mobility.settings.choices import FRAMES, Choice
from mobility.settings.claims import Claim
from mobility.settings.cross_check import cross_problems, source_problems
from mobility.settings.figures import FigureSpec
from mobility.settings.frames import FrameSpec
from mobility.settings.indicators import IndicatorIndex
from mobility.settings.models import ModelSpec
from mobility.settings.samples import Sample
from mobility.settings.spec_files import SpecFiles
from mobility.settings.study import About, Study, chosen_readings
from mobility.settings.tables import TableSpec
from mobility.settings.terms import Term

STUDY_FOLDERS = ("studies", "examples")
AXES = ("rows", "columns")
NAMED = "name of a study"  # where a name stands that was typed behind a command
LOADED: dict[tuple[Path, str, tuple[tuple[str, str], ...]], Study] = {}  # by root, name and overrides, each once


def study_folder(root: Path, study: str, where: str = NAMED) -> Path:
    """Folder of a study or example; raises `ConfigError` that says `where`, with the nearest names."""
    allowed = {path.parent.name: parent for parent in STUDY_FOLDERS for path in (root / parent).glob("*/study.yaml")}
    if study in allowed:
        return Path(allowed[study]) / study
    ask = "`mobility list` lists them" if where == NAMED else "Mend the name"
    raise ConfigError(f"{where}: no folder for `{study}`; {nearest(study, list(allowed))}. {ask}.")


def load_study(root: Path, study: str, overrides: Mapping[str, str] | None = None) -> Study:
    """Read and check every spec file of a study under the default readings of its choices, but for `overrides`.

    Raises
    ------
    SpecError
        Lists every problem of every file.
    ConfigError
        No such study, or an override of a choice or alternative that it does not have.
    """
    asked = root, study, tuple(sorted((overrides or {}).items()))
    if asked not in LOADED:
        LOADED[asked] = _load(*asked)
    return LOADED[asked]


def under_reading(study: Study, choice: str, alternative: str) -> Study:
    """The study under another answer to one of its choices; its specs are read anew only where the choice says so."""
    readings = {**study.readings, choice: alternative}
    if set(study.choices[choice].changes) == {FRAMES}:
        return replace(study, readings=readings)
    return load_study(study.root, study.name, readings)


@cache
def load_about(root: Path, study: str) -> About:
    """What the study.yaml of a study says, without its other files. Raises as `load_study` does."""
    files = _opened(root, study, ())
    about = files.one("study")
    files.raise_problems()
    return About.read(about)


def _opened(root: Path, study: str, overrides: tuple[tuple[str, str], ...]) -> SpecFiles:
    """The files of a study, which are read as its choices say."""
    files = SpecFiles(root, root / study_folder(root, study))
    choices = {name: Choice.read(name, entry) for name, entry in files.one("choices").items()}
    files.problems += [
        f"{files.folder}/choices.yaml, {name}: default `{choice.default}` is none of its alternatives; "
        f"{nearest(choice.default, list(choice.alternatives))}."
        for name, choice in choices.items()
        if choice.default not in choice.alternatives
    ]
    files.raise_problems()
    files.decide(choices, chosen_readings(study, files.folder, choices, dict(overrides)))
    return files


def _load(root: Path, study: str, overrides: tuple[tuple[str, str], ...]) -> Study:
    files = _opened(root, study, overrides)
    raw = {kind: files.family(kind) for kind in ("tables", "models", "figures")}
    terms = files.all("terms")
    single = {name: files.one(name) for name in ("samples", "claims", "frames")}
    single["indicators"] = files.listed("indicators")
    about = files.one("study")
    files.raise_problems()
    files.problems += source_problems(root, about, files.where(files.folder / "study.yaml"))
    files.raise_problems()
    loaded = _build(files, about, single, raw, terms)
    problems = cross_problems(loaded, raw)
    if problems:
        raise SpecError("\n".join(dict.fromkeys(problems)))
    return loaded


def _build(
    files: SpecFiles,
    about: Mapping[str, Any],
    single: Mapping[str, Mapping[str, Any]],
    raw: Mapping[str, list[tuple[str, dict[str, Any]]]],
    terms: Mapping[str, Mapping[str, Any]],
) -> Study:
    regressors = {name: tuple(map(Term.read, content["terms"])) for name, content in terms.items()}
    models = [model for file, spec in raw["models"] for model in ModelSpec.read(spec, file, regressors)]
    without_tables = Study(
        files.folder,
        About.read(about),
        samples={name: Sample.read(name, entry) for name, entry in single["samples"].items()},
        figures={spec["figure"]: FigureSpec.read(spec) for _, spec in raw["figures"]},
        choices=files.choices,
        readings=files.chosen,
        models={model.model: model for model in models},
        terms=regressors,
        claims={name: Claim.read(name, entry) for name, entry in single["claims"].items()},
        frames={name: FrameSpec.read(entry) for name, entry in single["frames"].items()},
        indicators=IndicatorIndex.read(single["indicators"]) if single["indicators"] else None,
    )
    tables = {
        spec["table"]: TableSpec.read(spec, file, *(listed_items(spec[axis], without_tables) for axis in AXES))
        for file, spec in raw["tables"]
    }
    return Study(**{**vars(without_tables), "tables": tables})
