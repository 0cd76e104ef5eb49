"""The invented Labour Force Survey: sizes of Tables B1 to B6 in print, names and forms of the true files."""

import importlib.util

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from mobility.panel.check import check_delivery
from mobility.panel.delivery import read_delivery
from mobility.panel.register import load_source
from mobility.storage import read_rows, read_words
from paths import ROOT
from planted_project import make

LFS = load_source(ROOT, "lfs")
FOLDER = ROOT / "sources" / "lfs"
NAMES = ("person_id", "age", "sex", "ilo_status", "origin_earner", "origin_nssec", "own_nssec", "weight", "hourly_pay")
# Expected numbers in print, men and women together.
PRINTED = {("B1", "2014Q3"): (16, 24, 6820), ("B3", "2021Q3"): (25, 29, 2800), ("B2", "2016Q3"): (19, 19, 640)}
EVERYONE = {"2002Q3": (16, 24, 13030), "2021Q3": (16, 24, 6760), "2014Q3": (25, 29, 4270)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make(tmp_path_factory.mktemp("lfs") / "delivery", ROOT, "lfs")


def planned(name, waves, **wanted):
    """Expected persons of the full size: rows of a quarter times the planted shares."""
    words = read_words(FOLDER / "planted.yaml")
    return sum(
        float(row["share"]) * int(words["rows"][row["wave"]])
        for row in read_rows(FOLDER / f"planted_{name}.csv")
        if row["wave"] in waves and all(row[key] in value for key, value in wanted.items())
    )


def test_every_quarter_of_the_register_can_be_read(folder):
    found = check_delivery(folder, LFS, tuple(LFS.waves), [])
    assert found.problems == () and "lfsp_js21_eul_pwt22.dta" in found.text


def test_everyone_of_an_age_is_as_many_as_in_print():
    bands = {(16, 24): ("from_16", "is_19", "from_20"), (25, 29): ("from_25",)}
    for wave, (first, last, printed) in EVERYONE.items():
        assert planned("persons", (wave,), age_band=bands[first, last]) == pytest.approx(printed, abs=10)


def test_those_with_a_background_are_as_many_as_in_print(folder):
    """Of a twentieth, within four standard errors of a binomial count."""
    delivery = read_delivery(folder, LFS, tuple({wave for _, wave in PRINTED}), NAMES)
    frames = {data.wave.name: data.frame for data in delivery.waves}
    for (_, wave), (first, last, printed) in PRINTED.items():
        frame = frames[wave]
        known = frame["age"].between(first, last) & ((frame["origin_earner"] == 5) | (frame["origin_nssec"] > 0))
        assert known.sum() == pytest.approx(printed / 20, abs=4 * np.sqrt(printed / 20))


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


def test_pay_of_nothing_and_of_a_thousand_pounds_is_there(folder):
    frame = pd.concat([data.frame for data in read_delivery(folder, LFS, tuple(LFS.waves), NAMES).waves])
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
