"""`config.yaml`: what to run, checked against its closed schema and the studies it names."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mobility.access import CLASSES
from mobility.errors import ConfigError, MobilityError, nearest
from mobility.settings.load import load_study, study_folder
from mobility.settings.schema import read_schema, validate
from mobility.settings.sources import has_waves, is_mapped, load_waves, shipped_with, source_names, source_spec
from mobility.settings.study import Study
from mobility.settings.waves import Chosen, chosen_waves, places_apart
from mobility.storage import read_mapping

FILE = "config.yaml"
SYNTHETIC = "synthetic"
ROUNDING = "rounding"
KEY = "rounding.key"  # unless another file is named
LEFT = ("results/released", "results/restricted")  # of a run whose output left
INVENTED = "results/restricted/synthetic"  # folder of the invented deliveries


@dataclass(frozen=True)
class Config:
    """`config.yaml`, checked: WHAT to run.

    sources : the folders of each, or the word `synthetic` alone.
    waves : of each source those of every study, or by study its own.
    mitigation : by study `base`, to a multiple of which its numbers are rounded (0: they are hidden instead), and
        `earlier`, folders of earlier runs whose output left.
    key : file with the secret by which numbers are rounded.
    apart : by study and its name for a source, the place of a panel in waves, or of files, that another study of the
        run does not read (`places_apart`).
    """

    sources: Mapping[str, tuple[str, ...]]
    waves: Mapping[str, Chosen]
    studies: tuple[str, ...]
    choices: Mapping[str, Mapping[str, str]]
    thresholds: Mapping[str, int]
    synthetic: Mapping[str, Any]
    mitigation: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    key: str = KEY
    apart: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def waves_of(self, source: str, study: str) -> tuple[str, ...]:
        """Waves in which a study reads a source; none where nothing says so."""
        chosen = self.waves.get(source, ())
        return chosen.get(study, ()) if isinstance(chosen, Mapping) else chosen

    def places(self, study: Study) -> dict[str, str]:
        """By the study's names for its sources, the names under which their panels lie."""
        return {**study.places, **self.apart.get(study.name, {})}

    def is_synthetic(self, source: str) -> bool:
        """Whether the source is the invented delivery."""
        return self.sources.get(source) == (SYNTHETIC,)

    def delivery(self, source: str, invented: str = "") -> tuple[str, ...]:
        """Folders of a source's delivery: the user's, or where the invented one is written; none where none is set.

        invented : the source whose invented delivery stands in, by default that of the source itself.
        """
        return (f"{INVENTED}/{invented or source}",) if self.is_synthetic(source) else self.sources.get(source, ())


def fail_outside(root: Path) -> None:
    """Raise `ConfigError` where `root` is not the project's folder, with the folder above it that is one, if any."""
    place = root.resolve()
    if (place / FILE).is_file():
        return
    above = next(
        (folder for folder in place.parents if (folder / FILE).is_file() and (folder / "sources").is_dir()), None
    )
    where = f"the project's folder, as by `cd {above}`," if above else "the project's folder"
    raise ConfigError(f"no config.yaml in {place}. Go to {where} and type the command again.")


def not_made(config: Config, study: str, path: Path) -> str:
    """What is said of a result of a study that no run has made."""
    if study not in config.studies:
        return (
            f"{path} is not there: config.yaml, studies, does not name {study}. Add it there, then run `make report`."
        )
    return f"{path} is not there. Run `make report` first."


def load_config(root: Path, overrides: Mapping[str, Any] | None = None) -> Config:
    """Read and check `config.yaml` of the project folder `root`; `overrides` replaces whole top-level keys.

    Raises
    ------
    ConfigError
        Lists every unknown key, wrong value, study without a folder and wave range that runs backwards.
    """
    fail_outside(root)
    raw = _with_numbers({**read_mapping(root / FILE), **(overrides or {})}, read_schema(root, "config"))
    validate(raw, root, "config", "config.yaml", ConfigError)
    problems: list[str] = []
    halves: list[str] = []
    studies: dict[str, Study] = {}
    for study in dict.fromkeys([*raw["studies"], *raw["choices"]]):
        try:
            study_folder(root, study, "config.yaml, studies")
            loaded = load_study(root, study)
            loaded.chosen(raw["choices"].get(study))
            studies[study] = loaded
            problems += _source_problems(loaded, raw, root)
            halves += _half_invented(loaded, raw, root)
        except MobilityError as error:
            problems.append(str(error))
    problems += _unknown_sources(raw, root) + _too_low(raw["disclosure"]["threshold"])
    problems += _unprotected(raw["disclosure"], raw["studies"], root)
    sources = {name: (given,) if isinstance(given, str) else tuple(given) for name, given in raw["sources"].items()}
    problems += (_absent(sources, root) or halves) if halves else []  # first the folder, then what else to name
    problems += _never_invented(sources, root) + _half_folders(sources)
    run = [studies[name] for name in raw["studies"] if name in studies]
    waves, wrong = chosen_waves(raw["waves"], root, run)
    problems += wrong
    if problems:
        raise ConfigError("\n".join(problems))
    return Config(
        sources=sources,
        waves=waves,
        studies=tuple(raw["studies"]),
        choices=raw["choices"],
        thresholds=raw["disclosure"]["threshold"],
        synthetic=raw["synthetic"],
        mitigation={name: _mitigation(raw["disclosure"], name) for name in raw["studies"]},
        key=_key_file(raw["disclosure"]),
        apart=places_apart(waves, root, run),
    )


def _half_folders(sources: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Sources that are said to be invented and to lie in folders."""
    return [
        f"config.yaml, sources.{name}: `{SYNTHETIC}` stands among folders. Write the folders alone, or the word alone."
        for name, folders in sources.items()
        if SYNTHETIC in folders and len(folders) > 1
    ]


def _with_numbers(value: Any, rules: Mapping[str, Any]) -> Any:
    """`value` with whole numbers where the schema wants them: what the command line gives arrives as text."""
    if isinstance(value, Mapping):
        parts, others = rules.get("properties", {}), rules.get("additionalProperties")
        unknown = others if isinstance(others, Mapping) else {}
        return {key: _with_numbers(part, parts.get(key, unknown)) for key, part in value.items()}
    return int(value) if rules.get("type") == "integer" and isinstance(value, str) and value.isdecimal() else value


def _source_problems(study: Study, raw: Mapping[str, Any], root: Path) -> list[str]:
    """Keys of `config.yaml` that the study's sources need and that are not there."""
    needed = [use.source for use in study.about.sources.values() if not is_mapped(root, use.source)]
    return [
        f"config.yaml, {key}: nothing about `{source}`, which {study.name} reads. Write `{source}: {example}` there."
        for source in dict.fromkeys(needed)
        for key, example in _examples(root, source).items()
        if source not in raw[key]
    ]


def _half_invented(study: Study, raw: Mapping[str, Any], root: Path) -> list[str]:
    """Sources that come in one delivery, of which a study would read one from the user's files and another invented.

    The people of the two would be others.
    """
    invented: dict[str, list[str]] = {}
    for use in study.about.sources.values():
        if use.source in raw["sources"] and not is_mapped(root, use.source):
            delivery = source_spec(root, use.source).get("invented", {}).get(use.rows, use.source)
            invented.setdefault(delivery, []).append(use.source)
    problems = []
    for together in map(dict.fromkeys, invented.values()):
        yours = [name for name in together if raw["sources"][name] != SYNTHETIC]
        ours = [name for name in together if name not in yours]
        if yours and ours:
            problems.append(
                f"config.yaml, sources: {study.name} links {' and '.join(together)}, of which {', '.join(yours)} is "
                f"yours and {', '.join(ours)} invented: other people. Write `{ours[0]}: {raw['sources'][yours[0]]}` if "
                f"its files lie there too, else take {study.name} out of `studies`."
            )
    return problems


def _absent(sources: Mapping[str, tuple[str, ...]], root: Path) -> list[str]:
    """Folders of the sources that are not there."""
    return [
        f"config.yaml, sources.{name}: {folder}: no such folder. Write the folder that you unpacked, or the word "
        f"`{SYNTHETIC}`."
        for name, folders in sources.items()
        for folder in folders
        if folder != SYNTHETIC and not _is_there(root / folder)
    ]


def _is_there(folder: Path) -> bool:
    try:
        return folder.expanduser().exists()
    except (OSError, RuntimeError):  # closed, or of no such user: whoever reads it says why
        return True


def _examples(root: Path, source: str) -> Mapping[str, str]:
    """What may stand in `config.yaml` for a source under each key that it needs."""
    waves = {"waves": load_waves(root, source).example.split(",")[0]} if has_waves(root, source) else {}
    return {"sources": shipped_with(root, source) or SYNTHETIC, **waves}


def _never_invented(sources: Mapping[str, tuple[str, ...]], root: Path) -> list[str]:
    """Sources that are shipped with the project and that `config.yaml` takes for invented ones."""
    invented = [name for name in source_names(root) if sources.get(name) == (SYNTHETIC,)]
    return [
        f"config.yaml, sources.{name}: it is not invented. Write `{name}: {folder}`, or a folder with more files."
        for name in invented
        if (folder := shipped_with(root, name))
    ]


def _too_low(thresholds: Mapping[str, int]) -> list[str]:
    """Thresholds below the least that their class of access allows."""
    return [
        f"config.yaml, disclosure.threshold.{each.name}: {thresholds[each.name]} persons; data of this class "
        f"({each.title}) need {each.minimum} at least. Write {each.minimum} or more: it may be raised, not lowered."
        for each in CLASSES
        if thresholds[each.name] < each.minimum
    ]


def _mitigation(given: Mapping[str, Any], study: str) -> dict[str, Any]:
    """How the numbers of a study are protected: `base` to round to, 0 for hiding, and folders of earlier runs."""
    chosen = given.get("mitigation", "suppression")
    own = chosen if isinstance(chosen, str) else chosen.get(study, "suppression")
    return {"base": given.get("base", 0) if own == ROUNDING else 0, "earlier": list(given.get("earlier", []))}


def _unprotected(given: Mapping[str, Any], studies: Sequence[str], root: Path) -> list[str]:
    """Studies that are named and not run, rounding without a base, a base of nothing, a key that others may come by.

    And folders of no earlier run.
    """
    chosen = given.get("mitigation", "suppression")
    named = {} if isinstance(chosen, str) else chosen
    problems = [
        f"config.yaml, disclosure.mitigation: no study `{name}` in `studies`; {nearest(name, list(studies))}."
        for name in named
        if name not in studies
    ]
    rounded = ROUNDING in (chosen, *named.values())
    if rounded and "base" not in given:
        problems.append("config.yaml, disclosure: `mitigation` rounds, to a multiple of what? Write `base: 10`, or 5.")
    if "base" in given and not rounded:
        problems.append(
            f"config.yaml, disclosure.base: {given['base']}, and nothing is rounded. Write `mitigation: {ROUNDING}`, "
            "or take `base` out."
        )
    problems += _open_key(_key_file(given), root)
    for folder in given.get("earlier", []):
        lacking = [part for part in LEFT if not (root / folder / part).is_dir()]
        if lacking:
            problems.append(
                f"config.yaml, disclosure.earlier: `{folder}` has no {' and no '.join(lacking)}. Name the folder of a "
                "run whose output left, with what it released and its restricted frames."
            )
    return problems


def _key_file(given: Mapping[str, Any]) -> str:
    """The file with the secret of rounding, a home written out."""
    named = given.get("key", KEY)
    with suppress(RuntimeError):  # of no such user: a folder of that name is not there either
        return str(Path(named).expanduser())
    return str(named)


def _open_key(key: str, root: Path) -> list[str]:
    """A key for rounding within the project where git, a package or the reports may take it along."""
    path, project = root / key, root.resolve()
    folder = path.parent.resolve()
    if not folder.is_relative_to(project) or (folder == project and path.suffix == Path(KEY).suffix):
        return []
    return [
        f"config.yaml, disclosure.key: `{key}`: there git, a package or a page could take it along. Write `{KEY}`, "
        "or a file outside the project's folder."
    ]


def _unknown_sources(raw: Mapping[str, Any], root: Path) -> list[str]:
    """Sources of `config.yaml` that have no register."""
    known = [source for source in source_names(root) if not is_mapped(root, source)]
    return [
        f"config.yaml, sources: no source `{source}` in sources/; {nearest(source, known)}."
        for source in raw["sources"]
        if source not in known
    ]
