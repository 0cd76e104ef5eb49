"""A whole synthetic UKHLS delivery, drawn in memory before anything is written."""

from pathlib import Path

import numpy as np
import pandas as pd

from mobility.errors import MobilityError
from mobility.storage import write_csv
from mobility.synthetic.activity import record_activity
from mobility.synthetic.careers import draw_careers, draw_first_states
from mobility.synthetic.decoys import bhps_files
from mobility.synthetic.files import area_file, individual_file, lasting_file, planted_names, widest
from mobility.synthetic.folder import TITLE, Draft
from mobility.synthetic.layout import Layout, read_layout
from mobility.synthetic.persons import draw_persons, draw_samples
from mobility.synthetic.plan import make_plan
from mobility.synthetic.published import read_published
from mobility.synthetic.response import divisor_of, draw_response, target_counts
from mobility.synthetic.streams import stream
from mobility.synthetic.truth import job_table, models_table, plan_table, truth_table
from mobility.synthetic.world import World, interviews
from mobility.synthetic.writers import Form, Labels, find_form

SOURCE = "ukhls"
VERSION = 2
FOLDERS = "UKDA-.*"
WAVES = "a-h"  # those of the report; more may follow
BOOST_YEAR = 2014
PERSONS = 84_925  # ever, in Table 2.2
FEWEST = 2_000
MOST_COLUMNS = 32_767  # of a file of Stata/SE
PROXY_SHARE = 0.05


def draft(
    root: Path, size: str, seed: int, file_format: str, waves: str = WAVES, people: int = 0, columns: int = 0
) -> Draft:
    """Draw a UKHLS delivery: 84,925 persons and the counts of Table 2.2 for `full`, a twentieth for `small`.

    waves : those of the report, and as many after them as the register knows: `a-i`. people : another number of
    persons, to which the counts are scaled; `size` then says nothing. columns : of each wave's main file, by default
    those of the register; the others are codes that nobody reads.

    Raises `MobilityError` on an unknown size or format, too few people or columns, or other waves.
    """
    form = find_form(file_format)
    if people and people < FEWEST:
        raise MobilityError(f"--people {people}: too few for the moves of the report. Give {FEWEST:,} or more.")
    divisor = PERSONS / people if people else divisor_of(size)
    world = draw_world(root, divisor, seed, waves)
    if columns and not (least := widest(world)) <= columns <= MOST_COLUMNS:
        raise MobilityError(
            f"--columns {columns}: a wave has up to {least} that the register knows, a file of Stata at most "
            f"{MOST_COLUMNS:,}. Give a number between them."
        )
    drawn = f"{people} people" if people else size
    drawn += f", {columns} columns" if columns else ""
    record = {"size": drawn, "seed": seed, "format": file_format, "version": VERSION}
    return Draft(lambda folder: _write_all(world, form, columns, folder), _notice(world, record), record)


def draw_world(root: Path, divisor: float, seed: int, waves: str = WAVES) -> World:
    """Draw everything that the files show, by the counts of Table 2.2 over `divisor`; nothing is written."""
    published, layout = read_published(root), _layout(root, waves)
    boost_wave = next(place for place, wave in enumerate(layout.waves) if wave.survey_year == BOOST_YEAR)
    break_wave = layout.first_wave_of("soc2010")
    counts = target_counts(published, layout.waves, divisor, boost_wave)
    stayers = tuple(usable - lost for usable, lost in zip(counts.usable[:-1], counts.lost, strict=True))
    plan = make_plan(published, stayers, break_wave - 1)
    response = draw_response(counts, seed)
    samples = draw_samples(response, counts, boost_wave, seed)
    first = draw_first_states(plan, samples.young, seed)
    persons = draw_persons(samples, response, first, plan.occupations, layout.fieldwork(), seed)
    careers = draw_careers(plan, persons, response, first, seed)
    proxy = stream(seed, "proxies").random(response.usable.shape) < PROXY_SHARE
    age = np.maximum((persons.month - persons.birth[:, None]) // 12, 16)
    activity = record_activity(careers, plan, response, persons, proxy, age, break_wave, stream(seed, "activity"))
    return World(plan, layout, response, persons, careers, activity, proxy, break_wave, boost_wave, seed)


def _layout(root: Path, waves: str) -> Layout:
    """The register's layout of these waves; raises `MobilityError` unless those of the report come first."""
    layout, least = read_layout(root, SOURCE, waves), read_layout(root, SOURCE, WAVES)
    every = read_layout(root, SOURCE).waves
    if layout.waves[: len(least.waves)] != least.waves or layout.waves != every[: len(layout.waves)]:
        raise MobilityError(
            f"--waves: `{waves}`; the invented delivery begins with those of the report. Write {WAVES}, or a longer "
            f"range up to a-{every[-1].name}."
        )
    return layout


def _write_all(world: World, form: Form, columns: int, folder: Path) -> None:
    main, areas = folder / form.main, folder / form.areas
    for number, wave in enumerate(world.layout.waves):
        interview = interviews(world, number)
        _write(form, individual_file(interview, columns), main / "ukhls" / f"{wave.prefix}indresp")
        _write(form, area_file(interview), areas / "ukhls" / f"{wave.prefix}oslaua_protect")
    _write(form, lasting_file(world), main / "ukhls" / "xwavedat")
    for name, frame in bhps_files(world).items():
        _write(form, (frame, Labels({}, {})), main / "bhps" / name)
    tables = {"gatsby": truth_table, "gatsby_models": models_table, "plan": plan_table, "jobs": job_table}
    for name, table in tables.items():
        write_csv(table(world), folder / "truth" / f"{name}.csv")


def _write(form: Form, content: tuple[pd.DataFrame, Labels], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    form.write(*content, path.with_name(f"{path.name}.{form.ending}"))


def _notice(world: World, record: dict) -> str:
    """What the reader of the folder has to know, in plain words."""
    wave = world.layout.waves[-1]
    planted = planted_names(interviews(world, len(world.layout.waves) - 1))
    unplanted = sorted({c.variable for c in world.layout.columns("indresp", wave) if c.name not in planted})
    risks = [risk for pair in world.careers.risks for risk in pair]
    cut, risky = sum(risk.cut for risk in risks), sum(len(risk.people) for risk in risks)
    cappings = world.plan.jobs.cappings or ("none",)
    lines = [
        f"{TITLE} They were drawn by a computer from published tables, in the layout of the",
        "Understanding Society deliveries, to try out a pipeline before the licensed data arrive. No finding about",
        "people may be drawn from them.",
        "",
        f"Size: {record['size']}. Seed: {record['seed']}. Form: {record['format']}. Version: {record['version']}.",
        "",
        "What the tables should show on average stands in `truth/gatsby.csv`; the probabilities behind it, averaged",
        "over people, in `truth/plan.csv` and `truth/jobs.csv`.",
        "",
        "Moves depend on the occupation or activity of the year before and, in the six origin groups of section 3.3,",
        "on age, sex, qualification, training, contract, tenure, size and industry: `truth/gatsby_models.csv` holds",
        "the planted logit coefficients and average marginal effects. Nobody's moves depend on anything else.",
        f"Rows whose probabilities had to be cut to [0, 1]: {cut} of {risky}.",
        "",
        "Published figures that could not be planted together and were scaled down: " + "; ".join(cappings) + ".",
        "",
        "Columns that no study reads are drawn from their lists of codes alone, whoever the person is and whatever",
        "else they say: no routing, nothing planted, nothing that lasts.",
        f"As of wave {wave.name}: {', '.join(unplanted)}.",
    ]
    return "\n".join(lines) + "\n"
