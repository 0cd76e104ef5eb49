"""Effects of moving by group (Table 27): how often their 95 % intervals hold what was planted.

The people are those of the full invented delivery whose chance puts them in the sample, drawn once; what is drawn anew
is their outcomes, not whole deliveries. Each model is given outcomes of which it is the true one: its own interaction
alone is planted, and the economy of authorities, which the delivery is without, has an effect.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtr

from mobility.cells.estimates import estimate_table, fit_models
from mobility.settings import Study, load_study
from mobility.synthetic.families.delivery import truth_terms
from mobility.synthetic.families.effects import EFFECT, GROUPS, LINEAR, OUTCOMES, PRODUCT, planted
from mobility.synthetic.families.world import draw_world
from timing import ROOT

DRAWS, SEED, TABLE = 200, 2022, "table_27"
AREAS, REGIONS, YEARS, NOISE = 350, 12, (2000, 2019), 800.0
BY = {"male": "by_sex", "white": "by_white", "degree": "by_degree", "parents": "by_class"}
# Of a point of the rate of the authority: unemployment, professionals.
MACRO = {"employed": (-0.02, 0.01), "higher": (-0.01, 0.02), "income": (-10.0, 8.0)}
CLASSES = {"parents_routine": "routine_manual", "parents_middle": "intermediate", "parents_top": "higher_managerial"}


def measure(folder: Path) -> dict:
    """Everything of this module."""
    return {"coverage_of_mover_effects": coverage()}


def coverage(draws: int = DRAWS, size: str = "full") -> dict:
    """Share of the intervals that hold the planted effect, by outcome, over the groups of Table 27 and the draws."""
    study, frame = load_study(ROOT, "movers"), people(size)
    held: dict[str, list[bool]] = {outcome: [] for outcome in OUTCOMES}
    for outcome in OUTCOMES:
        for name, by in BY.items():
            held[outcome] += _held(_only(study, outcome, by), frame, outcome, name, draws)
    every = [one for found in held.values() for one in found]
    shares = {name: round(float(np.mean(found)), 4) for name, found in held.items()}
    overall = {"people": len(frame), "draws": draws, "intervals": len(every)}
    return {**overall, "coverage": round(float(np.mean(every)), 4), "by_outcome": shares}


def people(size: str) -> pd.DataFrame:
    """The sample with every column that the models read but the outcomes, and the terms that these depend on."""
    terms, chance = truth_terms(draw_world(ROOT, size, SEED))
    rng = np.random.default_rng(SEED)
    frame = pd.DataFrame(terms)[rng.random(len(chance)) < chance].reset_index(drop=True)
    count = len(frame)
    area = rng.integers(0, AREAS, count)
    classes = frame[list(CLASSES)].idxmax(axis=1).map(CLASSES)
    economy = rng.normal((6.0, 28.0), (2.0, 6.0), (AREAS, 2))
    return frame.assign(
        person=np.arange(count),
        age=rng.integers(25, 42, count).astype(float),
        parents=classes.where(frame[list(CLASSES)].sum(axis=1) > 0),
        children=frame["has_children"] * rng.integers(1, 4, count),
        distance=frame["mover"] * rng.gamma(1.2, 60.0, count),
        cluster=area,
        region=1 + area % REGIONS,
        year=rng.integers(YEARS[0], YEARS[1] + 1, count),
        unemployment=economy[area, 0],
        professionals=economy[area, 1],
    ).dropna(subset=["parents"])


def _only(study: Study, outcome: str, by: str) -> Study:
    """The study with the model of one outcome and one interaction, and its cells of the table."""
    name, table = f"{outcome}__{by}", study.tables[TABLE]
    rows = tuple(item for item in table.rows.items if item.specification == by and item.id in GROUPS)
    columns = tuple(item for item in table.columns.items if item.id == OUTCOMES[outcome])
    table = replace(table, rows=replace(table.rows, items=rows), columns=replace(table.columns, items=columns))
    return replace(study, models={name: study.models[name]}, tables={TABLE: table}, claims={})


def _held(study: Study, frame: pd.DataFrame, outcome: str, by: str, draws: int) -> list[bool]:
    """Whether the interval of each group of an interaction holds its effect, draw by draw."""
    groups = {group: where for group, where in GROUPS.items() if where[0].split("_")[0] == by}
    expected = predicted(frame, outcome, by)
    effects = _effects(frame, outcome, by)
    truth = {group: float(effects[frame[name] == value].mean()) for group, (name, value) in groups.items()}
    rng, found = np.random.default_rng(SEED), []
    for _ in range(draws):
        noise = rng.standard_normal(len(frame))
        drawn = expected + NOISE * noise if outcome in LINEAR else (expected + noise > 0).astype(float)
        found += [low <= truth[group] <= high for group, low, high in _intervals(study, frame, outcome, drawn, groups)]
    return found


def predicted(frame: pd.DataFrame, outcome: str, by: str) -> np.ndarray:
    """(n,) linear predictor of an outcome with the planted coefficients, of the products that of one interaction."""
    total = frame[["unemployment", "professionals"]].to_numpy() @ np.array(MACRO[outcome])
    for term, value in planted()[outcome].items():
        of = term.removeprefix(PRODUCT)
        if of != term and of.split("_")[0] != by:
            continue
        column = 1.0 if term == "constant" else frame[of] - 30.0 if of == "age" else frame[of].to_numpy()
        total = total + value * column * (frame["mover"].to_numpy() if of != term else 1.0)
    return np.asarray(total)


def _effects(frame: pd.DataFrame, outcome: str, by: str) -> pd.Series:
    one, none = (predicted(frame.assign(mover=float(value)), outcome, by) for value in (1, 0))
    return pd.Series(one - none if outcome in LINEAR else ndtr(one) - ndtr(none), frame.index)


def _intervals(
    study: Study, frame: pd.DataFrame, outcome: str, drawn: np.ndarray, groups: dict
) -> Iterator[tuple[str, float, float]]:
    """The interval of each group, from the cells of Table 27."""
    (model,) = study.models.values()
    fits, _ = fit_models({model.frame: frame.assign(**{outcome: drawn})}, study)
    cells = estimate_table(fits, study, TABLE)
    cells = cells[cells["statistic"] == EFFECT].set_index("row")
    for group in groups:
        yield group, cells.loc[group, "ci_low"], cells.loc[group, "ci_high"]
