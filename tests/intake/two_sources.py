"""A study of two small sources: a panel with a register whose waves are quarters, and a file of the study's own."""

import pandas as pd
import yaml

STATES = {1: "work", 2: "study"}
MODULE = '''"""Frames of two sources: their rows under each other, and those of the history alone."""

import pandas as pd


def makers(inputs):
    persons, history = inputs.panels["persons"], inputs.panels["history"]
    known = persons.assign(state=persons["state"].map({1: "work", 2: "study"}).astype("str"))
    both = pd.concat([known, history], ignore_index=True)[["person", "wave", "state"]]
    inputs.losses.start("both", both)
    inputs.losses.start("early", history, panel="history")
    return {
        "both": lambda: inputs.losses.keep("both", "no state", both, both["state"].isin(["work", "study"])),
        "early": lambda: history,
    }
'''
FILES = {
    "sources/quarterly/source.yaml": {
        "source": "quarterly",
        "title": "A quarterly survey",
        "access": "safeguarded",
        "citation": "Survey (2015).",
        "main_file": "adults",
        "person": "person_id",
        "file_pattern": r"^(?P<file>adults)_(?P<wave>\d\dq\d)(?P<protect>_protect)?\.(?P<format>tab)$",
        "unprefixed": ["pid"],
        "carry_forward": [],
    },
    "sources/quarterly/recodes.yaml": {"missing": {-9: "missing"}, "codes": {"state": STATES}},
    "examples/careers/study.yaml": {
        "study": "careers",
        "title": "Careers",
        "sources": {"persons": "quarterly", "history": "table"},
        "variables": {"persons": {"required": ["person_id"], "optional": ["state"]}},
        "module": "careers",
        "data": {"label": "Registers of 1990", "access": "open", "citation": "Registers (1990)."},
        "sections": ["States"],
    },
    "examples/careers/mapping_history.yaml": {
        "file": "history.csv",
        "person": "id",
        "wave": "year",
        "wave_label": "year",
        "variables": {"state": {"column": "doing", "kind": "category", "labels": {"w": "work", "s": "study"}}},
    },
    "examples/careers/samples.yaml": {"everyone": {"describe": "Everyone", "frame": "both", "keep": []}},
    "examples/careers/tables/states.yaml": {
        "table": "states",
        "number": "Table 1",
        "title": "States",
        "section": "States",
        "frame": "both",
        "sample": "everyone",
        "statistic": "count",
        "decimals": 0,
        "rows": {"of": "wave", "label": "Wave", "show": [{"id": "first", "label": "First", "of": [1]}]},
        "columns": {"of": "state", "label": "State", "show": [{"id": name, "label": name} for name in STATES.values()]},
    },
}
TEXTS = {
    "sources/quarterly/waves.csv": "wave,number,survey_year,prefix,in_files\n"
    "2014Q4,1,2014,,14q4\n2015Q1,2,2015,,15q1\n2015Q2,3,2015,,15q2\n",
    "sources/quarterly/variables.csv": "name,file,variable,waves,kind,codes,universe,fed_forward,label,"
    "confidence,evidence\n"
    "person_id,adults,pid,2014Q4-2015Q2,identifier,,,no,number,verified,seen\n"
    "state,adults,doing,2014Q4-2015Q2,category,state,,no,what the person does,verified,seen\n",
    "examples/careers/history.csv": "id,year,doing\n1,1,w\n1,2,w\n2,1,s\n,2,w\n",
}


def two_sources(folder):
    """Write sources, delivery and study into a copy of the project, and let config.yaml run the study alone."""
    delivered = folder / "delivered"
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(yaml.safe_dump(content, sort_keys=False))
    for name, text in TEXTS.items():
        (folder / name).write_text(text)
    delivered.mkdir()
    for quarter, states in (("14q4", [1, 2, -9, 1]), ("15q1", [1, 1, 2, 2])):
        people = pd.DataFrame({"pid": [11, 12, 13, 14], "doing": states})
        people.to_csv(delivered / f"adults_{quarter}.tab", sep="\t", index=False)
    config = yaml.safe_load((folder / "config.yaml").read_text())
    changes = {"sources": {"quarterly": str(delivered)}, "waves": {"quarterly": "2014Q4-2015Q1"}}
    (folder / "config.yaml").write_text(yaml.safe_dump({**config, **changes, "studies": ["careers"], "choices": {}}))
    return delivered
