"""What the attack finds without arithmetic between tables: in words, in losses, in reports, identifiers."""

import json
from dataclasses import replace
from types import SimpleNamespace
from zipfile import ZipFile

import pandas as pd
import pytest
from scipy.stats import beta

from attack.direct import from_adjusted, from_backtest, from_losses, identifiers, in_reports, in_words, shown_small
from attack.fits import from_counts
from attack.printed import in_picture
from attack.released import reconstructed
from mobility.storage import write_text
from specs import table_spec
from test_attack import cell, left_of, moves, shares

CHAIN = [
    ("shares", "rows read", 100, 0, 100, 50.0, "rows"),
    ("shares", "no state recorded", 100, 30, 70, 40.0, "rows"),
]


def kinds(found):
    return [(one.kind, one.where, one.what) for one in found]


def test_a_small_number_that_is_shown_is_found():
    left = left_of((shares(), moves(shares())))
    assert kinds(shown_small(left, 3)) == [
        ("shown", "shares/a/a", "persons 2, flag ``"),
        ("shown", "shares/a/a", "n 2, flag ``"),
    ]
    assert shown_small(left, 2) == []
    outside = left_of((shares(), [cell(shares(), "a", "a", 98, 100)]))
    assert kinds(shown_small(outside, 3)) == [("shown", "shares/a/a", "outside 2, flag ``")]


def test_a_cell_without_a_number_that_tells_how_few_there_are_is_found():
    lost = {**cell(shares(), "a", "a", 2, 100), "value": None, "flag": "not_estimable"}
    assert {one.what for one in shown_small(left_of((shares(), [lost])), 3)} == {
        "persons 2, flag `not_estimable`",
        "n 2, flag `not_estimable`",
    }


def test_a_number_of_a_fit_to_a_table_with_hidden_counts_is_found():
    """Its degrees of freedom are those of any counts; nothing is told of a table without a hidden cell, or weighted."""
    of_class = shares("classes", frame="f")
    show = [{"id": name, "model": "m"} for name in ("independence", "unidiff")]
    raw = {"table": "t", "statistic": "diagnostic", "rows": {"show": show}}
    spec = table_spec({**raw, "columns": {"show": [{"id": name} for name in ("deviance", "residual_df")]}})
    made = [{**cell(spec, "unidiff", name, 90, 90), "value": 8.5} for name in ("deviance", "residual_df")]
    model = SimpleNamespace(
        frame="f", sample="s", association=SimpleNamespace(origin="origin", destination="destination")
    )

    def told(flag, weight=""):
        left = left_of((of_class, [{**cell(of_class, "a", "b", 50, 90), "flag": flag}]), (spec, made))
        study = replace(left.study, models={"m": model}, about=replace(left.study.about, weight=weight))
        return from_counts(replace(left, study=study))

    assert [one.where for one in told("suppressed")] == ["t/unidiff/deviance"]
    assert told("") == told("suppressed", "w") == []


def test_a_p_value_adjusted_for_a_hidden_test_is_found():
    """0.0165 is the hidden 0.011 times 3 / 2; among the two that are shown 0.01 becomes 0.02, and 0.05 stays."""
    rows = [{"id": name, "from": "x", "to": "y", "column": "c"} for name in "abc"]
    columns = [{"id": name, "tells": name} for name in ("p_value", "p_bh")]
    axes = {"rows": {"show": rows}, "columns": {"show": columns}}
    spec = table_spec(
        {"table": "t", "statistic": "log_odds", "frame": "pairs", "sample": "s", "tests": "shares", **axes}
    )

    def beside(first):
        values = {("a", "p_value"): 0.01, ("a", "p_bh"): first, ("c", "p_value"): 0.05, ("c", "p_bh"): 0.05}
        hidden = {"flag": "suppressed", "value": None}
        cells = [{**cell(spec, row, at, 50, 50), **({"value": values[row, at]} if row != "b" else hidden)}
                 for row in "abc" for at in ("p_value", "p_bh")]  # fmt: skip
        return from_adjusted(left_of((spec, cells)))

    assert [one.where for one in beside(0.0165)] == ["t/a/p_bh"]
    assert beside(0.02) == []


def test_small_numbers_in_words_are_found():
    note = {**cell(shares(), "a", "a", 50, 100), "note": "predicts failure perfectly (1 rows)"}
    rule = {**cell(shares(), "b", "a", 50, 100), "note": "rests on fewer than 10 persons"}
    alone = {**cell(shares(), "c", "a", 50, 100), "note": "fewer than 10 row is completely determined"}
    lines = [("shares", "hourly pay of 0 or above 100 pounds: 15 rows", 100, 0, 100, 50.0, "rows")]
    left = left_of((shares(), [note, rule, alone]), losses=lines)
    assert [one.where for one in in_words(left, 10)] == ["shares/a/a", "shares/c/a"]
    assert [one.where for one in in_words(left, 30)] == ["shares/a/a", "shares/c/a", "losses shares"]


def test_persons_who_are_lost_by_a_change_of_unit_are_had_back():
    made = ("shares", "made by year", None, 0, 376, 47.0, "persons by year")
    left = left_of((shares(), moves(shares())), losses=[CHAIN[0], made])
    assert [one.what for one in from_losses(left, 4)] == ["3 to 3"]
    households = [CHAIN[0], (*made[:5], 52.0, "households")]
    assert from_losses(left, 3) == from_losses(left_of((shares(), moves(shares())), losses=households), 4) == []


def test_a_step_that_is_joined_in_one_chain_and_alone_in_another_is_had_back():
    joined = ("other", "no state recorded; not in a town", 100, 32, 68, 39.0, "rows")
    chains = [*CHAIN, ("other", "rows read", 100, 0, 100, 50.0, "rows"), joined]
    other = shares("other")
    left = left_of((shares(), moves(shares())), (other, moves(other)), losses=chains)
    assert [(one.where, one.what) for one in from_losses(left, 3)] == [
        ("losses, rows_out: dropped by: not in a town", "2 to 2"),
        ("losses, persons_out: dropped by: not in a town", "1 to 1"),
    ]
    assert from_losses(left_of((shares(), moves(shares())), losses=CHAIN), 10) == []


def test_that_each_of_five_joined_steps_drops_a_row_is_known():
    joined = ("shares", "a; b; c; d; e", 100, 10, 90, 50.0, "rows")
    left = left_of((shares(), moves(shares())), losses=[CHAIN[0], joined])
    assert [one.what for one in from_losses(left, 10) if "rows_out" in one.where] == ["1 to 6"] * 5


def test_few_rows_that_are_left_are_found():
    last = ("shares", "in a category without variation: dropped with it", 70, 69, 1, 1.0, "rows")
    left = left_of((shares(), moves(shares())), losses=[*CHAIN, last])
    assert [one.what for one in from_losses(left, 3)] == ["1 to 1", "1 to 1"]


def test_another_number_in_the_back_test_is_found(tmp_path):
    left = left_of((shares(), moves(shares(), "aa")))
    one = {"table": "shares", "row": "a", "statistic": "share"}
    shown = left.cells.loc[(left.cells["row"] == "a") & (left.cells["column"] == "b"), "value"].iloc[0]
    told = [("a", 0.02, None, 1), ("b", shown, 0.1, 0), ("b", shown + 0.001, 0.1, 1), ("a", None, None, 0)]
    for column, ours, print_of, found in [*told, ("a", None, 0.02, 1)]:
        line = {**one, "column": column, "ours": ours, "published": print_of}
        pd.DataFrame([line]).to_csv(tmp_path / "backtest.csv", index=False)
        assert len(from_backtest(left, tmp_path)) == found


def test_a_hidden_cell_with_a_number_in_a_report_is_found(tmp_path):
    left = left_of((shares(), moves(shares(), "aa")))
    page = '<tr id="shares.a"><th scope="row">A</th>\n<td><a href="#how">{}</a></td></tr>'
    behind = {"rows": ["a"], "columns": [["a", "A"]], "cells": [[[0, 1], []]]}
    for folder in ("pages", "assets/cells", "tables"):
        (tmp_path / folder).mkdir(parents=True)
    script = tmp_path / "assets/cells/shares.js"
    for shown, *words in (("[c]", "Status", "suppressed"), ("2.0", "Status", "x"), ("[c]", "Base", "100")):
        (tmp_path / "pages/section.html").write_text(page.format(shown))
        script.write_text(f'mobility.cells("shares",{json.dumps({**behind, "words": words})});')
        assert len(in_reports(left, tmp_path)) == (words[1] != "suppressed")
    script.unlink()
    table = pd.DataFrame([{"table": "shares", "row": "a", "column": "a", "value": "", "n": "", "base": "100"}])
    table.to_csv(tmp_path / "tables/shares.csv", index=False)
    assert [one.kind for one in in_reports(left, tmp_path)] == ["file"]


@pytest.mark.parametrize(("string", "found"), [("[c]", []), ("2.0", ["0 cells marked [c], 1 on pages"])])
def test_a_hidden_cell_that_pages_mark_and_the_workbook_does_not_is_found(tmp_path, string, found):
    left = left_of((shares(), moves(shares(), "aa")))
    write_text('<tr id="shares.a"><td><a href="#how">[c]</a></td></tr>', tmp_path / "pages/section.html")
    behind = {"rows": ["a"], "columns": [["a", "A"]], "words": ["Status", "suppressed"], "cells": [[[0, 1], []]]}
    write_text(f'mobility.cells("shares",{json.dumps(behind)});', tmp_path / "assets/cells/shares.js")
    with ZipFile(tmp_path / "book.xlsx", "w") as book:
        book.writestr("xl/sharedStrings.xml", f"<sst><si><t>{string}</t></si></sst>")
        book.writestr("xl/worksheets/sheet1.xml", '<c t="s"><v>0</v></c>')
    assert [one.what for one in in_reports(left, tmp_path)] == found


def test_identifiers_are_found_in_files_and_in_archives(tmp_path):
    (tmp_path / "good.csv").write_text("n\n68765\n0.687654321\n687654322.5\n")
    assert identifiers([687654321, 687654322, 68765], [tmp_path]) == []
    (tmp_path / "bad.html").write_text("<p>person 687654321</p>")
    with ZipFile(tmp_path / "book.xlsx", "w") as book:
        book.writestr("xl/sheet1.xml", "<v>687654322</v>")
    assert [one.where for one in identifiers([687654321, 687654322], [tmp_path])] == [
        "bad.html",
        "book.xlsx xl/sheet1.xml",
    ]


AXIS = """<g id="xtick_{n}"><g id="line2d_{n}"><path d="M {x} 200 L {x} 0"/></g>
<g id="text_{n}"><!-- {n}0% --></g></g>"""
BAR_PATH = '<path d="M 100 10 L {x} 10 L {x} 20 L 100 20 z" clip-path="url(#p)"/>'


def test_a_bar_of_a_hidden_cell_is_found(tmp_path):
    data = pd.DataFrame({"value": [0.2, None], "ci_low": None, "ci_high": None, "flag": ["", "suppressed"]})
    data.to_csv(tmp_path / "figure.csv", index=False)
    axis = "".join(AXIS.format(n=n, x=100 + 10 * n) for n in range(6))
    picture = tmp_path / "figure.svg"
    picture.write_text(axis + BAR_PATH.format(x=120))
    assert in_picture(picture) == []
    picture.write_text(axis + BAR_PATH.format(x=120) + BAR_PATH.format(x=103))
    assert [one.what for one in in_picture(picture)] == ["a mark at 3"]


def test_a_base_is_had_back_from_an_error():
    bare = {**cell(shares(), "a", "a", 30, 120), "n": None, "base": None, "std_error": (0.25 * 0.75 / 120) ** 0.5}
    left = left_of((shares(), [bare]))
    found = reconstructed(left.cells)
    assert found.loc[0, ["n", "base"]].tolist() == [30, 120]
    # Clopper and Pearson's interval of 30 of 120, by R's binom.test(30, 120): 0.1754 to 0.3373.
    ends = {"std_error": None, "ci_low": 0.1753718, "ci_high": beta.ppf(0.975, 31, 90)}
    assert round(ends["ci_high"], 4) == 0.3373
    assert reconstructed(left_of((shares(), [{**bare, **ends}])).cells).loc[0, ["n", "base"]].tolist() == [30, 120]


def test_small_numbers_of_areas_are_told_apart():
    left = left_of((shares(), [cell(shares(), "a", "a", 2, 100)]))
    assert [one.kind for one in shown_small(left, 3)] == ["shown", "shown"]  # its persons and its rows
    study = replace(left.study, frames={"pairs": SimpleNamespace(unit="area")})
    assert [one.kind for one in shown_small(replace(left, study=study), 3)] == ["areas", "areas"]


BAR, LABEL, NOTHING = "m0,0l{},0l0,46l-{},0z", "m0,0l0,-27l38,0l0,27z", "m0,0l0,46z"


@pytest.mark.parametrize(
    ("hidden", "shown", "kind", "told"),
    [
        ([LABEL, NOTHING], BAR.format(238, 238), "bars", False),
        ([BAR.format(12, 12)], BAR.format(238, 238), "bars", True),
        ([LABEL, "m0,0l47,0l0,-12l-47,0z"], BAR.format(238, 238), "columns", True),
        ([BAR.format(93, 93)], BAR.format(94, 94), "heatmap", False),  # tiles, rounded to whole pixels
        ([BAR.format(12, 12)], BAR.format(238, 238), "map", False),  # an area has the shape it has
    ],
)
def test_the_shape_of_a_hidden_cell_in_a_picture_may_tell_its_number(tmp_path, hidden, shown, kind, told):
    left = left_of((shares(), moves(shares(), "ab")))
    spec = SimpleNamespace(kind=SimpleNamespace(on_ground=kind == "map"))
    left = replace(left, study=replace(left.study, figures={"one": spec}))
    marks = [[0, 1, 9, 5, at, -1] for at in range(len(hidden))] + [[0, 0, 5, 5, len(hidden), -1]]
    data = {"table": "shares", "rows": [["a", "A"]], "columns": [["a", "A"], ["b", "B"]], "cells": {"0,0": ["2%"]}}
    write_text(json.dumps({**data, "paths": [*hidden, shown], "marks": marks}), tmp_path / "figures/one.json")
    assert [one.what for one in in_reports(left, tmp_path)] == ["a shape"] * told


def test_the_data_of_a_picture_may_say_no_number_of_a_hidden_cell(tmp_path):
    left = left_of((shares(), moves(shares(), "ab")))
    data = {"table": "shares", "rows": [["a", "A"]], "columns": [["a", "A"], ["b", "B"]], "paths": [], "marks": []}
    path = tmp_path / "figures/one.json"
    write_text(json.dumps({**data, "cells": {"0,0": ["2%"], "0,1": ["[c]"]}}), path)
    assert in_reports(left, tmp_path) == []
    write_text(json.dumps({**data, "cells": {"0,1": ["Held back", "Base: 100"]}}), path)
    assert [(one.kind, one.what) for one in in_reports(left, tmp_path)] == [("picture data", "Base: 100")]
