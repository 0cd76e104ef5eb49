"""Jobs out of a process that has imported ahead: they run, print, fail and die as a program of their own would."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import ahead
import imports
from mobility.contents import HashStore
from paths import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere jobs are started as ever")

BEGIN = f"""
import sys; sys.path.insert(0, {str(ROOT / "workflow")!r})
import ahead
ahead.begin(sys.executable, ["colorsys"], "code")
print(ahead.begun("code"), flush=True)
sys.stdin.read()
"""
TELL = """
import json, os, sys
ahead = any(word.endswith("ahead.py") for word in sys.orig_argv)
facts = {"ahead": ahead, "words": sys.argv, "name": __name__, "file": __file__}
print(json.dumps({**facts, "folder": os.getcwd(), "own": os.environ.get("OWN"), "beside": sys.path[0]}))
"""


@pytest.fixture
def folder(tmp_path):
    """Where the run is: no project."""
    place = tmp_path / "run"
    place.mkdir()
    return place


@pytest.fixture
def run(folder):
    """The words that run a script, while the run lasts; its process."""
    code = [sys.executable, "-c", BEGIN]
    whole = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen(code, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=whole, cwd=folder)
    words = shlex.split(process.stdout.readline())
    yield words, process
    process.kill()
    process.wait()


def script(folder, text):
    path = folder / "job.py"
    path.write_text(text)
    return str(path)


def call(words, *more, threads="1", folder="/", **environment):
    own = {**os.environ, "OPENBLAS_NUM_THREADS": threads, **environment}
    return subprocess.run([*words, *more], capture_output=True, text=True, env=own, cwd=folder, check=False)


def test_a_script_runs_as_a_program_of_its_own(run, tmp_path):
    words, _ = run
    job = script(tmp_path, TELL)
    told = json.loads(call(words, job, "more", OWN="mine").stdout)
    assert told == {
        "ahead": True,
        "words": [job, "more"],
        "name": "__main__",
        "file": job,
        "folder": "/",
        "own": "mine",
        "beside": str(tmp_path),
    }


def test_another_number_of_threads_is_started_as_ever(run, tmp_path):
    told = json.loads(call(run[0], script(tmp_path, TELL), threads="2").stdout)
    assert not told["ahead"]


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("import sys; sys.exit(2)", 2, ""),
        ("import sys; sys.exit('no such column')", 1, "no such column"),
        ("import sys; sys.stderr.write('half a line')", 0, "half a line"),
        ("1 / 0", 1, "ZeroDivisionError"),
        ("def broken(", 1, "SyntaxError"),
        ("import os; os.kill(os.getpid(), 9)", -9, ""),
        ("import os; os.kill(os.getpid(), 11)", -11, ""),
        ("import subprocess, sys; sys.exit(subprocess.run(['false']).returncode + 4)", 5, ""),
    ],
)
def test_it_ends_as_the_script_ends(run, tmp_path, text, code, said):
    done = call(run[0], script(tmp_path, text))
    assert done.returncode == code
    assert said in done.stderr


def test_a_copy_dies_with_the_program_that_asked(run, tmp_path):
    words, _ = run
    waits = script(tmp_path, "import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(600)")
    whole = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    asker = subprocess.Popen([*words, waits], stdout=subprocess.PIPE, text=True, env=whole)
    copy = int(asker.stdout.readline())
    asker.send_signal(signal.SIGKILL)
    asker.wait()
    assert asker.stdout.read() == ""  # until nobody holds the other end
    gone_within(copy)


def test_ctrl_c_ends_a_copy_and_not_the_process(run, tmp_path):
    words, _ = run
    waits = script(tmp_path, "import time\nprint('up', flush=True)\ntime.sleep(600)")
    whole = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "env": whole}
    asker = subprocess.Popen([*words, waits], **options, start_new_session=True)
    assert asker.stdout.readline() == "up\n"
    os.killpg(asker.pid, signal.SIGINT)
    assert asker.wait() != 0
    assert "Traceback" not in asker.stderr.read()
    assert json.loads(call(words, script(tmp_path, TELL)).stdout)["ahead"]


@pytest.fixture
def specs(folder):
    """The run is in a project, with settings that it reads ahead."""
    (folder / "studies").mkdir()
    for name in ("config.yaml", "studies/study.yaml"):
        (folder / name).write_text("studies: [a]")
    return folder / "studies"


def test_a_job_for_which_other_specs_hold_than_were_read_is_started_as_ever(specs, run, tmp_path):
    """It would read those of before, and note what it makes as made of those that there are."""
    job = script(tmp_path, TELL)

    def is_taken(folder=specs.parent):
        return json.loads(call(run[0], job, folder=folder).stdout)["ahead"]

    for _ in range(600):  # until the settings were read
        if not is_taken(tmp_path):
            break
        time.sleep(0.05)
    assert not is_taken(tmp_path), "another folder"
    assert is_taken()
    (specs / "study.yaml").write_text("studies: [b]")
    assert not is_taken(), "edited"


def test_without_a_run_scripts_run_as_ever(run, tmp_path):
    words, process = run
    folder = Path(words[-2]).parent
    call(words, script(tmp_path, "pass"))
    assert folder.stat().st_mode & 0o77 == 0  # nobody else may ask
    process.kill()
    process.wait()
    while folder.exists():
        time.sleep(0.01)
    assert not json.loads(call(words, script(tmp_path, TELL)).stdout)["ahead"]


def test_what_was_begun_before_the_plan_is_taken_over_unless_code_was_edited_since(monkeypatch):
    started = []
    monkeypatch.setattr(ahead, "start", lambda *given: started.append(given) or f"words {len(started)}")
    monkeypatch.delenv(ahead.BEGUN, raising=False)
    for code in ("as it was", "as it was", "edited"):  # a second run takes over what serves already
        ahead.begin("python", ["colorsys"], code)
    assert started == [("python", ["colorsys"])] * 2
    assert ahead.begun("edited") == "words 2"
    assert ahead.begun("edited") == "", "no job inherits it"
    ahead.begin("python", ["colorsys"], "as it was")
    assert ahead.begun("edited since") == ""


def test_the_fingerprint_of_all_code_is_of_scripts_modules_and_their_data(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = {"workflow/scripts/job.py": "from mobility.a import b\n", "src/mobility/__init__.py": "",
             "src/mobility/a.py": "b = 1\n", "src/mobility/list.csv": "x\n"}  # fmt: skip
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)

    def found():
        imports._imported.cache_clear()
        imports.modules_of.cache_clear()
        return imports.all_code(HashStore(tmp_path / "hashes"))

    before = found()
    assert found() == before
    for name, text in files.items():
        Path(name).write_text(f"{text}# more\n")
        assert found() != before, name
        Path(name).write_text(text)
    assert found() == before


def gone_within(process):
    """Wait for the end of a process that is not ours to wait for."""
    while Path(f"/proc/{process}").exists():
        time.sleep(0.01)
    assert not Path(f"/proc/{process}").exists()
