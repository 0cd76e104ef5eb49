"""Maps: outlines that fit together, classes that say what is in them, and nothing held back in the picture."""

import re
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.collections import PathCollection
from matplotlib.path import Path as Shape

from mobility.areas.boundaries import load_outlines, members, signed_area, simplified, united
from mobility.errors import DataError, RenderError
from mobility.flows.covariates import region_of
from mobility.render.charts.classes import COUNT, as_shown, classify
from mobility.render.figures import draw, picture_bytes, without
from mobility.render.table import layout
from mobility.storage import read_json, read_register
from mobility.studies.moves import REGIONS
from paths import ROOT
from specs import about, figure_spec, table_spec

LONDON = [f"E090000{place:02d}" for place in range(2, 33)]
WESTMINSTER = "E09000001+E09000033"
SECRET = {"value": 0.0773119, "n": 7731, "base": 7731, "persons": 7731, "flag": "suppressed"}
TRACES = re.compile(r"(?<![\d.,])(77\.3\d*|0\.0773\d*|7,?731)(?!\d)")


@pytest.fixture(scope="module")
def outlines():
    return load_outlines(ROOT)


def table_of(areas, columns=("net", "out"), changes=(), synthetic=True):
    """A table of rates: `net` between −20 and 20 per 1,000, the others between 10 and 60."""
    rng = np.random.default_rng(1)
    empty = dict.fromkeys(("std_error", "ci_low", "ci_high"), np.nan)
    facts = {"study": "mock", "table": "figure_map", "statistic": "rate", "choice": "baseline", "stars": 0, "n": 500,
             "base": 20_000, "persons": 500, "flag": "", "note": "", **empty}  # fmt: skip
    cells = {
        (area, column): {**facts, "row": area, "column": column, "value": rng.uniform(*ends)}
        for column in columns
        for ends in [(-0.02, 0.02) if column == "net" else (0.01, 0.06)]
        for area in areas
    }
    for place, entries in dict(changes).items():
        cells[place].update(entries)
    spec = {"table": "figure_map", "number": "Data of Figure 1", "title": "Rates", "statistic": "rate", "decimals": 1,
            "rows": {"show": [{"id": area, "label": area} for area in areas]},
            "columns": {"show": [{"id": name, "label": name.capitalize()} for name in columns]}}  # fmt: skip
    provenance = {
        "synthetic": synthetic,
        "source": "ons_flows",
        "label": "Flows",
        "waves": [2018],
        "wave_word": "year",
    } | {"waves_shown": "2018"}
    return layout(table_spec(spec), pd.DataFrame(cells.values()), None, about({"study": "mock"}), provenance)


def map_spec(**more):
    return figure_spec({"figure": "figure_map", "kind": "map", "title": "Who moves", **more})


def drawn(table, **more):
    return draw(map_spec(**more), table, ROOT)


def texts(figure):
    return [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text")) if text.get_text()]


def collections(figure):
    return [artist for artist in figure.axes[0].collections if isinstance(artist, PathCollection)]


def edges(rings):
    return {edge for ring in rings for edge in pairwise((*ring, ring[0]))}


def test_simplified_areas_still_share_their_borders(outlines):
    """Each inner edge runs once either way, so nothing overlaps and no gap opens; the coast keeps its area."""
    light = simplified(outlines, 2_000_000)
    assert set(light) == set(outlines) and min(len(ring) for rings in light.values() for ring in rings) >= 3
    corners = [sum(len(ring) for rings in some.values() for ring in rings) for some in (outlines, light)]
    assert sum(signed_area(ring) > 0 for rings in light.values() for ring in rings) == 3  # areas within another
    assert corners[1] < 0.25 * corners[0]
    every = [edge for rings in light.values() for edge in edges(rings)]
    assert len(every) == len(set(every))
    land = [sum(-signed_area(ring) for rings in some.values() for ring in rings) for some in (outlines, light)]
    assert land[1] == pytest.approx(land[0], rel=0.003)
    coast = united(ring for rings in light.values() for ring in rings)
    assert sum(-signed_area(ring) for ring in coast) == pytest.approx(land[1], rel=1e-12)


def test_united_areas_have_one_outline_and_keep_their_hole():
    def square(west, south, size, hole=False):
        ring = ((west, south), (west, south + size), (west + size, south + size), (west + size, south))
        return ring[::-1] if hole else ring

    both = united([square(0, 0, 2), square(2, 0, 2), square(0.5, 0.5, 1, hole=True)])
    assert sorted(signed_area(ring) for ring in both) == [-8, 1]
    assert united([square(0, 0, 2), square(0.5, 0.5, 1, hole=True), square(0.5, 0.5, 1)]) == (square(0, 0, 2),)


@pytest.mark.parametrize(
    ("code", "areas"),
    [
        ("E07000097", ["E07000242"]),  # recoded in 2012
        ("E06000058", ["E06000028", "E06000029", "E07000048"]),  # merged in 2019
        (WESTMINSTER, ["E09000001", "E09000033"]),
        ("S92000003", []),
        ("S12000033", []),
        ("E09000099", []),
        ("E09000001+nonsense", []),
    ],
)
def test_a_code_stands_for_areas_of_the_boundaries(code, areas):
    assert list(members(code, ROOT)) == areas


def test_regions_are_those_of_the_populations(outlines):
    names = region_of(ROOT, 2018)
    rows = read_register(ROOT / "resources/areas/la_regions.csv")
    assert set(rows["lad_code"]) == set(outlines)
    assert all(REGIONS[row.region_code] == row.region == names[row.lad_code] for row in rows.itertuples())
    assert len(members("W92000004", ROOT)) == 22


@given(st.lists(st.floats(-500, 500), min_size=1, max_size=80), st.integers(0, 2))
@settings(max_examples=60, deadline=None)
def test_every_number_has_one_class_whose_label_holds_it(values, decimals):
    classes = classify(values, decimals)
    assert len(classes) <= 6
    for value in values:
        shown = as_shown(value, decimals)
        (one,) = [one for one in classes if one.holds(shown)]
        ends = [float(end.replace("\u2212", "-").replace(",", "")) for end in one.label.split(" to ")]
        assert ends[0] - 1e-9 <= shown <= ends[-1] + 1e-9
    assert len({one.colour for one in classes}) == len(classes)


def test_classes_are_round_and_of_about_as_many_areas():
    classes = classify(np.linspace(11.13, 98.7, 300).tolist(), 1)
    assert [one.label for one in classes] == [
        "11.1 to 29.9", "30.0 to 44.9", "45.0 to 64.9", "65.0 to 79.9", "80.0 to 98.7",
    ]  # fmt: skip
    assert len(classes) == COUNT
    assert [one.label for one in classify([3.0, 3.0], 1)] == ["3.0"]
    assert classify([], 1) == []


def test_net_rates_have_classes_on_either_side_of_zero():
    classes = classify(np.linspace(-12, 30, 400).tolist(), 1)
    lows = [one.low for one in classes[1:]]
    assert 0.0 in lows and {-low for low in lows if low < 0} <= set(lows)
    at_zero = [one for one in classes if one.holds(0.0)]
    assert at_zero[0].label.startswith("0.0 to ")


def test_panels_have_their_titles_classes_and_words():
    table = table_of([*LONDON, WESTMINSTER])
    found = texts(drawn(table))
    assert {"Who moves", "Per 1,000 people", "Net", "Out"} <= set(found)
    # a picture that is passed on without its title says by its source that it is invented
    assert "Source: invented data in the layout of Flows, year 2018." in found
    assert any("SYNTHETIC" in text for text in found)
    assert any("database right" in text for text in found)
    counts = [int(text.split()[0]) for text in found if text.endswith((" area", " areas"))]
    assert sum(counts) == 2 * len(table.rows)
    assert "Not in this table" not in found


def test_a_map_has_equal_scales_and_draws_joined_areas_as_one(outlines):
    (shapes,) = collections(drawn(table_of([*LONDON, WESTMINSTER])))
    assert len(shapes.get_paths()) == 32 and len(shapes.get_offsets()) == 64
    box = Shape.make_compound_path(*shapes.get_paths()).get_extents()
    rings = [ring for code, found in outlines.items() if code.startswith("E09") for ring in found]
    corners = np.array([corner for ring in rings for corner in ring])
    width, height = np.ptp(corners, axis=0)
    assert box.height / box.width == pytest.approx(height / width, rel=0.01)


def test_areas_without_a_number_are_hatched_and_nothing_held_back_is_found():
    areas = [*LONDON, WESTMINSTER]
    changes = {
        ("E09000007", "net"): SECRET,
        ("E09000008", "out"): {"value": np.nan, "flag": "not_estimable", "note": "no exposure"},
    }
    figure = drawn(table_of(areas, changes=changes), inset="london")
    assert {artist.get_hatch() for artist in collections(figure)} == {None, "//////", "xxxxx"}
    assert {"[c] confidential", "[x] not available"} <= set(texts(figure))
    assert not TRACES.search(" ".join(texts(figure)))


def test_areas_of_the_same_kind_that_the_table_lacks_are_grey():
    found = texts(drawn(table_of(LONDON)))
    assert "Not in this table" in found and found.count("2 areas") >= 2


def test_a_map_of_nothing_but_held_back_cells_is_drawn():
    changes = {(area, "out"): SECRET for area in LONDON}
    assert b"[c]" in picture_bytes(drawn(table_of(LONDON, ["out"], changes)), "svg")


def test_maps_of_all_authorities_are_small_and_the_same_on_every_run(outlines):
    table = table_of(list(outlines), ("net", "out", "in"))
    assert len(picture_bytes(drawn(table, inset="london"), "svg")) < 400_000
    alone = without(table, map_spec(leave_out=["out", "in"]))
    first, second = (picture_bytes(drawn(alone, inset="london"), "svg") for _ in range(2))
    assert first == second and len(first) < 400_000


def test_panels_share_their_classes_where_the_figure_says_so():
    labels = {}
    for share in ({}, {"share_scale": True}):
        found = texts(drawn(table_of([*LONDON, WESTMINSTER], ("out", "in")), **share))
        labels[bool(share)] = [text for text in found if re.fullmatch(r"[\d.]+ to [\d.]+", text)]
    assert labels[True][: len(labels[True]) // 2] == labels[True][len(labels[True]) // 2 :]
    assert labels[False][:5] != labels[False][5:]


def test_rows_without_boundaries_are_named_and_can_be_left_out():
    table = table_of([*REGIONS], ["net"])
    with pytest.raises(RenderError, match=r"figure_map: S92000003 has no boundaries.*leave_out"):
        drawn(table)
    (shapes,) = collections(drawn(without(table, map_spec(leave_out=["S92000003"]))))
    assert len(shapes.get_paths()) == 10
    with pytest.raises(RenderError, match=r"leave_out names S92, which is no row or column of figure_map"):
        without(table, map_spec(leave_out=["S92"]))


def test_an_inset_of_areas_that_the_table_lacks_is_refused():
    with pytest.raises(RenderError, match="figure_map: no row is of London, so there is no inset"):
        drawn(table_of(["E06000001"], ["out"]), inset="london")


def test_a_broken_or_absent_file_of_boundaries_is_named(tmp_path):
    with pytest.raises(DataError, match=r"a.json: there is no such file"):
        read_json(tmp_path / "a.json")
    (tmp_path / "b.json.gz").write_bytes(b"nothing packed")
    with pytest.raises(DataError, match=r"b.json.gz: not a whole JSON file"):
        read_json(tmp_path / "b.json.gz")
