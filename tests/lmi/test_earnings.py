"""The earnings function on persons whose coefficients are known, and predictions by hand.

Its estimates and robust errors against R are those of tests/models/test_sparse.py (`golden/make_sparse.R`).
"""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from mobility.lmi.bases import C_7_3
from mobility.lmi.earnings import fit_earnings, mean_ages, predicted_pay, qualification_profile, rest_is_told, settled
from mobility.lmi.joining import joined_pay
from mobility.studies.careers_lmi import handed, numbers
from small_dimensions import SMALL

N = 6000
EFFECTS = {
    "region": {"1": 0, "2": -0.1, "12": -0.2},
    "qualification": {"1": 0, "2": -0.15, "9": -0.5},
    "industry": {"1": 0, "2": 0.3, "5": 0.05},
    "occupation": {"1115": 0, "1116": -0.7, "2111": -0.3, "2112": -0.4},
}
MALE = {"1115": 0.2, "1116": 0.25, "2111": 0.1, "2112": 0.3}  # of men of the occupation
SECOND = {"1115": 0.02, "1116": 0.01, "2111": 0.05, "2112": 0.03}
INDUSTRY_SECOND = {"1": 0, "2": 0.01, "5": -0.02}


def _persons(noise, seed=3):
    rng = np.random.default_rng(seed)
    own = pd.DataFrame({name: rng.choice(SMALL[name].codes, N) for name in EFFECTS})
    own = own.assign(gender=rng.choice(["1", "2"], N), t=rng.integers(0, 2, N), age=rng.integers(16, 70, N))
    male, t = own["gender"] == "1", own["t"]
    y = 5 + 0.08 * own["age"] - 0.0009 * own["age"] ** 2 + male * own["occupation"].map(MALE)
    y = y + sum(own[name].map(effects) for name, effects in EFFECTS.items())
    # Occupation by year has a reference, 1115, and so has industry by year: a year of its own is not in the equation.
    later = own["occupation"].map(SECOND) - SECOND["1115"] + own["industry"].map(INDUSTRY_SECOND)
    return own.assign(weekly_pay=np.exp(y + t * later + noise * rng.normal(size=N)))


@pytest.fixture(scope="module")
def exact():
    return fit_earnings(_persons(0), SMALL)


# What the study has of a run whose data ask ten persons.
GIVEN = SimpleNamespace(dimensions=SMALL, least=10, inputs=SimpleNamespace(choices={"thin": "group", "base": C_7_3}))


def test_planted_coefficients_are_found(exact):
    assert exact.columns == 1 + 3 + 2 + 2 + 2 + 3 + 3 + 2 + 3
    for term, effects in EFFECTS.items():
        np.testing.assert_allclose(exact.effects[term], list(effects.values()), atol=1e-9)
    np.testing.assert_allclose(exact.effects["occupation_male"], [MALE[code] - 0.2 for code in MALE], atol=1e-9)
    np.testing.assert_allclose(exact.effects["occupation_t"], [SECOND[code] - 0.02 for code in SECOND], atol=1e-9)
    assert exact.numbers["age"] == pytest.approx(0.08)
    assert np.abs(exact.residuals).max() < 1e-9


def test_intervals_cover_planted_coefficients_as_often_as_they_say():
    """Eight coefficients of 25 samples: 95 in 100 intervals, give or take three errors of that share."""
    planted = {f"{term}_{code}": effect for term, own in EFFECTS.items() for code, effect in list(own.items())[1:]}
    inside = []
    for seed in range(25):
        fit = fit_earnings(_persons(0.4, seed), SMALL).fit
        intervals = dict(zip(fit.names, fit.intervals(), strict=True))
        inside += [intervals[name][0] <= effect <= intervals[name][1] for name, effect in planted.items()]
    assert abs(np.mean(inside) - 0.95) < 3 * np.sqrt(0.95 * 0.05 / len(inside))


def test_a_cell_is_predicted_as_its_coefficients_add_up_also_where_nobody_was_asked(exact):
    ages = np.full((4, 2), 40.0)
    pay = predicted_pay(exact, SMALL, ages)
    # 2112, industry 5, Northern Ireland, men, in the second year.
    by_hand = 5 + 0.08 * 40 - 0.0009 * 1600 + 0.3 - 0.4 + 0.05 - 0.2 + (0.03 - 0.02) - 0.02
    assert np.log(pay[3, 2, 2, 0]) == pytest.approx(by_hand, abs=1e-8)
    # The first year has no terms of the second.
    first = predicted_pay(exact, SMALL, ages, t=0)
    assert np.log(first[3, 2, 2, 0]) == pytest.approx(by_hand - 0.01 + 0.02, abs=1e-8)
    nobody = fit_earnings(_persons(0).query("not (occupation == '2112' and region == '12')"), SMALL)
    np.testing.assert_allclose(predicted_pay(nobody, SMALL, ages), pay, rtol=1e-8)


def test_coefficients_of_few_persons_give_way_to_their_group():
    effects, persons = np.array([0.0, -1, 2, np.nan]), np.array([30, 19, 4, 0])
    # a: (3 x 0 + 1 x -1) / 4; c has no code with ten persons and takes the mean of all.
    np.testing.assert_allclose(settled(effects, persons, ["a", "a", "a", "c"], 10), [0, -1, -0.25, -0.25])
    np.testing.assert_allclose(settled(effects, persons, ["a", "a", "a", "c"], 1), [0, -1, 2, (-19 + 8) / 53])
    # Nobody has as many: the first code, which all are against, is no better known than the others.
    np.testing.assert_allclose(settled(effects, persons, ["a", "a", "a", "c"], 50), [(-19 + 8) / 53] * 4)


def test_the_mean_of_a_group_does_not_tell_how_many_have_each_code():
    """Of all 150 persons 144 have one of three codes, the fourth the 6 left. With their exact numbers as weights, of
    whole numbers to 129 that solve the mean only these left 1 to 9; all numbers of the same tens have the same mean."""
    effects, persons = np.array([0.137, -0.211, 0.059, np.nan]), np.array([47, 62, 35, 6])
    mean = settled(effects, persons, ["all"] * 4, 10)[3]
    one, two, three = np.mgrid[10:130, 10:130, 10:130].reshape(3, -1)
    exact = np.abs((one * 0.137 - two * 0.211 + three * 0.059) - mean * (one + two + three)) < 1e-12
    could = {tuple(map(int, each)) for each in zip(one[exact], two[exact], three[exact], strict=True)}
    assert (47, 62, 35) not in could and len(could) > 1
    assert settled(effects, np.array([40, 69, 39, 9]), ["all"] * 4, 10)[3] == mean


def test_the_level_of_an_occupation_rests_on_its_women_and_on_its_first_year(monkeypatch):
    """Of one woman in it the coefficient was her pay to the penny, with those of her age, industry and region."""
    own = _persons(0.4)
    women = (own["occupation"] == "2111") & (own["gender"] == "2")
    own = own[~women | women.cumsum().eq(1)].reset_index(drop=True)
    found = fit_earnings(own, SMALL)
    lone = own.index[(own["occupation"] == "2111") & (own["gender"] == "2")]
    assert np.abs(found.residuals[lone]).max() < 1e-9
    assert found.persons["occupation"][2] == found.persons["occupation_male"][2] == 1
    for name, counted in (("region", own), ("industry", own[own["t"] == 0])):
        persons = counted[name].value_counts()
        assert found.persons[name].tolist() == [persons[code] for code in SMALL[name].codes]
    monkeypatch.setattr(handed, "equations_of", lambda _: {("lfs", "1"): found})
    made = handed.coefficients(GIVEN).set_index(["term", "code"])
    assert np.isnan(made.loc[("occupation", "2111"), "coefficient"])
    assert made.loc[("occupation", "2111"), "used"] != pytest.approx(found.effects["occupation"][2])


def test_the_constant_is_not_that_of_a_first_code_of_few(monkeypatch):
    """Of one woman in the first occupation the constant was her pay, and so was what all others were told against."""
    own = _persons(0.4)
    women = (own["occupation"] == "1115") & (own["gender"] == "2")
    own = own[~women | women.cumsum().eq(1)].reset_index(drop=True)
    found = fit_earnings(own, SMALL)
    for module in (handed, numbers):
        monkeypatch.setattr(module, "equations_of", lambda _: {("lfs", "1"): found})
    made = handed.coefficients(GIVEN).set_index(["term", "code"])
    constant, others = made.loc[("constant", "")], made.loc["occupation"].iloc[1:]
    # The mean of the other occupation of its group, 1116, which does not rest on her.
    assert constant["used"] == pytest.approx(found.numbers["constant"] + found.effects["occupation"][1])
    assert constant["used"] + others["used"].to_numpy() == pytest.approx(
        found.numbers["constant"] + found.effects["occupation"][1:]
    )
    assert made.loc[("occupation", "1115"), "used"] == 0 and np.isnan(made.loc[("occupation", "1115"), "coefficient"])
    assert others["std_error"].isna().all() and np.isnan(constant["std_error"])
    told = numbers.coefficient_lines(GIVEN).set_index("place")
    assert (
        told.loc[["constant.x", "male.x"], "note"].tolist()
        == ["fewer than 10 persons behind it, or behind the reference that it is against"] * 2
    )
    assert told.loc[["constant.x", "male.x"], "value"].isna().all() and told.loc["region.2", "value"] != 0


def test_terms_by_year_are_not_those_of_few_in_their_first_codes(monkeypatch):
    """There is no effect of the year itself: industries by year rise as occupations by year fall, but for what the few
    of the first industry and of the first occupation earn in the second year. Told, they do not move with these."""
    own = _persons(0.4)
    first = (own["t"] == 1) & ((own["industry"] == SMALL["industry"].codes[0]) | (own["occupation"] == "1115"))
    own = own[~first | first.cumsum().le(4)].reset_index(drop=True)
    few = (own["t"] == 1) & ((own["industry"] == SMALL["industry"].codes[0]) | (own["occupation"] == "1115"))
    assert 0 < few.sum() <= 4
    raised = own.assign(weekly_pay=own["weekly_pay"] * np.where(few, np.e, 1))
    made, raw, lines = [], [], []
    for persons in (own, raised):
        found = fit_earnings(persons, SMALL)
        for module in (handed, numbers):
            monkeypatch.setattr(module, "equations_of", lambda _, found=found: {("lfs", "1"): found})
        raw.append(np.concatenate([found.effects[term][1:] for term in ("industry_t", "occupation_t")]))
        made.append(handed.coefficients(GIVEN).set_index(["term", "code"]))
        lines.append(numbers.coefficient_lines(GIVEN).set_index("place"))
        used = made[-1]["used"]
        for term, by in (("industry_t", "industry"), ("occupation_t", "occupation")):
            settled_here = found.settled(term, SMALL[by])
            assert used[term].to_numpy() == pytest.approx(settled_here - settled_here[0])
        both = sum(found.settled(term, SMALL[term[:-2]])[0] for term in ("industry_t", "occupation_t"))
        assert used[("t", "")] == pytest.approx(both)
    assert np.nanmin(np.abs(raw[1] - raw[0])) > 0.3
    for term in ("industry_t", "occupation_t", "t"):
        moved = (made[1].loc[term, ["coefficient", "used"]] - made[0].loc[term, ["coefficient", "used"]]).abs()
        assert moved.max().max() < 0.1
    by_year = lines[0].index.str.contains("_t.", regex=False)
    assert lines[0].loc[by_year, "value"].isna().all() and lines[0].loc["region.2", "value"] != 0


def test_as_many_persons_as_the_class_of_the_data_asks(monkeypatch):
    found = fit_earnings(_persons(0.4), SMALL)
    monkeypatch.setattr(handed, "equations_of", lambda _: {("lfs", "1"): found})
    few = int(sorted(found.persons["occupation_male"])[1])
    told = [handed.coefficients(SimpleNamespace(**{**vars(GIVEN), "least": least})) for least in (few, few + 1)]
    assert [int(made.loc[made["term"] == "occupation_male", "coefficient"].isna().sum()) for made in told] == [1, 2]


@pytest.mark.parametrize(
    ("persons", "told"),
    [
        ([57, 6], True),
        ([57, 8, 9], True),
        ([57, 0], False),
        ([57, 30], False),
        ([57, 5, 5, 2], False),
        ([9, 0, 57], False),
    ],
)
def test_persons_of_a_term_that_would_tell_those_of_a_few_are_known(persons, told):
    """All less those told are 6, 8 and 9, nobody; and 12 or 9 that can be anybody's: 0 to 9 each."""
    assert rest_is_told(np.array(persons)) is told


def test_persons_of_a_term_are_not_handed_on_where_its_few_would_follow(monkeypatch):
    """Of all persons but six those of region 12 are told: the six would be its persons. Its coefficient is not told."""
    own = _persons(0.1)
    few = own[(own["region"] != "12") | (own["region"] == "12").cumsum().le(6)]
    for persons, untold in ((few, True), (own, False)):
        for module in (handed, numbers):
            monkeypatch.setattr(module, "equations_of", lambda _, own=persons: {("lfs", "1"): fit_earnings(own, SMALL)})
        made = handed.coefficients(GIVEN)
        regions = made[made["term"] == "region"]
        assert regions["persons"].isna().all() == untold and regions["coefficient"].isna().sum() == untold
        lines = numbers.coefficient_lines(GIVEN)
        assert lines.loc[lines["place"].str.startswith("region."), "n"].isna().all() == untold
        # To whole tens: 4,018 and 4,015 of another release were three persons.
        assert made.loc[made["term"] == "constant", "persons"].tolist() == [len(persons) // 10 * 10]
        assert (made["persons"].dropna() % 10 == 0).all() and (lines["n"].dropna() % 10 == 0).all()


def test_mean_ages_are_handed_on_to_a_tenth(monkeypatch):
    """1,412 / 37 told 37 women of an occupation of 40 persons, and so 3 men."""
    means = np.array([[1412 / 37, 41.25]] * 4)
    monkeypatch.setattr(handed, "ages_of", lambda _: means)
    told = handed.told_ages(SimpleNamespace(dimensions=SMALL))
    assert told.drop(columns="occupation").to_numpy().tolist() == [[38.2, 41.2]] * 4


def test_an_occupation_without_persons_is_named_and_predicted_from_its_group():
    own = _persons(0)
    found = fit_earnings(own[own["occupation"] != "2112"], SMALL)
    assert any("occupation_2112" in str(dropped) for dropped in found.fit.dropped)
    pay = predicted_pay(found, SMALL, np.full((4, 2), 40.0))
    np.testing.assert_allclose(pay[3], pay[2], rtol=1e-9)


def test_mean_ages_are_those_of_occupation_and_gender():
    own = pd.DataFrame(
        {
            "occupation": ["1115"] * 3 + ["2111"] * 2,
            "gender": ["1", "1", "2", "2", "2"],
            "age": [20, 40, 50, 30, 60],
        }
    )
    found = mean_ages(own, SMALL, least=1)
    np.testing.assert_allclose(found[0], [30, 50])
    np.testing.assert_allclose(found[2, 1], 45)
    # 1116 takes that of its group, men of 21 that of all men.
    np.testing.assert_allclose([found[1, 0], found[2, 0]], [30, 30])


def test_pay_by_qualification_keeps_the_mean_of_the_other_survey(exact):
    profile = qualification_profile(exact, SMALL)
    np.testing.assert_allclose(profile, np.exp([0, -0.15, -0.5]), rtol=1e-8)
    jobs = np.array([[10.0, 0, 30], [0, 0, 0]])
    joined = joined_pay(np.array([400.0, 500]), profile, jobs)
    assert joined[0] @ jobs[0] / 40 == pytest.approx(400)
    assert joined[1].mean() == pytest.approx(500)
    np.testing.assert_allclose(joined[0] / joined[0, 0], profile)
