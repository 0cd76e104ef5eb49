"""Commands in another folder than the project's, and on a study that no run has made."""

import pytest

from mobility.cli import _parser, main
from mobility.cli.parser import Commands


@pytest.mark.parametrize(
    ("command", "file"),
    [
        ("explain gatsby 3.3 science_professionals same_occ", "results/released/gatsby/table_3_3.csv"),
        ("backtest gatsby", "results/released/gatsby/backtest.csv"),
        ("export gatsby --sample at_risk_technician", "results/restricted/gatsby/frames"),
    ],
)
def test_what_no_run_made_is_told_from_what_the_settings_leave_out(project, capsys, command, file):
    assert main(command.split()) == 2
    assert capsys.readouterr().err == f"{file} is not there. Run `make report` first.\n"
    settings = project / "config.yaml"
    settings.write_text(settings.read_text().replace("studies: [gatsby, wage_panel]", "studies: [wage_panel]"))
    assert main(command.split()) == 2
    why = "config.yaml, studies, does not name gatsby. Add it there, then run `make report`."
    assert capsys.readouterr().err == f"{file} is not there: {why}\n"


@pytest.mark.parametrize("command", ["explain a", "backtest a", "export a b", "checker", "check", "package", "find a"])
def test_a_command_in_another_folder_says_where_the_projects_is(project, tmp_path, monkeypatch, capsys, command):
    monkeypatch.chdir(tmp_path)
    assert main(command.split()) == 2
    here = f"no config.yaml in {tmp_path}. Go to the project's folder and type the command again.\n"
    assert capsys.readouterr().err == here
    monkeypatch.chdir(project / "studies")
    assert main(command.split()) == 2
    assert f"Go to the project's folder, as by `cd {project}`, and type" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("", "required: command. Type for example `mobility list`"),
        ("backtest", "required: study. Type for example `mobility backtest gatsby`"),
        ("new-study", "required: name, --from. Type for example `mobility new-study my_panel --from FILE`"),
    ],
)
def test_a_command_that_lacks_something_says_what_to_type(capsys, command, said):
    with pytest.raises(SystemExit) as ended:
        main(command.split())
    told = capsys.readouterr().err
    assert ended.value.code == 2 and said in told and told.count("\n") == 1


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("expain gatsby", "mobility: no command `expain`; nearest: explain. `mobility --help`"),
        ("--hlp", "mobility: no option `--hlp`; nearest: --help. `mobility --help`"),
        ("release stagee", "mobility release: no step `stagee`; nearest: stage. `mobility release --help`"),
        ("package --ouput x", "mobility package: no option `--ouput`; nearest: --out. `mobility package --help`"),
        ("widget --outptu=x", "mobility widget: no option `--outptu`; nearest: --output. `mobility widget --help`"),
        ("release diff --shrae 1", "mobility release diff: no option `--shrae`; nearest: --share, --help."),
        ("list --format cvs", "mobility list: no --format `cvs`; nearest: csv. `mobility list --help`"),
        ("package gatsby", "package: unrecognized arguments: gatsby. Type for example `mobility package`;"),
        ("release", "required: step. Type for example `mobility release list`;"),
        ("widget", "required: --output. Type for example `mobility widget --output FOLDER`;"),
        ("serve --port abc", "mobility serve: argument --port: invalid int value: 'abc'. Type for example"),
    ],
)
def test_a_misspelt_word_is_told_with_the_nearest_by_its_own_command(capsys, command, said):
    with pytest.raises(SystemExit) as ended:
        main(command.split())
    told = capsys.readouterr().err
    assert ended.value.code == 2 and said in told and told.count("\n") == 1


def test_begun_options_and_words_behind_a_double_dash_are_understood(monkeypatch, tmp_path, capsys):
    """`--sour` is `--source`; what follows `--` is no option, though it looks like one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").touch()
    for command in ("find --sour x age", "find -- --age"):
        assert main(command.split()) == 2 and "no option" not in capsys.readouterr().err


def every_parser(parser):
    """A parser and those of its commands, and theirs."""
    yield parser
    for action in parser._actions:
        if isinstance(action, Commands):
            for own in action.choices.values():
                yield from every_parser(own)


def test_what_every_command_says_to_type_is_understood(capsys):
    """The example at the end of a complaint is itself a command that the parser takes."""
    parsers = list(every_parser(_parser()))
    assert len(parsers) > 20
    for parser in parsers:
        typed = f"{parser.prog} {parser.after}".split()[1:]
        assert _parser().parse_args(typed).run, parser.prog
