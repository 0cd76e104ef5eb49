"""The record of what need not be made again."""

from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from mobility.kept import STORE, Kept, key_of, unless_same
from mobility.render.pictures import FLAWS, draw_figures
from mobility.storage import write_text
from mock_study import PLAIN, mock_study, write_results
from projects import copied, run


@pytest.fixture
def made(tmp_path):
    file = tmp_path / "a.svg"
    file.write_text("picture")
    kept = Kept(tmp_path / "record.json")
    assert not kept.holds("a", "key", [file])
    kept.note("a", "key", [file])
    kept.save()
    return file


def held(file, key="key"):
    return Kept(file.parent / "record.json").holds("a", key, [file])


def test_what_is_as_it_was_is_held_and_dated_anew(made):
    before = made.stat().st_mtime_ns
    assert held(made)
    assert made.stat().st_mtime_ns > before and made.read_text() == "picture"


def test_another_key_file_or_record_means_making_it_again(made):
    assert not held(made, "another")
    made.write_text("edited")
    assert not held(made)
    made.unlink()
    assert not held(made)
    made.write_text("picture")
    (made.parent / "record.json").write_text("[spoilt")
    assert not held(made)


def test_what_was_neither_held_nor_noted_is_forgotten(made):
    Kept(made.parent / "record.json").save()
    assert not held(made)


def test_what_was_removed_is_brought_back_from_under_its_second_name(tmp_path):
    file, store = tmp_path / "a.svg", tmp_path / "store"
    write_text("picture", file)
    kept = Kept(tmp_path / "record.json", store)
    kept.note("a", "key", [file])
    kept.save()
    file.unlink()
    again = Kept(tmp_path / "record.json", store)
    assert not again.holds("a", "another", [file]) and not file.exists()
    assert again.holds("a", "key", [file]) and file.read_text() == "picture"
    with file.open("a") as stream:
        stream.write(", edited in its place")
    file.unlink()
    assert not Kept(tmp_path / "record.json", store).holds("a", "key", [file])
    Kept(tmp_path / "record.json", store).save()
    assert not [path for path in store.rglob("*") if path.is_file()]


@pytest.fixture
def job(tmp_path, monkeypatch):
    """A job with a file, a folder and one input that another job made; what it does, and its outputs removed before."""
    monkeypatch.chdir(tmp_path)
    write_text("1", "results/in.csv")
    output = ["results/out.csv", "results/pages"]
    return SimpleNamespace(rule="judge_a", input=["results/in.csv"], output=output, params={"contents": "code"})


def work(job, fails=False, meanwhile=None):
    """Run a job as Snakemake does, its outputs removed before; whether it had anything to do."""
    for path in ("results/out.csv", "results/pages/one.html"):
        with suppress(FileNotFoundError):
            Path(path).unlink()
    with unless_same(job) as needed:
        if needed:
            if fails:
                raise ValueError
            made = Path("results/in.csv").read_text() + str(job.params)
            write_text(made, "results/out.csv")
            write_text(made, "results/pages/one.html")
        if meanwhile:
            meanwhile()
    return needed


def test_a_job_of_which_nothing_changed_has_nothing_to_do(job):
    assert work(job)
    before = Path("results/out.csv").read_text(), Path("results/pages/one.html").read_text()
    assert not work(job)
    assert (Path("results/out.csv").read_text(), Path("results/pages/one.html").read_text()) == before
    write_text("2", "results/in.csv")
    assert work(job)
    job.params = {"contents": "other code"}
    assert work(job) and not work(job)


def test_a_job_that_failed_leaves_nothing_old_and_has_its_work_to_do(job):
    assert work(job)
    write_text("2", "results/in.csv")
    with pytest.raises(ValueError):
        work(job, fails=True)
    assert not Path("results/out.csv").exists() and not Path("results/pages/one.html").exists()
    assert work(job) and Path("results/out.csv").read_text().startswith("2")


def test_what_a_job_reads_is_what_is_there_when_it_begins_and_still_when_it_ends(job):
    """The parameters are those of the plan, whatever was edited since."""
    write_text("a", "studies/a.yaml")
    job.input.append("studies/a.yaml")
    assert work(job) and not work(job)
    write_text("b", "studies/a.yaml")
    assert work(job), "edited between the plan and the job"
    assert work(job, meanwhile=lambda: write_text("a", "studies/a.yaml")) is False, "nothing was to be done"
    assert work(job, meanwhile=lambda: write_text("b", "studies/a.yaml"))
    write_text("a", "studies/a.yaml")
    assert work(job), "what was edited while it worked may have been read"


def test_an_input_apart_counts_by_what_is_told_of_it(job):
    """Which words it has of those that the job noted when it last did its work."""
    job.input.append("results/others.txt")
    others, own = Path("results/others.txt"), Path("own.txt")

    def told():
        return [word in others.read_text() for word in own.read_text().split()] if own.is_file() else None

    def judged(text):
        write_text(text, others)
        with unless_same(job, ["results/others.txt"], told) as needed:
            if needed:
                write_text("a b", own)
                write_text("made", "results/out.csv")
        return needed

    assert judged("a c") and not judged("a c d"), "nothing else of its own words"
    assert judged("a b c d") and not judged("d b a")
    own.unlink()
    assert judged("d b a"), "its own words are not known"
    write_text("2", "results/in.csv")
    assert judged("d b a"), "what is not apart counts as ever"
    with unless_same(job, ["results/others.txt"], told) as needed:
        write_text("b", others)
    assert not needed and judged("b")


def test_a_folder_that_lost_a_file_is_whole_again(job):
    assert work(job)
    stored = STORE / "judge_a/job/results/pages/one.html"
    assert stored.is_file()
    stored.unlink()
    assert work(job), "what has no second name any more is made again"


def test_flaws_of_pictures_are_written_before_the_pictures_count_as_drawn(tmp_path, monkeypatch):
    """What is kept is not looked at again: of a run that was killed in between the flaws would be lost."""
    study, places = mock_study(tmp_path), write_results(tmp_path)
    monkeypatch.setattr(Kept, "save", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        draw_figures(study, places["released"], PLAIN, places["figures"], tmp_path / "kept.json", "code")
    assert (tmp_path / FLAWS).read_text().startswith("figure,kind,where")


def test_keys_differ_where_a_part_differs():
    assert key_of("a", 1.0) == key_of("a", 1.0)
    assert len({key_of("a", 1.0), key_of("a", 1), key_of("a", 1.0, None), key_of(1.0, "a")}) == 4


@pytest.mark.pipeline
def test_a_job_that_failed_is_not_taken_for_done_by_the_next_run(ran, tmp_path):
    """What stood there before is of other specs: numbers of yesterday under the words of today."""
    again = copied(ran, tmp_path / "again")
    script, shares = again / "workflow/scripts/tabulate.py", "results/restricted/wage_panel/shares.csv"
    script.write_text(f"{script.read_text()}    raise ValueError\n")
    assert [run(again, "--", shares).returncode for _ in "ab"] == [2, 2]
    assert not (again / shares).exists()
