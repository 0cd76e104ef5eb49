"""Running the R commands of a study on its exported files, for tests."""

import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

from mobility.cells.estimates import fit_models
from mobility.cells.export import commands_table, export_sample


def _has_r(*packages):
    if not shutil.which("Rscript"):
        return False
    asked = f"find.package(c({', '.join(map(repr, packages))}))"  # an error where one is not there
    return subprocess.run(["Rscript", "-e", asked], capture_output=True, check=False).returncode == 0


needs_r = pytest.mark.skipif(not _has_r("MASS", "sandwich"), reason="needs Rscript with MASS and sandwich")
needs_gnm = pytest.mark.skipif(not _has_r("gnm"), reason="needs Rscript with gnm")


def run_r(commands, folder):
    """Tables that R commands leave, run in one process: for each command a list of frames of estimate and std_error."""
    lines = [f'setwd("{folder}")']
    for number, command in enumerate(commands):
        body = command.replace("cbind(estimate", "table1 <- cbind(estimate")
        body = body.replace("\ndo.call(", "\ntable2 <- do.call(")
        lines += ["rm(list = ls())", body]
        lines += [f'write.csv(table1, "coefficients{number}.csv")']
        lines += [f'if (exists("table2")) write.csv(table2, "effects{number}.csv")']
    (folder / "all.R").write_text("\n".join(lines))
    done = subprocess.run(["Rscript", "all.R"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    names = ("coefficients", "effects")
    files = [[folder / f"{name}{number}.csv" for name in names] for number in range(len(commands))]
    return [[pd.read_csv(path, index_col=0) if path.is_file() else None for path in pair] for pair in files]


def compare_with_r(study, frames, folder, **tolerance):
    """Every fit of the study against its R command; the number of estimates compared."""
    fitted, _ = fit_models(frames, study)
    every, compared = commands_table(fitted, study), 0
    made = [not fitted[line.model].fits[line.estimator].flag for line in every.itertuples()]
    table = every[made]
    for sample in sorted({spec.sample for spec in study.models.values()}):
        export_sample(frames, study, sample, folder, "csv")
    for line, (ours, effects) in zip(table.itertuples(), run_r(table["r"], folder), strict=True):
        model = fitted[line.model]
        found = model.fits[line.estimator]
        estimates, errors = list(found.params), list(found.std_errors)
        if found.estimator == "negbin":
            estimates, errors = [*estimates, found.ln_alpha], [*errors, found.std_error_ln_alpha]
        known = ~np.isnan(estimates)
        assert ours["estimate"].to_numpy() == pytest.approx(np.array(estimates)[known], **tolerance), line.model
        assert ours["std_error"].to_numpy() == pytest.approx(np.array(errors)[known], **tolerance), line.model
        compared += 2 * int(known.sum())
        if effects is not None:
            margins = model.margins[line.estimator]
            there = ~np.isnan(margins.effects)
            effects = effects[effects.iloc[:, 0].notna()]
            assert len(effects) == there.sum()
            assert effects.iloc[:, 0].to_numpy() == pytest.approx(margins.effects[there], **tolerance), line.model
            assert effects.iloc[:, 1].to_numpy() == pytest.approx(margins.std_errors[there], **tolerance), line.model
            compared += 2 * int(there.sum())
    return compared
