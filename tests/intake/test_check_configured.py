"""`mobility check` without a folder: every delivery that config.yaml names, and one line on those that are invented."""

import yaml

from mobility.cli import main
from mobility.errors import nearest


def configured(project, monkeypatch, **sources):
    path = project / "config.yaml"
    config = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump({**config, "sources": {**config["sources"], **sources}}))
    monkeypatch.chdir(project)


def test_every_source_is_looked_at_though_the_first_is_invented(project, monkeypatch, capsys):
    configured(project, monkeypatch, ukhls="synthetic", lfs="nowhere/lfs", bhps="nowhere/bhps")
    assert main(["check"]) == 2
    said = capsys.readouterr().out
    assert "ukhls" in said.split("`synthetic`")[0]
    assert "sources.lfs: no such folder" in said and "sources.bhps: no such folder" in said
    assert "mobility check --source lfs" in said


def test_where_all_are_invented_that_is_said_and_nothing_is_wrong(project, monkeypatch, capsys):
    configured(project, monkeypatch)  # as shipped: all but the open series
    assert main(["check"]) == 0
    assert "`synthetic`, so that the run writes invented deliveries" in capsys.readouterr().out


def test_of_a_long_list_those_that_hold_the_word_are_named_and_not_all():
    tables = [f"Test {number}" for number in range(12)] + ["Indicator 3.3 (figure 3.14)"]
    assert nearest("3.3", tables) == "nearest: Indicator 3.3 (figure 3.14)"
    assert nearest("?", ["b", "a"]) == "allowed: a, b"
