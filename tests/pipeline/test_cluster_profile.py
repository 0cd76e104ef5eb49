"""What a job asks of a cluster, from the logs of a run; what is compared between a run here and one sent away."""

import pytest
import yaml

import extra
import resources
import slurm

HEAD = "executor: slurm\n" + resources.MARK + "set-resources:\n  old: {mem_mb: 1, runtime: 1}\n"


@pytest.fixture
def logs(tmp_path):
    """Steps of a run: two readings, of which the larger counts, and a small table; one that did not come to its end."""
    said = {
        "read_ukhls": "ukhls: waves a to h read (90.0 s)\npeak memory: 1900 MB\n",
        "read_lfs": "lfs: read (8.0 s)\npeak memory: 300 MB\n",
        "tabulate_gatsby": "gatsby: tables counted (2.9 s)\npeak memory: 411 MB\n",
        "hand_on_gatsby": "gatsby: measures handed on (0.1 s)\npeak memory: 177 MB\n",
        "index": "reports/index.html (2.0 s)\npeak memory: 200 MB\n",
        "judge_gatsby": "gatsby\nstopped\n",
        "something_else": "x (1.0 s)\npeak memory: 9000 MB\n",
    }
    for name, text in said.items():
        (tmp_path / f"{name}.log").write_text(text)
    return tmp_path


def test_a_rule_asks_for_what_its_largest_job_took_and_more(logs):
    # 1.5 x 1900 + 200 = 3050, up to the next 250; (10 x 90 + 30) s = 15.5 minutes; what takes little asks for the usual
    usual = {"mem_mb": 1000, "runtime": 10}
    assert resources.measured(logs) == {
        "hand_on_gatsby": usual,
        "read": {"mem_mb": 3250, "runtime": 16},
        "render_index": usual,
        "tabulate_gatsby": usual,
    }


def test_the_profile_says_what_is_not_usual_and_which_jobs_go_together(logs):
    text = resources.written(HEAD, resources.measured(logs))
    found = yaml.safe_load(text)
    assert found["set-resources"] == {"read": {"mem_mb": 3250, "runtime": 16}}
    assert found["groups"] == {"read": "study", "tabulate_gatsby": "study"}
    assert found["executor"] == "slurm"
    assert resources.written(text, resources.measured(logs)) == text


def test_a_folder_without_logs_is_named(tmp_path):
    with pytest.raises(SystemExit, match="no log of a whole step"):
        resources.measured(tmp_path)


def test_the_shipped_profile_is_of_the_form_that_is_written(root):
    shipped = yaml.safe_load(resources.PROFILE.read_text(encoding="utf-8"))
    assert shipped["default-resources"] == resources.USUAL
    # Judgements wait for one another, and would for the pages that are sent with one of them.
    assert set(shipped["groups"].values()) == {"study"}
    assert not [rule for rule in shipped["groups"] if rule.startswith(("judge", "hand_on", "render"))]
    assert all(of.keys() == resources.USUAL.keys() for of in shipped["set-resources"].values())


def test_tables_of_two_runs_are_compared_by_content(tmp_path):
    for run, value in (("one", "1"), ("two", "2")):
        for place in ("results/released/s", "results/restricted/synthetic/x"):
            (tmp_path / run / place).mkdir(parents=True)
            (tmp_path / run / place / "same.csv").write_text("a\n1\n")
            (tmp_path / run / place / "other.csv").write_text(f"a\n{value}\n")
    (tmp_path / "one/results/released/s/alone.csv").write_text("a\n")
    assert slurm.compare(tmp_path / "one", tmp_path / "two") == {
        "tables": 2,
        "in_one_only": ["results/released/s/alone.csv"],
        "different": ["results/released/s/other.csv"],
    }


def test_an_extra_is_pinned_and_one_that_is_not_there_is_named(root):
    found = extra.pins("slurm", root / "pyproject.toml")
    assert len(found) == 2 and all("==" in pin for pin in found)
    with pytest.raises(SystemExit, match="no extra `slrum`; there are: slurm"):
        extra.pins("slrum", root / "pyproject.toml")
