"""Planted files: what is wrong with one is a clear message, and nothing is written."""

import pytest

from mobility.errors import MobilityError, SpecError
from mobility.panel.table_source import read_table
from paths import ROOT
from planted_project import make, spoiled


def test_a_mapping_of_the_true_file_never_leads_the_invented_one_there(tmp_path):
    """`file` as a full path, as in a secure setting."""
    true = tmp_path / "true" / "extract.csv"
    true.parent.mkdir()
    true.write_text("ls_member,adult_census\n")
    root = spoiled(tmp_path, "ons_ls", lambda words: words, mapping={"file": str(true)})
    folder = make(tmp_path / "out", root, "ons_ls")
    assert true.read_text() == "ls_member,adult_census\n" and len(read_table(folder, ROOT).panel) == 3 * 2588


def with_draw(**entry):
    """The planted file with one more draw, or with another of the same first name."""

    def change(words):
        draws = [draw for draw in words["draws"] if draw["draw"][0] != entry["draw"][0]]
        place = (
            len(draws)
            if len(draws) == len(words["draws"])
            else [d["draw"][0] for d in words["draws"]].index(entry["draw"][0])
        )
        return {**words, "draws": [*draws[:place], entry, *draws[place:]]}

    return change


def with_truth(**entry):
    return lambda words: {**words, "truth": {"s": [{"table": "t", "groups": {"all": "all"}, **entry}]}}


BAD = {
    "unknown name": (with_draw(draw=["sexx"], shares={"1": "1"}), "draw of sexx: no variable `sexx`; nearest: sex"),
    "unknown group": (
        with_draw(draw=["sex"], by=["wavee"], shares={"1": "1"}),
        "draw of sex: no variable `wavee`; nearest: wave",
    ),
    "sum": (
        with_draw(draw=["sex"], by=["wave"], shares={"2014Q3": {"male": "0.5", "female": "0.48"}}),
        "draw of sex: the shares of 2014Q3 add to 0.98, not to 1",
    ),
    "negative": (with_draw(draw=["sex"], shares={"male": "1.5", "female": "-0.5"}), "a share is -0.5"),
    "code": (
        with_draw(draw=["ilo_status"], shares={"in_emploiment": "1"}),
        "draw of ilo_status: `ilo_status` has no code or label `in_emploiment`; nearest: in_employment",
    ),
    "no number": (with_draw(draw=["sex"], shares={"male": "most"}), "draw of sex, sex male: `most` is no number"),
    "not finite": (with_draw(draw=["sex"], shares={"male": "nan"}), "`nan` is no number"),
    "size": (with_draw(draw=["household_id"], sizes={"0": "1"}), "planted.yaml: draws."),
    "backwards": (with_draw(draw=["age"], range=["29", "25"]), "the range runs backwards. Write [25, 29]"),
    "together": (with_draw(draw=["age", "sex"], range=["25", "29"]), "only `shares` and `sizes` draw several names"),
    "values twice": (with_draw(draw=["age"], by=["wave"], values="twice.csv"), "draw of age: 2014Q3 stands twice"),
    "too much hidden": (
        lambda words: {**words, "hidden": {"sex": {"-9": "1.5"}}},
        "hidden, sex: the shares add to 1.5",
    ),
    "order": (with_draw(draw=["sex"], by=["origin"], shares={"1": {"1": "1"}}), "`origin` is not drawn before"),
    "group without shares": (
        with_draw(draw=["sex"], by=["wave"], shares={"2014Q3": {"1": "1"}}),
        "draw of sex: nothing for wave 2015Q3. Given (wave): 2014Q3",
    ),
    "levels": (
        with_draw(draw=["sex"], by=["wave"], shares={"2014Q3": "1"}),
        "`1` stands where codes of `sex` are wanted",
    ),
    "twice": (
        lambda words: {**words, "draws": [*words["draws"], {"draw": ["sex"], "shares": {"1": "1"}}]},
        "draw of sex: `sex` is drawn already",
    ),
    "file": (with_draw(draw=["sex"], shares="no.csv"), "no such file"),
    "column of a file": (
        with_draw(draw=["sex"], by=["region"], shares="planted_regions.csv"),
        "planted_regions.csv: no column `sex`; allowed: region, share, wave",
    ),
    "code of a file": (
        with_draw(draw=["full_part_time"], by=["wave"], shares="bad.csv"),
        "bad.csv, line 2: `full_part_time` has no code or label `3`",
    ),
    "code of another quarter": (
        with_draw(draw=["region"], shares={"3": "1"}),
        "column GOVTOF2: `region` is drawn as 3, which its list has not; nearest: 13",
    ),
    "probability": (
        with_draw(draw=["destination"], link="linear", effects={"constant": "0.5", "age": "0.1"}),
        "draw of destination: probabilities from 3 to 3.4 in 13600 rows, 13600 of them outside 0 to 1",
    ),
    "words in a term": (
        with_draw(draw=["destination"], link="logit", effects={"wave": "0.5"}),
        "draw of destination, effects: `wave` holds words. Write wave=CODE",
    ),
    "asked": (with_draw(draw=["sex"], asked={"wave": ["2014Q3"]}, shares={"1": "1"}), "`asked` needs `otherwise`"),
    "wave": (
        lambda words: {**words, "rows": {"2016Q3": "10"}},
        "rows: no wave `2016Q3` in waves.csv; nearest: 2015Q3, 2014Q3, 2021Q3",
    ),
    "kind": (with_draw(draw=["sex"]), "planted.yaml"),
    "path": (lambda words: {**words, "files": {"eul": "{stam}.{ending}"}}, "no `stam`; nearest: stem"),
    "file of the register": (lambda words: {**words, "files": {"eull": "x"}}, "files: no `eull` in"),
    "ending": (
        lambda words: {**words, "files": {"eul": "{stem}.xyz"}},
        "is not found as eul of wave 2014Q3: file_pattern",
    ),
    "no files": (
        lambda words: {key: part for key, part in words.items() if key != "files"},
        "planted.yaml, files: no file to write. Name the path of each of eul, as eul: '{prefix}eul.{ending}'",
    ),
    "no wave in the path": (
        lambda words: {**words, "files": {"eul": "lfsp_js14_eul_pwt18.{ending}"}},
        "planted.yaml, files: `lfsp_js14_eul_pwt18.dta` is not found as eul of wave 2015Q3",
    ),
    "hidden": (
        lambda words: {**words, "hidden": {"full_part_time": {"-9": "1"}}},
        "`full_part_time` is not drawn before",
    ),
    "outcome": (
        with_truth(outcomes={"pay": "hourly_pay=1"}),
        "truth, s, t, pay: `hourly_pay=1` is not NAME=CODE of one",
    ),
    "nobody": (
        with_truth(outcomes={"men": "sex=1"}, groups={"old": "age=99"}),
        "truth, t, old: nobody is in that group",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_planted_file_is_one_clear_message(name, tmp_path):
    change, message = BAD[name]
    root = spoiled(tmp_path, "lfs", change)
    (root / "sources" / "lfs" / "bad.csv").write_text("wave,full_part_time,share\n2014Q3,3,1\n")
    (root / "sources" / "lfs" / "twice.csv").write_text("wave,age\n2014Q3,25\n2014Q3,26\n")
    with pytest.raises(SpecError) as error:
        make(tmp_path / "out", root, "lfs")
    assert message in str(error.value), str(error.value)
    assert not (tmp_path / "out").exists()


def test_unknown_size_and_form_are_refused(lfs_root, tmp_path):
    for option, message in (({"size": "big"}, "full, small"), ({"file_format": "sas"}, "spss, stata, tab")):
        with pytest.raises(MobilityError, match=message):
            make(tmp_path / "out", lfs_root, "lfs", **option)
