"""Answers, refusals and the coarser questions that they name, by hand; and no answer gives back a refused cell."""

from dataclasses import fields, replace
from itertools import islice, product

import numpy as np
import pytest

from mobility.errors import DataError, SpecError, spelt_like
from mobility.lmi.dimensions import ALL
from mobility.lmi.questions import Question, answer, exact, stepped, told_jobs
from mobility.lmi.store import ABOUT, open_measures, write_measures
from small_dimensions import SMALL

SHAPE = tuple(len(own.codes) for own in SMALL.values())
YEAR = 2015
RULE = {"limits": {"least": 1000, "plain": 10000, "at_limit": "better"}, "synthetic": True}


def _measures(folder, jobs, pay):
    write_measures(folder, {("employment", YEAR): jobs, ("pay", YEAR): pay}, SMALL, RULE)
    return open_measures(folder)


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory):
    """1115 in industry 1 has 900 jobs in London, 700 in region 2, 9,000 in Northern Ireland; of others 2111 alone."""
    jobs, pay = np.zeros(SHAPE), np.full(SHAPE, np.nan)
    jobs[0, 0, 0, 0, 0, 0], jobs[0, 0, 1, 0, 0, 0], jobs[0, 0, 2, 0, 0, 0] = 900, 700, 9000
    jobs[2, 1, 0, 1, 0, 1], jobs[2, 1, 0, 1, 2, 1] = 12345, 40000
    pay[0, 0, 0, 0, 0, 0], pay[0, 0, 1, 0, 0, 0], pay[0, 0, 2, 0, 0, 0] = 500, 600, 400
    pay[2, 1, 0, 1, 0, 1] = 704
    return _measures(tmp_path_factory.mktemp("by_hand"), jobs, pay)


def test_means_are_told_in_steps():
    assert stepped("pay", np.array([412.37, 415.01, 4.9])).tolist() == [410, 420, 0]
    assert stepped("hours", np.array([37.49])).tolist() == [37] and np.isnan(stepped("pay", np.array([np.nan]))).all()


def test_a_cell_below_the_limit_is_refused_and_coarser_questions_are_named(by_hand):
    found = answer(by_hand, "pay", YEAR, Question("1115", "1", "1", "1", "1", "1"))
    assert (found.value, found.employment, found.verdict) == (None, None, "none")
    assert "occupation 1115; industry 1; region 1" in found.note and "below 1,000 jobs" in found.note
    # London and region 2 together are England: one step away, the nearest and the only one that holds no other.
    asked = [question for question, _ in found.coarser]
    assert asked[0] == Question("1115", "1", "country:E", "1", "1", "1")
    again = answer(by_hand, "pay", YEAR, asked[0])
    assert again.verdict == "noted"
    assert again.employment == 1500
    assert again.value == 540  # (900 x 500 + 700 x 600) / 1,600 = 543.75, to 10 pounds
    assert exact(by_hand, "pay", YEAR, asked[0]) == pytest.approx(543.75)


def test_a_choice_says_whether_groups_of_three_digits_are_offered(tmp_path):
    """1115 and 1116 have 700 jobs each in London, together enough."""
    jobs = np.zeros(SHAPE)
    jobs[:2, 0, 0, 0, 0, 0] = 700
    for level, group in (("sub_major", "11"), ("minor", "111")):
        folder = tmp_path / level
        write_measures(folder, {("employment", YEAR): jobs}, SMALL, {**RULE, "choices": {"coarser": level}})
        found = answer(open_measures(folder), "employment", YEAR, Question("1115", region="1"))
        assert found.coarser[0][0] == Question(f"{level}:{group}", region="1")


def test_every_coarser_question_is_answered_and_none_holds_another(by_hand):
    found = answer(by_hand, "employment", YEAR, Question("1116", "2", "1", "2", "1", "1"))
    assert found.coarser
    for question, words in found.coarser:
        assert answer(by_hand, "employment", YEAR, question).verdict != "none"
        assert words == question.words(by_hand.dimensions)


def test_an_answer_tells_jobs_as_the_middle_of_their_thousand(by_hand):
    found = answer(by_hand, "employment", YEAR, Question("2111"))
    assert (found.value, found.verdict, found.note) == (52500, "told", "")
    assert told_jobs(12345) == 12500
    assert (told_jobs(1000), told_jobs(1000, "worse")) == (1500, 500)


def test_pay_is_that_of_employees_and_judged_by_their_jobs(by_hand):
    found = answer(by_hand, "pay", YEAR, Question("2111"))
    assert (found.value, found.employment) == (700, 12500)
    of_self_employed = answer(by_hand, "pay", YEAR, Question("2111", status="3"))
    assert of_self_employed.verdict == "none"


def test_of_codes_as_like_the_one_of_the_same_digits_is_named_first():
    """By hand: each shares three digits in order with 4153; 4135 and 5413 have all four, 4135 begins as it does."""
    assert spelt_like("4153", ["5413", "4215", "4113", "4135", "9999"]) == ["4135", "5413", "4113"]


def test_what_is_not_there_is_named_with_the_nearest(by_hand):
    with pytest.raises(SpecError, match="occupation: no `2113`; nearest: 2112, 2111"):
        answer(by_hand, "pay", YEAR, Question("2113"))
    with pytest.raises(SpecError, match="occupation: no level `unit`"):
        answer(by_hand, "pay", YEAR, Question("unit:211"))
    with pytest.raises(DataError, match="no pay of 2014; there is: 2015"):
        answer(by_hand, "pay", 2014, Question())


def test_measures_that_were_not_written_whole_are_refused(tmp_path, by_hand):
    with pytest.raises(DataError, match=f"no {ABOUT}, so that no measures were written whole"):
        open_measures(tmp_path)
    write_measures(tmp_path, {("pay", YEAR): np.ones((2, 2))}, SMALL, RULE)
    with pytest.raises(DataError, match=r"pay_2015.npy: \(2, 2\) cells"):
        open_measures(tmp_path).array("pay", YEAR)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """Cells of all sizes around the limit, so that many are refused beside answered ones."""
    rng = np.random.default_rng(11)
    jobs = np.floor(rng.lognormal(4, 2, SHAPE) * (rng.random(SHAPE) > 0.3))
    pay = np.where(jobs > 0, rng.uniform(300, 900, SHAPE), np.nan)
    pay[..., 2, :] = np.nan
    return _measures(tmp_path_factory.mktemp("drawn"), jobs, pay)


def _steps(dimensions):
    """Every question, with its parent one step coarser in a dimension, and the other children of that."""
    groups = {}
    for name, own in dimensions.items():
        levels = [name, *own.levels]
        written = [
            (ALL, ALL),
            *((level, group) for level in levels for group in dict.fromkeys(own.levels.get(level, own.codes))),
        ]
        groups[name] = [group if level in (name, ALL) else f"{level}:{group}" for level, group in written]
    names = [own.name for own in fields(Question)]
    for values in product(*(groups[name] for name in names)):
        question = Question(**dict(zip(names, values, strict=True)))
        for name in names:
            own, asked = dimensions[name], getattr(question, name)
            if asked == ALL:
                continue
            siblings, parent = _family(own, asked)
            yield question, replace(question, **{name: parent}), [replace(question, **{name: one}) for one in siblings]


def _family(own, asked):
    """Other children of the next coarser group, and that group."""
    level, _, group = asked.rpartition(":")
    ladder = [own.name, *own.levels]
    place = ladder.index(level or own.name)
    of = own.levels.get(level, own.codes) if level else own.codes
    if place + 1 == len(ladder):
        others, parent = set(of) - {group}, ALL
    else:
        above = own.levels[ladder[place + 1]]
        wanted = above[list(of).index(group)]
        others, parent = (
            {one for one, up in zip(of, above, strict=True) if up == wanted} - {group},
            f"{ladder[place + 1]}:{wanted}",
        )
    return sorted(one if not level else f"{level}:{one}" for one in others), parent


@pytest.mark.parametrize(("every", "least"), [(97, 30), pytest.param(1, 500, marks=pytest.mark.long)])
def test_no_difference_of_answers_says_more_of_a_refused_cell_than_that_it_is_refused(drawn, every, least):
    """Of one question in 97; in the long test of all."""
    answers = {}

    def of(question, measure="employment"):
        if (question, measure) not in answers:
            answers[question, measure] = answer(drawn, measure, YEAR, question)
        return answers[question, measure]

    attacked = 0
    for question, parent, siblings in islice(_steps(drawn.dimensions), 0, None, every):
        if of(question).verdict != "none" or of(parent).verdict == "none":
            continue
        known = [of(one) for one in siblings]
        if any(one.verdict == "none" for one in known):
            continue
        attacked += 1
        low = of(parent).employment - 500 - sum(one.employment + 500 for one in known)
        high = of(parent).employment + 500 - sum(one.employment - 500 for one in known)
        assert low <= 0 and high >= 1000, question
        if len(siblings) == 1:
            _fail_if_pay_is_told(of(parent, "pay"), of(siblings[0], "pay"))
    assert attacked > least


def _fail_if_pay_is_told(parent, sibling):
    """Pay of the refused cell, P_c = (P_a E_a - P_b E_b) / (E_a - E_b), for jobs and pay that the answers allow."""
    if parent.value is None or sibling.value is None:
        return
    found = []
    for own, of_all, of_part in product((10, 500, 999), (-5, 5), (-5, 5)):
        whole = max(parent.employment - 500, sibling.employment - 500 + own)
        assert whole < parent.employment + 500 and whole - own < sibling.employment + 500
        found.append(((parent.value + of_all) * whole - (sibling.value + of_part) * (whole - own)) / own)
    assert max(found) - min(found) > sibling.value
