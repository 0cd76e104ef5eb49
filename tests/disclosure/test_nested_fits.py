"""Fits whose rows are among those of others, of which numbers tell how many persons lack a regressor. Counts by hand.

Of 200 persons 40 lack `early`; of the other 160 there are 7 who lack `late`, and 12 who lack `rare`.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import stdtrit

from attack.fits import from_fits, from_intervals
from attack.released import Left, reconstructed
from mobility.cells.estimates import estimate_table, fit_models
from mobility.cells.nested import nested_rows
from mobility.disclosure.fits import Fits
from mobility.disclosure.losses import release_losses
from mobility.disclosure.numbers import Table
from mobility.disclosure.release import UNTOLD, Former, release_together
from mobility.settings import Sample, Study
from mobility.settings.models import ModelSpec
from mobility.settings.study import About
from specs import ABOUT, MODEL, table_spec, term

APART = "a number that with another one tells fewer than 10 by whom the rows of fits differ"
IN_LOSSES = "a number of rows that is hidden in the losses"
TERMS = {name: [term({"id": name, "kind": "continuous"})] for name in ("early", "late", "rare")}
BLOCKS = {"short": ["early"], "long": ["early", "late"], "other": ["early", "rare"]}


def frame_of_all():
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({name: rng.normal(size=200) for name in TERMS}).assign(person=range(200), wave=1)
    frame["outcome"] = (rng.normal(size=200) > 0).astype(int)
    for name, rows in (("early", slice(0, 39)), ("late", slice(40, 46)), ("rare", slice(42, 53))):
        frame.loc[rows, name] = np.nan
    return frame


def table(name, *models, statistic="coefficient", shown=("early", "observations")):
    fits = [{"id": model, "model": model, "estimator": "ols"} for model in models]
    axes = [{"show": fits}, {"show": [{"id": one} for one in shown]}]
    rows, columns = axes if statistic == "diagnostic" else axes[::-1]
    return table_spec({"table": name, "statistic": statistic, "rows": rows, "columns": columns})


def study_of(*tables, errors="robust"):
    raw = {**MODEL, "covariance": {**MODEL["covariance"], "kind": errors}}
    whole = [{**raw, "model": name, "terms": blocks} for name, blocks in BLOCKS.items()]
    models = {one["model"]: ModelSpec.read(one, one["model"], TERMS)[0] for one in whole}
    names = {spec.table: spec for spec in tables}
    return Study(Path("examples/s"), About.read(ABOUT), {"s": Sample("s", "", "f", ())}, models=models, tables=names)


class Judged:
    """What leaves of the models of a frame, and what was known of their rows."""

    def __init__(self, threshold, *tables, frame=None, **more):
        frames, self.study = {"f": frame_of_all() if frame is None else frame}, study_of(*tables, **more)
        fitted, self.losses = fit_models(frames, self.study)
        fitted, self.sets, self.nested = nested_rows(fitted, frames, self.study)
        made = [Table(estimate_table(fitted, self.study, spec.table), spec) for spec in tables]
        fits = Fits(self.sets, self.nested, self.losses)
        found = release_together(made, [], "special", threshold, Former(), hide_steps=False, fits=fits)
        self.record = pd.concat([one.reasons for one in found.tables], ignore_index=True)
        self.released = pd.concat([one.cells for one in found.tables], ignore_index=True)
        self.told = release_losses(self.losses, threshold, found.lines, found.known)

    @property
    def cells(self):
        return self.released.set_index(["table", "row", "column", "statistic"]).sort_index()

    @property
    def reasons(self):
        """Hidden cells with the reason of each."""
        gone = self.record[self.record["reason"] != ""]
        return {"/".join(place): reason for *place, reason in gone[["table", "row", "column", "reason"]].to_numpy()}

    @property
    def attacked(self):
        left = Left(self.study, reconstructed(self.released), self.told)
        return [(one.where, one.what) for one in (*from_fits(left, 10), *from_intervals(left))]


def test_which_rows_are_nested_and_by_how_many():
    judged = Judged(0, table("t", "short", "long", "other"))
    rows = dict(judged.sets[["name", "rows"]].to_numpy())
    of_rows = [one for one in judged.nested.to_numpy() if one[0] in rows]
    pairs = [(rows[larger], rows[smaller], persons) for larger, smaller, persons in of_rows if " " not in larger]
    assert sorted(pairs) == [(160, 148, 12), (160, 153, 7), (200, 148, 52), (200, 153, 47), (200, 160, 40)]


def test_of_two_nested_fits_one_does_not_tell_its_rows_and_both_their_estimates():
    spec = table("t", "short", "long", "other")
    open_ones, judged = Judged(0, spec), Judged(10, spec)
    assert judged.reasons == {"t/observations/long": APART}
    before, after = (one.cells.loc[("t", "early", "long", "coefficient")] for one in (open_ones, judged))
    assert (after["value"], after["std_error"]) == (before["value"], before["std_error"])
    # Before, the interval gives 153 less 3 degrees of freedom back, and these the rows.
    assert (before["ci_high"] - before["value"]) / before["std_error"] == pytest.approx(stdtrit(150, 0.975), rel=1e-9)
    assert after[["ci_low", "ci_high", "n", "base", "persons"]].isna().all() and after["note"] == UNTOLD
    short = judged.cells.loc[("t", "early", "short", "coefficient")]
    assert (short["n"], short["base"], short["persons"]) == (160, 160, 160) and short["ci_high"] > short["value"]
    differs = judged.record.set_index(["row", "column"])["differs"]
    assert differs["observations", "long"] == 7 and differs["observations", "short"] == 12


def test_the_losses_do_not_tell_what_the_cells_do_not():
    judged = Judged(10, table("t", "short", "long"))
    last = judged.told.groupby("step")["rows_out"].min()
    assert (last["short"], last["long"]) == (160, 160)
    assert Judged(7, table("t", "short", "long")).told.groupby("step")["rows_out"].min()["long"] == 153


def test_the_attack_finds_what_would_be_told_and_nothing_afterwards():
    spec = table("t", "short", "long")
    found = Judged(0, spec).attacked
    assert ("short and long, ols", "160 less 153 rows") in found and (
        "long, ols, and its losses",
        "160 and 153",
    ) in found
    assert Judged(10, spec).attacked == []
    judged = Judged(10, spec)
    fit = judged.released["column"] == "long"
    judged.released.loc[fit & (judged.released["statistic"] == "coefficient"), ["ci_low", "ci_high"]] = [-9.0, 9.0]
    assert judged.attacked == [("t/early/long", "an interval by t")]


def test_the_fit_that_stands_in_fewer_cells_gives_way():
    judged = Judged(10, table("t", "short", "long"), table("u", "long"))
    assert judged.reasons == {"t/observations/short": APART}
    last = judged.told.groupby("step")["rows_out"].min()
    assert (last["short"], last["long"]) == (200, 153)  # 160 is not told in the one chain nor in the other


def test_none_is_hidden_where_the_fits_differ_by_enough():
    judged = Judged(7, table("t", "short", "long", "other"))
    assert judged.reasons == {} and judged.cells["base"].notna().all()
    losses_alone = Judged(10, table("t", "long", "other"))  # in no cell, the 160 goes from the losses
    assert losses_alone.reasons == {} and 160 not in losses_alone.told["rows_out"].to_numpy()


def test_errors_of_other_clusters_keep_their_interval():
    frame = frame_of_all().assign(person=np.arange(200) // 2)  # two rows each, so that clusters are not the rows
    found = Judged(10, table("t", "short", "long"), frame=frame, errors="clustered")
    assert found.reasons == {"t/observations/long": APART}
    assert found.cells.loc[("t", "early", "long", "coefficient")][["ci_low", "base"]].isna().all()
