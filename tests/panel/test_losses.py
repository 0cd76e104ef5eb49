"""No row is lost without a name, and nothing is half known in a wave that lacks a column."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mobility.cells.estimates import estimate_table, fit_model
from mobility.errors import DataError
from mobility.intake.losses import COLUMNS, LossTable, breaks, panel_chain
from mobility.intake.missing import NOT_ASKED
from mobility.panel.answers import Answers, waves_without
from mobility.panel.check import check_delivery
from mobility.panel.delivery import read_delivery
from mobility.panel.stage import panel_from_delivery
from mobility.settings import load_study
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from paths import ROOT

GATSBY = load_study(ROOT, "gatsby")
PURPOSE = "TO_CONFIRM_training_purpose"


def table(*rows):
    return pd.DataFrame(rows, columns=COLUMNS)


# Chains


def test_a_chain_that_does_not_add_up_is_named():
    good = [("t", "rows read", 9, 0, 9, 3, "rows"), ("t", "no state", 9, 2, 7, 3, "rows")]
    assert breaks(table(*good)) == []
    assert breaks(table(*good, ("t", "gap", 6, 1, 5, 3, "rows"))) == [
        "t, gap: begins with 6, the line before ends with 7"
    ]
    assert breaks(table(*good, ("t", "gap", 7, 1, 5, 3, "rows"))) == ["t, gap: 7 less 1 is not 5"]
    assert breaks(table(*good, ("t", "summed", 7, 0, 2, 3, "pairs"))) == []
    assert breaks(table(*good, ("t", "summed", 7, 5, 2, 3, "pairs"))) == ["t, summed: a change of unit drops 5"]


def test_chains_go_on_where_those_before_them_ended():
    frame = pd.DataFrame({"person": [1, 1, 2, 3]})
    first = LossTable()
    first.start("read", pd.concat([frame, frame]))
    first.record("read", "no wave", 8, frame)
    later = LossTable(before=panel_chain(first.frame()))
    later.start("pairs", frame)
    later.keep("pairs", "another person", frame, frame["person"] == 1)
    found = later.frame()
    assert found["step"].unique().tolist() == ["pairs"] and found["rows_out"].tolist() == [8, 4, 2]
    with pytest.raises(DataError, match="losses of `pairs`: the chain ends with 4 rows, the rows that follow it are 3"):
        LossTable(before=panel_chain(first.frame())).start("pairs", frame.iloc[:3])


def test_files_read_side_by_side_are_one_chain():
    found = panel_chain(
        table(
            ("read 2014", "rows read", 10, 0, 10, 3, "rows"),
            ("read 2014", "summed", 10, 0, 4, 3, "pairs"),
            ("read 2015", "rows read", 20, 0, 20, 3, "rows"),
            ("read 2015", "summed", 20, 0, 9, 3, "pairs"),
            ("read 2015", "within", 9, 2, 7, 3, "pairs"),
        )
    )
    assert [row["rows_out"] for row in found] == [30, 13, 11]
    assert [row["rows_dropped"] for row in found] == [0, 0, 2] and breaks(pd.DataFrame(found)) == []


def test_a_study_may_not_drop_rows_in_silence(monkeypatch):
    panel = pd.DataFrame({"person": [1, 1, 2], "wave": [1, 2, 1], "state": ["a", "b", "a"]})
    study = replace(load_study(ROOT, "wage_panel"))
    monkeypatch.setattr(LossTable, "keep", lambda losses, step, reason, frame, mask, person="person": frame[mask][:1])
    with pytest.raises(DataError, match="losses of `person_waves`: the chain ends with 3 rows"):
        make_frames(Inputs.of(panel, study, {}, LossTable()))


# Waves that lack a column


def test_what_is_derived_is_unknown_for_everyone_of_a_wave_that_lacks_a_column():
    frame = pd.DataFrame(
        {"person": [1, 2, 1, 2], "wave": [1, 1, 2, 2], "any": [1, 2, 1, 2], "why": [NOT_ASKED, NOT_ASKED, 1, -8]}
    )
    losses = LossTable()
    losses.start("t", frame)
    answers = Answers(frame)
    found = answers.derive("trained", lambda a: pd.Series(a.has("any", 1) & a.has("why", 1)).astype(float), losses, "t")
    assert found.isna().tolist() == [True, True, False, False] and found.tolist()[2:] == [1.0, 0.0]
    assert losses.rows[-1]["reason"] == "trained is not known where the data lack why in wave 1"
    assert losses.rows[-1]["rows_dropped"] == 0
    whole = answers.derive("any", lambda a: a.number("any"), losses, "t")
    assert whole.tolist() == [1, 2, 1, 2] and len(losses.rows) == 2


def test_waves_in_which_nobody_has_a_value():
    frame = pd.DataFrame({"wave": [1, 1, 2, 2, 3], "x": [1, np.nan, np.nan, np.nan, 2], "y": [np.nan] * 5})
    assert waves_without(frame, {"x": "x", "y": "y"}) == {"x": [2]}
    assert waves_without(frame.drop(columns="wave"), {"x": "x"}) == {}


@pytest.fixture(scope="module")
def delivered(delivery_tab, source):
    """The small invented delivery's panel."""
    return read(delivery_tab, source)


def read(folder, source):
    wanted = GATSBY.about
    delivery = read_delivery(folder, source, "abcdefgh", wanted.required, wanted.optional)
    return panel_from_delivery(delivery, source, folder / "catalogue.csv")[0]


def without(folder, column, waves):
    """Rewrite the files of some waves of a copied delivery without a column."""
    for wave in waves:
        (path,) = folder.rglob(f"{wave}_indresp*.tab")
        frame = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
        name = next(name for name in frame if name.lower() == f"{wave}_{column}".lower())
        path.unlink()
        frame.drop(columns=name).to_csv(path, sep="\t", index=False)
    return folder


def frames_of(panel, *names, **choices):
    losses = LossTable()
    return make_frames(Inputs.of(panel, GATSBY, GATSBY.chosen(choices), losses, names)), losses


def test_persons_whom_a_total_does_not_count_are_a_named_loss(delivered):
    """Counted again by hand: people who never have a usable activity stand in no row of Table 2.2."""
    frames, losses = frames_of(delivered, "person_waves", "person_years")
    counted = frames["person_years"]["person"].unique()
    chain = pd.DataFrame(losses.chain("person_years")).set_index("reason")
    line = chain.loc["of persons whom the total does not count"]
    assert line["rows_dropped"] == (~delivered["person"].isin(counted)).sum() > 0
    assert line["persons_out"] == len(counted) == frames["person_waves"]["person"].nunique()
    assert chain["persons_out"].iloc[-1] == len(counted)


def test_training_purpose_missing_in_three_waves_of_eight(linked, delivery_tab, source, delivered):
    """The share of the trained-for-promotion among known rows stays what it is in the waves that have the column."""
    folder = without(linked(delivery_tab), PURPOSE, "bcd")
    frames, losses = frames_of(read(folder, source), "progression")
    whole, found = frames_of(delivered, "progression")[0]["progression"], frames["progression"]
    lacking = found["wave"].isin([1, 2, 3])  # their second interviews are of waves 2, 3 and 4: b, c, d
    assert found.loc[lacking, "training_promotion"].isna().all()
    pd.testing.assert_frame_equal(found[~lacking], whole[~lacking])
    assert found["training_promotion"].mean() == pytest.approx(whole.loc[~lacking, "training_promotion"].mean())
    assert found["training_promotion"].mean() > 0.01
    noted = losses.frame()["reason"]
    expected = "training_promotion is not known where the data lack training_for_promotion in waves 2, 3, 4"
    assert (noted == expected).sum() == 1


def test_a_model_says_which_waves_it_loses(delivered):
    panel = delivered.copy()
    panel.loc[panel["wave"].isin([2, 3, 4]), "training_for_promotion"] = NOT_ASKED
    frames, before = frames_of(panel, "progression")
    spec = GATSBY.models["technician__to__technician"]
    losses = LossTable(before=before.chain("progression"))
    fitted = fit_model(frames["progression"], spec, GATSBY, losses)
    found = losses.frame()
    main = found[found["step"] == spec.model]
    lost = "no value for Training related to promotion or a new job in the whole of waves 1, 2, 3"
    line = main[main["reason"] == lost]
    at_risk = frames["progression"].query("origin_group == 'technician'")
    assert line["rows_dropped"].tolist() == [at_risk["wave"].isin([1, 2, 3]).sum()]
    assert breaks(found) == [] and main["rows_in"].iloc[0] == len(delivered)
    assert main["rows_out"].iloc[-1] == fitted.fits["ols"].n
    models = {spec.model: fitted}
    table = GATSBY.tables["diagnostics"]
    rows = replace(table.rows, items=tuple(item for item in table.rows.items if item.model == spec.model))
    study = replace(GATSBY, models={spec.model: spec}, tables={"diagnostics": replace(table, rows=rows)})
    cells = estimate_table(models, study, "diagnostics").set_index(["row", "column"])["note"]
    assert cells[f"{spec.model}__ols", "waves_lost"] == "1, 2, 3 (Training related to promotion or a new job)"
    gaps = main["reason"][main["reason"].str.startswith("no value for")]
    assert len(gaps) > 1 and not cells.str.contains("_").any() and not gaps.str.contains("_").any()
    dropped = cells[f"{spec.model}__logit", "dropped_terms"]
    assert dropped == "none" or set(dropped.split("; ")) <= set(labels_of(spec))


def labels_of(spec):
    """Every coefficient of a model in words."""
    return [term.label_of(name) for term in spec.terms for name in term.coefficients]


@pytest.mark.parametrize(
    ("column", "wave", "frame", "derived", "choices", "lost"),
    [
        ("same_employer", 3, "pairs", "job_change", {}, 2),  # a state of a pair: job mobility
        ("training_qualification_3", 3, "progression", "recent_vocational", {}, 2),  # one of several columns
        ("tenure_start_month", 3, "progression", "tenure", {}, 3),  # carried forward as a date
        ("soc2000_unchanged", 3, "person_waves", "technical_level", {"soc_repair": "carry_forward"}, 3),
    ],
)
def test_columns_of_another_kind(delivered, column, wave, frame, derived, choices, lost):
    panel = delivered.copy()
    panel.loc[panel["wave"] == wave, column] = NOT_ASKED
    found = frames_of(panel, frame, **choices)[0][frame]
    by_wave = found[derived].notna().groupby(found["wave"]).sum()
    assert by_wave[lost] == 0 and (by_wave.drop(lost).loc[1 : by_wave.index.max()] > 0).sum() >= 5


def test_a_state_of_a_wave_without_a_column_is_unknown_for_everyone(delivered):
    """Being on leave with a job needs `has_job`: without it nobody's activity of the wave is used, and it says so."""
    panel = delivered.copy()
    panel.loc[panel["wave"] == 5, "has_job"] = NOT_ASKED
    frames, losses = frames_of(panel, "person_waves", "pairs")
    assert set(frames["person_waves"]["wave"]) == {1, 2, 3, 4, 6, 7, 8}
    assert set(frames["pairs"]["wave"]) == {1, 2, 3, 6, 7}
    assert "activity is not known where the data lack has_job in wave 5" in losses.frame()["reason"].tolist()
    assert breaks(losses.frame()) == []


def test_a_filter_by_a_date_that_a_wave_lacks_has_a_reason_of_its_own(delivered):
    panel = delivered.copy()
    panel.loc[panel["wave"] == 4, "interview_month"] = NOT_ASKED
    frames, losses = frames_of(panel, "pairs", pairs="gap_6_18")
    chain = losses.frame().query("step == 'pairs'").set_index("reason")["rows_dropped"]
    assert not set(frames["pairs"]["wave"]) & {3, 4}
    assert chain["date of one of the two interviews not known"] > 100


def test_check_says_what_a_wave_lacks(linked, delivery_tab, source):
    folder = without(linked(delivery_tab), PURPOSE, "bcd")
    text = check_delivery(folder, source, "abcdefgh", [GATSBY]).text
    expected = (
        "    without training_for_promotion in waves b, c, d: what is made from it is unknown for everyone there, and "
        "models that use it lose these waves"
    )
    assert expected in text.splitlines()
