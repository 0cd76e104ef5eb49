"""Runs that round: their key is made once and told to nobody, and judges anew where it is another."""

import hashlib
import re
import stat

import pytest
import yaml

from mobility.storage import read_csv
from projects import copied, plan, run
from rounders import KEY

STUDY = "wage_panel"
COUNTS = f"results/released/{STUDY}"
COUNTED = ("inflow", "persons", "shares", "stayers", "transition")
JUDGED = f"{COUNTS}/shares.csv"  # by the job that judges all tables of the study
RAISED = {"open": 10, "safeguarded": 10, "special": 10, "secure": 10}
pytestmark = pytest.mark.pipeline


@pytest.fixture(scope="module")
def rounded(ran, tmp_path_factory):
    """A project that was run without rounding and again with it: all that is judged, and what is made from that."""
    folder = copied(ran, tmp_path_factory.mktemp("rounded") / "project")
    config = yaml.safe_load((folder / "config.yaml").read_text())
    config["disclosure"] = {"threshold": RAISED, "mitigation": "rounding", "base": 10}
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    return folder, run(folder)


def test_a_run_that_rounds_makes_its_key_says_so_and_tells_it_nowhere(rounded):
    folder, done = rounded
    assert done.returncode == 0, done.stderr
    path = folder / "rounding.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(re.findall("rounding.key is new: the secret by which numbers are rounded. Keep it", done.stderr)) == 1
    key = path.read_text().strip()
    told = [key, key[:16], hashlib.sha256(path.read_bytes()).hexdigest()]
    files = [one for place in ("results", "reports", "logs") for one in (folder / place).rglob("*") if one.is_file()]
    assert not [one for one in files if any(word.encode() in one.read_bytes() for word in told)]
    assert not any(word in done.stderr for word in told)


def test_another_key_draws_anew_and_the_same_one_nothing(rounded):
    folder, _ = rounded
    path = folder / "rounding.key"
    assert "judge" not in plan(folder)

    def counts():
        return {table: read_csv(folder / COUNTS / f"{table}.csv")["n"].tolist() for table in COUNTED}

    before, own = counts(), path.read_text()
    path.write_text(f"{KEY.hex()}\n")
    assert f"judge_{STUDY}" in plan(folder)
    again = run(folder, "--", JUDGED)
    assert again.returncode == 0 and "is new" not in again.stderr
    assert counts() != before
    path.write_text(own)
    assert run(folder, "--", JUDGED).returncode == 0 and counts() == before


def test_what_is_no_key_stops_a_run_before_anything_is_made(rounded):
    folder, _ = rounded
    path = folder / "rounding.key"
    own = path.read_text()
    path.write_text(own[:20])
    stopped = run(folder)
    path.write_text(own)
    assert stopped.returncode == 2 and "no key for rounding: 20 letters" in stopped.stderr
    assert own[:20] not in stopped.stderr


def test_a_plan_makes_no_key(rounded):
    folder, _ = rounded
    own = (folder / "rounding.key").read_text()
    (folder / "rounding.key").unlink()
    plan(folder)
    assert not (folder / "rounding.key").exists()
    (folder / "rounding.key").write_text(own)


def test_a_run_that_hides_makes_no_key(ran):
    assert not list(ran.glob("*.key"))
