"""What frames.yaml says that the columns from the household panels are made from, held to what changes them."""

import numpy as np
import pytest

from nation_panels import PEOPLE, STUDY, earners, frames_of, member, row, rows_of_homes

KEYS = {
    "occupation_pairs": ["person", "start_year", "end_year", "year", "route"],
    "income_pairs": ["person", "start_year", "end_year", "year", "route"],
    "families": ["household"],
    "volunteers": ["person", "year"],
    "members": ["person", "occasion", "organisation"],
}


@pytest.fixture(scope="module")
def rows():
    """Everyone of the hand-made persons under numbers of their own, and some who volunteer or are members."""
    found = [{**entry, "person": 1_000 + entry["person"]} for entry in PEOPLE]
    found += [{**entry, "person": 2_000 + entry["person"]} for entry in earners()]
    found += rows_of_homes()
    found += [row(3_000 + at, 2010, 20 + at, volunteering=1 + at % 2, sex_ever=1 + at // 2 % 2) for at in range(20)]
    return found + [member(4_000 + at, 1991, 30 + at, **{f"membership_{1 + at}": 1}) for at in range(10)]


@pytest.fixture(scope="module")
def before(rows):
    """The frames of the rows as they are."""
    return frames_of(rows, *KEYS)


def test_every_column_that_is_used_says_what_it_is_made_from(before):
    read = {name for use in STUDY.about.sources.values() for name in (*use.required, *use.optional)}
    used = {name: {STUDY.about.weight} for name in KEYS}
    for sample in STUDY.samples.values():
        used.get(sample.frame, set()).update(step.column for step in sample.keep)
    for spec in STUDY.tables.values():
        means = {item.mean for item in spec.columns.items}
        used.get(spec.frame, set()).update({spec.rows.of, spec.columns.of, *means} - {""})
    for name, frame in before.items():
        told = STUDY.frames[name].columns
        assert set(told) == used[name] and set(told) <= set(frame), name
        assert {variable for column in told.values() for variable in column.sources} <= read


def changed(before, after):
    """Columns that differ in a row that both frames have, by frame and column."""
    found = set()
    for name, keys in KEYS.items():
        both = before[name].merge(after[name], on=keys, suffixes=("", "_after"))
        for column in set(STUDY.frames[name].columns) - set(keys):
            one, other = both[column].astype("object"), both[f"{column}_after"].astype("object")
            if not ((one == other) | (one.isna() & other.isna())).all():
                found.add((name, column))
    return found


def variables():
    """All that are named; two in three of them in the long test."""
    named = {variable for name in KEYS for column in STUDY.frames[name].columns.values() for variable in column.sources}
    found = sorted(named - {"household_id", "birth_year_derived_ever"})
    return [pytest.param(name, marks=pytest.mark.long) if at % 3 else name for at, name in enumerate(found)]


@pytest.mark.parametrize("variable", variables())
def test_only_columns_that_name_a_variable_change_with_it(rows, before, variable):
    """Mix its answers among the rows, and lose them."""
    values = [entry.get(variable) for entry in rows]
    mixed = np.random.default_rng(1).permutation(np.array(values, dtype=object))
    spoilt = ([{**entry, variable: value} for entry, value in zip(rows, mixed, strict=True)],)
    spoilt += ([{**entry, variable: -9} for entry in rows],)
    declared = {
        (name, column)
        for name in KEYS
        for column, entry in STUDY.frames[name].columns.items()
        if variable in entry.sources
    }
    assert set.union(*(changed(before, frames_of(other, *KEYS)) for other in spoilt)) <= declared
