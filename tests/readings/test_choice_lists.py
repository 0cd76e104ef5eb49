"""`tables` of choices.yaml is what a choice changes: every answer is run on small data, and cells and inputs compared.

The data are small invented deliveries. In a panel of persons one answer in ten is exchanged with that of another row,
so that combinations which are rare in truth (a scheme without an occupation, a move from 312 to 342) are there as well.
"""

from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest

from careers_panels import deliveries
from mobility.areas.codes import load_areas
from mobility.backtest.compare import read_published
from mobility.cells import BASELINE, CELL_COLUMNS, as_cells
from mobility.cells.effects import effect_cell
from mobility.cells.estimates import asked_of, estimate_table, fit_model
from mobility.cells.quoted import quote_cells
from mobility.cells.stage import table_cells
from mobility.flows.delivery import read_flow_delivery
from mobility.flows.register import load_flow_source, years_of
from mobility.intake.losses import LossTable
from mobility.intake.reader import Request
from mobility.panel.delivery import read_delivery
from mobility.panel.extract import read_extract
from mobility.panel.register import load_source
from mobility.panel.stage import panel_from_delivery
from mobility.panel.table_source import read_table
from mobility.readings.one import readings
from mobility.readings.ranking import RANKING_COLUMNS, rank_cells
from mobility.series.reader import SERIES
from mobility.settings import Study, load_config, load_study, source_kind
from mobility.settings.sources import source_spec
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from mobility.studies.shared import Shared
from mobility.synthetic import simulate
from named_texts import named_in
from paths import ROOT

WITH_CHOICES = {path.parent.name: path.parent for path in sorted(ROOT.glob("*/*/choices.yaml"))}
REAL = ("movers_psid", "uk_occupations", "us_states", "gss_earnings")  # examples with choices, on their own files
FAMILIES = "movers"  # of two sources: tests/studies/movers/test_movers_choices.py
NATION = "state_of_nation"  # of four sources
CAREERS = "careers_lmi"  # of four sources, with arrays of 18 million cells under each answer
STUDIES = [
    name
    for name in load_config(ROOT).studies
    if name in WITH_CHOICES and name != FAMILIES and (name in REAL or WITH_CHOICES[name].parent.name == "studies")
]
COUNTED = "gatsby"  # only its counted tables and one choice in four; everything in the long test
SOME = 4
LONG = (COUNTED, "gatsby_lfs", "moving_out", NATION, CAREERS, *REAL[1:])
RUN = [  # name of a study, and whether the whole of it
    *(pytest.param((name, True), marks=pytest.mark.long if name in LONG else (), id=name) for name in STUDIES),
    pytest.param((COUNTED, False), id=f"{COUNTED}-counted"),
]
SEED, EXCHANGED, KEYS = 7, 0.1, ("person", "wave", "year")
REFERENCE, CURVE, QUOTED = "published", "curve", "quoted"
# Columns that tables and models read whether their specs name them or not; the last four of statistic `level`.
UNNAMED = (*KEYS, "weight", "value", "std_error", "n", "note")
# The models of a table have the same terms but for the share change, which nobody lacks: both answers coincide so far.
COINCIDING = {("gatsby", "complete_cases")}
# In the invented market no cell has exactly 1,000 or 10,000 jobs, every occupation has a mean for the country, and none
# a mean below its median: nothing changes, and what is listed is not judged.
SILENT = {(CAREERS, choice) for choice in ("at_limit", "gap_rate", "undefined")}
# Too few in small data: moves from 312 to 342, schemes with an occupation at the start of a pathway. The former are
# shown in test_gatsby.py on a panel made by hand; of the latter the state is.
RARE = {
    (CAREERS, "target_year"): {"raking", "targets"},  # the year before has the gaps of the year itself
    ("gatsby", "design_342"): {"table_3", "text_numbers"},
    ("gatsby", "jbstat9"): {"table_3", "figure_pathway_flows"},
    # The regions of the invented extract are the same in every census; test_movers_ls.py has some that are not.
    ("movers_ls", "ls_wave"): {
        *("destinations", "diagnostics", "figure_map", "gaps", "model_3", "persons", "quintile"),
        *("table_30", "table_31", "table_32"),
    },
    # Two in ten thousand employees have a pay above 100 pounds, and a median hardly moves: test_state_of_nation.py.
    ("state_of_nation", "pay_outliers"): {"indicator_3_4", "by_region_pay", "pay_gap", "pay_gap_by_year", "table_b4"},
}
# Frames that a choice can change, though not in small data (the groups above; people on leave without a job whose
# occupation is coded), or only beside another answer to a second choice (pathway_denominator, jbstat9).
RARE_FRAMES = {
    ("gatsby", "jbstat5"): {"pathway_moves"},
    ("gatsby", "jbstat9"): {"pathway_moves"},
    ("gatsby", "design_342"): {"pathway_moves"},
    ("gatsby", "missing_soc"): {"pathway_moves"},
    ("gatsby", "soc_repair"): {"person_years"},
    ("movers_ls", "ls_wave"): {"children", "people", "traits"},
}


def small_panel(study, folder):
    """Panel of a small invented delivery of the study's source, over the waves that the project runs by default."""
    if study.name in REAL:
        return {name: read_table(study.folder, ROOT, path.name).panel for name, path in study.mappings.items()}
    if study.name == CAREERS:
        return careers_panels(study, folder)
    if len(study.places) > 1:
        return {name: small_part(study, name, folder) for name in study.about.sources}
    name = next(iter(study.places))
    simulate(folder / name, root=ROOT, size="small", seed=SEED, file_format="stata", source=name)
    wanted = (study.about.required, study.about.optional)
    if source_kind(ROOT, name) == "extract":
        return exchanged(read_extract(Request(ROOT, name, name, (str(folder / name),), (), *wanted)).panel)
    waves = load_config(ROOT).waves_of(name, study.name)
    if source_kind(ROOT, name) == "flows":
        source = load_flow_source(ROOT, name)
        return read_flow_delivery(folder / name, source, years_of(waves), load_areas(ROOT), *wanted).panel
    source = load_source(ROOT, name)
    delivery = read_delivery(folder / name, source, waves, *wanted)
    return exchanged(panel_from_delivery(delivery, source, folder / "catalogue.csv")[0])


def careers_panels(study, folder):
    """As delivered, for targets must agree, and with pay a tenth lower in the workbooks of a year before."""
    panels = {name: own.panel for name, own in deliveries(study, folder).items()}
    ashe = panels["ashe"]
    before = ashe.assign(year=ashe["year"] - 1, mean=0.9 * ashe["mean"], mean_change=ashe["mean_change"] + 1)
    panels["ashe"] = pd.concat([before, ashe], ignore_index=True)
    # Losses of a panel whose intake is not known begin with its persons: here with the printed numbers.
    return {name: own if "person" in own else own.assign(person=own.index) for name, own in panels.items()}


def small_part(study, name, folder):
    """One of the panels of a study of several sources; open series are the shipped ones, as they are."""
    use, wanted = study.about.sources[name], (study.about.sources[name].required, study.about.sources[name].optional)
    if source_kind(ROOT, use.source) == "series":
        shipped = (str(ROOT / "resources" / "series"),)
        return SERIES.read(Request(ROOT, use.source, use.source, shipped, (), *wanted)).panel
    delivery = source_spec(ROOT, use.source).get("invented", {}).get(use.rows, use.source)
    if not (folder / delivery).is_dir():
        simulate(folder / delivery, root=ROOT, size="small", seed=SEED, file_format="stata", source=delivery)
    source, waves = load_source(ROOT, use.source), load_config(ROOT).waves_of(use.source, study.name)
    found = read_delivery(folder / delivery, source, waves, *wanted, use.rows)
    return exchanged(panel_from_delivery(found, source, folder / f"{name}.csv")[0])


def exchanged(panel):
    """The panel with a tenth of the answers in each column dealt out anew among their rows."""
    rng, found = np.random.default_rng(SEED), panel.reset_index(drop=True)
    for name in found.columns.difference(KEYS):
        rows = np.flatnonzero(rng.random(len(found)) < EXCHANGED)
        found[name] = found[name].where(~found.index.isin(rows), found[name].take(rng.permutation(rows)).set_axis(rows))
    return found.copy()  # in one piece


@dataclass(frozen=True)
class Run:
    """A reading run: `cells` of every computed table, `inputs` read of its frames, and marks of the `frames`."""

    study: Study
    cells: dict
    inputs: dict
    frames: dict


@dataclass
class Earlier:
    """What earlier readings made, each with the specs and columns that it was made from.

    What rests on the same is the same, and is not made again: of a reading, tables and models see nothing else.
    """

    made: dict = field(default_factory=dict)

    def of(self, name, rests_on, make, *of):
        for known, result in self.made.setdefault(name, []):
            if known == rests_on:
                return result
        self.made[name].append((rests_on, make(*of)))
        return self.made[name][-1][-1]


def run(panel, study, shared, earlier):
    """Every computed table of a study under a reading; of a curve the row of that reading alone."""
    frames = make_frames(replace(Inputs.of(panel, study, study.readings, LossTable()), shared=shared))
    marks = {name: marks_of(frame) for name, frame in frames.items()}
    fitted = {name: fit(frames, marks, study, name, earlier) for name in study.models}
    cells, inputs = {}, {}
    for table, spec in study.tables.items():
        if spec.frame:
            specs = (spec, study.samples[spec.sample], study.tables.get(spec.tests))  # a test reads what its shares do
            inputs[table] = columns_read(marks[spec.frame], *specs)
            rests_on = [*specs, *common(study, spec), columns_read(marks[spec.frame], *specs, UNNAMED)]
            cells[table] = earlier.of(table, rests_on, counted, frames[spec.frame], study, table)
        elif spec.statistic.name != REFERENCE and spec.statistic.job != QUOTED:
            models = models_behind(study, table)
            inputs[table] = [columns_read(marks[model.frame], model, study.samples[model.sample]) for model in models]
            rests_on = [spec, study.claims, *(id(fitted[model.model]) for model in models)]
            cells[table] = earlier.of(table, rests_on, estimated, fitted, study, table)
    for table in [table for table, spec in study.tables.items() if spec.statistic.job == QUOTED]:
        rests_on = [study.tables, study.claims, *(id(cells[source]) for source in study.quoted_tables)]
        cells[table] = earlier.of(table, rests_on, quoted, cells, study, table)
        inputs[table] = [inputs[source] for source in study.quoted_tables]
    return Run(study, cells, inputs, marks)


def common(study, spec):
    """What every table and model reads of a study."""
    return study.about, study.unit_of(spec.frame)


def fit(frames, marks, study, name, earlier):
    """A model with every estimator that a table asks for; complete cases may be those of all models of its table."""
    spec = study.models[name]
    specs = (spec, study.samples[spec.sample], study.models_of(spec.table))
    asked = asked_of(spec, study, study.tables)
    rests_on = [*specs, *common(study, spec), asked, columns_read(marks[spec.frame], *specs, UNNAMED)]
    losses = LossTable(counted=study.unit_of(spec.frame))
    return earlier.of(name, rests_on, fit_model, frames[spec.frame], spec, study, losses, asked)


def counted(frame, study, table):
    """Cells of a table that is counted."""
    return table_cells(frame, study, table)[0]


def quoted(cells, study, table):
    """Cells of a table of the report's text, made from those of others."""
    return quote_cells(pd.concat(cells[source] for source in study.quoted_tables), study, table)


def estimated(fitted, study, table):
    """Cells of a table of models."""
    if study.tables[table].statistic.name == CURVE:
        columns = study.tables[table].columns.items
        effects = {column.id: effect_cell(fitted[column.model], column.estimator, column.effect) for column in columns}
        return as_cells([{"row": CURVE, "column": name, **cell} for name, cell in effects.items()], study.name, table)
    return estimate_table(fitted, study, table)


def models_behind(study, table):
    """Models whose fits a table shows."""
    spec = study.tables[table]
    items = [*spec.columns.items, *(spec.rows.items if spec.statistic.name != CURVE else ())]
    claimed = [effect.model for item in items if item.id in study.claims for effect in study.claims[item.id].effects]
    names = dict.fromkeys([*(name for name, _ in spec.fits), *claimed])
    return [study.models[name] for name in names]


def marks_of(frame):
    """A mark of the values of each column of a frame, in their order."""
    return {
        name: hash(pd.util.hash_pandas_object(column, index=False).to_numpy().tobytes())
        for name, column in frame.items()
    }


def columns_read(marks, *specs):
    """Marks of the columns of a frame that specs name anywhere."""
    named = frozenset().union(*map(named_in, specs))
    return {name: mark for name, mark in marks.items() if name in named}


def same(ours, theirs):
    """Whether two tables show the same; sums taken in another order may differ in the last digits."""
    try:
        pd.testing.assert_frame_equal(ours[CELL_COLUMNS], theirs[CELL_COLUMNS], rtol=1e-9, atol=1e-12)
    except AssertionError:
        return False
    return True


def reached_tables(study, runs):
    """By choice, the tables of which an answer changes a cell, and those of which one changes the inputs."""
    cells, inputs = {choice: set() for choice in study.choices}, {choice: set() for choice in study.choices}
    default = runs[BASELINE]
    for label, other in runs.items():
        if label != BASELINE:
            choice = label.split("=")[0]
            cells[choice] |= {table for table in default.cells if not same(other.cells[table], default.cells[table])}
            inputs[choice] |= {table for table, read in default.inputs.items() if other.inputs[table] != read}
    return cells, inputs


def counted_tables(study):
    """The study with those of its tables that are counted from frames, and without models."""
    return replace(study, tables={table: spec for table, spec in study.tables.items() if spec.frame}, models={})


@cache
def every_reading(name, whole):
    """A study and its runs by label, on one small delivery: the default readings, and each other answer by itself.

    whole : whether with the tables of models and of the text, and under every choice.
    """
    study, part = load_study(ROOT, name), (lambda study: study) if whole else counted_tables
    study = study if whole else replace(study, choices=dict(list(study.choices.items())[::SOME]))
    with TemporaryDirectory() as folder:
        panel = small_panel(study, Path(folder))
    shared, earlier = Shared(), Earlier()
    runs = {one.label: run(panel, part(one.study), shared, earlier) for one in readings(study)}
    return part(study), runs


def answers(study, runs, choice):
    """Runs of the other answers to a choice."""
    return [runs[f"{choice}={other}"] for other in study.choices[choice].alternatives if f"{choice}={other}" in runs]


@pytest.mark.parametrize("case", RUN)
def test_a_choice_changes_the_frames_that_it_says_and_no_other(case):
    study, runs = every_reading(*case)
    name = study.name
    missing, idle = {}, {}
    for choice, entry in study.choices.items():
        others = answers(study, runs, choice)
        changed = {
            frame for frame, marks in runs[BASELINE].frames.items() if any(one.frames[frame] != marks for one in others)
        }
        missing[choice] = changed - set(entry.frames)
        silent = set(entry.frames) if (name, choice) in SILENT else set()
        idle[choice] = set(entry.frames) - changed - RARE_FRAMES.get((name, choice), silent)
    assert not any(missing.values()), missing
    assert not any(idle.values()), idle


def specs_of(study):
    """By kind of spec file and key, what the files of a study say; the terms of a model are its files of terms/."""
    kinds = {"tables": study.tables, "models": study.models, "figures": study.figures}
    found = {(kind, key, name): value for kind, specs in kinds.items() for name, spec in specs.items()
             for key, value in vars(spec).items()}  # fmt: skip
    found |= {("models", "terms", name): model.blocks for name, model in study.models.items()}
    found |= {("terms", "terms", name): terms for name, terms in study.terms.items()}
    whole = {"samples": study.samples, "claims": study.claims, "study": vars(study.about)}
    return found | {(kind, key, ""): value for kind, entries in whole.items() for key, value in entries.items()}


@pytest.mark.parametrize("name", WITH_CHOICES)
def test_a_choice_changes_the_specs_that_it_says_and_no_other(name):
    study = load_study(ROOT, name)
    standard = specs_of(study)
    for choice, entry in study.choices.items():
        changed = {}
        for alternative in entry.alternatives:
            other = specs_of(load_study(ROOT, name, {choice: alternative}))
            for kind, key, spec in standard:
                if other[kind, key, spec] != standard[kind, key, spec]:
                    changed.setdefault(kind, set()).add(key)
        assert changed == {kind: set(keys) for kind, keys in entry.changes.items() if kind != "frames"}, choice


@pytest.fixture(scope="module", params=RUN)
def reached(request):
    study, runs = every_reading(*request.param)
    return study, *reached_tables(study, runs)


def test_listed_tables_are_those_that_a_choice_changes(reached):
    """All whose cells change, and none else but what reads changed rows or columns and shows it in larger data only.

    A choice of the fit alone, such as that of errors, changes no frame: any table of models may be listed.
    """
    study, cells, inputs = reached
    of_models = {table for table, spec in study.tables.items() if not spec.frame and models_behind(study, table)}
    wrong = []
    for choice, entry in study.choices.items():
        listed = {*entry.tables} & study.tables.keys()
        silent = listed if (study.name, choice) in SILENT else set()
        able = cells[choice] | (inputs[choice] or of_models) | RARE.get((study.name, choice), silent)
        missing, idle = cells[choice] - listed, listed - able
        if missing or idle:
            kept = cells[choice] | (listed & able) | (set(entry.tables) - study.tables.keys())
            right = [table for table in load_study(ROOT, study.name).tables if table in kept]
            wrong.append(f"{choice}: not listed {sorted(missing)}; without effect {sorted(idle)}")
            wrong.append(f"  write   tables: [{', '.join(right)}]")
    assert not wrong, "\n".join([f"{study.folder.name}/choices.yaml", *wrong])


def test_every_choice_changes_a_cell(reached):
    """A choice that changes nothing would be one in name only."""
    study, cells, _ = reached
    shown = [choice for choice, entry in study.choices.items() if {*entry.tables} & study.tables.keys()]
    nothing = {(study.name, choice) for choice in shown if not cells[choice]}
    assert nothing <= COINCIDING | RARE.keys() | SILENT


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.long)])
def test_every_alternative_is_run_and_ranked(whole):
    study, runs = every_reading(COUNTED, whole)
    published = read_published(study.folder / "published")
    ranking, cells = rank_cells(
        study, published, lambda one: pd.concat(runs[one.label].cells.values()).assign(choice=one.label)
    )
    alternatives = {(name, value) for name, entry in study.choices.items() for value in entry.alternatives}
    defaults = {(name, entry.default) for name, entry in study.choices.items()}
    run = set(zip(ranking["choice"], ranking["alternative"], strict=True)) - {(BASELINE, "")}
    assert run == alternatives - defaults
    assert list(ranking.columns) == RANKING_COLUMNS
    assert ranking["rank"].is_monotonic_increasing
    assert cells["choice"].nunique() == len(ranking)
