"""`config.yaml`: what to run, checked against its closed schema and the studies it names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mobility.errors import ConfigError, MobilityError
from mobility.settings.load import load_study
from mobility.settings.schema import read_schema, validate
from mobility.settings.study import Study
from mobility.storage import read_mapping

SYNTHETIC = "synthetic"
MAPPED_SOURCES = ("table", "flows")  # files that a study describes by its own mapping.yaml
ALPHABET = "abcdefghijklmnopqrstuvwxyz"
WAVE_RANGE = re.compile(r"([a-z])(?:-([a-z]))?")
YEAR_RANGE = re.compile(r"(\d{4})(?:-(\d{4}))?")
FLOWS = "flows"  # kind of a source whose waves are years of moves
PANEL = "panel"  # kind of a source that names none
WAVE_EXAMPLES = {FLOWS: "2014-2018", PANEL: "a-h"}


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
    waves = {}
    for source, text in raw["waves"].items():
        try:
            waves[source] = parse_waves(text, f"config.yaml, waves.{source}")
        except ConfigError as error:
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
    """Keys of `config.yaml` that the study's source needs and that are not there."""
    source = study.about.source
    if source in MAPPED_SOURCES:
        return []
    examples = (("sources", SYNTHETIC), ("waves", WAVE_EXAMPLES.get(source_kind(root, source), "a-h")))
    return [
        f"config.yaml, {key}: nothing about `{source}`, which {study.name} reads. Write `{source}: {example}` there."
        for key, example in examples
        if source not in raw[key]
    ]


def source_kind(root: Path, source: str) -> str:
    """Kind of a folder of `sources/`: `flows` (moves between areas), or `panel` where its source.yaml names none."""
    path = root / "sources" / source / "source.yaml"
    return read_mapping(path).get("kind", PANEL) if path.is_file() else PANEL


def parse_waves(text: str | int, where: str) -> tuple[str, ...]:
    """Letters of a wave expression such as `a-e,g`, or years of one such as `2014,2016-2018`, in their order.

    Raises `ConfigError` on any other text, on letters beside years, and on `h-a`.
    """
    parts = str(text).replace(" ", "").split(",")
    pattern = YEAR_RANGE if any(YEAR_RANGE.fullmatch(part) for part in parts) else WAVE_RANGE
    waves: list[str] = []
    for part in parts:
        match = pattern.fullmatch(part)
        if match is None:
            example = "a-h, or a-e,g; for years 2014-2018, or 2014,2016-2018"
            raise ConfigError(f"{where}: `{text}` is not a list of waves. Write for example {example}.")
        first, last = match[1], match[2] or match[1]
        if first > last:
            raise ConfigError(f"{where}: the range `{part}` runs backwards. Write {last}-{first}.")
        if pattern is YEAR_RANGE:
            waves += map(str, range(int(first), int(last) + 1))
        else:
            waves += [letter for letter in ALPHABET if first <= letter <= last]
    return tuple(sorted(set(waves)))
