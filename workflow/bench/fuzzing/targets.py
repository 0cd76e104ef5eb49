"""What is fuzzed: every reader of files from outside, and of what a run keeps, by the function that a run calls."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from fuzzing import valid
from fuzzing.mutate import BYTES, TABLE, TEXT, YAML
from fuzzing.run import Target
from mobility.areas.codes import load_areas
from mobility.cells.estimates import estimate_table, fit_models
from mobility.cells.stage import table_cells
from mobility.contents import HashStore
from mobility.errors import DataError
from mobility.flows.read import read_flows
from mobility.flows.register import find_flow_files, load_flow_source
from mobility.flows.statistics import read_statistic
from mobility.intake.formats import describe_columns, read_columns
from mobility.intake.losses import LossTable
from mobility.intake.reader import Request
from mobility.intake.text_table import read_text_table
from mobility.intake.typed_table import read_parquet_table
from mobility.kept import Kept
from mobility.new_study import ROLES, propose
from mobility.panel.delivery import examine
from mobility.panel.extract import read_extract
from mobility.panel.register import load_source
from mobility.panel.table_source import read_table
from mobility.readers import reader_of
from mobility.series.delivery import read_series
from mobility.series.register import find_series_files, load_series_source
from mobility.settings import Study, load, load_config, load_study, load_waves, schema
from mobility.settings.sources import has_waves
from mobility.settings.study import groups_of
from mobility.storage import read_csv, read_parquet, read_yaml
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from timing import ROOT

LFS_NAMES = ("person_id", "age", "own_nssec", "origin_nssec", "hourly_pay", "weight")
LS_NAMES = ("age", "adult_region", "activity", "region_unemployment")
UKHLS_NAMES = ("person_id", "activity_status", "soc2000")
VACANCIES, POVERTY = "vacancies_per_unemployed", "child_poverty_2023"
PRICES = {2015: 100.0, 2021: 110.0}
FINE: set[str] = set()
MOST_KEPT = 200
CACHED = (load_source, load_flow_source, load_series_source)


def _config(folder: Path, _: str) -> None:
    load_config(folder)


def _study_of(folder: Path) -> Study:
    load.LOADED.clear()
    groups_of.cache_clear()
    load.check = _check_once
    return load_study(folder, "sprout")


def _check_once(content: Any, rules: schema.Rules, *named: Any) -> None:
    """`schema.check`, but not again of what was fine: of a spoilt study all files but one are as they were."""
    if (what := repr((content, named))) not in FINE:
        schema.check(content, rules, *named)
        if len(FINE) < MOST_KEPT:
            FINE.add(what)


def _specs(folder: Path, _: str) -> None:
    _study_of(folder)


def _run_study(folder: Path, _: str) -> None:
    """From the specs to cells, as the jobs of a run do it."""
    study = _study_of(folder)
    found = read_table(study.folder, folder)
    losses = LossTable.after(dict.fromkeys(study.about.sources, found.losses))
    frames = make_frames(Inputs.of(found.panel, study, study.readings, losses))
    jobs = {name: spec.statistic.job for name, spec in study.tables.items()}
    for name in [name for name, job in jobs.items() if job == "counted"]:
        table_cells(_frame(frames, study.tables[name].frame), study, name)
    fitted, _ = fit_models({spec.frame: _frame(frames, spec.frame) for spec in study.models.values()}, study)
    for name in [name for name, job in jobs.items() if job == "estimated"]:
        estimate_table(fitted, study, name)


def _frame(frames: dict[str, pd.DataFrame], name: str) -> pd.DataFrame:
    """A frame of the study; a job that reads it from its file refuses the others so."""
    if name not in frames:
        raise DataError(f"no frame `{name}`; the study makes: {', '.join(frames)}")
    return frames[name]


def _registers(folder: Path, place: str) -> None:
    source = place.split("/")[1]
    load.LOADED.clear()
    for reader in CACHED:
        reader.cache_clear()
    if has_waves(folder, source):
        waves = load_waves(folder, source)
        waves.parse(f"{waves.names[0]}-{waves.names[-1]}", "config.yaml")
    reader_of(folder, source).names(Request(folder, source, source))


def _mapped(folder: Path, place: str) -> None:
    read_table((folder / place).parent, ROOT)


def _mappings(folder: Path, place: str) -> None:
    (_mapped if place.startswith("people") else _moves)(folder, place)


def _moves(folder: Path, place: str) -> None:
    read_flows((folder / place).parent)


def _propose(folder: Path, place: str) -> None:
    propose(folder / place, dict.fromkeys(ROLES))


def _text_table(folder: Path, place: str) -> None:
    read_text_table(folder / place, _all_places)


def _parquet_table(folder: Path, place: str) -> None:
    read_parquet_table(folder / place, _all_places)


def _all_places(header: Sequence[str]) -> list[int]:
    return list(range(len(header)))


def _columns(folder: Path, place: str) -> None:
    form = place.rpartition(".")[2]
    read_columns(folder / place, form, lambda header: header[:3], ("a_words",))


def _described(folder: Path, place: str) -> None:
    describe_columns(folder / place, place.rpartition(".")[2])


def _wave(folder: Path, place: str) -> None:
    examine((folder / place).parent, load_source(ROOT, "ukhls"), "a", UKHLS_NAMES)


def _quarter(folder: Path, place: str) -> None:
    examine((folder / place).parent, load_source(ROOT, "lfs"), ("2014Q3",), LFS_NAMES)


def _extract(folder: Path, _: str) -> None:
    read_extract(Request(ROOT, "ons_ls", "ons_ls", (str(folder),), required=LS_NAMES))


def _statistic(folder: Path, place: str) -> None:
    source = load_flow_source(ROOT)
    found = find_flow_files((folder / place).parent, source)
    for item in found:
        statistic = next(one for one in source.statistics.values() if one.file == item.registered.file)
        read_statistic(found, statistic, (2017,), load_areas(ROOT), "EW")


def _series(folder: Path, place: str) -> None:
    source = load_series_source(ROOT, "series")
    inside = str((folder / place).parent)
    found = [item for item in find_series_files(ROOT, (inside,), source) if str(item.path).startswith(inside)]
    read_series(found, source, PRICES, (POVERTY,) if place.startswith("b") else (VACANCIES,))


def _made(folder: Path, place: str) -> None:
    read = {"parquet": read_parquet, "csv": read_csv, "yaml": read_yaml, "json": _records}
    read[place.rpartition(".")[2]](folder / place)


def _records(path: Path) -> None:
    Kept(path).holds("moves", "key", [path])
    HashStore(path).hash_of(path)


TARGETS = (
    Target("config.yaml", 20, valid.config, _config, YAML),
    Target("specs of a study", 17, valid.study, _specs, YAML),
    Target("a study from specs to cells", 4, valid.study, _run_study, YAML),
    Target("registers of sources", 15, valid.registers, _registers, (*YAML, *TABLE)),
    Target("mappings", 15, valid.mappings, _mappings, YAML),
    Target("a study's own file", 20, valid.mapped, _mapped, TABLE),
    Target("new-study from a file", 8, valid.mapped, _propose, TABLE),
    Target("text files", 250, valid.texts, _text_table, TABLE),
    Target("Parquet files", 180, valid.parquets, _parquet_table, BYTES),
    Target("columns of .dta", 75, valid.waves(("dta",)), _columns, BYTES),
    Target("columns of .sav", 140, valid.waves(("sav", "zsav")), _columns, BYTES),
    Target("columns of .tab", 75, valid.waves(("tab",)), _columns, TABLE),
    Target("labels of .dta and .sav", 100, valid.waves(("dta", "sav", "zsav")), _described, BYTES),
    Target("a wave of UKHLS", 10, valid.waves(("dta", "sav", "zsav", "tab")), _wave, TABLE),
    Target("a quarter of the LFS", 8, valid.quarters, _quarter, TABLE),
    Target("an extract of the LS", 3, valid.extracts, _extract, TABLE),
    Target("moves", 15, valid.flows, _moves, TABLE),
    Target("statistics of areas", 4, valid.statistics, _statistic, TABLE),
    Target("published series", 3, valid.series, _series, TABLE),
    Target("what a run made", 38, valid.made, _made, (*TEXT, *TABLE)),
)
