"""The worked family as delivered: TAB files of BHPS and UKHLS written by hand, read by the registers and the study."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

from mobility.cli import main
from mobility.errors import DeliveryError, SpecError
from mobility.intake.losses import LossTable
from mobility.intake.missing import NO_ROW
from mobility.panel.check import check_delivery
from mobility.panel.delivery import Delivery, read_delivery
from mobility.panel.register import load_source
from mobility.panel.stage import panel_from_delivery
from mobility.settings import load_study
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from movers_family import family_rows, panels_of, row
from paths import ROOT

STUDY = load_study(ROOT, "movers")
USES = STUDY.about.sources
# Someone is interviewed in every wave: a file without rows is refused.
ROWS = [
    *family_rows(),
    *(row("host", year, 60, "E06000002", activity_status=4) for year in {found["year"] for found in family_rows()}),
]
NAMES = {"history": "bhps", "persons": "ukhls"}


def write(folder: Path, rows: list[dict]) -> dict[str, list[str]]:
    """The rows as files of both surveys: waves by survey. Every wave of the rows is written."""
    waves = {}
    for survey, panel in panels_of(rows).items():
        source, use = load_source(ROOT, NAMES[survey]), USES[survey]
        waves[survey] = []
        for number, frame in panel.groupby("wave"):
            wave = next(found for found in source.waves.values() if found.number == number)
            waves[survey].append(wave.name)
            frame = frame.assign(person_id=frame["person"])
            parts = source.by_file([*use.required, *use.optional], wave.name, "indall")
            for file, names in parts.items():
                key = source.files[file]["key"]
                write_part(folder, source, wave, file, frame, list(dict.fromkeys([key, *names])))
    return waves


def write_part(folder, source, wave, file: str, frame: pd.DataFrame, names: list[str]) -> None:
    """One file: interviewed persons only in indresp, a row a household, or a row a person of all waves."""
    key, every = source.files[file]["key"], source.files[file].get("every_wave", False)
    if file == "indresp":
        frame = frame[frame["interview_type"] > 0]
    asked = {name: source.variable(name, wave.name) for name in names}
    columns = {name: source.column(found, wave.name) for name, found in asked.items() if found}
    table = pd.DataFrame({column: frame.get(name, -9) for name, column in columns.items()}, index=frame.index)
    table = table.drop_duplicates(columns[key])
    path = folder / f"{'' if every else wave.prefix}{file}{'_protect' if file == 'oslaua' else ''}.tab"
    if every and path.exists():
        table = pd.concat([pd.read_csv(path, sep="\t"), table]).drop_duplicates(columns[key])
    table.to_csv(path, sep="\t", index=False)


def read(folder: Path, waves: dict[str, list[str]], survey: str) -> Delivery:
    use = USES[survey]
    return read_delivery(folder, load_source(ROOT, use.source), waves[survey], use.required, use.optional, use.rows)


@pytest.fixture
def delivered(tmp_path):
    return tmp_path, write(tmp_path, ROWS)


def test_the_family_from_files_is_that_of_the_panels(delivered):
    folder, waves = delivered
    panels, losses = {}, {}
    for survey in NAMES:
        found = read(folder, waves, survey)
        source = load_source(ROOT, NAMES[survey])
        panels[survey], losses[survey] = panel_from_delivery(found, source, folder / "catalogue" / f"{survey}.csv")
    chosen = STUDY.chosen()
    given = make_frames(Inputs(panels_of(family_rows()), STUDY, chosen, LossTable(), ["persons"]))["persons"]
    frame = make_frames(Inputs(panels, STUDY, chosen, LossTable(), ["persons"]))["persons"]
    known = [name for name in given.columns if name not in ("region",)]
    pd.testing.assert_frame_equal(frame[known], given[known], check_dtype=False)
    said = "\n".join(losses["persons"]["reason"])
    assert "rows whose household_id is not in oslaua: 0; rows of it that meet none: 0" in said


def test_a_household_without_a_row_is_counted(delivered):
    folder, waves = delivered
    path = folder / "ba_oslaua_protect.tab"
    table = pd.read_csv(path, sep="\t")
    table.iloc[1:].to_csv(path, sep="\t", index=False)
    data = read(folder, waves, "history").waves[0]
    assert data.unmatched["oslaua"][0] > 0 and data.unmatched["oslaua"][1] == 0
    assert data.frame["local_authority"].isna().sum() >= data.unmatched["oslaua"][0]
    assert (data.frame.loc[data.frame["interview_type"] == NO_ROW, "activity_status"] == NO_ROW).all()


def test_households_of_another_edition_are_refused(delivered):
    folder, waves = delivered
    path = folder / "ba_oslaua_protect.tab"
    table = pd.read_csv(path, sep="\t")
    table.assign(ba_hidp=table["ba_hidp"] + 7_000_000_000).to_csv(path, sep="\t", index=False)
    with pytest.raises(DeliveryError, match=r"wave ba, oslaua: none of its household_id is one of the \d of the wave"):
        read(folder, waves, "history")


def test_a_household_twice_is_refused(delivered):
    folder, waves = delivered
    path = folder / "ba_oslaua_protect.tab"
    table = pd.read_csv(path, sep="\t")
    pd.concat([table, table]).to_csv(path, sep="\t", index=False)
    with pytest.raises(DeliveryError, match="its household_id stand in more than one row"):
        read(folder, waves, "history")


def test_a_missing_file_stops_what_needs_it_and_is_a_note_elsewhere(delivered):
    folder, waves = delivered
    (folder / "a_hhresp.tab").unlink()
    assert any("wave a: no file a_hhresp; housing_tenure" in note for note in read(folder, waves, "persons").notes)
    (folder / "b_oslaua_protect.tab").unlink()
    with pytest.raises(DeliveryError, match="wave b: no file b_oslaua below"):
        read(folder, waves, "persons")


def test_incomes_in_words_are_refused(delivered):
    folder, waves = delivered
    path = folder / "b_indresp.tab"
    table = pd.read_csv(path, sep="\t", dtype=str)
    table.assign(b_fimnlabgrs_dv="much").to_csv(path, sep="\t", index=False)
    with pytest.raises(DeliveryError, match=r"column b_fimnlabgrs_dv: .*numbers"):
        read(folder, waves, "persons")


def test_check_says_what_the_study_would_lose(delivered):
    folder, waves = delivered
    report = check_delivery(folder, load_source(ROOT, "bhps"), waves["history"], [STUDY], "indall")
    assert not report.problems
    assert "movers: can run" in report.text and "ba_indall.tab" in report.text


def test_a_file_of_pairs_cannot_be_merged():
    with pytest.raises(SpecError, match="files: nothing about egoalt, which holds `relationship`"):
        load_source(ROOT, "bhps").by_file(["relationship"], "ba", "indall")


def test_other_files_are_in_the_check_with_whom_they_lack(delivered):
    folder, waves = delivered
    table = pd.read_csv(folder / "ba_oslaua_protect.tab", sep="\t")
    table.iloc[1:].to_csv(folder / "ba_oslaua_protect.tab", sep="\t", index=False)
    (folder / "ba_egoalt.tab").write_text("pidp\tapidp\n1\t2\n")
    missing = read(folder, waves, "history").unmatched["oslaua"][0]
    lines = check_delivery(folder, load_source(ROOT, "bhps"), waves["history"], [STUDY], "indall").text.splitlines()
    start = lines.index("Other files, merged onto these rows:")
    others = {line.split()[0]: line for line in lines[start + 1 : start + 6]}
    assert f"by household_id: {missing} of " in others["oslaua"] and "0 of its rows meet none" in others["oslaua"]
    assert "one file of all waves, by person_id: 0 of " in others["xwavedat"] and "meet none" not in others["xwavedat"]
    assert others["not"].endswith("not read by these studies: egoalt")


@pytest.fixture
def crowd(tmp_path):
    """A wave ba of thirty persons, each in a household of one."""
    rows = [{**row("host", 1991, 60, "E06000002", activity_status=4), "name": f"n{place}"} for place in range(30)]
    rows = [{**given, "household_id": 5_000 + place} for place, given in enumerate(rows)]
    frame = pd.DataFrame(rows).assign(person=range(8_000, 8_030), wave=1, person_id=range(8_000, 8_030))
    source, use = load_source(ROOT, "bhps"), USES["history"]
    for file, names in source.by_file([*use.required, *use.optional], "ba", "indall").items():
        key = source.files[file]["key"]
        write_part(tmp_path, source, source.waves["ba"], file, frame, list(dict.fromkeys([key, *names])))
    return tmp_path, {"history": ["ba"]}


@pytest.mark.parametrize(
    ("file", "column", "key"),
    [
        ("ba_oslaua_protect.tab", "ba_hidp", "household_id"),
        ("ba_hhresp.tab", "ba_hidp", "household_id"),
        ("xwavedat.tab", "pidp", "person_id"),
    ],
)
def test_a_file_of_another_edition_is_refused_with_how_many_do_not_match(crowd, file, column, key):
    folder, waves = crowd
    table = pd.read_csv(folder / file, sep="\t")
    table.loc[:3, column] += 1_000_000  # four of thirty, 13 %
    table.to_csv(folder / file, sep="\t", index=False)
    name = file.split(".")[0].removeprefix("ba_").removesuffix("_protect")
    said = rf"wave ba, {name}: 4 of 30 rows \(13%\) have a {key} that is not in it; of this survey at most 10% do"
    with pytest.raises(DeliveryError, match=said) as caught:
        read(folder, waves, "history")
    assert f"mend files.{name}.least_met in" in str(caught.value)
    table.loc[:1, column] -= 1_000_000  # two of thirty are a loss
    table.to_csv(folder / file, sep="\t", index=False)
    assert read(folder, waves, "history").unmatched[name][0] == 2


def test_authorities_of_another_folder_are_met(crowd, tmp_path):
    folder, waves = crowd
    apart = tmp_path / "SN 6666"
    apart.mkdir()
    (folder / "ba_oslaua_protect.tab").rename(apart / "ba_oslaua_protect.tab")
    other = tmp_path / "SN 6614"
    other.mkdir()
    for path in folder.glob("*.tab"):
        path.rename(other / path.name)
    found = read((other, apart), waves, "history")
    assert found.unmatched["oslaua"] == (0, 0) and not found.problems
    with pytest.raises(DeliveryError, match=r"wave ba: no file ba_oslaua below .*SN 6614"):
        read(other, waves, "history")


def test_a_wave_with_a_problem_is_not_said_to_lack_what_it_has(crowd):
    folder, waves = crowd
    table = pd.read_csv(folder / "ba_oslaua_protect.tab", sep="\t")
    pd.concat([table, table]).to_csv(folder / "ba_oslaua_protect.tab", sep="\t", index=False)
    report = check_delivery(folder, load_source(ROOT, "bhps"), waves["history"], [STUDY], "indall")
    assert "movers: cannot run" in report.text and len(report.problems) == 1
    assert "without sex_ever" not in report.text and "in waves ba" not in report.text


@pytest.fixture
def both(delivered, monkeypatch):
    """A project of the study with UKHLS and BHPS below folders of their own, each with an `xwavedat`."""
    folder, waves = delivered
    project, apart = folder / "project", {name: folder / name for name in NAMES.values()}
    for place in apart.values():
        place.mkdir()
        shutil.copy(folder / "xwavedat.tab", place)
    for path in folder.glob("*_*.tab"):
        path.rename(apart["bhps" if len(path.name.split("_")[0]) == 2 else "ukhls"] / path.name)
    project.mkdir()
    for part in ("sources", "studies", "examples", "resources", "workflow"):
        (project / part).symlink_to(ROOT / part)
    config = yaml.safe_load((ROOT / "config.yaml").read_text())
    config |= {"sources": {name: str(place) for name, place in apart.items()}, "studies": ["movers"]}
    config |= {"waves": {NAMES[survey]: ",".join(letters) for survey, letters in waves.items()}}
    (project / "config.yaml").write_text(yaml.safe_dump(config))
    monkeypatch.chdir(project)
    return apart


def test_check_of_the_study_looks_at_both_surveys_and_says_where_their_editions_differ(both, capsys):
    assert main(["check", "movers"]) == 0
    said = capsys.readouterr().out
    assert "a_indall.tab" in said and "ba_indall.tab" in said and "Worth knowing: xwavedat" not in said
    path = both["bhps"] / "xwavedat.tab"
    path.write_text(path.read_text() + path.read_text().splitlines()[1].replace("3", "4", 1) + "\n")
    assert main(["check", "movers"]) == 0
    said = capsys.readouterr().out
    assert f"xwavedat.tab of ukhls and of bhps differ ({both['ukhls']}" in said and "different editions" in said
    assert main(["check", "movers", "--source", "bhps"]) == 0
    assert "a_indall.tab" in capsys.readouterr().out
    assert main(["check", "movers", "--source", "ons_ls"]) == 2
    assert "movers does not read `ons_ls`" in capsys.readouterr().err
