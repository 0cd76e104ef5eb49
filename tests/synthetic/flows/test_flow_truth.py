"""The synthetic moves: printed sample sizes, counts and planted coefficients, found again."""

import numpy as np
import pandas as pd
import pytest

from flow_samples import draw_sample, receiver_years, sender_years
from mobility.errors import MobilityError
from mobility.models import Covariance, fit_negbin
from mobility.synthetic.flows.means import DESTINATION, MOVE_YEARS, ORIGIN
from mobility.synthetic.flows.moves import Counts, age_schedule, draw_year, split
from mobility.synthetic.flows.published import CONTROLS, TYPES, read_published, row_of
from mobility.synthetic.flows.statistics import YEARS
from mobility.synthetic.flows.truth import truth_table
from mobility.synthetic.flows.world import draw_world
from paths import ROOT
from specs import design_of

# ---- samples and regressors


def test_printed_counts_emerge(full):
    """Tables 2 to 5 and 8 to 20, from the areas and from what is suppressed and ranked."""
    decoded = pd.read_csv(ROOT / "resources/areas/sample_counts_decoded.csv").set_index("table")["observations"]
    areas, senders, receivers = full.authorities, sender_years(full), receiver_years(full)
    others = receivers.sum(axis=0) - 1
    for number, name in enumerate(TYPES):
        assert (senders[areas.type == number] * others).sum() == decoded[f"T{8 + number}"], name
    scored = (areas.quintile > 0) & (areas.recoded_from == "")
    among = receivers[scored].sum(axis=0) - 1
    for quintile in range(1, 6):
        rows = (senders[scored & (areas.quintile == quintile)] * among).sum()
        assert rows == decoded[f"T{15 + quintile}"]
    last = (receivers[areas.indexed, -1]).sum() - 1
    ranks = full.ranks[senders[:, -1] & areas.indexed]
    hot, cold = ranks <= 65, ranks > 324 - 65
    found = [len(ranks), hot.sum(), (~hot & ~cold).sum(), cold.sum()]
    assert [count * last for count in found] == [decoded[f"T{number}"] for number in (2, 3, 4, 5)]


def test_printed_counts_do_not_depend_on_the_seed():
    senders = sender_years(draw_world(ROOT, "full", 7))
    assert senders.sum(axis=0)[:4].sum() == 4 * 332 - 19 and senders[:, 4].sum() == 332 - 3


def test_suppressed_districts_are_those_that_the_printed_counts_allow(full):
    areas, hidden = full.authorities, full.suppressed.any(axis=1)
    assert not areas.wales[hidden].any() and not areas.abolished[hidden].any()
    assert (areas.recoded_from[hidden] == "").all()
    assert (full.ranks[hidden] > 65).all()


# ---- moves


@pytest.mark.parametrize("year", [2014, 2018])
def test_rows_of_a_pair_sum_to_its_count_when_rounded(moves, world, year):
    counts = draw_year(world, year)
    rows = pd.concat([moves[year, 1], moves[year, 2]])
    sums = rows.assign(Moves=rows["Moves"].astype(float)).groupby(["OutLA", "InLA"])["Moves"].sum()
    assert not np.allclose(sums, sums.round())
    places = [np.searchsorted(counts.codes.astype(str), sums.index.get_level_values(end)) for end in (0, 1)]
    found = np.zeros_like(counts.moves)
    found[tuple(places)] = np.floor(sums + 0.5)
    assert (found == counts.moves).all()


def test_moves_of_the_last_year_are_sums_over_the_parts_of_an_area(full):
    means = full.plan.means(2018)
    areas = full.authorities
    summed = areas.sum_2019(areas.sum_2019(means).T).T
    place = {code: n for n, code in enumerate(areas.code)}
    later = list(areas.codes_2019)
    parts = [place["E07000201"], place["E07000204"]]
    one = summed[later.index("E07000245"), later.index("E06000001")]
    assert one == pytest.approx(means[parts, place["E06000001"]].sum())
    assert len(draw_year(full, 2018).codes) == 339 + 2 and len(draw_year(full, 2017).codes) == 348 + 2


def test_about_as_many_people_move_as_in_truth(full):
    totals = [full.plan.means(year).sum() for year in MOVE_YEARS]
    assert np.mean(totals) == pytest.approx(2.9e6)
    assert max(totals) < 3.5e6 and min(totals) > 2.3e6
    share = full.plan.means(2016).sum(axis=1) / full.statistics.total[:, YEARS.index(2016)]
    assert share.max() < 0.5


def test_the_city_of_london_sends_and_receives_few_though_its_output_is_enormous(full):
    city = list(full.authorities.code).index("E09000001")
    means = full.plan.means(2016)
    assert 100 < means[city].sum() < 5000 and 100 < means[:, city].sum() < 5000
    head = full.statistics.gva * 1e6 / full.statistics.total
    assert head[city].min() > 1e6
    assert head[full.authorities.type == 4].mean() == pytest.approx(726_621, rel=0.5)


def test_most_movers_are_young_adults():
    schedule = age_schedule()
    assert 19 <= schedule.argmax() <= 29
    counts = Counts(2014, np.array(["a", "b"], dtype=object), np.array([[0, 100_000], [0, 0]]))
    shares = np.tile(np.repeat(schedule, 2) / (2 * schedule.sum()), (2, 1))
    rows = split(counts, shares, range(2), np.random.default_rng(1))
    assert set(rows.origin) == {0} and set(rows.destination) == {1}
    whole = np.bincount(rows.age, weights=rows.moves, minlength=91) / 1e4
    np.testing.assert_allclose(whole, 100_000 * schedule / schedule.sum(), atol=5 * np.sqrt(100_000 * 0.05))


def test_a_year_without_moves_has_no_rows():
    counts = Counts(2014, np.array(["a", "b"], dtype=object), np.zeros((2, 2), dtype=int))
    assert len(split(counts, np.full((2, 182), 1 / 182), range(2), np.random.default_rng(1)).moves) == 0


# ---- planted truth


def test_truth_holds_what_is_printed(delivery):
    truth = pd.read_csv(delivery / "truth/moving_out.csv")
    assert list(truth) == ["table", "row", "column", "statistic", "value", "note"]
    assert truth.drop(columns="value").equals(truth_table(read_published(ROOT)).drop(columns="value"))
    keyed = truth.set_index(["table", "row", "column"])["value"]
    assert keyed["table_12", "receiving_urban_settlements", "model_4"] == pytest.approx(
        float(printed(12).loc["receiving_urban_settlements"])
    )
    assert keyed["controls", "gva_per_capita_receiving_area", "table_9"] == 0.376  # read off the report's Table 2
    assert keyed["controls", "ln_alpha", "table_15"] == pytest.approx(np.log(0.5))
    assert len(truth) == 8 * 7 + 13 * 8


def printed(number):
    rows = pd.read_csv(ROOT / f"studies/moving_out/published/table_{number}.csv")
    return rows[(rows["column"] == "model_4") & (rows["statistic"] == "coefficient")].set_index("row")["value"]


def test_planted_coefficients_are_recovered():
    frame = draw_sample(ROOT, 1, "London Cosmopolitan")
    assert len(frame) == 18_821  # read off the report's Table 12
    truth = truth_table(read_published(ROOT)).set_index(["table", "column", "row"])["value"].sort_index()
    controls = truth.loc[("controls", "table_12")].rename(index={row: name for name, row in CONTROLS.items()})
    types = pd.Series({name: truth["table_12", "model_4", f"receiving_{row_of(name)}"] for name in TYPES[1:]})
    years = [str(year) for year in MOVE_YEARS]
    terms = [{"id": name, "kind": "continuous"} for name in ("log_distance", *ORIGIN, *DESTINATION)]
    terms += [{"id": name, "kind": "indicator"} for name in ("share_border", "destination_wales")]
    terms.append({"id": "destination_type", "kind": "factor", "levels": list(TYPES), "reference": TYPES[0]})
    terms.append({"id": "year", "kind": "factor", "levels": years, "reference": years[0]})
    design = design_of(frame.assign(year=frame["year"].astype(str)), terms)
    found = fit_negbin(frame["moves"], design, Covariance("robust"), np.log(frame["population"]))
    wanted = pd.concat([controls, types]).reindex(found.names)
    z = ((pd.Series(found.params, found.names) - wanted) / pd.Series(found.std_errors, found.names)).dropna()
    assert len(z) == 12 + 7
    assert z.abs().max() < 4
    assert abs(found.ln_alpha - controls["ln_alpha"]) < 4 * found.std_error_ln_alpha


def test_samples_are_redrawn_over_the_same_areas():
    first, again, other = (draw_sample(ROOT, seed, "Urban Settlements") for seed in (1, 1, 2))
    assert first.equals(again)
    assert first.drop(columns="moves").equals(other.drop(columns="moves"))
    assert not first["moves"].equals(other["moves"])
    assert (first["origin"] != first["destination"]).all() and first.notna().all(axis=None)
    with pytest.raises(MobilityError, match="London Cosmopolitan"):
        draw_sample(ROOT, 1, "London Cosmopolitain")
