"""Timings and longer proofs, measured side by side in one run; `make bench` writes benchmarks/summary.json."""

import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import psutil

from mobility.backtest.compare import against_truth
from mobility.backtest.stage import gather_cells
from mobility.cells.estimates import ESTIMATE_STATISTICS, WITHIN, estimate_table, fit_models
from mobility.models import Covariance, Design, build_design, fit
from mobility.panel.find import list_files
from mobility.panel.read import read_wave
from mobility.panel.register import load_source
from mobility.settings import load_study
from mobility.storage import read_csv, read_frame
from mobility.synthetic import draw_progression, planted_effects, simulate
from mobility.transitions.uncertainty import Z95

ROOT = Path(__file__).parent.parent
COPIED = ("workflow", "sources", "studies", "examples", "resources", "profiles")
COPIED_FILES = ("Snakefile", "config.yaml", "environment.yml", "pyproject.toml")
WIDE_COLUMNS, WANTED, REPEATS = 1300, 60, 5
FURTHER_SEEDS = (1, 2, 3, 4, 5)
PEER_ROWS, PEER_COLUMNS = 275_000, 46
PANELS = 200
NOT_MANUFACTURING = {"id": "not_manufacturing", "kind": "indicator", "of": "not_manufacturing"}


def main() -> None:
    """Run every measurement and write the summary."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        summary = {
            "machine": _machine(),
            "read_a_wave": read_a_wave(folder / "wide"),
            "report": report(folder / "project"),
            "planted_truth": planted_truth(folder),
            "all_models": all_models(folder / "project"),
            "one_model_275000_rows": against_statsmodels(),
            "coverage_of_planted_effects": coverage(),
        }
    out = ROOT / "benchmarks" / "summary.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(summary, indent=2))


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
    ours = _best(lambda: read_wave(item, source, wave, names))
    pandas = _best(lambda: pd.read_stata(item.path, columns=wanted, convert_categoricals=False))
    return {
        "rows": len(pd.read_stata(item.path, columns=["pidp"])),
        "columns": len(header),
        "wanted": len(wanted),
        "ours_seconds": ours,
        "pandas_seconds": pandas,
        "ratio": round(ours / pandas, 2),
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
    """The whole default run in a fresh copy, again with nothing changed, and after an edited table spec."""
    folder.mkdir()
    for part in COPIED:
        shutil.copytree(ROOT / part, folder / part)
    for name in COPIED_FILES:
        shutil.copy(ROOT / name, folder / name)
    (folder / "src").symlink_to(ROOT / "src")
    first = _run(folder)
    again = _run(folder)
    spec = folder / "studies/gatsby/tables/table_3_3.yaml"
    spec.write_text(spec.read_text().replace("Each row adds to 100", "Every row adds to 100"))
    edited = _run(folder)
    return {"first": first, "nothing_changed": again, "one_table_edited": edited, "seed_2022": _distance(folder)}


def planted_truth(folder: Path) -> dict:
    """Share cells against the planted truth for further seeds, full size."""
    found = {}
    project = folder / "project"
    config = project / "config.yaml"
    text = config.read_text()
    for seed in FURTHER_SEEDS:
        config.write_text(text.replace("seed: 2022", f"seed: {seed}"))
        _run(project, "--", "backtest")
        found[f"seed_{seed}"] = _distance(project)
    return found


def all_models(folder: Path) -> dict:
    """All fits of the Gatsby models with margins, person effects and their tables, on the frames of a full-size run."""
    study = load_study(folder, "gatsby")
    chosen = study.chosen()
    frame = read_frame(folder / "results/restricted/gatsby/frames", "progression")
    started = time.perf_counter()
    fitted, _ = fit_models({"progression": frame}, study, chosen, [WITHIN])
    tables = [table for table, spec in study.tables.items() if spec["statistic"] in ESTIMATE_STATISTICS]
    for table in tables:
        estimate_table(fitted, study, table, chosen)
    fits = sum(len(model.fits) for model in fitted.values())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = round(time.perf_counter() - started, 2)
    return {"fits": fits, "tables": len(tables), "seconds": seconds, "peak_mb_of_the_whole_bench": round(peak)}


def against_statsmodels() -> dict:
    """One linear model and one logit of 275,000 rows and 46 columns with robust errors, ours and statsmodels'."""
    import statsmodels.api as sm

    rng = np.random.default_rng(1)
    X = rng.normal(size=(PEER_ROWS, PEER_COLUMNS - 1))
    y = (rng.random(PEER_ROWS) < 1 / (1 + np.exp(2 - X @ np.full(PEER_COLUMNS - 1, 0.1)))).astype(float)
    names = [f"x{k}" for k in range(PEER_COLUMNS - 1)]
    design = build_design(pd.DataFrame(X, columns=names), [{"id": name, "kind": "continuous"} for name in names])
    robust = Covariance(kind="robust")
    times = {}
    for name, peer in (("lpm", lambda: sm.OLS(y, design.X).fit(cov_type="HC1").bse), ("logit", _peer_logit(y, design))):
        ours = _best(lambda name=name: fit(y, design, name, robust), repeats=3)
        theirs = _best(peer, repeats=3)
        times[name] = {"ours_seconds": ours, "statsmodels_seconds": theirs, "ratio": round(ours / theirs, 2)}
    return times


def _peer_logit(y: np.ndarray, design: Design) -> Callable[[], object]:
    import statsmodels.api as sm

    return lambda: sm.Logit(y, design.X).fit(disp=0, cov_type="HC0").bse


def coverage() -> dict:
    """How often the 95 % interval of a logit holds the planted coefficient, over simulated panels."""
    study = load_study(ROOT, "gatsby")
    planted = planted_effects()
    held: dict[str, list[bool]] = {name: [] for name in study.models}
    failed = 0
    for seed in range(PANELS):
        panel = draw_progression(seed)
        panel["not_manufacturing"] = (panel["industry"] != "manufacturing").astype(float)
        for name, model in study.models.items():
            sample = panel[panel["origin_group"] == name.split("__to__")[0]]
            terms = [_present(term, sample) for term in study.terms_of(model) if term["id"] != "industry"]
            design = build_design(sample.reset_index(drop=True), [*terms, NOT_MANUFACTURING])
            outcome = sample["destination_group"].isin(model["outcome"]["values"]).astype(float).to_numpy()
            found = fit(outcome, design, "logit", Covariance(kind="robust"))
            if found.flag:
                failed += 1
                continue
            truth = planted[planted["model"] == name].set_index("term")["value"].reindex(found.names)
            low, high = found.intervals().T
            known = truth.notna().to_numpy() & np.isfinite(low)
            held[name] += list(((low <= truth) & (truth <= high)).to_numpy()[known])
    shares = {name: round(float(np.mean(found)), 4) for name, found in held.items()}
    every = np.concatenate(list(held.values()))
    overall = {"panels": PANELS, "coefficients": len(every), "coverage": round(float(every.mean()), 4)}
    return {**overall, "fits_not_converged": failed, "by_model": shares}


def _present(term: dict, sample: pd.DataFrame) -> dict:
    if term["kind"] != "factor":
        return term
    there = set(sample[term["of"]].dropna())
    return {**term, "levels": [level for level in term["levels"] if level in there or level == term["reference"]]}


def _distance(folder: Path) -> dict:
    """Share of cells within 1.96 standard errors of the planted truth, and the farthest one."""
    truth = read_csv(folder / "results/restricted/synthetic/ukhls/truth/gatsby.csv")
    cells = gather_cells(sorted((folder / "results/restricted/gatsby").glob("*.csv")))
    z = against_truth(cells, truth)["z"].abs()
    return {"cells": len(z), "within": round(float((z <= Z95).mean()), 4), "largest_z": round(float(z.max()), 2)}


def _run(folder: Path, *arguments: str) -> dict:
    """One `make report`: wall seconds and the peak of all its processes' memory, in megabytes."""
    command = [sys.executable, "workflow/run.py", "--cores", "2", *arguments]
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True)
    peak = [0.0]
    watcher = threading.Thread(target=_watch, args=(process.pid, peak))
    watcher.start()
    _, errors = process.communicate()
    watcher.join()
    if process.returncode:
        raise SystemExit(errors)
    return {"seconds": round(time.perf_counter() - started, 1), "peak_mb": round(peak[0])}


def _watch(pid: int, peak: list[float]) -> None:
    """Sample the resident memory of a process and its children until it ends."""
    try:
        parent = psutil.Process(pid)
        while parent.is_running() and parent.status() != psutil.STATUS_ZOMBIE:
            family = [parent, *parent.children(recursive=True)]
            peak[0] = max(peak[0], sum(_resident(member) for member in family))
            time.sleep(0.05)
    except psutil.NoSuchProcess:
        return


def _resident(process: psutil.Process) -> float:
    try:
        return process.memory_info().rss / 2**20
    except psutil.NoSuchProcess:
        return 0.0


def _best(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Least of several wall times, in seconds."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return round(min(times), 3)


def _machine() -> dict:
    packages = {name: version(name) for name in ("numpy", "pandas", "pyarrow", "snakemake")}
    return {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.machine(), **packages}


if __name__ == "__main__":
    main()
