"""A study of made-up cells, in every kind of table and figure, to render."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.render.pages import render_index, render_study
from mobility.render.pictures import draw_figures
from mobility.render.table import layout
from mobility.settings import Choice, Study
from specs import about, figure_spec, table_spec

COLUMNS = [
    "study", "table", "row", "column", "statistic", "choice", "value", "std_error", "ci_low", "ci_high", "stars",
    "n", "base", "persons", "flag", "note",
]  # fmt: skip
STATES = {
    "technical": "Technical employment",
    "nontechnical": "Non-technical employment",
    "study": "Study",
    "unemployment": "Unemployment",
    "inactivity": "Inactivity",
}
OCCUPATIONS = {
    "science_professionals": "Science professionals",
    "engineering_professionals": "Engineering professionals",
    "ict_professionals": "Information technology and telecommunications professionals",
    "science_technicians": "Science, engineering and production technicians",
    "draughtspersons": "Draughtspersons and related architectural technicians",
    "it_technicians": "Information technology technicians",
    "metal_forming": "Metal forming, welding and related trades",
    "metal_machining": "Metal machining, fitting and instrument making trades",
    "vehicle_trades": "Vehicle trades",
    "electrical_trades": "Electrical and electronic trades",
    "construction_trades": "Construction and building trades",
    "process_operatives": "Process operatives",
    "plant_operatives": "Plant and machine operatives",
}
DESTINATIONS = {
    "same_occ": ("Same occupation", ""),
    "occ_mobility": ("Occupational mobility", ""),
    "tech_prof": ("Professional", "Different technical occupation"),
    "tech_assoc_prof": ("Associate professional", "Different technical occupation"),
    "tech_skilled_trade": ("Skilled trade", "Different technical occupation"),
    "tech_operative": ("Operative", "Different technical occupation"),
    "nontech_manager": ("Manager", "Non-technical occupation"),
    "nontech_prof": ("Professional", "Non-technical occupation"),
    "nontech_assoc_prof": ("Associate professional", "Non-technical occupation"),
    "nontech_skilled_trade": ("Skilled trade", "Non-technical occupation"),
    "nontech_others": ("Others", "Non-technical occupation"),
    "study": ("Study", "Not employed"),
    "unemployed": ("Unemployed", "Not employed"),
    "inactivity": ("Inactive", "Not employed"),
}
PATHWAYS = {
    "maintenance": "Maintenance, Installation and Repair",
    "manufacturing": "Engineering, Manufacturing, Process and Control",
    "design": "Engineering, Design and Development",
    "science": "Science",
    "digital": "Digital support and services",
    "business": "Digital business services",
}
SECRET = 0.0773119
PLAIN = {
    "synthetic": True,
    "source": "ukhls",
    "label": "Simulated UKHLS",
    "waves": list("abcdefghijklmno"),
    "waves_shown": "a to o",
    "edition": "simulator 1",
}
ABOUT = about({
    "study": "mock",
    "title": "Mobility of technicians & other “technical” workers",
    "report": {"title": "A report <of> numbers", "authors": ["A. Author", "B. Writer"], "year": 2022, "publisher": "P"},
    "data": {"licence": "Open Government Licence"},
    "summary": "What workers do a year later.",
    "sections": ["1 Key findings", "2 Patterns", "3 Pathways"],
})  # fmt: skip


def cell(table, row, column, value, base, statistic="share", flag="", **more):
    error = float(np.sqrt(abs(value) * (1 - min(abs(value), 1)) / base)) if statistic == "share" else 0.004
    record = {
        "study": "mock",
        "table": table,
        "row": row,
        "column": column,
        "statistic": statistic,
        "choice": "baseline",
        "value": value,
        "std_error": error,
        "ci_low": value - 1.96 * error,
        "ci_high": value + 1.96 * error,
        "stars": 0,
        "n": round(abs(value) * base),
        "base": base,
        "persons": round(abs(value) * base * 0.6) + 10,
        "flag": flag,
        "note": "",
    }
    return {**record, **more}


def items(labels, under=None):
    return [{"id": name, "label": label, **({"under": under[name]} if under else {})} for name, label in labels.items()]


def spec(table, number, title, rows, columns, section="2 Patterns", **more):
    return table_spec({
        "table": table,
        "number": number,
        "title": title,
        "section": section,
        "rows": {"label": "Occupation", "show": rows},
        "columns": {"label": "One year later", "show": columns},
        "notes": ["Shares of <workers> & others."],
        **more,
    })  # fmt: skip


def shares(table, rows, columns, seed, base=1000, strength=8.0):
    rng = np.random.default_rng(seed)
    cells = []
    for place, row in enumerate(rows):
        weights = rng.gamma(1.2, size=len(columns))
        weights[place % len(columns) if len(rows) == len(columns) else 0] += strength * len(columns) / 4
        count = int(base * rng.uniform(0.6, 6))
        cells += [
            cell(table, row, col, float(share), count)
            for col, share in zip(columns, weights / weights.sum(), strict=True)
        ]
    return cells


def hide(cells, row, column, flag="suppressed"):
    """Flag a cell and leave its numbers in, as a careless step before rendering might."""
    for record in cells:
        if (record["row"], record["column"]) == (row, column):
            record.update(flag=flag, value=SECRET, n=7731, base=7731, persons=61197, note="only 7731 of 61197")
    return cells


def wide_table():
    columns = [{"id": k, "label": v[0], **({"under": v[1]} if v[1] else {})} for k, v in DESTINATIONS.items()]
    cells = shares("table_3_3", OCCUPATIONS, list(DESTINATIONS), 1)
    hide(cells, "vehicle_trades", "study")
    hide(cells, "vehicle_trades", "tech_prof")
    for record in cells:
        if (record["row"], record["column"]) == ("draughtspersons", "study"):
            record.update(flag="low_base")
        if (record["row"], record["column"]) == ("metal_forming", "unemployed"):
            record.update(flag="not_estimable", value=np.nan, note="no observation has this destination")
    title = "Technical occupations and occupation one year later"
    return spec("table_3_3", "Table 3.3", title, items(OCCUPATIONS), columns), cells


def state_table():
    title = "Labour market state and state one year later"
    columns = items(STATES)
    cells = hide(shares("table_3_1", STATES, list(STATES), 2, 9000), "study", "inactivity")
    return spec("table_3_1", "Table 3.1", title, items(STATES), columns), cells


def change_table():
    rows = {k: OCCUPATIONS[k] for k in list(OCCUPATIONS)[:5]}
    cells = []
    for place, row in enumerate(rows):
        cells.append(cell("table_1", row, "y2010", 0.01 + place / 100, 20000))
        cells.append(cell("table_1", row, "y2017", 0.012 + place / 90, 21000))
        change = -0.0004 if place == 0 else 0.002 + place * (1 / 90 - 1 / 100) - 0.004 * place
        cells.append(cell("table_1", row, "change", change, 41000, "difference"))
    columns = [{"id": "y2010", "label": "2010"}, {"id": "y2017", "label": "2017"}]
    columns.append({"id": "change", "label": "Change 2010–17", "from": "y2010", "to": "y2017"})
    title = "Technical occupations in all employment"
    return spec("table_1", "Table 1", title, items(rows), columns, "1 Key findings", within="column"), cells


def trend_table():
    rows = {
        k: OCCUPATIONS[k] for k in ("science_professionals", "ict_professionals", "it_technicians", "vehicle_trades")
    }
    years = {f"y{year}": str(year) for year in range(2009, 2018)}
    rng = np.random.default_rng(3)
    cells = []
    for place, row in enumerate(rows):
        level = 0.8 + place * 0.012
        for year in years:
            level += float(rng.normal(0, 0.008))
            cells.append(cell("table_2_2", row, year, level, 900))
    hide(cells, "it_technicians", "y2013")
    title = "Share in the same occupation a year later"
    return spec("table_2_2", "Table 2.2", title, items(rows), items(years)), cells


def pathway_table():
    columns = {"no_progress": "No progress", "progress": "Progress in pathway", "leave": "Leave pathway"}
    values = [(0.89, 0.02, 0.09), (0.89, 0.02, 0.09), (0.86, 0.05, 0.09), (0.84, 0.04, 0.12), (0.83, 0.06, 0.11)]
    cells = []
    for row, three in zip(PATHWAYS, [*values, (0.8, 0.003, 0.197)], strict=True):
        cells += [cell("table_3", row, col, share, 4321) for col, share in zip(columns, three, strict=True)]
    hide(hide(cells, "science", "progress"), "science", "leave")
    title = "Progress along pathways in one year"
    return spec("table_3", "Table 3", title, items(PATHWAYS), items(columns), "3 Pathways"), cells


def job_table():
    rows = {"same": "Same occupation", "new": "New occupation"}
    columns = {"same_job": "Same job", "new_job": "New job"}
    values = {
        ("same", "same_job"): 0.91,
        ("same", "new_job"): 0.02,
        ("new", "same_job"): 0.05,
        ("new", "new_job"): 0.02,
    }
    cells = [cell("figure_2_1", row, col, value, 275000) for (row, col), value in values.items()]
    title = "Occupational and job mobility"
    return spec("figure_2_1", "Data of Figure 2.1", title, items(rows), items(columns), within="all"), cells


def model_table():
    rows = {"age": "Age", "degree": "Degree", "training": "Training <3 months"}
    under = {"age": "Person", "degree": "Person", "training": "Job"}
    cells = []
    for model, count in (("ols", 12345), ("logit", 11987)):
        for place, row in enumerate(rows):
            more = {"stars": place, "n": np.nan}
            cells.append(cell("table_a1", row, model, -0.0215 + 0.03 * place, count, "coefficient", **more))
    columns = items({"ols": "OLS", "logit": "Logit"}, {"ols": "From technician", "logit": "From technician"})
    title = "Predictors of progress"
    more = {"statistic": "coefficient", "decimals": 3, "within": ""}
    return spec("table_a1", "Table A1", title, items(rows, under), columns, "3 Pathways", **more), cells


TABLES = (wide_table, state_table, change_table, trend_table, pathway_table, job_table, model_table)
FIGURES = {
    "figure_2_1": {"number": "Figure 2.1", "kind": "bars", "table": "figure_2_1", "title": "Occupation and job",
                   "finding": {"says": "Nine in ten workers keep both job and occupation", "computed": {}}},
    "figure_a": {"number": "Figure A", "kind": "heatmap", "table": "table_3_1", "title": "State one year later"},
    "figure_b": {"number": "Figure B", "kind": "lines", "table": "table_2_2", "title": "Staying", "x": "columns"},
    "figure_c": {"number": "Figure C", "kind": "flows", "table": "table_3", "title": "Pathways over one year",
                 "finding": {"says": "Leaving a pathway is more common than progress within it", "computed": {}}},
    "figure_d": {"number": "Figure D", "kind": "heatmap", "table": "table_3_3", "title": "Where technical workers go"},
    "figure_e": {"number": "Figure E", "kind": "bars", "table": "table_3", "title": "Pathways as bars"},
}  # fmt: skip
PUBLISHED = {"table_3_3": 3, "table_1": 2}


def backtest_of(name, cells):
    records = []
    for place, record in enumerate(cells):
        words = ["match", "match", "within_sampling_error", "differs"]
        hidden = record["flag"] == "suppressed"
        verdict = words[place % 4] if place % 7 == 0 else "match"
        gap = {"match": 0.0, "within_sampling_error": 0.002, "differs": 0.02}[verdict]
        published = 0.031 if hidden or pd.isna(record["value"]) else round(record["value"] + gap, 3)
        records.append({
            "table": name, "row": record["row"], "column": record["column"], "statistic": record["statistic"],
            "published": published, "half_width": 0.0005, "ours": record["value"], "difference": gap,
            "verdict": verdict,
        })  # fmt: skip
    return records


CHOICE = {
    "question": "Are the shares weighted?", "report": "We use the panel.", "default": "none",
    "alternatives": {"none": "no weight", "cross_section": "that of the wave"}, "why": "The report names no weight.",
    "changes": {"study": ["weight"]},
}  # fmt: skip


def mock_study(folder):
    tables = {table.table: table for table, _ in (make() for make in TABLES)}
    shared = {"section": "2 Patterns", "notes": ["A note."]}
    figures = {
        name: figure_spec({**shared, "figure": name, "alt": f"{figure['title']}, described in words.", **figure})
        for name, figure in FIGURES.items()
    }
    choices = {"weights": Choice.read("weights", CHOICE)}
    return Study(folder / "studies" / "mock", ABOUT, tables=tables, figures=figures, choices=choices)


def write_results(folder: Path) -> dict[str, Path]:
    """Released cells and losses of the mock study below `folder`, and places for its figures and page."""
    places = {name: folder / name / "mock" for name in ("released", "checks", "figures", "reports")}
    for place in places.values():
        place.mkdir(parents=True, exist_ok=True)
    compared = []
    for make in TABLES:
        table, cells = make()
        pd.DataFrame(cells, columns=COLUMNS).to_csv(places["released"] / f"{table.table}.csv", index=False)
        compared += backtest_of(table.table, cells) if table.table in PUBLISHED else []
    pd.DataFrame(compared).to_csv(places["released"] / "backtest.csv", index=False)
    pd.DataFrame(
        [
            ["read", "all interviews", 500123, 0, 500123, 85001],
            ["age", "outside 16 to 64", 500123, 90123, 410000, 70210],
            ["stay", "no value for training in the whole of wave 2", 410000, 52000, 358000, 60000],
        ],
        columns=["step", "reason", "rows_in", "rows_dropped", "rows_out", "persons_out"],
    ).to_csv(places["checks"] / "losses.csv", index=False)
    return places


def render_all(folder, synthetic=True, origins=None, **more):
    """The reports of the mock study below `folder`; `more` : what the study has beside what it always has."""
    study, places = replace(mock_study(folder), **more), write_results(folder)
    provenance = {**PLAIN, "synthetic": synthetic, "files": ["a_indresp.dta", "b_indresp.dta"], "note": "Seed 1."}
    draw_figures(study, places["released"], provenance, places["figures"], folder / "drawn.json", "code")
    out = places["reports"]
    render_study(study, places["released"], places["checks"], places["figures"], provenance, out, origins)
    run = {"version": "0.1.0", "config": {"ukhls": "synthetic"}, "date_of_input": "2026-11-21"}
    render_index(folder / "reports", [out / "index.html"], run, folder / "reports" / "index.html")
    return out


def make(builder, backtest=True, **provenance):
    table, cells = builder()
    compared = pd.DataFrame(backtest_of(table.table, cells)) if backtest else None
    return layout(table, pd.DataFrame(cells, columns=COLUMNS), compared, ABOUT, {**PLAIN, **provenance})
