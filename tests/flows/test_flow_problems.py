"""What is wrong in a delivery of moves and statistics, and what `mobility check` says of it."""

import pytest
import yaml

from flow_folder import ANGLESEY, GVA, HARTLEPOOL, IMD, SOMERSET_WEST, TAUNTON, YEARS, change, message_of, population
from mobility.areas.codes import load_areas
from mobility.cli import main
from mobility.errors import DeliveryError, SpecError
from mobility.flows.check import check_flows, spans
from mobility.flows.delivery import examine_flows

IN_FILE = {
    "birth": "births",
    "country": "country_of_birth",
    "unemployment": "unemployment",
    "gva": "gva",
    "nomis": "population_by_age_sex",
    "series": "deflator",
}


def test_years_that_an_invented_delivery_was_not_drawn_for(read, folder):
    (folder / "synthetic.yaml").write_text("seed: 1\n")
    message = message_of(read, folder, years=(2012, 2017))
    assert "1 problem" in message
    assert (
        "waves.ons_flows: the invented delivery has moves of 2017, 2018 only. Write `ons_flows: 2017-2018`" in message
    )


def test_absent_files_are_problems_or_notes(read, folder):
    for name in ("gva*.csv", "smi*.csv", "birth*2016.csv", "*2018_Dataset_2*.csv"):
        next(folder.rglob(name)).unlink()
    message = message_of(read, folder)
    assert "4 problems in" in message
    assert "detailed_estimates of 2018: parts [1], not 1 to 2" in message
    assert f"gva: no file below {folder}. Unpack it there; lost without it: Model 4" in message
    assert "births: nothing of 2016 (years found: 2017). Unpack it there; lost without it: Models 3 and 4" in message
    assert f"mobility check {folder} --source ons_flows" in message
    optional = ("gva", "births")
    notes = read(folder, years=(2017,), required=("population_by_age_sex",), optional=optional).notes
    assert notes[0] == "births: nothing of 2016 (years found: 2017). Lost without it: Models 3 and 4"
    assert notes[1].startswith("gva: no file below")


def test_a_year_that_a_file_lacks(read, folder):
    change(folder, "gva*.csv", "2016", "2014")
    change(folder, "unemployment*.csv", "Dec 2016", "Nov 2016")
    message = message_of(read, folder)
    assert "gva: nothing of 2016 (years found: 2014, 2017, 2018)" in message
    assert "unemployment: nothing of 2016 (years found: 2017)" in message


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (
            "birth*2016*",
            "Total Fertility Rate (TFR)",
            "Total Fertility",
            "no column Total Fertility Rate (TFR); nearest",
        ),
        ("birth*2016*", "Area code", "Code of area", "no column Area code; n"),
        ("birth*2016*", "1.91", "1.9l", "2 cells that are no number"),
        ("birth*2016*", ",1.91", ",", "no mark of a suppressed value (`:`, `z`, `u`): row "),
        ("birth*2016*", "W06000001", HARTLEPOOL, "more than one row of an area: row "),
        ("birth*2016*", "W06000001", "W06000099", "; of the first, nearest: W060000"),
        ("birth*2016*", "W06000001", "Anglesey", "of the first, a code is a letter and eight digits"),
        ("country*2016*", "277.5", "2775", "shares outside 0 to 1: row "),
        ("unemployment*", "Unemployment rate", "Rate of unemployment", "ITEM_NAME: no row of `Unemployment rate`"),
        ("unemployment*", ",8.1", ",x8", "OBS_VALUE: 1 cells that are no number and no mark"),
        ("gva*", '"2,500.5"', '"2,50.5"', "values: 1 cells that are no number: row "),
        ("nomis*2016*", "2016,", "2015,", "rows of 2015 in a file of 2016. Mend its name"),
        ("nomis*2016*", "Male", "Males", "GENDER_NAME: unknown word for sex: rows "),
        ("nomis*2016*", "Age 7,", "seven,", "C_AGE_NAME: unknown word for age: row"),
        ("series*", '"2016","100.7"', '"2016","1OO.7"', "2: 1 cells that are no number: row "),
    ],
)
def test_what_is_wrong_in_a_file_is_said(read, folder, name, old, new, message):
    change(folder, name, old, new)
    if message.startswith("2 cells"):
        change(folder, name, "1.97", "n/a")
    assert message in message_of(read, folder, required=(IN_FILE[name.split("*")[0]],))


def test_a_download_that_was_cut_off(read, folder):
    path = next(folder.rglob("nomis*2017*"))
    path.write_text("\n".join(path.read_text().splitlines()[:-100]) + "\n")
    message = message_of(read, folder)
    assert "nomis_population_by_age_sex_2017.csv: ages or sexes are missing in W06000001 (174 of 182)" in message


def test_empty_files_and_workbooks(read, folder):
    next(folder.rglob("smi*")).write_text("")
    path = next(folder.rglob("imd*"))
    path.write_text(IMD.splitlines()[0] + "\n")
    message = message_of(read, folder)
    assert "smi_2017.csv: cannot be read (it is empty)" in message
    assert "imd_2010_la_summary.csv: cannot be read (it has no rows)" in message
    assert "2 problems" in message


def test_a_file_given_twice(read, folder):
    (folder / "nomis_population_2016_again.csv").write_text(population(2016))
    (folder / "gva_2.csv").write_text(GVA)
    message = message_of(read, folder)
    assert "population_by_age_sex of 2016: 2 files: " in message
    assert "gva: 2 files: " in message
    assert "Keep one of them" in message


def test_codes_that_are_not_of_the_registered_vintage(read, folder):
    change(folder, "*2017_Dataset_2.csv", TAUNTON, SOMERSET_WEST)
    message = message_of(read, folder)
    assert "detailed_estimates of 2017: codes that are not of 2017: E07000246; no vintage has all codes" in message
    change(folder, "*2017_Dataset_1.csv", TAUNTON, SOMERSET_WEST)
    assert "E07000246; together they are those of 2019 to 2022. Mend the boundary vintage" in message_of(read, folder)


def test_unknown_codes_of_moves(read, folder):
    change(folder, "*2017_Dataset_1.csv", "S92000003", "S12000033")
    change(folder, "*2017_Dataset_2.csv", ANGLESEY, "W06000099")
    message = message_of(read, folder)
    assert "detailed_estimates of 2017: unknown area code `S12000033`" in message
    assert "detailed_estimates of 2017: unknown area code `W06000099`; nearest: W060000" in message


def test_problems_of_moves_are_listed_with_those_of_statistics(read, folder):
    change(folder, "*2017_Dataset_2.csv", ",1.5", ",-1.5")
    change(folder, "birth*2017*", "1.97", "x")
    message = message_of(read, folder)
    assert "2 problems" in message
    assert "1 negative: row " in message


def test_names_that_no_reader_takes(read, folder):
    with pytest.raises(SpecError, match=r"no file to read `birth`; nearest: births\. Mend `variables`"):
        read(folder, required=("birth",))


def test_statistics_on_other_boundaries_than_registered_are_noted(read, folder):
    change(folder, "birth*2017*", "E07000190,Taunton Deane", "E07000246,Somerset West and Taunton")
    notes = read(folder).notes
    assert notes == ("birth_summary_tables_2017.csv, 2017: its codes are those of 2019 to 2022, not those of 2017",)


# mobility check
def test_check_says_what_is_there_and_what_would_be_lost(folder, source, root):
    next(folder.rglob("gva*")).unlink()
    report = check_flows(folder, source, load_areas(root), YEARS)
    assert report.problems == ()
    for line in (
        "2017: 3 areas on the boundaries of their year, 8 rows, 9 moves",  # 8.6251 without the one within Hartlepool
        "2018: 2 areas on the boundaries of 2019, 2 rows, 3 moves",
        "2016-2018: 3 areas on the boundaries of 2019-2022, 1,638 rows",
        "2016-2017: 2 areas on the boundaries of their year, 4 rows, 1 suppressed",
        "gva: nothing read. Lost without it: Model 4",
        "deflator: series_d7bt.csv",
        "2015-2017: one value a year, 3 rows",
        "births: 2 files, birth_summary_tables_2016.csv to birth_summary_tables_2017.csv",
        f"population: 3 areas; 1 of the areas of the moves of 2017 has none ({TAUNTON})",
        f"fertility: 2 areas; 1 of the areas of the moves of 2017 has none ({ANGLESEY}); 1 of the areas of the moves "
        f"of 2018 has none ({SOMERSET_WEST})",
        f"imd_score: 1 areas; 2 of the areas of the moves of 2017 have none ({TAUNTON}, {ANGLESEY})",
        "No problem found. Set sources.ons_flows to this folder",
    ):
        assert line in report.text, line


def test_check_takes_the_years_that_are_there_and_reads_square_matrices(folder, source, root):
    square = ",,Hartlepool,Darlington\n,,E06000001,E06000005\nHartlepool,E06000001,,10\nDarlington,E06000005,20,\n"
    (folder / "squarematrices2018.csv").write_text(square)
    (folder / "squarematrices2017.csv").write_text(square.replace("20", ""))
    report = check_flows(folder, source, load_areas(root))
    assert "2018: 2 areas, 30 moves" in report.text
    assert "1 blank: row 4, column E06000001." in "\n".join(report.problems)
    assert "1 problem to mend:" in report.text


def test_check_of_a_folder_without_moves(tmp_path, source, root):
    report = check_flows(tmp_path, source, load_areas(root))
    assert report.problems == (f"detailed_estimates: no file of this name below {tmp_path}. Unpack it there",)
    with pytest.raises(DeliveryError, match="no such folder"):
        check_flows(tmp_path / "absent", source, load_areas(root))


def test_check_on_the_command_line(project, folder, capsys):
    assert main(["check", str(folder), "--source", "ons_flows", "--waves", "2017-2018"]) == 0
    assert "2018: 2 areas on the boundaries of 2019" in capsys.readouterr().out
    change(folder, "birth*2017*", "1.97", "x")
    assert main(["check", str(folder), "--source", "ons_flows"]) == 2  # 2014 to 2018, of config.yaml
    shown = capsys.readouterr()
    assert "detailed_estimates of 2014: no file; years found: 2017, 2018" in shown.out
    assert " cells that are no number and no mark of a suppressed value" in shown.out
    assert main(["check", str(folder), "--source", "ons_flows", "--waves", "a-h"]) == 2
    assert "no wave a, h in sources/ons_flows/waves.csv, which has 2012-2020" in capsys.readouterr().err
    assert main(["check", "--source", "ons_flows"]) == 0
    assert "mobility check FOLDER --source ons_flows" in capsys.readouterr().out


def test_a_misspelt_synthetic_is_named(project, capsys):
    config = yaml.safe_load((project / "config.yaml").read_text())
    for source in ("ukhls", "ons_flows"):
        sources = {**config["sources"], source: "sinthetic"}
        (project / "config.yaml").write_text(yaml.safe_dump({**config, "sources": sources}))
        assert main(["check", "--source", source]) == 2
        expected = f"config.yaml, sources.{source}: no such folder; nearest: synthetic. Give the folder"
        assert expected in capsys.readouterr().err


def test_spans():
    assert spans([2018, 2014, 2015, 2016]) == "2014-2016, 2018"


def test_what_is_wrong_is_listed_without_raising(folder, source, root):
    next(folder.rglob("*2018_Dataset_1*")).unlink()
    delivery = examine_flows(folder, source, YEARS, load_areas(root))
    assert len(delivery.problems) == 1
    assert set(delivery.panel["year"]) == {2017}


def test_headings_that_are_not_read_as_a_year_are_named(read, folder):
    change(folder, "gva_by_local_authority.csv", "1997,2016,2017", "1997,2016 estimate,2017")
    message = message_of(read, folder)
    assert "gva: nothing of 2016 (years found: 2017, 2018; headings not read as a year: `2016 estimate`)" in message
