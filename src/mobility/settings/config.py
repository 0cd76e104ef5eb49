"""`config.yaml`: what to run, checked against its closed schema and the studies it names."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mobility.errors import ConfigError, MobilityError, nearest
from mobility.settings.load import load_study
from mobility.settings.schema import read_schema, validate
from mobility.settings.sources import has_waves, is_mapped, load_waves, shipped_with, source_names
from mobility.settings.study import Study
from mobility.storage import read_mapping

SYNTHETIC = "synthetic"
INVENTED = "results/restricted/synthetic"  # folder of the invented deliveries


@dataclass(frozen=True)
class Config:
    """`config.yaml`, checked: WHAT to run."""

    sources: Mapping[str, str]
    waves: Mapping[str, tuple[str, ...]]
    studies: tuple[str, ...]
    choices: Mapping[str, Mapping[str, str]]
    thresholds: Mapping[str, int]
    synthetic: Mapping[str, Any]

    def is_synthetic(self, source: str) -> bool:
        """Whether the source is the invented delivery."""
        return self.sources.get(source) == SYNTHETIC

    def delivery(self, source: str, invented: str = "") -> str:
        """Folder of a source's delivery: the user's, or where the invented one is written; empty where none is set.

        invented : the source whose invented delivery stands in, by default that of the source itself.
        """
        return f"{INVENTED}/{invented or source}" if self.is_synthetic(source) else self.sources.get(source, "")


def load_config(root: Path, overrides: Mapping[str, Any] | None = None) -> Config:
    """Read and check `config.yaml` of the project folder `root`; `overrides` replaces whole top-level keys.

    Raises
    ------
    ConfigError
        Lists every unknown key, wrong value, study without a folder and wave range that runs backwards.
    """
    path = root / "config.yaml"
    if not path.is_file():
        raise ConfigError(f"no config.yaml in {root.resolve()}. Go to the project's folder and run again.")
    raw = _with_numbers({**read_mapping(path), **(overrides or {})}, read_schema(root, "config"))
    validate(raw, root, "config", "config.yaml", ConfigError)
    problems: list[str] = []
    for study in dict.fromkeys([*raw["studies"], *raw["choices"]]):
        try:
            loaded = load_study(root, study)
            loaded.chosen(raw["choices"].get(study))
            problems += _source_problems(loaded, raw, root)
        except MobilityError as error:
            problems.append(str(error))
    problems += _unknown_sources(raw, root) + _never_invented(raw, root)
    waves = {}
    for source, text in raw["waves"].items():
        try:
            _fail_if_unchosen(root, source)
            waves[source] = load_waves(root, source).parse(text, f"config.yaml, waves.{source}")
        except MobilityError as error:
            problems.append(str(error))
    if problems:
        raise ConfigError("\n".join(problems))
    return Config(
        sources=raw["sources"],
        waves=waves,
        studies=tuple(raw["studies"]),
        choices=raw["choices"],
        thresholds=raw["disclosure"]["threshold"],
        synthetic=raw["synthetic"],
    )


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


def _examples(root: Path, source: str) -> Mapping[str, str]:
    """What may stand in `config.yaml` for a source under each key that it needs."""
    waves = {"waves": load_waves(root, source).example.split(",")[0]} if has_waves(root, source) else {}
    return {"sources": shipped_with(root, source) or SYNTHETIC, **waves}


def _fail_if_unchosen(root: Path, source: str) -> None:
    """Raise `ConfigError` where waves are chosen of a source that has no register of them."""
    if source in source_names(root) and not has_waves(root, source):
        raise ConfigError(f"config.yaml, waves: {source} is read whole. Take its line out of `waves`.")


def _never_invented(raw: Mapping[str, Any], root: Path) -> list[str]:
    """Sources that are shipped with the project and that `config.yaml` takes for invented ones."""
    shipped = {source: shipped_with(root, source) for source in raw["sources"] if source in source_names(root)}
    return [
        f"config.yaml, sources.{source}: it is not invented. Write `{source}: {folder}`, or a folder with more files."
        for source, folder in shipped.items()
        if folder and raw["sources"][source] == SYNTHETIC
    ]


def _unknown_sources(raw: Mapping[str, Any], root: Path) -> list[str]:
    """Sources of `config.yaml` that have no register."""
    known = [source for source in source_names(root) if not is_mapped(root, source)]
    return [
        f"config.yaml, sources: no source `{source}` in sources/; {nearest(source, known)}."
        for source in raw["sources"]
        if source not in known
    ]
