"""The negative binomial estimator: speed and memory against R and statsmodels, size, coverage of planted values."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from flow_design import read_flows, write_flows
from flow_samples import draw_sample
from mobility.models import Covariance, build_design, fit_negbin
from mobility.settings import Term
from mobility.synthetic.flows.means import DESTINATION, MOVE_YEARS, ORIGIN
from mobility.synthetic.flows.published import TYPES, read_published
from timing import ROOT, cross_product_seconds

ROWS = 560_504
SENDERS = ("London Cosmopolitan", "Ethnically Diverse Metropolitan Living")
SAMPLES = 200
HERE = Path(__file__).parent


def measure(folder: Path) -> dict:
    """Everything of this module."""
    return {"negbin_560504_rows": against_peers(folder), "coverage_of_planted_flows": coverage()}


def against_peers(folder: Path) -> dict:
    """One fit with robust errors, each program in a process of its own; twice the rows; distance to the maximum."""
    once, twice = folder / "flows", folder / "flows_twice"
    write_flows(once, ROWS)
    write_flows(twice, 2 * ROWS)
    found, double = _python(once, "ours"), _python(twice, "ours")
    peers = {"glm_nb_and_sandwich": _r(once), "statsmodels_bfgs": _python(once, "statsmodels")}
    coefficients = np.array(found.pop("coefficients_in_order"))
    double.pop("coefficients_in_order")
    for peer in filter(None, peers.values()):
        theirs = np.array(peer.pop("coefficients_in_order"))
        peer["times_slower"] = round(peer["seconds"] / found["least_seconds"], 1)
        peer["times_slower_than_our_median"] = round(peer["seconds"] / found["median_seconds"], 1)
        peer["largest_difference"] = float(np.abs(coefficients - theirs).max())
    floor = {"seconds": cross_product_seconds(read_flows(once)[0].to_numpy())}
    ratios = {name: round(double[name] / found[name], 2) for name in ("least_seconds", "median_seconds", "peak_mb")}
    more = {"floor": floor, "twice_the_rows": ratios | {"ours": double}}
    return {"ours": found, **peers, **more, **_python(once, "proofs")}


def _python(folder: Path, program: str) -> dict:
    command = [sys.executable, str(HERE / "fit_flows.py"), str(folder), program]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _r(folder: Path) -> dict | None:
    """R's seconds and coefficients; None where R or one of its packages is not there."""
    if not shutil.which("Rscript"):
        return None
    done = subprocess.run(["Rscript", str(HERE / "peer.R"), str(folder)], capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    seconds, *coefficients = (float(line) for line in done.stdout.split())
    return {"seconds": round(seconds, 2), "coefficients_in_order": coefficients}


def coverage() -> dict:
    """How often 95 % intervals hold the planted coefficients, over newly drawn moves between the real areas.

    Robust errors are right here: rows are independent. Clusters are the sending authorities, which are few.
    """
    return {sender: _coverage_of(sender) for sender in SENDERS}


def _coverage_of(sender: str) -> dict:
    truth = _truth(sender)
    held: dict[str, list[np.ndarray]] = {"robust": [], "clustered": []}
    failed = 0
    for seed in range(SAMPLES):
        frame = draw_sample(ROOT, seed, sender)
        design = build_design(frame.assign(year=frame["year"].astype(str)), _terms())
        for kind, found in held.items():
            made = fit_negbin(
                frame["moves"], design, Covariance(kind), np.log(frame["population"]), frame["origin"].to_numpy()
            )
            if made.flag:
                failed += 1
                continue
            low, high = made.intervals().T
            planted = truth.reindex(made.names).to_numpy(float)
            known = np.isfinite(planted) & np.isfinite(low)
            found.append(np.where(known, (low <= planted) & (planted <= high), np.nan))
    names = [name for name, there in zip(design.names, known, strict=True) if there]
    shares = {kind: np.mean(found, axis=0)[known] for kind, found in held.items()}
    robust = dict(zip(names, shares["robust"].round(3).tolist(), strict=True))
    overall = {f"coverage_{kind}": round(float(share.mean()), 4) for kind, share in shares.items()}
    size = {"samples": SAMPLES, "rows": len(frame), "clusters": made.clusters, "coefficients": len(names)}
    return {**size, **overall, "fits_not_converged": failed, "robust_by_coefficient": robust}


def _terms() -> list[Term]:
    years = [str(year) for year in MOVE_YEARS]
    terms = [Term(name, name, "continuous", name) for name in ("log_distance", *ORIGIN, *DESTINATION)]
    terms += [Term(name, name, "indicator", name) for name in ("share_border", "destination_wales")]
    factors = {"destination_type": tuple(TYPES), "year": tuple(years)}
    return [*terms, *(Term(name, name, "factor", name, levels=of, reference=of[0]) for name, of in factors.items())]


def _truth(sender: str) -> pd.Series:
    """Planted coefficients by the names of `_terms`."""
    published = read_published(ROOT)
    types = pd.Series(published.receiving[TYPES.index(sender)], index=list(TYPES))
    return pd.concat([pd.Series(dict(published.controls)), types])
