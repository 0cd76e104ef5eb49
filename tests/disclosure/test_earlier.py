"""Two releases of one study: what was shown before is known, what was hidden stays hidden, few who differ are not told.

A wave is added, and a choice is changed. Counts are worked out by hand.
"""

import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import yaml

from mobility.cells import CELL_COLUMNS
from mobility.cells.tabulate import tabulate
from mobility.disclosure.earlier import earlier_releases
from mobility.disclosure.numbers import Table
from mobility.disclosure.release import release_tables
from mobility.errors import ConfigError
from mobility.settings import load_study
from mobility.storage import write_csv, write_frames
from specs import table_spec

KINDS = ("up", "down", "aside")


def spec_of(name, items=KINDS, wave=""):
    """Counts by kind of everybody, or of a wave."""
    rows = {"of": "wave", "show": [{"id": wave, "label": ""}]} if wave else {"show": [{"id": "r", "all": True}]}
    columns = {"of": "kind", "show": [{"id": item, "label": ""} for item in items]}
    return table_spec({"table": name, "frame": "f", "statistic": "count", "rows": rows, "columns": columns})


def frame_of(**waves):
    """A row a person and wave: of each wave so many persons of each kind, persons numbered from 0 in each."""
    parts = []
    for wave, counts in waves.items():
        kinds = [kind for kind, n in counts.items() for _ in range(n)]
        parts.append(pd.DataFrame({"kind": kinds, "wave": int(wave[1:]), "person": np.arange(len(kinds))}))
    return pd.concat(parts, ignore_index=True)


def table_of(frame, spec, release=""):
    return Table(tabulate(frame, spec, "s"), spec, None, frame, release=release)


def shown(released):
    return dict(zip(released.cells["column"], released.cells["n"].notna(), strict=True))


def then(frame, spec, threshold=10, name="release 1"):
    """A table as it was released."""
    table = table_of(frame, spec)
    return Table(release_tables([table], "special", threshold)[0].cells, spec, None, frame, release=name)


FIRST = {"up": 40, "down": 30, "aside": 50}
WHOLE = spec_of("whole")


def test_a_wave_of_few_is_not_told_by_subtraction():
    old, new = frame_of(w1=FIRST), frame_of(w1=FIRST, w2={"up": 20, "down": 4, "aside": 30})
    assert all(shown(then_ := release_tables([table_of(new, WHOLE)], "special", 10)[0]).values())
    assert then_.record["suppressed"].tolist() == [0]
    released = release_tables([table_of(new, WHOLE)], "special", 10, [then(old, WHOLE)])[0]
    assert [shown(released)[name] for name in ("down", "aside")] == [False, True]
    assert not shown(released)["up"]  # the losses tell how many came in all


def test_a_wave_of_many_changes_nothing():
    old, new = frame_of(w1=FIRST), frame_of(w1=FIRST, w2={"up": 20, "down": 14, "aside": 30})
    released = release_tables([table_of(new, WHOLE)], "special", 10, [then(old, WHOLE)])[0]
    assert all(shown(released).values())


def test_a_choice_that_moves_few_from_a_cell_to_another_is_not_told():
    old = frame_of(w1=FIRST)
    new = old.assign(kind=old["kind"].where(~((old["kind"] == "up") & (old["person"] < 2)), "down"))
    released = release_tables([table_of(new, WHOLE)], "special", 10, [then(old, WHOLE)])[0]
    assert shown(released) == {"up": False, "down": False, "aside": True}


def test_many_who_come_while_as_many_go_are_no_small_difference():
    old = frame_of(w1=FIRST)
    new = old.assign(person=old["person"].where(old["kind"] != "up", old["person"] + 1000))
    released = release_tables([table_of(new, WHOLE)], "special", 10, [then(old, WHOLE)])[0]
    assert all(shown(released).values())


def test_what_was_hidden_is_not_had_back_from_what_is_shown_now():
    """`down` was 4, and hidden; now there are 18 with a second wave, of which a table by wave tells the 14 of that.

    Alone the second release keeps them too, since the two tables would tell the 4 of the first wave by subtraction.
    """
    old, new = ({"up": 40, "down": 4, "aside": 50}, {"up": 20, "down": 14, "aside": 30})
    late = spec_of("late", wave="2")
    tables = [table_of(frame_of(w1=old, w2=new), spec) for spec in (WHOLE, late)]
    for earlier in ([], [then(frame_of(w1=old), WHOLE)]):
        whole, second = release_tables(tables, "special", 10, earlier)
        assert not (shown(whole)["down"] and shown(second)["down"])
    assert all(all(shown(one).values()) for one in release_tables(tables, "special", 4))


def test_rows_that_cannot_be_told_to_be_the_same_are_compared_by_their_number():
    old = pd.DataFrame({"kind": ["up"] * 40 + ["down"] * 30, "person": [1, 2, 3, 4, 5] * 14})
    new = pd.concat([old, old.tail(2)], ignore_index=True)
    spec = spec_of("whole", items=("up", "down"))
    assert all(shown(release_tables([table_of(new, spec)], "special", 3)[0]).values())
    assert not shown(release_tables([table_of(new, spec)], "special", 3, [then(old, spec, 3)])[0])["down"]


def spec_of_two(low):
    """Counts of two categories, of which the first holds the kinds `low`."""
    columns = [{"id": "low", "of": low, "label": ""}, {"id": "c", "of": ["c"], "label": ""}]
    sides = {"rows": {"show": [{"id": "r", "all": True}]}, "columns": {"of": "kind", "show": columns}}
    return table_spec({"table": "whole", "frame": "f", "statistic": "count", **sides})


def test_a_category_that_was_split_since_is_counted_as_it_was_then():
    """62 were shown for a and b together; 60 for a alone would tell that b are 2. Read by the spec of now, the 62 would
    be taken for the 60: that stops."""
    frame = frame_of(w1={"a": 60, "b": 2, "c": 50, "d": 40})
    before, after = spec_of_two(["a", "b"]), spec_of_two(["a"])
    old = then(frame, before)
    assert shown(release_tables([table_of(frame, after)], "special", 10, [old])[0]) == {"low": False, "c": True}
    assert all(shown(release_tables([table_of(frame, after)], "special", 10)[0]).values())
    with pytest.raises(ConfigError, match="released whole of s by another spec than that of now"):
        release_tables([table_of(frame, after)], "special", 10, [replace(old, spec=after)])


def write_cell(study, table, folder):
    """The first cell of a table without a number, as a run in a folder released it."""
    spec = study.tables[table]
    place = {"study": study.name, "table": table, "row": spec.rows.ids[0], "column": spec.columns.ids[0]}
    cells = pd.DataFrame([{name: place.get(name, "") for name in CELL_COLUMNS}])
    write_csv(cells, folder / f"results/released/{study.name}/{table}.csv")


def test_an_earlier_run_is_read_under_its_own_readings(tmp_path, root):
    """The manifest of then says so: weights of then weigh its tables, and a reading that is no more is named."""
    study = load_study(root, "gatsby")
    other = next(name for name in study.choices["weights"].alternatives if name != study.readings["weights"])
    frame = pd.DataFrame({"person": [1], "wave": [1]})
    write_frames([(study.tables["table_2"].frame, frame)], tmp_path / "results/restricted/gatsby/frames")
    write_cell(study, "table_2", tmp_path)

    def read(**readings):
        manifest = tmp_path / "results/checks/manifest.yaml"
        manifest.parent.mkdir(parents=True, exist_ok=True)
        manifest.write_text(yaml.safe_dump({"choices": {"gatsby": {**study.readings, **readings}}}))
        (table,), _ = earlier_releases(study, [tmp_path])
        return table.weight

    assert read() == ""
    assert read(weights=other) != ""
    with pytest.raises(ConfigError, match="weights"):
        read(weights="by_height")


def test_specs_of_an_earlier_run_are_those_of_its_folder(tmp_path, root):
    """A table that the study has no more is known from the specs of then; without these the run stops."""
    study, frame = load_study(root, "gatsby"), pd.DataFrame({"person": [1], "wave": [1]})
    write_frames([(study.tables["table_2"].frame, frame)], tmp_path / "results/restricted/gatsby/frames")
    write_cell(study, "table_2", tmp_path)
    now = replace(study, tables={name: spec for name, spec in study.tables.items() if name != "table_2"})
    with pytest.raises(ConfigError, match="released table_2 of gatsby by another spec"):
        earlier_releases(now, [tmp_path])
    shutil.copytree(root / "studies/gatsby", tmp_path / "studies/gatsby")
    for name in ("sources", "resources", "workflow"):
        (tmp_path / name).symlink_to(root / name)
    (table,), _ = earlier_releases(now, [tmp_path])
    assert table.spec == study.tables["table_2"]


def test_a_row_that_an_earlier_run_released_and_the_spec_has_no_more_stops(tmp_path, root):
    study = load_study(root, "gatsby")
    spec = study.tables["table_2"]
    write_frames(
        [(spec.frame, pd.DataFrame({"person": [1], "wave": [1]}))], tmp_path / "results/restricted/gatsby/frames"
    )
    write_cell(study, "table_2", tmp_path)
    fewer = replace(spec, rows=replace(spec.rows, items=spec.rows.items[1:]))
    with pytest.raises(ConfigError, match="released table_2 of gatsby by another spec"):
        earlier_releases(replace(study, tables={**study.tables, "table_2": fewer}), [tmp_path])
