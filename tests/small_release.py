"""A small invented release: six occupations, three industries, and all codes of the other dimensions.

Cells are whole numbers, so that sums by hand are exact. Pay of a cell is 300 for women and 400 for men, and 100 more in
region 1, 50 less part-time.
"""

import json
from itertools import pairwise

import numpy as np

from mobility.releases import layout
from mobility.releases.layout import Manifest, write_manifest
from mobility.releases.measures import MadeFrom, stage_measures
from mobility.releases.pointer import FOLDER, STAGING
from mobility.serve.prepare import prepare

OCCUPATIONS = {
    "1115": "Chief executives and senior officials",
    "2412": "Barristers and judges",
    "2413": "Solicitors",
    "2419": "Legal professionals n.e.c.",
    "4131": "Records clerks and assistants",
    "4135": "Library clerks and assistants",
}
MINOR = {code: code[:3] for code in OCCUPATIONS}
SUB_MAJORS = {
    "11": "Corporate managers and directors",
    "24": "Business professionals",
    "41": "Administrative occupations",
}
AXES = {
    "industry": {"1": "Agriculture", "2": "Coal, oil and gas", "3": "Other mining"},
    "region": {str(code): f"Region {code}" for code in range(1, 13)},
    "gender": {"1": "Male", "2": "Female"},
    "status": {"1": "Full-time employees", "2": "Part-time employees", "3": "Self-employed"},
    "qualification": {str(code): f"Level {code}" for code in range(1, 10)},
}
SHAPE = (len(OCCUPATIONS), *map(len, AXES.values()))
YEARS, PAY_YEARS, SERIES = (2013, 2014, 2015, 2020), (2013, 2014, 2015), (2010, 2013, 2014, 2015, 2020)
JOBS = {"1115": 20, "2412": 1, "2413": 100, "2419": 40, "4131": 200, "4135": 70}
"""Jobs of every cell of an occupation in 2013; two more in the hundred each year."""


RATES = "occupation,start_year,end_year,rate\n4135,2015,2016,0.4\n4131,2015,2016,0.4\n"
MADE = MadeFrom(True, ("Invented for tests",))


def delivery(folder, jobs=JOBS, pay_change=None):
    """Arrays as the careers study writes them. pay_change : {(occupation, year): factor}."""
    folder.mkdir(parents=True, exist_ok=True)
    base = np.array([jobs[code] for code in OCCUPATIONS], dtype="float32").reshape(-1, 1, 1, 1, 1, 1)
    for year in YEARS:
        cells = np.broadcast_to(base * (1 + (year - 2013) / 50), SHAPE)
        np.save(folder / f"employment_{year}.npy", cells.astype("float32"))
    for year in PAY_YEARS:
        pay = np.full(SHAPE, 300.0 + 10 * (year - 2013))
        pay[:, :, :, 0] += 100
        pay[:, :, 0] += 100
        pay[:, :, :, :, 1] -= 50
        pay[:, :, :, :, 2] = np.nan
        for (code, changed), factor in (pay_change or {}).items():
            if changed == year:
                pay[list(OCCUPATIONS).index(code)] *= factor
        np.save(folder / f"pay_{year}.npy", pay.astype("float32"))
        np.save(folder / f"hours_{year}.npy", np.where(np.isnan(pay), np.nan, 37.5).astype("float32"))
    (folder / "measures.json").write_text(json.dumps(about()))
    ratios = [f"a{age}" for age in range(20, 66)]
    lines = [",".join(["occupation", "gender", "status", "qualification", *ratios])]
    lines += [",".join(["4", "0", "1", "0", *(["0.5"] * 5 + ["1.1"] * 41)])]
    lines += [",".join(["4", "2", "1", "0", *(["-0.05"] * 5 + ["1.1"] * 41)])]  # a curve of few, below nothing
    (folder / "age_ratios.csv").write_text("\n".join(lines) + "\n")
    (folder / "change.csv").write_text("occupation,change\n4135,0.021\n4131,\n")
    for name in ("gender", "status"):
        codes = list(AXES[name])
        lines = [",".join(["occupation", *codes, "year"])]
        for code, year in ((code, year) for year in SERIES for code in OCCUPATIONS):
            own = jobs[code] * (1 + (year - 2013) / 50) * np.prod(SHAPE[1:]) / len(codes)
            lines.append(",".join([code, *[f"{own:.6f}"] * len(codes), str(year)]))
        (folder / f"series_{name}.csv").write_text("\n".join(lines) + "\n")
    rows = ["occupation,status,median_to_mean,sigma,note", *(f"{code},1,0.9,0.459," for code in OCCUPATIONS)]
    (folder / "distribution.csv").write_text("\n".join(rows) + "\n")
    (folder / "replacement.csv").write_text(RATES)
    (folder / "unemployment.csv").write_text("occupation,year,rate,persons\n4135,2015,3.25,100\n4131,2015,,\n")
    return folder


def about():
    """`measures.json` of the delivery."""
    occupation = {
        "name": "occupation",
        "codes": list(OCCUPATIONS),
        "labels": list(OCCUPATIONS.values()),
        "levels": [
            _level(
                "minor", list(MINOR.values()), {code: f"Minor group {code}" for code in dict.fromkeys(MINOR.values())}
            ),
            _level("sub_major", [code[:2] for code in OCCUPATIONS], SUB_MAJORS),
        ],
    }
    others = [
        {"name": name, "codes": list(codes), "labels": list(codes.values()), "levels": []}
        for name, codes in AXES.items()
    ]
    others[-1]["levels"] = [
        _level("three", ["1"] * 4 + ["2"] * 3 + ["3"] * 2, {"1": "High", "2": "Medium", "3": "Low"})
    ]
    return {
        "format": 1,
        "synthetic": True,
        "sources": ["lfs"],
        "year": 2015,
        "years": {"employment": list(YEARS), "pay": list(PAY_YEARS), "hours": list(PAY_YEARS)},
        "choices": {"regional": "uk"},
        "limits": {"least": 1000, "plain": 10000, "at_limit": "better"},
        "dimensions": [occupation, *others],
        "units": {"employment": "jobs", "pay": "pounds a week, mean", "hours": "hours a week, mean"},
    }


def _level(name, of, labels):
    return {"name": name, "of": of, "codes": list(labels), "labels": list(labels.values())}


def staged(root, name, day="2026-01-01", **changes):
    """Stage the delivery under a name in `root/releases`, with texts, links and a table of a study."""
    place = root / FOLDER / STAGING / name
    source = delivery(root / "deliveries" / name, **changes)
    stage_measures(source, place / layout.MEASURES, MADE, lambda step, done, of: None)
    _texts(place)
    prepare(place)
    study = _study(place)
    write_manifest(
        place,
        Manifest(name, day, "Invented data: no finding", True, ("Invented for tests",), {}, {"a_study": study}, "0"),
    )
    return place


def _texts(place):
    rows = [
        f"{code},{title},What {code} does.,How to enter {code}.,First task | Second task,{title} | Assistant {code}"
        for code, title in OCCUPATIONS.items()
    ]
    _write(place / layout.OCCUPATIONS, layout.COLUMNS[layout.OCCUPATIONS], rows)
    titles = ['2419,"Lawyer",,', '2412,"Barrister",,', '2413,"Solicitor",,', '4135,"Assistant, library",,']
    _write(place / layout.TITLES, layout.COLUMNS[layout.TITLES], titles)
    _write(
        place / layout.OTHER_CODES,
        layout.COLUMNS[layout.OTHER_CODES],
        ["1111,SOC2000,2412", "1111,SOC2020,1115", "3520,SOC2020,"],
    )
    links = [
        "1115,11-1011.00,Chief Executives,1",
        "4135,43-4121.00,Library Assistants,0.5",
        "4135,25-4031.00,Library Technicians,0.5",
    ]
    _write(place / layout.LINKS, layout.COLUMNS[layout.LINKS], links)
    elements = [
        "skills,2.A.1.a,Reading Comprehension",
        "skills,2.A.1.b,Active Listening",
        "interests,1.B.1.a,Realistic",
    ]
    _write(place / layout.ELEMENTS, layout.COLUMNS[layout.ELEMENTS], elements)
    scores = [
        f"{code},skills,{scale},{element},{value}"
        for code, values in {"11-1011.00": (5, 4), "43-4121.00": (3, 2), "25-4031.00": (4, 1)}.items()
        for scale in ("IM", "LV")
        for element, value in zip(("2.A.1.a", "2.A.1.b"), values, strict=True)
    ]
    _write(place / layout.SCORES, layout.COLUMNS[layout.SCORES], [*scores, "11-1011.00,interests,OI,1.B.1.a,1.3"])


def _study(place):
    columns = "study,table,row,column,statistic,choice,value,std_error,ci_low,ci_high,stars,n,base,persons,flag,note"
    cells = [
        "a_study,table_1,women,rate,share,baseline,0.5,0.1,0.3,0.7,,10,20,20,,",
        "a_study,table_1,men,rate,share,baseline,,,,,,,,,suppressed,too few",
    ]
    _write(place / "tables/a_study/table_1.csv", columns.split(","), cells)
    head = "table,row,column,statistic,published,half_width,published_flag,ours,std_error,difference,verdict"
    _write(
        place / "tables/a_study/backtest.csv",
        head.split(","),
        ["table_1,women,rate,share,0.51,0.005,,0.5,0.1,-0.01,within_sampling_error"],
    )
    tables = {
        "table_1": {
            "number": "Table 1",
            "title": "A table",
            "notes": [],
            "rows": {"women": "Women", "men": "Men"},
            "columns": {"rate": "Rate"},
        }
    }
    return {
        "title": "A study",
        "synthetic": True,
        "access": "open",
        "sources": "Invented",
        "citation": "",
        "licence": "",
        "readings": {},
        "tables": tables,
    }


def _write(path, columns, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([",".join(columns), *rows]) + "\n", encoding="utf-8")


def cells_of(code, year):
    """Jobs of each cell of an occupation in a year."""
    return JOBS[code] * (1 + (year - 2013) / 50)


def ascending(numbers):
    """Whether each is larger than the one before."""
    return all(one < other for one, other in pairwise(numbers))
