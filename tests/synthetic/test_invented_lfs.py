"""The invented Labour Force Survey: sizes of Tables B1 to B6 in print, names and forms of the true files."""

import importlib.util
from collections import Counter

import pandas as pd
import pyreadstat
import pytest

from mobility.panel.check import check_delivery
from mobility.panel.delivery import read_delivery
from mobility.panel.register import load_source
from mobility.storage import read_rows, read_words
from paths import ROOT
from planted_project import small_lfs

LFS = load_source(ROOT, "lfs")
FOLDER = ROOT / "sources" / "lfs"
NAMES = ("person_id", "age", "sex", "ilo_status", "origin_earner", "origin_nssec", "own_nssec", "weight", "hourly_pay")
YOUNG = ("from_16", "is_19", "from_20")
BANDS = {"b1": YOUNG, "b2": ("is_19",), "b3": ("from_25",), "b4": ("from_35",), "b5": YOUNG, "b6": ("from_25",)}
PRINTED = {"2014Q3": (16, 24, 6820), "2021Q3": (25, 29, 2800), "2016Q3": (19, 19, 640)}  # of B1, B3 and B2


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return small_lfs(tmp_path_factory)


@pytest.fixture(scope="module")
def quarters():
    """Those with the background of the young; those that are read for pay have a delivery of their own."""
    planted = read_words(FOLDER / "planted.yaml")["rows"]
    return tuple(wave for wave in LFS.waves if wave in planted)


def shares(name, *keys):
    """Shares of a planted file by the codes of `keys`."""
    return {tuple(row[key] for key in keys): float(row["share"]) for row in read_rows(FOLDER / f"planted_{name}.csv")}


def sizes(table):
    """Persons of the full size by wave, background and sex, from the planted shares; of B5 and B6 by wave and sex."""
    rows = {wave: int(count) for wave, count in read_words(FOLDER / "planted.yaml")["rows"].items()}
    found = Counter()
    paid = shares("paid", "wave", "age_band", "sex", "background", "says_pay")
    known = shares("backgrounds", "wave", "age_band", "sex", "background")
    for (wave, band, sex), share in shares("persons", "wave", "age_band", "sex").items():
        people = rows[wave] * share
        if band in BANDS[table] and table in ("b5", "b6"):
            found[wave, sex] += people
        elif band in BANDS[table]:
            for background in ("privileged", "intermediate", "working_class", "no_main_earner"):
                own = people * known.get((wave, band, sex, background), 0)
                said = paid.get((wave, band, sex, background, "yes"), 0) if table == "b4" else 1
                found[wave, background, sex] += own * said
    return found


def test_every_planted_quarter_can_be_read(folder, quarters):
    found = check_delivery(folder, LFS, quarters, [])
    assert found.problems == () and "lfsp_js21_eul_pwt22.dta" in found.text


@pytest.mark.parametrize("table", BANDS)
def test_sizes_are_whole_and_round_to_print_in_every_total(table):
    """Each number, and each sum of unrounded numbers, rounded half up to ten, is that of annex B."""
    found = sizes(table)
    for row in read_rows(ROOT / "studies" / "state_of_nation" / "published" / f"table_{table}.csv"):
        *background, sex = row["row"].split("__")
        wave = f"20{row['column'][2:]}Q3"
        wanted = [
            count
            for (quarter, *groups), count in found.items()
            if quarter == wave
            and sex in (groups[-1], "total")
            and (not background or background[0] in (groups[0], "total"))
        ]
        assert [round(count, 2) for count in wanted] == [round(count) for count in wanted]
        assert 10 * int((round(sum(wanted)) + 5) // 10) == float(row["value"]), row


def test_those_with_a_background_are_as_many_as_in_print(folder):
    """Of a twentieth, within one for each of the groups that are rounded on their own."""
    delivery = read_delivery(folder, LFS, tuple(PRINTED), NAMES)
    frames = {data.wave.name: data.frame for data in delivery.waves}
    for wave, (first, last, printed) in PRINTED.items():
        frame = frames[wave]
        known = frame["age"].between(first, last) & ((frame["origin_earner"] == 5) | (frame["origin_nssec"] > 0))
        assert known.sum() == pytest.approx(printed / 20, abs=8)


def test_names_follow_the_period(folder):
    old, _ = pyreadstat.read_dta(str(next(folder.rglob("lfsp_js08_end_user.dta"))), metadataonly=True)
    new, _ = pyreadstat.read_dta(str(next(folder.rglob("lfsp_js15_eul_pwt18.dta"))), metadataonly=True)
    assert {"CASENO", "SOC2KM", "NSECMMJ", "HIQUAL8D", "PWT14", "GOVTOR"} <= set(old) and "SMEARNER" not in old
    assert {"CASENOP", "SOC10M", "NSECMJ10", "HIQUL15D", "PWT18", "GOVTOF2", "SM_NSEC10"} <= set(new)
    assert not {"PWT20", "PWT14"} & set(new)


def test_classes_of_origin_are_text_with_blanks_in_2017_to_2019(folder):
    text = pd.read_stata(next(folder.rglob("lfsp_js17_eul_pwt18.dta")), columns=["SM_NSEC10"])["SM_NSEC10"]
    number = pd.read_stata(next(folder.rglob("lfsp_js16_eul_pwt18.dta")), columns=["SM_NSEC10"])["SM_NSEC10"]
    assert number.dtype == "float64" and text.isin([" ", "3.1", "12.2"]).any() and (text == " ").any()


def test_pay_of_nothing_and_of_a_thousand_pounds_is_there(folder, quarters):
    frame = pd.concat([data.frame for data in read_delivery(folder, LFS, quarters, NAMES).waves])
    assert (frame["hourly_pay"] == 0).any() and (frame["hourly_pay"] == 1000).any()


def test_planted_files_are_what_their_script_writes(tmp_path, monkeypatch, capsys):
    specified = importlib.util.spec_from_file_location("make_planted", FOLDER / "make_planted.py")
    script = importlib.util.module_from_spec(specified)
    specified.loader.exec_module(script)
    monkeypatch.setattr(script, "HERE", tmp_path)
    script.main()
    names = sorted(path.name for path in FOLDER.glob("planted_*.csv"))
    assert names == sorted(path.name for path in tmp_path.iterdir())
    assert [name for name in names if (tmp_path / name).read_bytes() != (FOLDER / name).read_bytes()] == []
    rows = read_words(FOLDER / "planted.yaml")["rows"]
    assert capsys.readouterr().out == "rows: {" + ", ".join(f"{wave}: {count}" for wave, count in rows.items()) + "}\n"
