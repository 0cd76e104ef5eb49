"""docs/how-to/add-a-wave.md, followed word by word."""

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from how_to import blocks_of, set_up, typed
from mobility.cells import read_cells
from mobility.cells.stage import table_cells
from mobility.cli import main
from mobility.intake.losses import LossTable
from mobility.panel.register import load_source
from mobility.readers import reader_of, requests
from mobility.settings import load_config, load_study
from mobility.storage import read_rows
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from mobility.synthetic.layout import read_layout
from mobility.synthetic.published import read_published
from mobility.synthetic.response import target_counts
from paths import ROOT
from projects import project, without
from specs import forget_files
from walks import GATSBY, analyst

PAGE = "how-to/add-a-wave.md"
DIVISOR = 20  # of the small delivery
PUBLISHED = {
    (row["row"], row["column"]): round(float(row["value"]) / DIVISOR)
    for row in read_rows(ROOT / "studies/gatsby/published/table_2_2.csv")
}
STAYS = ("activity_recorded", "missing_following_year")
YEARS = [f"y{year}" for year in range(2009, 2016)]


def counts(cells):
    return {(cell.row, cell.column): cell.value for cell in cells.itertuples()}


def assert_expected(found):
    """What the page says of Table 2.2, against the printed counts and those of the register."""
    wave = load_source(ROOT, "ukhls").waves["h"]
    assert found["activity_recorded", "y2016"] == round(wave.usable_activity / DIVISOR)
    assert [found[row, year] - PUBLISHED[row, year] for row in STAYS for year in YEARS] == [0] * 14
    assert 0 < found["missing_following_year", "y2016"] < found["activity_recorded", "y2016"] / 4
    assert all(found["total", year] > PUBLISHED["total", year] for year in YEARS)
    assert all(found["missing", year] > PUBLISHED["missing", year] for year in YEARS)


def test_the_year_of_a_wave_that_was_added_is_in_its_table(tmp_path, monkeypatch):
    """The delivery, settings and lines of the page, without Snakemake, models and the disclosure step."""
    folder = project(tmp_path / "project")
    monkeypatch.chdir(folder)
    forget_files()  # those of the folder in which another test stood
    rehearsal, *others = blocks_of(PAGE)
    assert main(shlex.split(rehearsal.text)[1:]) == 0
    for block in others:
        if block.path.startswith(("config.yaml", "studies/")):
            block.write(folder)
    study, config = load_study(Path(), "gatsby"), load_config(Path())
    ((place, wanted),) = requests(Path(), config, [study]).items()
    delivery = reader_of(Path(), wanted.source).read(wanted)
    assert sorted(delivery.panel["wave"].unique()) == list(range(1, 10))
    losses = LossTable.after({place: delivery.losses})
    frames = make_frames(Inputs.of({place: delivery.panel}, study, study.readings, losses))
    years = frames["person_years"]
    assert_expected(counts(table_cells(years, study, "table_2_2", before=losses.chain("person_years"))[0]))
    shares = table_cells(frames["person_waves"], study, "table_3_8", before=losses.chain("person_waves"))[0]
    assert shares[shares["row"] == "y2017"]["base"].min() > 500


@pytest.mark.long
@pytest.mark.pipeline
def test_the_page_can_be_followed_word_by_word(tmp_path, request):
    folder = without(project(tmp_path / "project"), "gatsby", "curve")
    set_up(folder)
    said = []
    for block in blocks_of(PAGE):
        if block.kind == "sh":
            said.append(typed(folder, block.text))
        else:
            block.write(folder)
    released = folder / "results/released/gatsby"
    assert_expected(counts(read_cells(released / "table_2_2.csv")))
    assert "y2017" in set(read_cells(released / "table_3_8.csv")["row"])
    assert "y2017" in set(read_cells(released / "table_3_7.csv")["column"])
    rehearsal, checked, ran, _, register, _ = said
    assert "Invented delivery in ../nine_waves" in rehearsal and "No problem found" in checked
    assert "Table 2.2, activity_recorded, y2016" in ran and "Table 3.8, y2017, professional" in ran
    assert "p_indresp.dta" in register and "No problem found" in register
    assert "| a-p |" in (folder / "docs/reference/ukhls.md").read_text(encoding="utf-8")
    browser = request.getfixturevalue("browser")  # the rest is proven where there is none
    analyst(browser, folder / "reports", replace(GATSBY, table=("table_2_2", "activity_recorded", "y2016")))


def test_more_waves_leave_the_delivery_of_the_report_as_it_is():
    first, longer = (read_layout(ROOT, "ukhls", waves).waves for waves in ("a-h", "a-o"))
    counts_of = [target_counts(read_published(ROOT), waves, 1, 5) for waves in (first, longer)]
    assert counts_of[1].usable[:8] == counts_of[0].usable and counts_of[1].lost[:7] == counts_of[0].lost
    assert counts_of[1].new[:8] == counts_of[0].new
    assert counts_of[1].usable[8:] == tuple(wave.usable_activity for wave in longer[8:])
    rate = counts_of[0].lost[-1] / counts_of[0].usable[-2]
    assert counts_of[1].lost[7] == round(rate * counts_of[0].usable[-1])
    assert counts_of[1].persons == counts_of[0].persons + sum(counts_of[1].new[8:])


@pytest.mark.parametrize(
    ("waves", "source", "message"),
    [
        ("b-i", "ukhls", "`b-i`; the invented delivery begins with those of the report. Write a-h, or a longer range"),
        ("a-g", "ukhls", "the invented delivery begins with those of the report"),
        ("a-h,j", "ukhls", "up to a-o"),
        ("a-z", "ukhls", "no wave z in"),
        ("a-i", "bhps", "--waves: the invented delivery of bhps has its own waves. Allowed of: ukhls."),
    ],
)
def test_other_waves_are_refused(tmp_path, monkeypatch, capsys, waves, source, message):
    monkeypatch.chdir(ROOT)
    assert main(["simulate", str(tmp_path / "no"), "--waves", waves, "--source", source]) == 2
    assert message in capsys.readouterr().err and not (tmp_path / "no").exists()
