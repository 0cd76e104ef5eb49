"""Reading a wave, the whole default run with all models, and its cells against the planted truth."""

import shutil
import time
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.backtest.compare import against_truth
from mobility.backtest.stage import gather_cells
from mobility.cells.estimates import estimate_table, fit_models
from mobility.disclosure.stage import RECORD
from mobility.panel.find import list_files
from mobility.panel.read import read_wave
from mobility.panel.register import load_source
from mobility.settings import load_config, load_study
from mobility.statistics import ESTIMATED
from mobility.storage import read_csv, read_frame
from mobility.synthetic import simulate
from mobility.uncertainty import Z95
from timing import ROOT, best, peak_mb, run_report

COPIED = ("workflow", "sources", "studies", "examples", "resources", "profiles")
COPIED_FILES = ("Snakefile", "config.yaml", "environment.yml", "pyproject.toml")
WIDE_COLUMNS, WANTED = 1300, 60
FURTHER_SEEDS = (1, 2, 3, 4, 5)


def measure(folder: Path) -> dict:
    """Everything of this module."""
    return {
        "read_a_wave": read_a_wave(folder / "wide"),
        "report": report(folder / "project"),
        "moving_out": flow_models(folder / "project"),
        "planted_truth": planted_truth(folder),
        "all_models": all_models(folder / "project"),
    }


def read_a_wave(folder: Path) -> dict:
    """Reading 60 of 1,300 columns of a wave of 51,000 rows: ours against `pandas.read_stata(columns=...)`."""
    source = load_source(ROOT, "ukhls")
    simulate(folder, root=ROOT, size="full", seed=2022, file_format="stata")
    item = next(found for found in list_files(folder, source) if (found.wave, found.file) == ("a", "indresp"))
    wave = source.waves["a"]
    header = set(_widen(item.path))
    variables = [variable for variable in source.variables if variable.file == "indresp" and "a" in variable.waves]
    columns = {variable.name: source.column(variable, "a") for variable in variables}
    names = [name for name, column in columns.items() if column in header][:WANTED]
    wanted = [columns[name] for name in names]
    ours = best(lambda: read_wave(item, source, wave, names))
    pandas = best(lambda: pd.read_stata(item.path, columns=wanted, convert_categoricals=False))
    return {
        "rows": len(pd.read_stata(item.path, columns=["pidp"])),
        "columns": len(header),
        "wanted": len(wanted),
        "ours_seconds": ours,
        "pandas_seconds": pandas,
        "floor_seconds": best(item.path.read_bytes),
    }


def _widen(path: Path) -> list[str]:
    """Fill a wave's file up to the true number of columns; returns its header."""
    frame = pd.read_stata(path, convert_categoricals=False)
    rng = np.random.default_rng(1)
    extra = WIDE_COLUMNS - frame.shape[1]
    fill = rng.integers(-9, 100, (len(frame), extra), dtype=np.int8)
    wide = pd.concat([frame, pd.DataFrame(fill, columns=[f"a_fill{k:04d}" for k in range(extra)])], axis=1)
    wide.to_stata(path, write_index=False, version=118)
    return list(wide.columns)


def report(folder: Path) -> dict:
    """The whole default run in a fresh copy, again with nothing changed, after an edit, of studies alone."""
    copy_project(folder)
    first = run_report(folder)
    again = run_report(folder)
    spec = folder / "studies/gatsby/tables/table_3_3.yaml"
    spec.write_text(spec.read_text().replace("three-digit SOC2000", "three digit SOC2000"))
    edited = run_report(folder)
    alone = {f"{study}_alone": _alone(folder, study) for study in ("gatsby", "careers_lmi")}
    seed_2022 = _distance(folder)
    return {"first": first, "nothing_changed": again, "one_table_edited": edited, **alone, "seed_2022": seed_2022}


def _alone(folder: Path, study: str) -> dict:
    """A study from the files of its deliveries to its page, with what it reads read anew."""
    places = load_config(folder).places(load_study(folder, study)).values()
    for place in (study, *places):
        for kind in ("restricted", "released", "checks"):
            shutil.rmtree(folder / "results" / kind / place, ignore_errors=True)
    return run_report(folder, "--", study)


def copy_project(folder: Path) -> None:
    """A fresh copy of the project, with the library that is here."""
    folder.mkdir()
    for part in COPIED:
        shutil.copytree(ROOT / part, folder / part)
    for name in COPIED_FILES:
        shutil.copy(ROOT / name, folder / name)
    (folder / "src").symlink_to(ROOT / "src")


def flow_models(folder: Path) -> dict:
    """The study `moving_out` from the files of the full delivery to its back test: 72 fits, all tables, no pictures."""
    for place in ("restricted/moving_out", "restricted/ons_flows", "released/moving_out", "checks/moving_out"):
        shutil.rmtree(folder / "results" / place)
    made = run_report(folder, "--", "results/checks/moving_out/backtest.csv", "results/checks/moving_out/truth.csv")
    z = read_csv(folder / "results/checks/moving_out/truth.csv")["z"].abs()
    within = {"planted": len(z), "within": round(float((z <= Z95).mean()), 4), "largest_z": round(float(z.max()), 2)}
    return {"fits": len(load_study(folder, "moving_out").models), **made, **within}


def planted_truth(folder: Path) -> dict:
    """Share cells against the planted truth for further seeds, full size."""
    found = {}
    project = folder / "project"
    config = project / "config.yaml"
    text = config.read_text()
    for seed in FURTHER_SEEDS:
        config.write_text(text.replace("seed: 2022", f"seed: {seed}"))
        run_report(project, "--", "backtest")
        found[f"seed_{seed}"] = _distance(project)
    return found


def all_models(folder: Path) -> dict:
    """All fits of the Gatsby models with margins, person effects and their tables, on the frames of a full-size run."""
    study = load_study(folder, "gatsby")
    frame = read_frame(folder / "results/restricted/gatsby/frames", "progression")
    started = time.perf_counter()
    fitted, _ = fit_models({"progression": frame}, study)
    tables = [table for table, spec in study.tables.items() if spec.statistic.job == ESTIMATED]
    for table in tables:
        estimate_table(fitted, study, table)
    fits = sum(len(model.fits) for model in fitted.values())
    seconds = round(time.perf_counter() - started, 2)
    return {"fits": fits, "tables": len(tables), "seconds": seconds, "peak_mb_of_the_whole_bench": peak_mb()}


def _distance(folder: Path) -> dict:
    """Share of cells within 1.96 standard errors of the planted truth, and the farthest one."""
    truth = read_csv(folder / "results/restricted/synthetic/ukhls/truth/gatsby.csv")
    own = sorted((folder / "results/restricted/gatsby").glob("*.csv"))
    cells = gather_cells(path for path in own if path.name != RECORD)
    z = against_truth(cells, truth)["z"].abs()
    return {"cells": len(z), "within": round(float((z <= Z95).mean()), 4), "largest_z": round(float(z.max()), 2)}
