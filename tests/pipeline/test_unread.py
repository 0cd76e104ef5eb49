"""A run whose words nobody reads any more, as after `| head`, comes to its end all the same."""

import subprocess

import pytest

from projects import beginning, copied, words_of_run

SPEC, SCRIPT = "examples/wage_panel/tables/shares.yaml", "workflow/scripts/tabulate.py"
PATIENCE = 300  # seconds after which it is taken for one that never ends


@pytest.fixture
def again(ran, tmp_path):
    """A copy of a project that was run, of which a table has to be counted anew."""
    place = copied(ran, tmp_path / "again")
    spec = place / SPEC
    spec.write_text(spec.read_text().replace("within: row", "within: column", 1))
    return place


def unread(folder):
    """The exit code of a run of which the first line is read, and nothing else."""
    run = subprocess.Popen(
        words_of_run(), cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=beginning()
    )
    run.stderr.readline()
    run.stderr.close()
    return run.wait(PATIENCE)


@pytest.mark.pipeline
def test_it_makes_what_it_has_to(again):
    page = again / "reports/wage_panel/index.html"
    before = page.stat().st_mtime_ns
    assert unread(again) == 0
    assert page.stat().st_mtime_ns > before


@pytest.mark.pipeline
def test_it_ends_where_a_job_fails(again):
    (again / SCRIPT).write_text("raise SystemExit('no')\n")
    assert unread(again) != 0
