"""Settings and specs: what is asked for and does not exist is said in one message, with what is nearest."""

import threading

import pytest
import yaml

from mobility.errors import ConfigError, DataError, MobilityError, SpecError
from mobility.settings import load_config, load_study, load_waves, source_kind, study_folder
from mobility.storage import atomic, read_register, read_rows, read_yaml, write_csv, write_text
from spoil import spoil


def config_problem(project, **changes):
    path = project / "config.yaml"
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), **changes}))
    with pytest.raises(ConfigError) as caught:
        load_config(project)
    return str(caught.value)


def study_problem(project, name="gatsby"):
    with pytest.raises(SpecError) as caught:
        load_study(project, name)
    return str(caught.value)


# config.yaml


def test_the_projects_own_settings_are_good(root):
    config = load_config(root)
    assert config.waves_of("ukhls", "gatsby") == tuple("abcdefgh")
    assert config.is_synthetic("ukhls")
    assert all(load_study(root, name).tables for name in config.studies)


def test_overrides_replace_whole_keys(project):
    config = load_config(project, {"waves": {"ukhls": "b-c"}, "sources": {"ukhls": "/data"}})
    assert config.waves["ukhls"] == ("b", "c")
    assert not config.is_synthetic("ukhls") and config.delivery("ukhls") == ("/data",)


def test_unknown_key(project):
    message = config_problem(project, synthetics={}, wave="a-h")
    assert "config.yaml: top level: unknown key `synthetics`, nearest: synthetic" in message
    assert "unknown key `wave`, nearest: waves" in message
    assert "workflow/schemas/config.schema.yaml" in message


def test_wrong_types_and_values_are_listed_at_once(project):
    synthetic = {"size": "smal", "seed": "x", "format": "stata"}
    message = config_problem(project, synthetic=synthetic, studies="gatsby", sources={"ukhls": 5})
    assert "synthetic.size: `smal`; nearest: small" in message
    assert "synthetic.seed: 'x' is not of type 'integer'" in message
    assert "studies: 'gatsby' is not of type 'array'" in message
    assert "sources.ukhls: 5 is not of type 'string', 'array'" in message


def test_missing_key_and_empty_file(project):
    path = project / "config.yaml"
    content = yaml.safe_load(path.read_text())
    del content["studies"]
    path.write_text(yaml.safe_dump(content))
    with pytest.raises(ConfigError, match="top level: missing `studies`"):
        load_config(project)
    path.write_text("")
    with pytest.raises(ConfigError, match=r"missing .*`sources`"):
        load_config(project)


def test_unknown_studies_choices_and_ranges_are_listed_at_once(project):
    choices = {"gatsby": {"weight": "none"}, "wage_panel": {"weights": "none"}, "gatsbi": {}}
    message = config_problem(project, studies=["gatsby", "wage_panl"], choices=choices, waves={"ukhls": "h-a"})
    assert "no folder for `wage_panl`; nearest: wage_panel" in message
    assert "no folder for `gatsbi`; nearest: gatsby" in message
    assert "gatsby has no choice `weight`; nearest: weights" in message
    assert "wage_panel has no choices" in message
    assert "the range `h-a` runs backwards. Write a-h" in message


def test_unknown_alternative(project):
    message = config_problem(project, choices={"gatsby": {"weights": "longitudinall"}})
    assert "gatsby.weights is `longitudinall`; nearest: longitudinal" in message
    assert "choices.yaml" in message


def test_wave_expression_of_another_form(project):
    message = config_problem(project, waves={"ukhls": "1-8"})
    assert "waves.ukhls: no wave 1, 8 in " in message
    assert "waves.csv, which has a-o. Write for example a-h, or a-e,g" in message


def test_study_whose_source_is_not_in_the_settings(project):
    message = config_problem(project, sources={}, waves={})
    assert "config.yaml, sources: nothing about `ukhls`, which gatsby reads. Write `ukhls: synthetic` there" in message
    assert "config.yaml, waves: nothing about `ukhls`" in message


def test_no_settings(tmp_path):
    with pytest.raises(ConfigError, match=r"no config.yaml in .* Go to the project's folder"):
        load_config(tmp_path)


@pytest.mark.parametrize("text", ["", "a,", "a--c", "a-", "-a", "a;b", "a-h-j", "2014-", "a to c;"])
def test_wave_rubbish(root, text):
    with pytest.raises(ConfigError, match=r"--waves: `.*` is not a list of waves\. Write for example a-h, or a-e,g"):
        load_waves(root, "ukhls").parse(text, "--waves")


@pytest.mark.parametrize("text", ["A-C", "1-3", "ab", "AtoC", "a-c,2014", "a-z"])
def test_waves_that_the_register_lacks(root, text):
    with pytest.raises(ConfigError, match=r"--waves: no wave \w+(, \w+)? in .*waves\.csv, which has a-o[.;].* a-h"):
        load_waves(root, "ukhls").parse(text, "--waves")


def test_wave_expressions(root):
    waves = load_waves(root, "ukhls")
    assert waves.parse("a-c, e", "x") == ("a", "b", "c", "e")
    assert waves.parse("c,a,a-b", "x") == ("a", "b", "c")
    with pytest.raises(ConfigError, match=r"x: the range `h-a` runs backwards\. Write a-h"):
        waves.parse("b,h-a", "x")


def test_years_as_waves(root):
    years = load_waves(root, "ons_flows")
    assert years.parse("2014-2016, 2018", "x") == ("2014", "2015", "2016", "2018")
    assert years.parse(2018, "x") == ("2018",)
    with pytest.raises(ConfigError, match=r"x: the range `2018-2014` runs backwards\. Write 2014-2018"):
        years.parse("2018-2014", "x")
    with pytest.raises(ConfigError, match=r"no wave 2041 in .*which has 2012-2020; nearest: 2014"):
        years.parse("2041", "x")


def waves_named(folder, *names):
    """The waves of a source with these rows in its register and nothing else."""
    place = folder / "sources/new"
    place.mkdir(parents=True)
    (place / "source.yaml").write_text("source: new\n")
    (place / "waves.csv").write_text("\n".join(["wave,note", *(f"{name}," for name in names)]) + "\n")
    return load_waves(folder, "new")


def test_quarters_as_waves(tmp_path):
    quarters = [f"{year}Q{quarter}" for year in (2014, 2015) for quarter in (1, 2, 3, 4)]
    waves = waves_named(tmp_path, *quarters)
    assert waves.parse("2014Q3-2015Q2", "x") == ("2014Q3", "2014Q4", "2015Q1", "2015Q2")
    assert waves.example == "2014Q1-2015Q4"
    assert waves.runs(("2014Q4", "2015Q1")) and not waves.runs(("2014Q4", "2015Q2"))
    with pytest.raises(ConfigError, match=r"the range `2015Q1-2014Q4` runs backwards\. Write 2014Q4-2015Q1"):
        waves.parse("2015Q1-2014Q4", "x")
    with pytest.raises(ConfigError, match=r"no wave 2014Q5 in .*; nearest: 2014Q"):
        waves.parse("2014Q5", "x")


def test_waves_of_two_letters(tmp_path):
    waves = waves_named(tmp_path, *(f"b{letter}" for letter in "abcdefghijklmnopqr"))
    assert waves.parse("bq-br,ba", "x") == ("ba", "bq", "br")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["a", "b", "a"], "line 4: wave a stands in an earlier line too"),
        (["a", "b-c"], "line 3: wave `b-c` is no name"),
    ],
)
def test_registers_whose_waves_cannot_be_told_apart(tmp_path, names, said):
    with pytest.raises(SpecError, match=said):
        waves_named(tmp_path, *names)


def test_waves_of_a_source_of_years(project):
    config = load_config(project)
    assert config.waves["ons_flows"] == ("2014", "2015", "2016", "2017", "2018")
    assert load_config(project, {"waves": {"ukhls": "a", "ons_flows": 2018}}).waves["ons_flows"] == ("2018",)
    message = config_problem(project, waves={"ukhls": "2014-2018", "ons_flows": "a-h"})
    assert "waves.ons_flows: no wave a, h in" in message and "Write for example 2014-2018" in message
    assert "waves.ukhls: no wave 2014, 2018 in" in message


def test_a_source_that_has_no_register_is_named_with_the_nearest(project):
    message = config_problem(project, sources={"ukhsl": "synthetic"}, waves={"ukhls": "a"})
    assert "config.yaml, sources: no source `ukhsl` in sources/; nearest: ukhls" in message


def test_example_waves_are_those_of_the_kind_of_source(project):
    assert (source_kind(project, "ons_flows"), source_kind(project, "ukhls")) == ("flows", "panel")
    path = project / "studies/gatsby/study.yaml"
    path.write_text(path.read_text().replace("source: ukhls", "source: ons_flows"))
    message = config_problem(project, sources={"ukhls": "synthetic"}, waves={"ukhls": "a-h"})
    assert "config.yaml, sources: nothing about `ons_flows`, which gatsby reads" in message
    assert (
        "config.yaml, waves: nothing about `ons_flows`, which gatsby reads. Write `ons_flows: 2014-2018` there"
        in message
    )


def test_people_followed_from_one_source_to_another_are_not_half_invented(root, tmp_path):
    """SN 6614 holds both; whoever names its folder for one source only would link true persons with invented ones."""
    given = {"studies": ["movers"], "waves": {"ukhls": "a-j", "bhps": "ba-br"}}
    with pytest.raises(ConfigError) as caught:
        load_config(root, {**given, "sources": {"ukhls": str(tmp_path), "bhps": "synthetic"}})
    assert str(caught.value) == (
        "config.yaml, sources: movers links ukhls and bhps, of which ukhls is yours and bhps invented: other people. "
        f"Write `bhps: {tmp_path}` if its files lie there too, else take movers out of `studies`."
    )
    assert load_config(root, {**given, "sources": {"ukhls": str(tmp_path), "bhps": str(tmp_path)}})


def test_a_folder_that_is_not_there_is_said_before_what_else_to_name(root):
    given = {"studies": ["movers"], "waves": {"ukhls": "a-j", "bhps": "ba-br"}}
    with pytest.raises(ConfigError) as caught:
        load_config(root, {**given, "sources": {"ukhls": "/no/6614", "bhps": "synthetic"}})
    assert str(caught.value) == (
        "config.yaml, sources.ukhls: /no/6614: no such folder. Write the folder that you unpacked, or the word "
        "`synthetic`."
    )


def test_no_such_study(root):
    with pytest.raises(
        ConfigError, match=r"no folder for `gatsbi`; nearest: gatsby, gatsby_lfs\. `mobility list` lists them\."
    ):
        study_folder(root, "gatsbi")


# YAML and CSV


def test_yaml_error_names_the_line(project):
    spoil(project / "config.yaml", "choices: {}", "choices: {")
    with pytest.raises(MobilityError) as caught:
        load_config(project)
    assert f"{project / 'config.yaml'}, line" in str(caught.value)
    assert "not valid YAML" in str(caught.value)


def test_yaml_with_a_tab_and_in_another_encoding(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("a: 1\n\tb: 2\n")
    with pytest.raises(SpecError, match=r"x\.yaml, line 2, column 1: not valid YAML"):
        read_yaml(path)
    path.write_bytes("a: 1\nb: café\n".encode("cp1252"))
    with pytest.raises(SpecError, match=r"x\.yaml, line 2: not UTF-8 text\. Save the file as UTF-8"):
        read_yaml(path)
    path.write_bytes(b"\xef\xbb\xbf" + "a: café\r\n".encode())
    assert read_yaml(path) == {"a": "café"}


def test_files_that_are_not_there(tmp_path):
    for read in (read_yaml, read_rows):
        with pytest.raises(DataError, match=r"gone: no such file\. Check the name"):
            read(tmp_path / "gone")


def test_csv_cells_may_hold_line_ends_and_stay_text(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b'\xef\xbb\xbfa,b\r\n"one\r\ntwo",007\r\nNA,\xc2\x85\r\n')
    assert read_rows(path) == [{"a": "one\r\ntwo", "b": "007"}, {"a": "NA", "b": "\x85"}]
    assert read_register(path)["a"].tolist()[1] == "NA"


# Specs of a study


def test_unknown_key_in_a_table(project):
    spoil(project / "studies/gatsby/tables/table_3_3.yaml", "decimals:", "decimal:")
    message = study_problem(project)
    assert "studies/gatsby/tables/table_3_3.yaml: top level: " in message
    assert "unknown key `decimal`, nearest: decimals" in message
    assert "missing `decimals`" in message
    assert "table.schema.yaml" in message


def test_problems_of_several_specs_are_listed_at_once(project):
    folder = project / "studies/gatsby"
    (folder / "tables/table_3_1.yaml").write_text("table: [\n")
    spoil(folder / "study.yaml", "title:", "titel:")
    (folder / "samples.yaml").write_text("x: 5\n")
    message = study_problem(project)
    assert "table_3_1.yaml, line 2" in message
    assert "study.yaml: top level: unknown key `titel`" in message
    assert "samples.yaml: x: 5 is not of type 'object'" in message


def test_a_mistake_in_a_file_of_several_specs_is_said_once(project):
    """It is in each of the four tables that the file is spread to."""
    spoil(project / "studies/gatsby/tables/regressions.yaml", "section: ", "section: x ")
    (line,) = study_problem(project).splitlines()
    assert "/tables/regressions.yaml: " in line and "x Regression results" in line


def test_names_that_other_specs_do_not_have(project):
    folder = project / "studies/gatsby"
    table = yaml.safe_load((folder / "tables/table_3_3.yaml").read_text())
    table |= {"table": "table_33", "section": "3.1 Overal patterns", "sample": "technical_origin"}
    (folder / "tables/table_3_3.yaml").write_text(yaml.safe_dump(table))
    spoil(folder / "figures/figure_shares.yaml", "table: ", "table: x_")
    message = study_problem(project)
    assert "`table: table_33` is not the file's name. Write `table: table_3_3`" in message
    assert "section `3.1 Overal patterns` is not in study.yaml; nearest: 3.1 Overall patterns" in message
    assert "sample `technical_origin` is not in samples.yaml; nearest: " in message
    assert "figure_shares.yaml: table `x_table_3_8` is not in tables/; nearest: table_3_8" in message


def test_numbers_of_tables_are_unique(project):
    spoil(project / "studies/gatsby/tables/table_3_4.yaml", "number: Table 3.4", "number: Table 3.5")
    message = study_problem(project)
    assert "tables/table_3_4.yaml, tables/table_3_5.yaml are all `Table 3.5`. Give each a number of its own" in message


def test_a_model_file_with_specifications_is_a_model_for_each(root):
    study = load_study(root, "moving_out")
    first, last = study.models["table_8__model_1"], study.models["table_8__model_4"]
    assert (first.order, last.order, last.label, last.file) == (1, 4, "Model 4", "from_types")
    assert last.sample == first.sample == "from_affluent_england"
    added = [term.id for term in last.terms if term not in first.terms]
    assert added[:2] == ["share_border", "distance_between_sending_and_receiving_areas"] and len(added) == 2 + 4 + 6
    shown = [model.table for model in study.models_of("all")]
    assert shown == sorted(shown, key=lambda table: int(table.removeprefix("table_")))


def test_terms_of_a_model_are_checked(project):
    spoil(project / "studies/gatsby/models/progression.yaml", "[progression,", "[progresion,")
    assert "terms `progresion` is not in terms/; nearest: progression" in study_problem(project)


def test_absent_group_file(project):
    spoil(
        project / "studies/gatsby/tables/table_3_3.yaml",
        "groups: technical_occupations",
        "groups: technical_occupation",
    )
    with pytest.raises(SpecError, match=r"no groups/technical_occupation\.csv; nearest: technical_occupations"):
        load_study(project, "gatsby")


# Writing


def test_what_fails_while_writing_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "x.csv"
    write_text("old", path)

    def fail():
        with atomic(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with pytest.raises(AttributeError):
        write_csv("no frame", path)
    assert [(found.name, found.read_text()) for found in tmp_path.iterdir()] == [("x.csv", "old")]


def test_writers_at_once_leave_one_whole_file(tmp_path):
    path = tmp_path / "deep/x.txt"
    texts = [str(number) * 50_000 for number in range(4)]
    threads = [threading.Thread(target=write_text, args=(text, path)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_text() in texts
    assert [found.name for found in path.parent.iterdir()] == ["x.txt"]


def test_numbers_of_the_command_line_arrive_as_text(project):
    given = {"synthetic": {"size": "small", "seed": "7", "format": "stata"}, "waves": {"ukhls": "a-c"}}
    given["disclosure"] = {"threshold": {"open": "0", "safeguarded": "3", "special": "10", "secure": "10"}}
    config = load_config(project, given)
    assert (
        config.synthetic["seed"] == 7
        and config.thresholds["special"] == 10
        and config.waves["ukhls"] == ("a", "b", "c")
    )
    with pytest.raises(ConfigError, match=r"synthetic\.seed: 'seven' is not of type 'integer'"):
        load_config(project, {**given, "synthetic": {**given["synthetic"], "seed": "seven"}})
