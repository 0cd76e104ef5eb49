"""What is planted in the synthetic delivery: rows of tables, effects of models, and that they are found again."""

import itertools

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from mobility.errors import MobilityError
from mobility.synthetic import planted_effects
from mobility.synthetic.affinity import fit_margins
from mobility.synthetic.effects import logistic, read_effects
from mobility.synthetic.plan import BREAK, ORDINARY
from mobility.synthetic.progress import tilt
from mobility.synthetic.regressors import LEVELS, TERMS
from mobility.synthetic.truth import marginal_effects, models_table, truth_table
from paths import ROOT
from progression import draw_progression
from read_synthetic import SEED, TECHNICAL, usable


def test_planted_rows_sum_to_one(world):
    plan = world.plan
    assert np.allclose(plan.latent.sum(axis=2), 1)
    assert (plan.latent >= 0).all()
    assert np.allclose(plan.jobs.joint.sum(axis=(2, 3)), 1)
    assert (plan.jobs.joint >= 0).all()


def test_occupations_change_twice_as_often_across_the_coding_break(world):
    working = world.plan.latent[:, :81, :81]
    changed = working.sum(axis=2) - np.diagonal(working, axis1=1, axis2=2)
    assert np.allclose(changed[BREAK], 2 * changed[ORDINARY])


def test_fit_margins_meets_rows_and_proportions_of_columns():
    fitted = fit_margins(np.ones((2, 3)), np.array([2.0, 1.0]), np.array([1.0, 1.0, 4.0]))
    assert np.allclose(fitted.sum(axis=1), [2, 1])
    assert np.allclose(fitted.sum(axis=0), [0.5, 0.5, 2], atol=1e-4)


def test_truth_rows_sum_to_one(world):
    """With the totals of moves in the place of the listed ones, which leave out the people without a code."""
    truth = truth_table(world).set_index(["table", "row"])
    truth = truth[~truth.column.str.startswith(("tech_", "nontech_"))]
    assert np.allclose(truth.groupby(level=[0, 1]).value.sum(), 1)
    assert set(truth.index.get_level_values(0)) == {f"table_3_{n}" for n in range(1, 6)} | {"table_3", "figure_2_1"}


def test_listed_moves_fall_short_of_their_total_as_in_print(full_world):
    """Table 3.3 is planted row by row; of Table 3.2 the level, since one share without a code serves both."""
    out, entered = shortfalls(full_world, "3_3", "occ_mobility"), shortfalls(full_world, "3_2", "in_work_entry")
    assert out.print.between(0.0049, 0.0151).all()
    assert (out.truth - out.print).abs().max() < 0.002
    legible = entered.drop("process_operatives")
    assert legible.print.between(0.0069, 0.0131).all()
    assert legible.truth.mean() == pytest.approx(legible.print.mean(), abs=0.005)


def shortfalls(world, table, total):
    """Total of the moves less the listed ones, by occupation, in print and as planted."""
    truth = truth_table(world).query(f"table == 'table_{table}'")
    sides = {"print": pd.read_csv(ROOT / f"studies/gatsby/published/table_{table}.csv"), "truth": truth}
    wide = {side: cells.pivot(index="row", columns="column", values="value") for side, cells in sides.items()}
    return pd.DataFrame({side: w[total] - w.filter(regex="^(non)?tech_").sum(axis=1) for side, w in wide.items()})


def test_models_truth_has_the_thirteen_models_and_their_effects(world):
    truth = models_table(world).set_index(["model", "term"])
    assert list(truth.columns) == ["value", "ame", "note"]
    assert truth.index.is_unique
    assert set(truth.index.get_level_values(0)) == set(planted_effects().model)
    assert truth.index.get_level_values(0).nunique() == 13
    assert truth.value.drop("origin_share_change", level="term").notna().all()
    assert truth.value.xs("origin_share_change", level="term").isna().all()
    staying = truth.ame.loc[("professional__to__professional", "non_permanent")]
    assert -0.15 < staying < -0.10


def test_marginal_effects_are_discrete_changes_and_derivatives():
    design = np.zeros((2, len(TERMS)))
    design[:, TERMS.index("constant")] = 1
    design[1, TERMS.index("postgraduate")] = 1
    coefficients = np.zeros(len(TERMS))
    for term, value in {"constant": -1.0, "postgraduate": 1.0, "undergraduate": 0.5, "tenure": 0.1}.items():
        coefficients[TERMS.index(term)] = value
    found = dict(zip(TERMS, marginal_effects(design, coefficients), strict=True))
    assert found["undergraduate"] == pytest.approx(logistic(-0.5) - logistic(-1.0))
    assert found["tenure"] == pytest.approx(0.1 * np.mean([logistic(p) * logistic(-p) for p in (-1.0, 0.0)]))
    assert np.isnan(found["constant"])


def test_planted_effects_solve_the_equations_of_a_logit(full_world):
    """Sums of x (p - E) over the population at risk, in standard errors of the coefficients they would move.

    p is the probability of the destination with its code; people at work without one are at risk and move nowhere.
    """
    sums, information = {}, {}
    for pair, risks in enumerate(full_world.careers.risks):
        usable = full_world.response.usable[:, pair] & full_world.response.usable[:, pair + 1]
        usable &= full_world.careers.coded[:, pair] & ~full_world.careers.self_employed[:, pair]
        for risk in risks:
            rows = np.flatnonzero(usable[risk.people])
            x = full_world.careers.regressors(full_world.persons, risk.people[rows], pair).design()
            effects = risk.origin.effects
            uncoded = full_world.plan.uncoded[risk.origin.members][risk.occupations[rows]]
            latent, planted = risk.latent[rows], effects.probabilities(x)
            idle = (risk.origin.within(full_world.plan.regimes[pair])[:, :, -3:].sum(axis=2))[risk.occupations[rows]]
            shown = latent * (idle + (1 - idle) * (1 - uncoded)[:, None])
            stay = [(0, effects.destinations.index(effects.origin))] if risk.origin.stays else []
            for place, number in [*stay, *enumerate(risk.origin.exits, start=1)]:
                model, expected = effects.models[number], planted[:, number]
                sums[model] = sums.get(model, 0) + x.T @ (shown[:, place] - expected)
                weight = (expected * (1 - expected))[:, None]
                information[model] = information.get(model, 0) + (x * weight).T @ x
    assert len(sums) == 13
    for model, gap in sums.items():
        scale = np.sqrt(np.diag(information[model]))
        inverse = np.linalg.pinv(information[model] / np.outer(scale, scale))
        assert (np.abs(inverse @ (gap / scale)) < 0.1 * np.sqrt(np.diag(inverse))).all()


def test_rows_cut_to_the_unit_interval_are_rare(full_world):
    risks = [risk for pair in full_world.careers.risks for risk in pair]
    assert sum(risk.cut for risk in risks) < 0.001 * sum(len(risk.people) for risk in risks)
    assert all(np.allclose(risk.latent.sum(axis=1), 1) and (risk.latent >= 0).all() for risk in risks)


def test_tilt_gives_occupations_their_share_and_keeps_the_sums():
    rng = np.random.default_rng(1)
    columns = np.column_stack([rng.random(4000) < 0.3, *np.ones((len(TERMS) - 1, 4000))]).astype(float)
    place = (rng.random(4000) < 0.2 + 0.5 * columns[:, 0]).astype(int)
    base = logistic(-2 + columns[:, 0])
    margins, kept = np.array([0.1, 0.2]), np.ones(4000, dtype=bool)
    tilted = tilt(base, place, margins, columns, kept, columns.T @ base)
    assert np.allclose(columns.T @ tilted, columns.T @ base, rtol=1e-3)
    assert tilted[place == 1].mean() / tilted[place == 0].mean() == pytest.approx(2.0, rel=1e-3)


def design_of(frame):
    """The columns of `TERMS` made anew from a drawn frame."""
    columns = frame.assign(
        age_squared=frame.age**2, constant=1.0, not_manufacturing=(frame.industry != "manufacturing").astype(float)
    )
    for level in LEVELS:
        columns[level] = (frame.qualification == level).astype(float)
    return columns[list(TERMS)]


@pytest.mark.parametrize(
    ("origin", "destination"),
    [
        ("professional", "professional"),
        ("technician", "professional"),
        ("technician", "technician"),
        ("skilled_trade", "skilled_trade"),
        ("operative", "operative"),
    ],
)
def test_a_logit_finds_the_planted_coefficients(origin, destination):
    frame = draw_progression(SEED, size=3).query("origin_group == @origin")
    fit = sm.Logit((frame.destination_group == destination).astype(float), design_of(frame)).fit(disp=0, maxiter=100)
    planted = planted_effects().query("model == @origin + '__to__' + @destination").set_index("term").value
    distance = (fit.params - planted[list(TERMS)]) / fit.bse
    assert fit.mle_retvals["converged"]
    assert (distance.abs() < 4).all()


def test_drawn_frames_have_the_published_sizes_and_depend_on_the_seed_alone():
    frame = draw_progression(5)
    counts = frame.origin_group.value_counts()
    assert counts["professional"] == 2485
    assert counts.sum() == 27934
    assert frame.notna().all(axis=None)
    assert not frame.duplicated(["person", "wave"]).any()
    assert frame.wave.between(1, 7).all()
    pd.testing.assert_frame_equal(frame, draw_progression(5))
    assert not frame.equals(draw_progression(6))
    assert set(frame.origin_group) == set(read_effects())
    with pytest.raises(MobilityError, match="above 0"):
        draw_progression(5, size=0)


def states(frame):
    """The baseline's five states, and `uncoded`; an independent reading of the definitions."""
    coded = frame.jbsoc00_cc > 0
    with_job = (frame.jbhas == 1) | (frame.jboff == 1)
    at_work = frame.jbstat.isin([1, 2]) | ((frame.jbstat == 5) & with_job) | (frame.jbstat.isin([9, 10, 11]) & coded)
    kinds = np.select(
        [at_work & ~coded, at_work & frame.jbsoc00_cc.isin(TECHNICAL), at_work, frame.jbstat == 3, frame.jbstat == 7],
        ["uncoded", "technical", "nontechnical", "unemployment", "study"],
        "inactivity",
    )
    return pd.Series(kinds, index=frame.pidp)


def test_the_written_files_show_table_3_1(delivery, waves):
    steps = [states(usable(frame)) for frame in waves]
    pairs = pd.concat(
        [pd.concat([now, later], axis=1, join="inner") for now, later in itertools.pairwise(steps)]
    ).set_axis(["row", "column"], axis=1)
    pairs = pairs[(pairs != "uncoded").all(axis=1)]
    shown = pd.crosstab(pairs.row, pairs.column, normalize="index").stack()
    truth = (
        pd.read_csv(delivery / "truth" / "gatsby.csv").query("table == 'table_3_1'").set_index(["row", "column"]).value
    )
    error = np.sqrt(truth * (1 - truth) / truth.index.get_level_values(0).map(pairs.row.value_counts()))
    distance = ((shown.reindex(truth.index).fillna(0) - truth) / error).abs()
    assert len(distance) == 25
    assert (distance < 4).mean() > 0.9
