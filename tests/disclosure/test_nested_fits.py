"""Fits whose rows are among those of others, of which numbers tell how many persons lack a regressor. Counts by hand.

Of 200 persons 40 lack `early`; of the other 160 there are 7 who lack `late`, and 12 who lack `rare`.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import stdtrit

from attack.fits import from_fits, from_groups, from_intervals, from_saturated
from attack.released import Left, reconstructed
from mobility.cells.basis import basis_of
from mobility.cells.estimates import estimate_table, fit_models
from mobility.cells.nested import NESTED, NOBODY, SETS, nested_rows
from mobility.disclosure.fits import Fits
from mobility.disclosure.losses import release_losses
from mobility.disclosure.numbers import Table
from mobility.disclosure.release import UNTOLD, Former, release_together
from mobility.settings import Sample, Study
from mobility.settings.models import ModelSpec
from mobility.settings.samples import Keep
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
        self.made = [Table(estimate_table(fitted, self.study, spec.table), spec) for spec in tables]
        fits = Fits(self.sets, self.nested, self.losses)
        found = release_together(self.made, [], "special", threshold, Former(), hide_steps=False, fits=fits)
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
    of_rows = [one for one in judged.nested.to_numpy() if one[0] in rows and one[1] != NOBODY]
    pairs = [(rows[larger], rows[smaller], persons) for larger, smaller, persons in of_rows if " " not in larger]
    assert sorted(pairs) == [(160, 148, 12), (160, 153, 7), (200, 148, 52), (200, 153, 47), (200, 160, 40)]
    alone = [one for one in judged.nested.to_numpy().tolist() if one[1] == NOBODY and one[0] in rows]
    assert sorted((rows[name], persons) for name, _, persons in alone) == [(n, n) for n in (148, 153, 160, 200)]


def test_a_fit_of_few_persons_tells_its_rows_nowhere():
    """15 rows of five persons stood as the base of what it dropped, 124 of 139 complete cases, and as the difference.

    As in the invented survey: `observations` of such a fit was held back, and the number stood beside it.
    """
    fits = Fits(
        pd.DataFrame([("f:0", "m", 200, 1, 1), ("f:1", "m", 139, 0, 1), ("f:2", "m__logit", 15, 0, 1)], columns=SETS),
        pd.DataFrame([("f:1", "f:2", 51), ("f:1", NOBODY, 52), ("f:2", NOBODY, 5)], columns=NESTED),
    )
    cells = pd.DataFrame({"fit": ["f:1", "f:2", "f:2"], "tells": ["f:1", "f:1", "f:2 yes"]})
    record = pd.DataFrame({"reason": [""] * 3, "dropped": [0.0, 51.0, 51.0]})
    apart = fits.apart([Table(cells, table("t", "short"))], record, 10, [])
    assert apart.hidden == {"f:2"} and apart.blanks["counts"].tolist() == [False, True, True]
    assert apart.judged(record, 10)["reason"].tolist() == ["", APART, ""]
    assert fits.apart([Table(cells, table("t", "short"))], record, 5, []).hidden == set()


def test_the_attack_reads_rounded_losses_as_such():
    judged = Judged(0, table("t", "long"))
    assert [where for where, _ in judged.attacked] == ["long, ols, and its losses"]
    rounded = Left(judged.study, reconstructed(judged.released), judged.told.assign(rounded_to=10))
    assert from_fits(rounded, 10) == []


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


def test_a_note_does_not_tell_the_rows_of_a_fit_that_are_held_back():
    """Who has the outcome is the same in all 160 rows of the one fit and 153 of the other."""
    judged = Judged(10, table("t", "short", "long"), frame=frame_of_all().assign(outcome=0))
    notes = judged.cells.xs("early", level="row")["note"]
    assert notes["t", "short"].tolist() == ["the outcome is 0 in all 160 rows"]
    assert notes["t", "long"].tolist() == ["the outcome is 0 in all [c] rows"]


def test_what_shown_fits_tell_of_their_sample():
    """Of all 200 rows the one fit has 160 and the other 153, which is not told where seven are few."""
    judged, long = Judged(7, table("t", "short", "long")), Judged(7, table("t", "long"))
    for one, most in ((judged, 160), (long, 153)):
        fits, record = Fits(one.sets, one.nested, one.losses), pd.DataFrame({"reason": [""] * len(one.record)})
        assert fits.told(one.made, record.assign(dropped=np.nan), 7) == {200: most}
    fits, gone = Fits(judged.sets, judged.nested, judged.losses), judged.record.assign(reason="few", dropped=np.nan)
    assert fits.told(judged.made, gone, 7) == {}


def test_beside_rounded_losses_a_sample_that_lacks_few_of_its_frame_is_not_told_exactly():
    """Of 3,382 the losses say 3,375 to 3,389, and a fit of 3,376 beside that 0 to 13 of its outside for 0 to 14.

    Where losses are exact the two are judged with the tables, and one of them is held back there.
    """
    rows = [("f:0", "m", 3382, 1, 1), ("f:1", "m", 3376, 1, 1), ("f:1", "m", 3376, 0, 1)]
    pairs = [("f:0", "f:1", 6), ("f:0 persons", "f:1 persons", 6)]
    fits = Fits(pd.DataFrame(rows, columns=SETS), pd.DataFrame(pairs, columns=NESTED))
    cells = [Table(pd.DataFrame({"fit": ["f:1"], "tells": ["f:1"]}), table("t", "short"))]
    record = pd.DataFrame({"reason": [""], "dropped": [0.0]})
    hidden = [fits.apart(cells, record, 10, [], rounded).hidden for rounded in (False, True)]
    assert hidden == [set(), {"f:1", "f:1 persons"}]
    assert fits.told(cells, record, 10) == {} and fits.told(cells, record, 5) == {3382: 3376, 3376: 3376}


def test_the_losses_do_not_tell_what_the_cells_do_not():
    judged = Judged(10, table("t", "short", "long"))
    last = judged.told.groupby("step")["rows_out"].min()
    assert (last["short"], last["long"]) == (160, 160)
    assert Judged(7, table("t", "short", "long")).told.groupby("step")["rows_out"].min()["long"] == 153


def test_the_same_gaps_in_another_order_do_not_tell_it(monkeypatch):
    """The 30 who lack `rare` are others; 153 are left where `late` comes first, too, and 123 with `rare`."""
    monkeypatch.setitem(BLOCKS, "order", ["late", "early", "rare"])
    frame = frame_of_all()
    frame["rare"] = np.where(np.arange(200) // 30 == 3, np.nan, frame["late"].fillna(0.5))
    spec = table("t", "short", "long")
    before, after = (Judged(threshold, spec, frame=frame) for threshold in (0, 10))
    assert before.told.loc[before.told["step"] == "order", "rows_out"].tolist() == [200, 193, 153, 123]
    assert after.reasons == {"t/observations/long": APART} and 153 not in after.told["rows_out"].to_numpy()


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


def test_persons_are_judged_apart_from_rows():
    """Of 50 persons with 4 rows each 12 lack `late` in one row and 2 in all 4: 20 rows of 14 persons, and 2 persons."""
    frame = frame_of_all().assign(person=np.arange(200) // 4, early=1.0 * (np.arange(200) % 3), late=1.0)
    frame.loc[[*range(0, 48, 4), *range(48, 56)], "late"] = np.nan
    frame["rare"] = frame["late"]
    spec = table("d", "short", "long", statistic="diagnostic", shown=("persons", "observations"))
    judged = Judged(10, table("t", "short", "long"), spec, frame=frame)
    assert judged.reasons == {"d/long/persons": APART}
    long = judged.cells.loc[("t", "early", "long", "coefficient")]
    assert (long["n"], long["base"]) == (180, 180) and pd.isna(long["persons"])
    assert judged.cells.loc[("d", "short", "persons", "count"), "value"] == 50


def test_those_with_the_outcome_are_judged_apart_from_rows():
    """Of 24 who lack `late` 22 have the outcome and 2 have not: 24 less 22 would tell the 2."""
    frame = frame_of_all().assign(early=1.0 * (np.arange(200) % 3), late=2.0 * (np.arange(200) % 5), rare=1.0)
    frame.loc[100:123, "late"] = np.nan
    frame.loc[100:123, "outcome"] = [1] * 22 + [0] * 2
    shown = ("observations", "events")
    judged = Judged(10, table("d", "short", "long", statistic="diagnostic", shown=shown), frame=frame)
    assert judged.reasons == {"d/long/events": APART}
    assert judged.cells.loc[("d", "long", "observations", "count"), "value"] == 176
    assert Judged(2, table("d", "short", "long", statistic="diagnostic", shown=shown), frame=frame).reasons == {}


def test_a_fit_does_not_tell_what_tables_hide_in_the_losses():
    """Where the 160 left after the first step may not be told for a table's sake, no fit of them tells it."""
    judged = Judged(7, table("t", "short", "long"))
    place = judged.losses.index[(judged.losses["step"] == "short") & (judged.losses["rows_out"] == 160)].tolist()
    cells = pd.concat([one.cells for one in judged.made], ignore_index=True)
    record = pd.DataFrame({"reason": [""] * len(cells), "dropped": 0.0})
    apart = Fits(judged.sets, judged.nested, judged.losses).apart(judged.made, record, 7, place)
    found = cells.assign(reason=apart.judged(record, 7)["reason"])
    assert found.loc[found["reason"] != "", ["row", "column", "reason"]].to_numpy().tolist() == [
        ["observations", "short", IN_LOSSES]
    ]
    assert apart.blanks.loc[(cells["column"] == "short").to_numpy(), "counts"].all()
    assert not apart.blanks.loc[(cells["column"] == "long").to_numpy()].to_numpy().any()


def test_by_whom_samples_differ_is_not_asked_of_fits():
    """That 2 are in the frame and not in a sample is judged in tables and losses, whatever fit has all of either."""
    judged = Judged(0, table("t", "short", "long"))
    record = pd.DataFrame({"reason": "", "dropped": 0.0}, index=range(sum(len(one.cells) for one in judged.made)))
    for sample, asked in ((judged.sets["sample"], True), (1, False)):
        fits = Fits(judged.sets.assign(sample=sample), judged.nested.assign(persons=2), judged.losses)
        found = fits.apart(judged.made, record, 10, []).judged(record, 10)
        assert found["differs"].notna().any() == asked


def test_the_losses_hold_back_others_around_a_number_that_a_cell_tells():
    """124 - 18 - 18 - 6: a cell tells the 88. By themselves the losses would tell the 82, and the 6 with the cell."""
    steps = [("read", 124, 0, 124), ("no job", 124, 18, 106), ("no value", 106, 18, 88), ("no variation", 88, 6, 82)]
    lines = [("m", reason, before, gone, left, np.nan, "rows") for reason, before, gone, left in steps]
    names = ["step", "reason", "rows_in", "rows_dropped", "rows_out", "persons_out", "unit"]
    losses = pd.DataFrame(lines, columns=names)
    assert release_losses(losses, 10)["rows_out"].tolist() == [124, 106, 82]
    assert release_losses(losses, 10, known=[2])["rows_out"].tolist() == [124, 106, 88]


def test_of_counts_those_who_moved_are_the_persons():
    """Of 200 pairs of areas 40 lack `early`, of the others 7 lack `late`; of these 7 three had 2 moves each."""
    frame = frame_of_all().assign(moves=np.arange(200) % 5)
    frame.loc[40:46, "moves"] = [2, 0, 2, 0, 2, 0, 0]
    study = study_of()
    raw = {**MODEL, "outcome": {"column": "moves"}, "estimators": ["nbreg"]}
    models = {name: ModelSpec.read({**raw, "model": name, "terms": BLOCKS[name]}, name, TERMS)[0] for name in BLOCKS}
    fitted, _ = fit_models({"f": frame}, replace(study, models=models))
    named, sets, pairs = nested_rows(fitted, {"f": frame}, study)
    assert set(sets["units"]) == {0}
    short, long = (named[name].bases["nbreg"].rows for name in ("short", "long"))
    apart = pairs.set_index(["larger", "smaller"])["persons"]
    assert apart[f"{short} persons", f"{long} persons"] == 6 and (short, long) not in apart.index


def test_rows_that_count_one_each_are_of_persons():
    """As of a table written out, a row a person: a number of its rows that the losses do not tell no fit tells."""
    frame = frame_of_all().assign(moves=1)
    raw = {**MODEL, "outcome": {"column": "moves"}, "estimators": ["nbreg"], "model": "short", "terms": BLOCKS["short"]}
    study = replace(study_of(), models={"short": ModelSpec.read(raw, "short", TERMS)[0]})
    _, sets, _ = nested_rows(fit_models({"f": frame}, study)[0], {"f": frame}, study)
    assert set(sets["units"]) == {1}
    # So are six who are outside the sample, whose outcome no model has.
    frame["inside"] = (frame["person"] < 194).astype(int)
    study = replace(study, samples={"s": Sample("s", "", "f", (Keep("inside", (1,), "outside"),))})
    _, _, nested = nested_rows(fit_models({"f": frame}, study)[0], {"f": frame}, study)
    assert ["f:0 persons", "f:1 persons", 6] in nested.to_numpy().tolist()


def test_the_attack_takes_a_group_away_from_its_fit():
    """75 rows less 61 of one group are 14 of the other."""
    rows = [{"id": "men", "effect": "early", "over": {"male": 1}}, {"id": "observations"}]
    columns = [{"id": "short", "model": "short", "estimator": "ols"}]
    spec = table_spec({"statistic": "marginal_effect", "rows": {"show": rows}, "columns": {"show": columns}})
    cells = pd.DataFrame({"table": spec.table, "row": ["men", "observations"], "column": "short", "n": [61.0, 75.0]})
    left = Left(study_of(spec), cells.assign(statistic="marginal_effect", persons=np.nan), pd.DataFrame())
    assert [one.what for one in from_groups(replace(left, cells=left.cells.assign(persons=23.0)), 9)] == [
        "one side"
    ] * 2
    cells = left.cells
    assert [one.what for one in from_groups(left, 15)] == ["75 less 61 rows"]
    assert from_groups(left, 14) == from_groups(replace(left, cells=cells[1:]), 15) == []


def test_estimates_of_a_saturated_fit_go_with_its_rows():
    """A 0/1 outcome on one indicator: its effect and error are of two shares, and give all four numbers back."""
    indicator = [term({"id": "late", "kind": "indicator"})]
    raw = {**MODEL, "terms": ["late"], "model": "raw", "covariance": {**MODEL["covariance"], "kind": "classical"}}
    more = {**MODEL, "terms": ["late", "early"], "model": "more"}
    blocks = {"late": indicator, "early": TERMS["early"]}
    models = {one["model"]: ModelSpec.read(one, one["model"], blocks)[0] for one in (raw, more)}
    frame = frame_of_all().assign(late=1.0 * (np.arange(200) % 3 == 0))
    frame["early"] = np.where(np.arange(200) < 7, np.nan, np.arange(200.0))
    study = replace(study_of(table("t", "raw", "more", shown=("late", "observations"))), models=models)
    fitted, losses = fit_models({"f": frame}, study)
    fitted, sets, nested = nested_rows(fitted, {"f": frame}, study)
    bases = {name: model.bases["ols"] for name, model in fitted.items()}
    assert bases["raw"].saturated and not bases["more"].saturated
    made = Table(estimate_table(fitted, study, "t"), study.tables["t"])
    raw_cells = made.cells[made.cells["column"] == "raw"]
    assert set(raw_cells["tells"]) == {bases["raw"].rows} and set(raw_cells["statistic"]) >= {
        "coefficient",
        "std_error",
    }
    record = pd.DataFrame({"reason": [""] * len(made.cells), "dropped": 0.0})
    apart = Fits(sets, nested, losses).apart([made], record, 10, [])
    assert bases["more"].rows in apart.hidden and bases["raw"].rows not in apart.hidden  # the estimates cost more
    gone = replace(apart, hidden={bases["raw"].rows}).judged(record, 10)["reason"] != ""
    assert gone.tolist() == (made.cells["column"] == "raw").tolist()
    blank = made.cells.assign(base=np.nan)
    assert [one.where for one in from_saturated(Left(study, blank, losses))] == ["t/late/raw"]
    assert from_saturated(Left(study, made.cells, losses)) == []


def test_a_fit_that_leaves_nothing_to_chance_is_saturated_too():
    """Where a logit fits every row, its effects are shares of rows: 16 of 71. Not where some are not as fitted."""
    blocks = {"early": TERMS["early"]}
    raw = {**MODEL, "terms": ["early"], "model": "exact", "estimators": ["logit"]}
    study = replace(study_of(), models={"exact": ModelSpec.read(raw, "exact", blocks)[0]})
    frame = frame_of_all().assign(early=np.arange(200.0) - 99.5)
    for chance, saturated in ((0, True), (20, False)):
        frame["outcome"] = ((frame["early"] > 0) ^ (np.arange(200) < chance)).astype(int)
        fitted, _ = fit_models({"f": frame}, study)
        assert fitted["exact"].bases["logit"].saturated == saturated
    stopped = replace(fitted["exact"].fits["logit"], log_likelihood=-np.inf)
    assert basis_of(fitted["exact"].data, stopped).saturated, "on its way there, with a row on the wrong side by far"
