"""Commands in another folder than the project's, and on a study that no run has made."""

import pytest

from mobility.cli import main


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
