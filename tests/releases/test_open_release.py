"""The release of printed jobs and pay: numbers of occupations, groups and all as print has them, no others."""

import pytest

from asking import told
from mobility.errors import DataError
from mobility.releases import layout
from mobility.releases.layout import Manifest, write_manifest
from mobility.releases.opened import JOBS_OF_GROUPS, JOBS_OF_UNITS, PAY_TABLES, stage_open
from mobility.releases.pointer import FOLDER, point_to
from mobility.serve.app import build
from mobility.serve.settings import Settings
from paths import ROOT
from small_release import OCCUPATIONS

# Cells of the study's tables by row and column, annual pay; what is not here is not printed.
PAY = {
    ("4135", "mean"): 22_097, ("4135", "median"): 21_324, ("4135", "p20"): 17_466,
    ("41", "mean"): 27_754, ("41", "median"): 24_843, ("41", "p10"): 17_710, ("41", "p90"): 40_380,
    ("all", "mean"): 38_131,
}  # fmt: skip
UNITS = {("4135", "people"): 25_000, ("4135", "men"): 6_000, ("4135", "women"): 19_000}
GROUPS = {("41", "people"): 2_700_000, ("all", "people"): 32_318_968, ("all", "full_time"): 20_390_620}


def _write(folder, name, cells):
    lines = ["row,column,value", *(f"{row},{column},{value}" for (row, column), value in cells.items()), "11,mean,"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    """A server of an open release with four occupations, of which one has numbers."""
    root = tmp_path_factory.mktemp("open")
    released, place = root / "released", root / FOLDER / "open"
    study = released / "uk_occupations"
    for name, cells in {
        JOBS_OF_UNITS: UNITS,
        JOBS_OF_GROUPS: GROUPS,
        **dict.fromkeys(PAY_TABLES.values(), PAY),
    }.items():
        _write(study, name, cells)
    stage_open(released, ROOT, place / layout.MEASURES)
    columns = layout.COLUMNS[layout.OCCUPATIONS]
    rows = [f"{code},{title}{',' * (len(columns) - 2)}" for code, title in OCCUPATIONS.items()]
    (place / layout.OCCUPATIONS).parent.mkdir()
    (place / layout.OCCUPATIONS).write_text("\n".join([",".join(columns), *rows]) + "\n")
    write_manifest(place, Manifest("open", "2026-01-01", "Printed", False, ("The Office",), {}, {}, "0"))
    point_to(root / FOLDER, "open")
    return build(Settings(str(root / FOLDER), rate=0))


def test_pay_of_an_occupation_its_group_and_all_is_the_printed_one_over_52(door):
    own = told(door, "/api/v2/pay?soc=4135")["series"][-1]
    group = told(door, "/api/v2/pay?soc=4135&coarse=true")
    assert own["value"] == pytest.approx(22_097 / 52, abs=1e-4)
    assert group["series"][-1]["value"] == pytest.approx(27_754 / 52, abs=1e-4), "the mean of its parts is another"
    assert own["national"] == {"value": pytest.approx(38_131 / 52, abs=1e-4), "verdict": "told"}
    assert (group["judged_by"], group["told_to"], own["error"]) == ("print", None, "printed without an error")
    assert "as printed" in group["basis"]


def test_median_and_deciles_are_those_that_are_printed_and_no_others(door):
    own = told(door, "/api/v2/pay?soc=4135")["series"][-1]
    assert (own["median"], own["deciles"]) == (
        pytest.approx(21_324 / 52),
        {"p20": pytest.approx(17_466 / 52, abs=1e-4)},
    )
    group = told(door, "/api/v2/pay?soc=4135&coarse=true")["series"][-1]
    assert group["deciles"] == {
        name: pytest.approx(pay / 52, abs=1e-4) for name, pay in (("p10", 17_710), ("p90", 40_380))
    }
    assert [one["name"] for one in told(door, "/api/v2/meta")["datasets"]][:3] == ["employment", "pay", "median"]


def test_jobs_of_all_occupations_are_the_printed_row(door):
    jobs = told(door, "/api/v2/employment?soc=4135&gender=2")["series"][-1]
    assert (jobs["value"], jobs["national"]["value"]) == (19_000, 32_318_968)
    group = told(door, "/api/v2/employment?soc=4135&coarse=true")["series"][-1]
    assert group["value"] == 2_700_000
    full_time = told(door, "/api/v2/employment?soc=4135&status=1")["series"][-1]
    assert (full_time["value"], full_time["verdict"]) == (None, "unknown")
    assert full_time["national"]["value"] == 20_390_620


def test_where_an_occupation_is_not_printed_the_coarser_question_is_offered(door):
    found = told(door, "/api/v2/pay?soc=4131")
    assert {one["value"] for one in found["series"]} == {None}
    offer = found["coarser"][0]
    assert (offer["query"], offer["value"]) == ("soc=4131&coarse=true&status=1", pytest.approx(27_754 / 52, abs=1e-4))


def test_results_of_an_earlier_version_say_what_to_type(tmp_path):
    _write(tmp_path / "uk_occupations", JOBS_OF_UNITS, UNITS)
    with pytest.raises(DataError, match=r"printed_jobs\.csv: not there\. Type `make report`"):
        stage_open(tmp_path, ROOT, tmp_path / "out")
