"""Two studies of one source: a number of the same rows is hidden in both; what one shows is known to the other."""

import numpy as np
import pandas as pd

from attack.across import across
from mobility.cells.tabulate import tabulate
from mobility.disclosure.elsewhere import REASON, told_elsewhere
from mobility.disclosure.numbers import Table
from mobility.disclosure.release import release_tables
from mobility.storage import write_csv, write_parquet
from specs import table_spec


def frame_of(**kinds):
    """Everybody in one wave, persons numbered from 0."""
    names = [name for name, n in kinds.items() for _ in range(n)]
    return pd.DataFrame({"kind": names, "wave": 1, "person": np.arange(len(names))})


def counts(frame, *items, name="t", kind="frame"):
    """Counts of everybody by kind; a category may be several, as `b_c`."""
    shown = [{"id": item, "of": item.split("_")} for item in items]
    axes = {"rows": {"show": [{"id": "all", "all": True}]}, "columns": {"of": "kind", "show": shown}}
    spec = table_spec({"table": name, "frame": kind, "statistic": "count", **axes})
    return Table(tabulate(frame, spec, "s"), spec, None, frame)


def gone(released):
    return released.cells.loc[released.cells["flag"] == "suppressed", "column"].tolist()


FRAME = frame_of(a=4, b=30, c=40, d=50)


def test_what_one_study_hides_the_other_hides_too():
    first = release_tables([counts(FRAME, "a", "b", "c", "d")], "special", 10)[0]
    assert gone(first) == ["a", "b"]
    alone = release_tables([counts(FRAME, "a_c", "b", "d", kind="other")], "special", 10)[0]
    assert gone(alone) == []
    second = release_tables([counts(FRAME, "a_c", "b", "d", kind="other")], "special", 10, elsewhere=[first.reasons])[0]
    assert "b" in gone(second)
    reasons = dict(zip(second.reasons["column"], second.reasons["reason"], strict=True))
    assert reasons["b"] == REASON


def test_what_one_study_shows_is_no_cover_in_the_other():
    shown = release_tables([counts(FRAME, "b", "a_c_d")], "special", 10)[0]
    assert gone(shown) == []
    second = release_tables([counts(FRAME, "a", "b", "c", "d", kind="other")], "special", 10, elsewhere=[shown.reasons])
    assert gone(second[0]) == ["a", "c"]


def second_of(first, *items):
    """What of a second study is hidden whose cells are these, after the tables of a first."""
    records = [table.reasons for table in first]
    return gone(release_tables([counts(FRAME, *items, kind="other")], "special", 10, elsewhere=records)[0])


def test_a_sum_less_what_the_first_shows_does_not_give_what_it_hides():
    """The first shows c and hides a: a and c together, less c, are a again; so are b and d less d."""
    first = release_tables([counts(FRAME, "a", "b", "c", "d")], "special", 10)
    assert gone(first[0]) == ["a", "b"]
    assert "a_c" in second_of(first, "a_c", "d")
    assert "b_d" in second_of(first, "b_d", "c")


def test_the_rest_of_what_the_first_shows_does_not_give_what_it_hides():
    """The first shows a with d, and hides a: d alone, taken from that, tells the 4 of a."""
    first = release_tables([counts(FRAME, "a", "b", "c"), counts(FRAME, "a_d", name="sum")], "special", 10)
    assert "a" in gone(first[0]) and gone(first[1]) == []
    assert "d" in second_of(first, "d", "c")


def test_a_margin_that_both_show_gives_nothing_back():
    first = release_tables([counts(FRAME, "c", "a_b_d")], "special", 10)
    assert second_of(first, "a_b_d", "c") == []


def test_other_persons_have_other_names():
    other = FRAME.assign(person=FRAME["person"] + 1)
    first = release_tables([counts(FRAME, "a", "b", "c", "d")], "special", 10)[0]
    same = release_tables([counts(other, "b", "a_c_d", kind="other")], "special", 10, elsewhere=[first.reasons])[0]
    assert gone(same) == []


def run_of(folder, **studies):
    """A run of studies, each with the persons of a frame in wave 1 and (name of rows, reason) of its cells."""
    for name, (persons, cells) in studies.items():
        own = folder / "results/restricted" / name
        write_parquet(pd.DataFrame({"person": persons, "wave": 1}), own / "frames/f.parquet")
        record = pd.DataFrame(cells, columns=["rows_name", "reason"]).assign(rounded_to=float("nan"))
        write_csv(record, own / "disclosure.csv")
    return folder


def test_what_one_study_hides_and_another_shows_is_found(tmp_path):
    first = ([1, 2, 3], [("ka", "few"), ("kb", "")])
    run = run_of(tmp_path, one=first, other=([7, 8], [("ka", ""), ("kb", "")]), third=([9], [("kc", "few")]))
    pairs = [("one", "other"), ("one", "third")]
    assert across(run, pairs) == [{"studies": "one, other", "same_numbers": 2, "told_elsewhere": 1, "joint_rows": 0}]


def test_studies_with_rows_in_common_are_found(tmp_path):
    run = run_of(tmp_path, one=([1, 2, 3], [("ka", "few")]), other=([3, 4], [("kb", "")]))
    assert across(run, [("one", "other")]) == [
        {"studies": "one, other", "same_numbers": 0, "told_elsewhere": 0, "joint_rows": 1}
    ]


def test_records_count_by_what_they_say_of_the_numbers_of_a_study(tmp_path):
    """Of 2 and 3 rows: that one is hidden or shown, or that 1, shown, and 2 are the 3 that are hidden."""
    names = tmp_path / "names.txt"
    names.write_text("r2\nr3")

    def said(hidden, shown):
        record = pd.DataFrame({"rows_name": hidden + shown, "reason": ["few"] * len(hidden) + [""] * len(shown)})
        write_csv(record.assign(rounded_to=np.nan), tmp_path / "disclosure.csv")
        return told_elsewhere(names, [tmp_path / "disclosure.csv"])

    nothing = said(["r9"], ["r8"])
    assert nothing == said(["r7"], []) and nothing != ""
    assert len({nothing, said(["r2"], []), said(["r3"], []), said([], ["r2"]), said(["r3"], ["r1"])}) == 5
    names.write_text("r4\nr5")
    assert said(["r9"], ["r8"]) != nothing, "names of a judgement that failed after they were written"
    names.unlink()
    assert said(["r2"], []) == ""
