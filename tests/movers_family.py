"""The worked family: ten young people of the BHPS and UKHLS, as the two panels that the movers study is made from.

Written down from the ten descriptions of the study's README, a row a person and wave.
"""

import numpy as np
import pandas as pd

from mobility.areas.codes import load_areas
from mobility.settings import load_study
from mobility.studies.movers.places import carry, region_codes
from paths import ROOT

DURHAM_2008, DURHAM, POOLE, CHRISTCHURCH, BOURNEMOUTH = "E07000055", "E06000047", "E06000029", "E07000048", "E06000028"
HACKNEY, MIDDLESBROUGH = "E09000012", "E06000002"
FIRST_UKHLS = 2009
DEFAULTS = {
    "household_id": -8,
    "person_number": 1,
    "age": -9,
    "age_enumerated": -9,
    "interview_type": -100,
    "interview_year": -9,
    "mother_id": -8,
    "father_id": -8,
    "mother_person_number": 0,
    "father_person_number": 0,
    "local_authority": None,
    "activity_status": -9,
    "has_job": -8,
    "has_job_away": -8,
    "nssec3": -8,
    "last_job_nssec3": -8,
    "most_recent_job_nssec8": -8,
    "labour_income": -9.0,
    "sex_ever": 2,
    "ethnic_group_ever": 1,
    "born_outside_uk": 1,
    "birth_year_ever": -9,
    "region": 1,
}
NAMES = ("anna", "ben", "cara", "dev", "ela", "finn", "gita", "hugh", "ida", "jo")
IDS = {
    name: 3_000_000_000 + place
    for place, name in enumerate((*NAMES, "mother", "father", "dads", "mum", "pa", "ma", "host"))
}


def row(name: str, year: int, age: int, area: str | None = None, **answers) -> dict:
    """A row of a panel; `interview_type` is a full interview where an activity or a class is given."""
    given = {"household_id": IDS[name], **answers}
    if {"activity_status", "nssec3", "last_job_nssec3", "most_recent_job_nssec8"} & set(given):
        given = {"interview_type": 1, "interview_year": year} | given
    unknown = set(given) - set(DEFAULTS)
    assert not unknown, unknown
    return {**DEFAULTS, **given, "name": name, "year": year, "age": age, "age_enumerated": age, "local_authority": area}


def home(year: int, area: str | None, children: dict[str, int], mother: dict | None, father: dict | None) -> list[dict]:
    """A household with its children (name: age), all of one household, linked to the parents that are there.

    Parents are dicts with their `name` and their answers; BHPS households link by person number, UKHLS by identifier.
    """
    household = IDS[next(iter(children))]
    parents = {role: parent for role, parent in (("mother", mother), ("father", father)) if parent}
    rows, links = [], {}
    for place, (role, parent) in enumerate(parents.items(), start=1):
        rows.append(row(year=year, age=45, area=area, **{**parent, "household_id": household, "person_number": place}))
        key = f"{role}_id" if year >= FIRST_UKHLS else f"{role}_person_number"
        links[key] = IDS[parent["name"]] if year >= FIRST_UKHLS else place
    for place, (name, age) in enumerate(children.items(), start=3):
        rows.append(row(name, year, age, area, household_id=household, person_number=place, **links))
    return rows


def family_rows() -> list[dict]:
    """Rows of the ten, their parents, and the lodger's hosts."""
    work = {"activity_status": 2}
    mother, father = {"name": "mother", "nssec3": 2}, {"name": "father", "most_recent_job_nssec8": 7}
    rows = home(1991, DURHAM_2008, {"anna": 16, "ben": 14}, mother, father)
    rows += home(1992, DURHAM_2008, {"anna": 17, "ben": 15}, mother, {"name": "father", "nssec3": 1})
    rows += home(2000, DURHAM_2008, {"cara": 14}, mother, None)
    rows += home(2001, DURHAM_2008, {"cara": 15}, {"name": "mother"}, None)
    rows += [row("anna", 2002, 27, HACKNEY, **work), row("anna", 2006, 31, DURHAM_2008, **work)]
    rows += [row("anna", 2010, 35, HACKNEY, **work)]
    rows += [row("ben", year, age, DURHAM_2008, **work) for year, age in ((2005, 28), (2006, 29))]
    rows += [row("ben", 2010, 33, DURHAM, **work)]
    rows += [row("cara", year, age, HACKNEY, **work) for year, age in ((2010, 24), (2012, 26))]
    rows += [row("cara", 2014, 28, HACKNEY, interview_type=2, **work)]
    rows += [row("cara", 2015, 29, HACKNEY, activity_status=-9)]
    rows += home(2009, MIDDLESBROUGH, {"dev": 16, "ela": 13}, {"name": "mum", "last_job_nssec3": 3}, None)
    rows += home(2011, MIDDLESBROUGH, {"ela": 15}, {"name": "mum", "last_job_nssec3": -8}, None)
    rows += [row("dev", 2013, 20, HACKNEY, activity_status=7), row("dev", 2018, 25, MIDDLESBROUGH, **work)]
    rows += [row("ela", 2019 - 1, 23, MIDDLESBROUGH, interview_year=2019, **work)]
    rows += [row("finn", 2009, 17, MIDDLESBROUGH, activity_status=7)]
    rows += home(1991, None, {"gita": 17}, None, {"name": "dads"})
    rows += home(1992, BOURNEMOUTH, {"gita": 18}, None, {"name": "dads"})
    rows += [row("gita", 2004, 30, BOURNEMOUTH, activity_status=1, labour_income=-250.0)]
    rows += home(1992, POOLE, {"hugh": 16}, None, {"name": "pa"})
    rows += [row("hugh", 2006, 30, CHRISTCHURCH, **work)]
    rows += home(1991, MIDDLESBROUGH, {"ida": 18}, {"name": "ma", "nssec3": 2}, None)
    rows += [row("ida", year, age, MIDDLESBROUGH, **work) for year, age in ((1998, 25), (1999, 26))]
    rows += home(1996, MIDDLESBROUGH, {"jo": 16}, {"name": "ma", "nssec3": 2}, None)
    rows += [row("jo", 2010, 30, HACKNEY, activity_status=3, labour_income=0.0, last_job_nssec3=1)]
    return rows


def panels_of(rows: list[dict]) -> dict[str, pd.DataFrame]:
    """The rows as the panels `history` (BHPS, to 2008) and `persons` (UKHLS), sorted by person and wave."""
    frame = pd.DataFrame(rows)
    return split(frame.assign(person=frame["name"].map(IDS)))


def split(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Rows of persons and years as the two panels."""
    bhps = frame["year"] < FIRST_UKHLS
    frame = frame.assign(
        wave=frame["year"] - bhps.map({True: 1990, False: 2008}),
        local_authority=frame["local_authority"].astype("str").where(frame["local_authority"].notna()),
    )
    frame = frame.drop(columns="name")
    return {
        name: frame[rows].sort_values(["person", "wave"], ignore_index=True)
        for name, rows in (("history", bhps), ("persons", ~bhps))
    }


PLACES = ["E09000012", "E06000002", "E06000047", "E08000025", "E08000035", "E07000148", "E06000023", "E09000033"]
PLACES += ["W06000015", "E07000008", "E06000018", "E08000003", "E06000052", "E07000178", "E09000001", "E06000042"]
ANSWERS = {"marital_status": [1, 2], "children_count": [0, 0, 1, 2], "qualification_group": [1, 2, 3, 9]}
ANSWERS |= {"housing_tenure": [1, 2, 5], "activity_status": [2, 2, 3], "nssec3": [1, 2, 3]}
EVER = {"sex_ever": [1, 2], "ethnic_group_ever": [1, 1, 4], "born_outside_uk": [1, 1, 1, 2]}


def many_families(copies: int, seed: int = 3) -> dict[str, pd.DataFrame]:
    """The panels of many such families: other persons in other places, with answers drawn at random.

    Parents' classes, outcomes and controls are independent of each other and of moving.
    """
    rng, one = np.random.default_rng(seed), pd.DataFrame(family_rows())
    frame = pd.concat([one.assign(copy=copy) for copy in range(copies)], ignore_index=True)
    size = len(frame)
    frame["person"] = frame["name"].map(IDS) + 1000 * frame["copy"]
    for role in ("mother_id", "father_id"):
        frame[role] += 1000 * frame["copy"] * (frame[role] > 0)
    frame["household_id"] += 1000 * frame["copy"]
    fixed = frame["local_authority"].isin([POOLE, CHRISTCHURCH, BOURNEMOUTH]) | frame["local_authority"].isna()
    # A third of the interviewed live elsewhere than their family did.
    away = (frame["interview_type"] > 0) & (rng.random(size) < 1 / 3)
    place = frame["local_authority"].replace(DURHAM_2008, DURHAM).mask(away, frame["name"])
    homes = pd.MultiIndex.from_arrays([frame["copy"], place.fillna("")]).factorize()[0]
    drawn = np.array(PLACES)[rng.integers(0, len(PLACES), size)[homes]]
    frame["local_authority"] = frame["local_authority"].where(fixed & ~away, drawn)
    for name, codes in EVER.items():
        frame[name] = np.array(codes)[rng.integers(0, len(codes), size)[frame.groupby("person").ngroup()]]
    asked = frame["interview_type"] > 0
    for name, codes in ANSWERS.items():
        frame[name] = np.where(asked, rng.choice(codes, size), frame.get(name, -9))
    frame["labour_income"] = np.where(asked, rng.normal(1800, 500, size), -9.0)
    names = {row["name"]: int(row["code"]) for row in load_study(ROOT, "movers").groups("regions")}
    carried, _ = carry(frame["local_authority"].astype("string"), load_areas(ROOT), "lad2020")
    frame["region"] = region_codes(carried, names, ROOT).fillna(-9).astype("int64")  # in which the authority lies
    return split(frame.drop(columns="copy"))
