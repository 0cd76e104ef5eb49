"""The relations between tables, found from specs and frames."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from mobility.cells.basis import basis_of
from mobility.cells.tabulate import tabulate
from mobility.disclosure.bounds import Attack
from mobility.disclosure.numbers import TELLS, Table
from mobility.disclosure.relations import relations_of
from mobility.models import Fit
from mobility.models.design import Block
from mobility.settings import Sample
from mobility.settings.samples import Keep
from mobility.statistics import COUNTED, DELIVERED, STATISTICS
from specs import table_spec


def axis(of, *names):
    return {"of": of, "show": [{"id": name} for name in names]}


def counted(frame, rows, columns, name="f"):
    spec = table_spec({"table": name, "frame": name, "statistic": "count", "rows": rows, "columns": columns})
    return Table(tabulate(frame, spec, "s"), spec, None, frame)


def known(system, cells_hidden):
    """Numbers that shown cells tell."""
    shown = np.ones(system.tells.shape[0], dtype=bool)
    shown[cells_hidden] = False
    return (np.asarray(system.tells[shown].sum(axis=0)).ravel() > 0) | system.fixed


def given_back(system, cell, hidden):
    """Whether a hidden cell's number is known all the same."""
    system.least[:] = 0
    attack = Attack(system, known(system, hidden))
    atoms = system.form(int(system.own[cell])).atoms
    ends = [attack.farthest(atoms, sign) for sign in (1, -1)]
    return any(end is None for end in ends) or ends[0][atoms].sum() == ends[1][atoms].sum()


def test_every_statistic_that_counts_rows_says_what_it_tells():
    counting = {name for name, one in STATISTICS.items() if one.job == COUNTED and name not in DELIVERED}
    assert counting == set(TELLS)


def states(person, *path):
    return [(person, wave, state) for wave, state in enumerate(path)]


PATHS = ["aab", "abb", "bba", "baa", "bbb", "aaa", "abb", "bbb"] * 4
LIVES = pd.DataFrame([one for at, path in enumerate(PATHS) for one in states(at, *path)])
LIVES.columns = ["person", "wave", "state"]


def pairs_of(lives):
    later = lives.assign(wave=lives["wave"] - 1).rename(columns={"state": "destination"})
    pairs = lives.rename(columns={"state": "origin"}).merge(later, on=["person", "wave"])
    return pairs.assign(move=np.where(pairs["origin"] == pairs["destination"], "stayed", "moved"))


def test_pairs_end_in_the_states_of_the_next_wave():
    """Nobody is lost: who is in b in the last wave is who ended a pair in b less who was there in the second wave."""
    people = counted(LIVES, axis("wave", "0", "1", "2"), axis("state", "a", "b"), "people")
    pairs = counted(pairs_of(LIVES), axis("origin", "a", "b"), axis("destination", "a", "b"), "pairs")
    last = [4, 5]  # wave 2
    assert not given_back(relations_of([people], 3), 5, [5, 4, 3, 2])
    together = relations_of([people, pairs], 3)
    assert given_back(together, 5, last)
    assert given_back(together, 5, [*last, 2, 3])  # so do origins in b, since the first wave is shown
    assert not given_back(together, 5, [0, 1, 2, 3, *last])


def test_stayers_are_those_whose_ends_are_equal():
    """No spec says so: the two tables' rows do."""
    frame = pairs_of(LIVES)
    ends = counted(frame, axis("origin", "a", "b"), axis("destination", "a", "b"))
    moves = counted(frame, axis("wave", "0", "1"), axis("move", "stayed", "moved"))
    assert given_back(relations_of([ends, moves], 3), 0, [0])
    assert not given_back(relations_of([ends], 3), 0, [0, 3])
    hidden = [0, 3]  # stayed in a, stayed in b: their sum is told by the table of moves
    system = relations_of([ends, moves], 3)
    assert not given_back(system, 0, hidden)
    assert given_back(system, 0, [0, 1])


def test_groups_of_the_same_persons_add_up():
    """Everyone is a row of `all` and a row of `men` or `women`."""
    sexes = ["men"] * 6 + ["women"] * 9
    rows = [(at, group, at % 3 > 0) for at, sex in enumerate(sexes) for group in ("all", sex)]
    frame = pd.DataFrame(rows, columns=["person", "group", "moved"]).assign(moved=lambda own: own["moved"].map(str))
    table = counted(frame, axis("group", "all", "men", "women"), axis("moved", "True", "False"))
    system = relations_of([table], 3)
    assert given_back(system, 2, [2])
    assert not given_back(system, 2, [2, 4])


def test_tables_of_men_and_of_women_add_up_to_that_of_all():
    """Beside a table that puts each of some rows into a cell of its own: all tables together cross too finely."""
    frame = pd.DataFrame({"sex": ["men", "women"] * 12, "kind": [*"xxyy"] * 6, "person": range(24)})
    frame["own"] = frame["person"].map(str)
    everyone = {"of": "sex", "show": [{"id": "all", "all": True}]}

    def only(column, values, rows, columns):
        sample = Sample("s", "", "f", (Keep(column, tuple(values), ""),))
        table = counted(frame[frame[column].isin(values)].reset_index(drop=True), rows, columns)
        return replace(table, sample=sample, frame=frame)

    own = only("own", frame["own"][::2], axis("own", *frame["own"][::2]), axis("kind", "x", "y"))
    by_sex = [only("sex", kept, axis("kind", "x", "y"), everyone) for kept in (["men"], ["women"], ["men", "women"])]
    system, first = relations_of([own, *by_sex], 3), len(own.cells)
    hidden = list(range(first + 1))  # of every row alone, and men of kind x
    assert given_back(system, first, hidden)
    assert not given_back(system, first, [*hidden, first + 4])  # all of kind x too


class _Design:
    kept = np.arange(8)
    names = ("constant", "union")
    X = np.column_stack([np.ones(8), [1, 0, 0, 0, 0, 0, 0, 0]])
    n = 8


@pytest.mark.parametrize(
    ("rows", "expected"), [(np.arange(8), (8, 6.0, 3.0, 1.0)), (np.arange(1, 8), (7, 5.0, 2.0, 7.0))]
)
def test_a_fit_rests_on_its_very_rows(rows, expected):
    """Of 8 persons 1 is in the union and 3 have the outcome, he among them; the second fit is without him."""
    design = _Design()
    design.blocks = {"constant": Block("constant", "constant", (0,)), "union": Block("union", "indicator", (1,))}
    outcome = pd.Series([1, 1, 1, 0, 0, 0, 0, 0])
    spec = SimpleNamespace(outcome=SimpleNamespace(kind="binary"))
    data = SimpleNamespace(spec=spec, design=design, outcome=outcome, unit=outcome, people_in=len)
    fit = Fit("logit", "robust", design.names, np.zeros(2), np.eye(2), len(rows), 8 - len(rows), 3, rows, (), rank=2)
    basis = basis_of(data, fit)
    assert (basis.persons, basis.df, basis.outcome, basis.sides["union"]) == expected
    assert basis.fewest("union") == min(expected[2:]) and basis.fewest("constant") == expected[2]


def test_beside_an_interaction_a_coefficient_rests_on_whom_it_is_of():
    """Of 3 women who move, 20 who do not, 30 men who move and 40 who do not: moving is the difference of the women,
    and the constant that of the women who stay."""
    mover, male = np.repeat([[1, 0], [0, 0], [1, 1], [0, 1]], [3, 20, 30, 40], axis=0).T
    one, other = Block("mover", "indicator", (1,)), Block("male", "indicator", (2,))
    blocks = {"constant": Block("constant", "constant", (0,)), "mover": one, "male": other}
    design, n = _Design(), len(mover)
    design.kept, design.n, design.names = np.arange(n), n, ("constant", "mover", "male", "both")
    design.X = np.column_stack([np.ones(n), mover, male, mover * male])
    spec = SimpleNamespace(outcome=SimpleNamespace(kind="continuous"))
    for both, expected in ((True, (20, 3, 20, 3)), (False, (23, 33, 23))):
        k = 3 + both
        design.blocks = blocks | ({"both": Block("both", "interaction", (3,), parts=(one, other))} if both else {})
        data = SimpleNamespace(spec=spec, design=design, outcome=pd.Series(mover), unit=mover, people_in=len)
        fit = Fit("ols", "robust", design.names[:k], np.zeros(k), np.eye(k), n, 0, n, np.arange(n), (), rank=k)
        assert tuple(basis_of(data, fit).sides.values()) == expected


def test_two_terms_together_rest_on_whom_they_are_of_beside_three():
    """Without a degree the fewest are the 20 women who do not move; with one 5 women move, and 2 men."""
    sizes = {(0, 0, 0): 20, (1, 0, 0): 30, (0, 1, 0): 40, (1, 1, 0): 50, (0, 0, 1): 60, (1, 0, 1): 5, (0, 1, 1): 70}
    rows = np.repeat([*sizes, (1, 1, 1)], [*sizes.values(), 2], axis=0)
    names = ["mover", "male", "degree"]
    main = {name: Block(name, "indicator", (place,)) for place, name in enumerate(names, 1)}
    blocks, X = {"constant": Block("constant", "constant", (0,)), **main}, [np.ones(len(rows)), *rows.T]
    for terms in (names[:2], names[::2], names[1:], names):
        parts = tuple(main[name] for name in terms)
        blocks["#".join(terms)] = Block("#".join(terms), "interaction", (len(X),), parts=parts)
        X.append(np.prod([rows[:, names.index(name)] for name in terms], axis=0))
    design = _Design()
    n, k = len(rows), len(X)
    design.blocks, design.X, design.names, design.n = blocks, np.column_stack(X), tuple(blocks), n
    spec = SimpleNamespace(outcome=SimpleNamespace(kind="continuous"))
    data = SimpleNamespace(spec=spec, design=design, outcome=None, unit=rows, people_in=len)
    fit = Fit("ols", "robust", design.names, np.zeros(k), np.eye(k), n, 0, n, np.arange(n), (), rank=k)
    sides = basis_of(data, fit).sides
    assert sides["mover#male"] == 20, "of those without a degree, not the 2 and the 5 who have one"
    assert sides["mover#degree"] == 5 and sides["male#degree"] == 20 and sides["mover#male#degree"] == 2
    assert sides["mover"] == 20


def test_a_slope_within_a_group_rests_on_the_group():
    """Of 3 women and 40 men the slope by sex is that of the women less that of the men, who have the slope itself, and
    the constant."""
    female, age = np.repeat([1, 0], [3, 40]), np.arange(43.0)
    one, other = Block("female", "indicator", (1,)), Block("age", "continuous", (2,))
    design, n = _Design(), len(age)
    design.kept, design.n, design.names = np.arange(n), n, ("constant", "female", "age", "both")
    design.X = np.column_stack([np.ones(n), female, age, female * age])
    design.blocks = {"constant": Block("constant", "constant", (0,)), "female": one, "age": other}
    spec = SimpleNamespace(outcome=SimpleNamespace(kind="continuous"))
    data = SimpleNamespace(spec=spec, design=design, outcome=pd.Series(age), unit=age, people_in=len)
    for k, expected in ((3, [40, 3, np.nan]), (4, [40, 3, 40, 3])):
        if k == 4:
            design.blocks["both"] = Block("both", "interaction", (3,), parts=(one, other))
        fit = Fit("ols", "robust", design.names[:k], np.zeros(k), np.eye(k), n, 0, n, np.arange(n), (), rank=k)
        np.testing.assert_array_equal(list(basis_of(data, fit).sides.values()), expected)
