"""Study numbers in folders that lie apart: read as from one, and what is said where they do not fit."""

import os
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

from mobility.cli import main
from mobility.errors import ConfigError, DeliveryError
from mobility.intake.reader import Request
from mobility.panel.delivery import read_delivery
from mobility.panel.find import list_files
from mobility.readers import reader_of, requests
from mobility.settings import load_config, load_study
from paths import ROOT

NEEDED = ["person_id", "activity_status"]


@pytest.fixture
def apart(tmp_path, delivery_tab):
    """A small delivery's waves a and b in one folder, c in another, by hard links."""
    folders = tmp_path / "SN 6614", tmp_path / "SN 6931"
    for path in delivery_tab.rglob("[abc]_indresp.tab"):
        folder = folders[path.name.startswith("c")]
        folder.mkdir(exist_ok=True)
        os.link(path, folder / path.name)
    return folders


def test_several_folders_are_read_as_one(apart, delivery_tab, source):
    one = read_delivery(delivery_tab, source, "abc", NEEDED)
    several = read_delivery(apart, source, "abc", NEEDED)
    for left, right in zip(one.waves, several.waves, strict=True):
        pd.testing.assert_frame_equal(left.frame, right.frame)
    request = Request(ROOT, "ukhls", "ukhls", tuple(map(str, apart)), tuple("abc"), ("person_id",))
    assert [Path(path).parent.name for path in reader_of(ROOT, "ukhls").files(request)] == [
        "SN 6614",
        "SN 6614",
        "SN 6931",
    ]


def test_a_folder_within_another_and_one_named_twice_are_looked_through_once(apart, source):
    inner = apart[0] / "SN 6931"
    shutil.move(apart[1], inner)
    found = [item.path.name for item in list_files([apart[0], inner, apart[0]], source)]
    assert found == ["a_indresp.tab", "b_indresp.tab", "c_indresp.tab"]


def test_the_same_file_in_two_folders_is_named_with_both_paths(apart, source):
    shutil.copy(apart[0] / "a_indresp.tab", apart[1])
    with pytest.raises(DeliveryError) as caught:
        read_delivery(apart, source, "abc", NEEDED)
    paths = [str(folder / "a_indresp.tab") for folder in apart]
    assert f"wave a: 2 files are a_indresp: {paths[0]}; {paths[1]}. Leave one of them below" in str(caught.value)
    assert f"mobility check '{apart[0]}' '{apart[1]}' --source ukhls" in str(caught.value)


def test_a_folder_without_a_file_of_the_source_is_named(apart, tmp_path, source):
    empty = tmp_path / "SN 6666"
    empty.mkdir()
    (empty / "6666.zip").touch()
    with pytest.raises(DeliveryError) as caught:
        list_files([*apart, empty], source)
    said = f"config.yaml, sources.ukhls: no file of ukhls below {empty}; there are archives: unpack 6666.zip. "
    assert said in str(caught.value) and str(apart[0]) not in str(caught.value).split("\n")[1]
    with pytest.raises(DeliveryError, match="no such folder"):
        list_files([*apart, tmp_path / "gone"], source)


def test_a_wave_that_is_in_none_says_where_it_was_looked_for(apart, source):
    (apart[1] / "c_indresp.tab").rename(apart[1] / "d_indresp.tab")
    with pytest.raises(DeliveryError, match=r"no file c_indresp below .*SN 6614 and .*SN 6931"):
        read_delivery(apart, source, "abc", NEEDED)


def test_access_is_that_of_the_strictest_folder(apart):
    path = apart[1] / "c_indresp.tab"
    path.rename(path.with_name("c_indresp_protect.tab"))
    request = Request(ROOT, "ukhls", "ukhls.x", tuple(map(str, apart)), tuple("abc"), tuple(NEEDED))
    provenance = reader_of(ROOT, "ukhls").read(request).provenance
    assert provenance["access"] == "special"
    assert [item["file"] for item in provenance["files"]] == [
        "a_indresp.tab",
        "b_indresp.tab",
        "c_indresp_protect.tab",
    ]


def settings(**changes):
    path = Path("config.yaml")
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), **changes}))


def test_folders_of_the_settings(project, apart, capsys):
    settings(sources={"ukhls": list(map(str, apart)), "ons_flows": "synthetic"}, waves={"ukhls": "a-c"})
    config = load_config(Path())
    assert not config.is_synthetic("ukhls")
    (request,) = requests(Path(), config, [load_study(Path(), "gatsby")]).values()
    assert request.folders == tuple(map(str, apart))
    assert main(["check"]) == 0
    assert f"Folder: {apart[0]} and {apart[1]}" in capsys.readouterr().out
    assert main(["find", "jbstat"]) == 0
    assert "indresp: jbstat (waves a-c)" in capsys.readouterr().out
    settings(sources={"ukhls": "synthetic"})
    assert main(["find", "jbstat", "--path", *map(str, apart)]) == 0
    assert main(["check", *map(str, apart), "--waves", "c"]) == 0
    assert "c_indresp.tab" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["synthetic", "/data"], "sources.ukhls: `synthetic` stands among folders"),
        ([], "sources.ukhls: "),
        (["/data", 5], "sources.ukhls.1: 5 is not of type 'string'"),
        (["/data", "/data"], "sources.ukhls: "),
    ],
)
def test_lists_of_folders_that_are_none(project, given, said):
    with pytest.raises(ConfigError) as caught:
        load_config(Path(), {"sources": {"ukhls": given}})
    assert said in str(caught.value)
