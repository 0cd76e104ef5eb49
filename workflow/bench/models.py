"""Linear models, logits and probits: large ones against statsmodels and R, coverage of planted effects."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.models import Covariance, Design, Margins, average_marginal_effects, build_design, fit
from mobility.settings import Term, load_study
from mobility.synthetic import planted_effects
from progression import draw_progression
from timing import ROOT, best, cross_product_seconds

PEER_ROWS, PEER_COLUMNS = 275_000, 46
PROBIT_ROWS, PROBIT_COLUMNS = 31_610, 31
PANELS = 200
NOT_MANUFACTURING = Term("not_manufacturing", "not_manufacturing", "indicator", "not_manufacturing")


def measure(folder: Path) -> dict:
    """Everything of this module."""
    return {
        "one_model_275000_rows": against_peers(folder),
        "probit_with_margins_31610_rows": against_r(folder),
        "coverage_of_planted_effects": coverage(),
    }


def against_r(folder: Path) -> dict:
    """A probit of the size of the Longitudinal Study's with average marginal effects, ours and R's in one run."""
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(rng.integers(0, 2, (PROBIT_ROWS, PROBIT_COLUMNS - 5)).astype(float))
    frame = pd.concat([frame, pd.DataFrame(rng.normal(size=(PROBIT_ROWS, 4)))], axis=1).set_axis(
        [f"d{k}" for k in range(PROBIT_COLUMNS - 5)] + [f"x{k}" for k in range(4)], axis=1
    )
    y = (rng.normal(size=PROBIT_ROWS) < 0.3 + frame.to_numpy() @ np.full(PROBIT_COLUMNS - 1, 0.05)).astype(float)
    terms = [Term(name, name, "indicator" if name[0] == "d" else "continuous", name) for name in frame]
    design = build_design(frame, terms)
    design.X.T.tofile(folder / "columns.bin")
    y.tofile(folder / "outcome.bin")
    ours = best(lambda: _probit_margins(y, design))
    found = {"ours_seconds": ours, "floor_seconds": cross_product_seconds(design.X)}
    if not shutil.which("Rscript"):
        return {**found, "r_seconds": None}
    effects = _probit_margins(y, design).effects
    peer = [_peer_margins(folder) for _ in range(3)]
    distance = float(np.abs(effects - peer[0][1 : len(effects) + 1]).max())
    return {**found, "r_seconds": round(float(min(run[0] for run in peer)), 3), "largest_distance_of_effects": distance}


def _probit_margins(y: np.ndarray, design: Design) -> Margins:
    return average_marginal_effects(fit(y, design, "probit", Covariance("classical")), design)


def _peer_margins(folder: Path) -> np.ndarray:
    command = ["Rscript", str(Path(__file__).with_name("probit.R")), str(folder)]
    return np.array(subprocess.run(command, capture_output=True, check=True, text=True).stdout.split(), dtype=float)


def against_peers(folder: Path) -> dict:
    """One linear model and one logit of 275,000 rows and 46 columns with robust errors: ours, statsmodels', pyfixest's.

    The last runs in the Python that the variable `PEER_PYTHON` names, where there is one.
    """
    import statsmodels.api as sm

    rng = np.random.default_rng(1)
    X = rng.normal(size=(PEER_ROWS, PEER_COLUMNS - 1))
    y = (rng.random(PEER_ROWS) < 1 / (1 + np.exp(2 - X @ np.full(PEER_COLUMNS - 1, 0.1)))).astype(float)
    names = [f"x{k}" for k in range(PEER_COLUMNS - 1)]
    design = build_design(pd.DataFrame(X, columns=names), [Term(name, name, "continuous", name) for name in names])
    robust = Covariance(kind="robust")
    times, floor, pyfixest = {}, cross_product_seconds(design.X), _pyfixest(folder, y, design)
    for name, peer in (("ols", lambda: sm.OLS(y, design.X).fit(cov_type="HC1").bse), ("logit", _peer_logit(y, design))):
        ours = best(lambda name=name: fit(y, design, name, robust), repeats=3)
        theirs = best(peer, repeats=3)
        times[name] = {"ours_seconds": ours, "statsmodels_seconds": theirs, "floor_seconds": floor}
        if name in pyfixest:
            coefficients = pyfixest[name].pop("coefficients")
            distance = float(np.abs(fit(y, design, name, robust).params - coefficients).max())
            slower = round(pyfixest[name]["seconds"] / ours, 1)
            times[name]["pyfixest"] = pyfixest[name] | {"times_slower": slower, "largest_difference": distance}
    return times


def _pyfixest(folder: Path, y: np.ndarray, design: Design) -> dict:
    """Its seconds and coefficients by estimator, nothing where no Python that has it is named."""
    python = os.environ.get("PEER_PYTHON")
    if not python:
        return {}
    design.X.T.tofile(folder / "columns.bin")
    y.tofile(folder / "outcome.bin")
    command = [python, str(Path(__file__).with_name("peer_pyfixest.py")), str(folder), str(len(y))]
    return json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


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
            terms = [_present(term, sample) for term in model.terms if term.id != "industry"]
            design = build_design(sample.reset_index(drop=True), [*terms, NOT_MANUFACTURING])
            outcome = sample["destination_group"].isin(model.outcome.values).astype(float).to_numpy()
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


def _present(term: Term, sample: pd.DataFrame) -> Term:
    if term.kind != "factor":
        return term
    there = set(sample[term.of].dropna())
    return replace(term, levels=tuple(level for level in term.levels if level in there or level == term.reference))
