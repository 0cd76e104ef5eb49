"""The registers of published series: shipped as they were found, described, and checked with every problem at once."""

import csv
import shutil

import pytest
import yaml

from mobility.errors import ConfigError, SpecError
from mobility.intake.losses import LossTable
from mobility.intake.reader import Request
from mobility.series.compute import COMPUTATIONS
from mobility.series.reader import SERIES
from mobility.series.register import load_series_source
from mobility.settings import load_config
from mobility.studies.series import series_makers
from paths import ROOT, SHARED

SHIPPED = ROOT / "resources/series"


@pytest.fixture
def project(tmp_path):
    """The registers of the source in a folder where they can be changed."""
    for folder in ("sources/series", "workflow/schemas"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def _with(project, **changed):
    path = project / "sources/series/series.csv"
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    rows[0] |= changed
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(SpecError) as error:
        load_series_source(project, "series")
    return str(error.value)


@pytest.mark.parametrize("name", [path.name for path in SHIPPED.glob("*.csv")])
def test_shipped_files_are_those_of_the_reference_where_it_is_there(name):
    original = SHARED / "data/series" / name
    if not original.is_file():
        pytest.skip("the reference does not lie beside the checkout")
    assert (SHIPPED / name).read_bytes() == original.read_bytes()


def test_every_computation_and_every_file_to_bring_is_in_the_readme(source):
    text = (source.folder / "README.md").read_text(encoding="utf-8")
    assert [name for name in COMPUTATIONS if f"| `{name}` |" not in text] == []
    shipped = {"vacs01_packaged", "smc_2023"}
    assert [name for name in source.files if name not in shipped and f"| `{name}` |" not in text] == []


def test_no_measure_is_read_for_nothing(source):
    used = {name for series in source.series.values() for name in (*series.inputs, series.agrees_with)}
    assert {statistic.measure for statistic in source.statistics.values()} - used == set()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"computation": "ration"}, "line 2: computation `ration`; nearest: ratio"),
        ({"inputs": "gdl"}, "line 2: no measure `gdl` in tables.yaml; nearest: gld"),
        ({"inputs": "gld ks2_gap"}, "line 2: as_published has 1 inputs, not 2"),
        ({"parameter": "2015"}, "line 2: as_published has the parameters none, not `2015`"),
        ({"computation": "gap"}, "line 2: gap has the parameters group, group, not ``"),
        ({"first": "2012-13"}, "line 2: first `2012-13` is no year"),
        ({"print": "annex"}, "line 2: print `annex`; nearest: annex_2022"),
        ({"agrees_with": "gld"}, "line 2: agrees_with `gld` is no measure with the difference allowed"),
        ({"series": "gld_gap"}, "line 3: series `gld_gap` stands twice"),
    ],
)
def test_a_wrong_row_is_named_with_its_line_and_the_nearest(project, changed, said):
    assert said in _with(project, **changed)


def test_a_file_of_an_unknown_layout_is_named(project):
    path = project / "sources/series/files.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",sheet,", ",sheets,", 1), encoding="utf-8")
    with pytest.raises(SpecError, match=r"files\.csv, line 2: layout `sheets`; nearest: sheet"):
        load_series_source(project, "series")


def test_an_unknown_series_of_a_study_is_named(root):
    request = Request(root, "series", "series", str(SHIPPED), optional=("glod",))
    with pytest.raises(SpecError, match="no series `glod`; nearest: gld"):
        SERIES.read(request)


def test_published_series_are_never_invented(root):
    sources = yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8"))["sources"]
    with pytest.raises(ConfigError, match=r"sources\.series: it is not invented\. Write `series: resources/series`"):
        load_config(root, {"sources": {**sources, "series": "synthetic"}})


def test_frames_of_the_shipped_files_by_hand(root):
    names = ("gld_gap_2023", "participation_share_2023", "earnings_young_repriced_2023", "heip")
    read = SERIES.read(Request(root, "series", "series", str(SHIPPED), optional=names))
    losses = LossTable.after({"series": read.losses})
    makers = series_makers(read.panel, losses)
    frame = makers["series"]().set_index(["line", "year"])["value"]
    assert frame["gld_gap_2023.england.all", 2021] == pytest.approx(0.688 - 0.491)  # 68.8 and 49.1 per cent
    persons = [83304.87368, 123016.3628, 152565.6664, 1554980.097]  # of 2021, from the file
    assert frame["participation_share_2023.england.neet", 2021] == pytest.approx(persons[1] / sum(persons))
    assert frame["earnings_young_repriced_2023.united_kingdom.all", 1997] == pytest.approx(11.02 * 100 / 111.6)
    there = makers["inventory"]().set_index("series")["there"]
    assert there["gld_gap_2023"] == "2012 to 2021, 8 years"
    assert there["heip"].startswith("not there, bring Department for Education, Higher education")
    losses.fail_unless_complete("inventory", 4, "the series")
