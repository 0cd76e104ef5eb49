"""The choices: every reading is a value that the study's code takes, and the back test finds the planted one."""

import re
from dataclasses import replace

import pytest

from mobility.backtest.compare import read_published
from mobility.cells import BASELINE
from mobility.errors import ConfigError
from mobility.panel.delivery import read_delivery
from mobility.panel.register import load_source
from mobility.panel.stage import panel_from_delivery
from mobility.readings.ranking import RANKING_COLUMNS, rank_choices
from mobility.settings import load_study
from paths import ROOT

STUDY = load_study(ROOT, "gatsby")


FEW = ("weights", "errors")


def test_the_readings_of_a_panel_are_run_and_ranked(delivery_stata, tmp_path):
    """Choices of every kind (of frames, of the fit); test_choice_lists.py runs and ranks the others too."""
    source, about = load_source(ROOT, "ukhls"), STUDY.about
    delivery = read_delivery(delivery_stata, source, "abcdefgh", about.required, about.optional)
    panel, _ = panel_from_delivery(delivery, source, tmp_path / "catalogue.csv")
    few = {
        name: choice if name in FEW else replace(choice, alternatives={choice.default: ""})
        for name, choice in STUDY.choices.items()
    }
    study = replace(STUDY, choices=few)
    ranking, cells = rank_choices(panel, study, read_published(STUDY.folder / "published"))
    labels = {BASELINE} | {f"{name}={other}" for name in FEW for other in STUDY.choices[name].alternatives}
    assert set(cells["choice"]) == labels - {f"{name}={STUDY.choices[name].default}" for name in FEW}
    assert {"table_3_3", "table_a1", "text_numbers"} <= set(cells["table"])
    assert list(ranking.columns) == RANKING_COLUMNS
    assert ranking["rank"].is_monotonic_increasing and ranking["rank"].iloc[0] == 1


def test_named_tables_are_tables():
    tables = {name for choice in STUDY.choices.values() for name in choice.tables}
    assert tables <= set(STUDY.tables)


def test_every_choice_of_frames_is_read_by_the_code_of_the_study_or_the_groups():
    files = [*(ROOT / "src/mobility/studies").rglob("*.py")]
    code = "".join(file.read_text() for file in files)
    groups = {row["choice"] for row in STUDY.groups("pathway_choices")}
    for name in [name for name, choice in STUDY.choices.items() if choice.frames]:
        assert name in groups or re.search(rf'"{name}"', code), name


def test_code_that_serves_every_study_knows_no_choice_by_name():
    folders = [folder for folder in (ROOT / "src/mobility").iterdir() if folder.name != "studies"]
    files = [file for folder in folders for file in ([folder] if folder.is_file() else folder.rglob("*.py"))]
    named = re.compile(r"""(readings|choices|chosen)(\.get\(|\[)\s*["'](?!choice["'])""")  # column `choice` of cells
    assert not [file for file in files if file.suffix == ".py" and named.search(file.read_text())]


def test_unknown_choice_and_alternative_name_the_nearest():
    with pytest.raises(ConfigError, match=r"no choice `weight`; nearest: weights"):
        STUDY.chosen({"weight": "none"})
    with pytest.raises(ConfigError, match=r"gatsby.weights is `cross`; .*cross_section"):
        STUDY.chosen({"weights": "cross"})


def test_default_is_an_alternative():
    for name, entry in STUDY.choices.items():
        assert entry.default in entry.alternatives, name
