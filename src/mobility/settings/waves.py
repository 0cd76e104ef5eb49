"""`waves` of `config.yaml`: which waves of a source are read, by every study alike or by each its own."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mobility.errors import ConfigError, MobilityError
from mobility.settings.load import load_about, study_folder
from mobility.settings.sources import files_read, has_waves, load_waves, source_names
from mobility.settings.study import Study, Use

Chosen = tuple[str, ...] | Mapping[str, tuple[str, ...]]


def chosen_waves(raw: Mapping[str, Any], root: Path, studies: Iterable[Study]) -> tuple[dict[str, Chosen], list[str]]:
    """The waves of each source, as one range or by study; what is wrong with them.

    A range a study names every study of the run that reads the source, and may name others that do.
    """
    studies, waves, problems = list(studies), dict[str, Chosen](), list[str]()
    for source, text in raw.items():
        where = f"config.yaml, waves.{source}"
        try:
            _fail_if_unchosen(root, source)
            order = load_waves(root, source)
            if not isinstance(text, Mapping):
                waves[source] = order.parse(text, where)
                continue
            wrong = _study_problems(text, root, source, studies, where)
            problems += wrong
            waves[source] = {} if wrong else {name: order.parse(own, f"{where}.{name}") for name, own in text.items()}
        except MobilityError as error:
            problems.append(str(error))
    return waves, problems


def _study_problems(
    given: Mapping[str, Any], root: Path, source: str, studies: Sequence[Study], where: str
) -> list[str]:
    """Studies that a range a study leaves out, that are not there, and that do not read the source."""
    problems = [
        f"{where}: nothing about {study.name}, which reads {source}. "
        f"Write `{study.name}: {load_waves(root, source).example.split(',')[0]}` there."
        for study in studies
        if study.about.reads(source) and study.name not in given
    ]
    for name in given:
        try:
            study_folder(root, name, where)
            about = next((study.about for study in studies if study.name == name), None) or load_about(root, name)
            if not about.reads(source):
                reading = ", ".join(study.name for study in studies if study.about.reads(source)) or "none"
                problems.append(
                    f"{where}: {name} does not read {source}; studies of this run that do: {reading}. Take `{name}` "
                    "out of the line."
                )
        except MobilityError as error:
            problems.append(str(error))
    return problems


def _fail_if_unchosen(root: Path, source: str) -> None:
    """Raise `ConfigError` where waves are chosen of a source that has no register of them."""
    if source in source_names(root) and not has_waves(root, source):
        raise ConfigError(f"config.yaml, waves: {source} is read whole. Take its line out of `waves`.")


def places_apart(waves: Mapping[str, Chosen], root: Path, studies: Iterable[Study]) -> dict[str, dict[str, str]]:
    """By study and its name for a source, the place of a panel that studies of the run do not read alike.

    Where they read other waves the place has these in its name, `ukhls.a-h`; where they read other files, those that
    not all of them read, `bhps.indall.oslaua`: so no study comes under the licence of a file that it does not read.
    Studies that read the same files in the same waves share one panel.
    """
    uses = [(study.name, use) for study in studies for use in study.about.sources.values()]
    read = [files_read(root, use.source, use.rows, [*use.required, *use.optional]) for _, use in uses]
    places = _marked([use.place for _, use in uses], [_waves_text(waves, root, *one) for one in uses])
    common: dict[str, frozenset[str]] = {}
    for place, files in zip(places, read, strict=True):
        common[place] = common.get(place, files) & files
    marks = [",".join(sorted(files - common[place])) for place, files in zip(places, read, strict=True)]
    apart: dict[str, dict[str, str]] = {}
    for (study, use), place in zip(uses, _marked(places, marks), strict=True):
        if place != use.place:
            apart.setdefault(study, {})[use.name] = place
    return apart


def _marked(places: Sequence[str], marks: Sequence[str]) -> list[str]:
    """Places with their marks, where those of one place differ.

    A comma would end a wildcard of a job that Snakemake sends to a cluster.
    """
    of_place: dict[str, set[str]] = {}
    for place, mark in zip(places, marks, strict=True):
        of_place.setdefault(place, set()).add(mark)
    return [
        f"{place}.{mark.replace(',', '+')}" if mark and len(of_place[place]) > 1 else place
        for place, mark in zip(places, marks, strict=True)
    ]


def _waves_text(waves: Mapping[str, Chosen], root: Path, study: str, use: Use) -> str:
    """The waves that a study has of its own, where the settings give each study its own."""
    by_study = waves.get(use.source)
    own = by_study.get(study) if isinstance(by_study, Mapping) else None
    return load_waves(root, use.source).text(own) if own else ""
