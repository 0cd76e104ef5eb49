"""What was planted, as tables: cells that a study's tables should show on average, and the effects on each outcome."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from mobility.errors import SpecError
from mobility.synthetic.planted.draws import Data, Draw, Effects
from mobility.synthetic.planted.expected import Crossed
from mobility.synthetic.planted.spec import Truth
from mobility.synthetic.truth import COLUMNS

DIGITS = 12  # behind them shows the order in which a machine adds up
SHARE_NOTE = "mean of the planted probability given what was drawn before"
EFFECT_NOTE = "mean of the planted probability with {} 1 less that with 0, all else as it is"


def truth_table(truths: tuple[Truth | Crossed, ...], drawn: Data) -> pd.DataFrame:
    """Expected cells: table, row, column, statistic, value, note.

    A share is the (weighted) mean of the planted probabilities over the rows of the group that were asked; an effect
    is the mean, over the same rows, of P(outcome | effect 1) - P(outcome | effect 0) with every other value as drawn.
    """
    cells = (truth.cells(drawn) if isinstance(truth, Crossed) else _cells(truth, drawn) for truth in truths)
    rows = [(*names, round(value, DIGITS), note) for each in cells for *names, value, note in each]
    return pd.DataFrame(rows, columns=COLUMNS)


def _cells(truth: Truth, drawn: Data) -> Iterator[tuple[str, str, str, str, float, str]]:
    count = len(drawn["wave"])
    kind = ("marginal_effect", EFFECT_NOTE.format(truth.effect)) if truth.effect else ("share", SHARE_NOTE)
    for outcome, (draw, wanted) in truth.outcomes.items():
        chance = _chance(draw, truth.effect, wanted, drawn)
        weight = draw.put_to(drawn, count) * (drawn[truth.weight] if truth.weight else 1.0)
        for group, condition in truth.groups.items():
            within = weight * condition.of(drawn, count)
            if not within.sum() > 0:
                raise SpecError(f"truth, {truth.table}, {group}: nobody is in that group. Mend its condition.")
            value = float((within * chance).sum() / within.sum())
            row, column = (outcome, group) if truth.by_outcome else (group, outcome)
            yield truth.table, row, column, kind[0], value, kind[1]


def _chance(draw: Draw, effect: str | None, wanted: Mapping, drawn: Data) -> np.ndarray:
    """(n,) probability; with an `effect`, that with the name set to 1 less that with it set to 0."""
    count = len(drawn["wave"])
    if effect is None:
        return draw.probability(drawn, count, wanted)
    changed = ({**drawn, effect: np.full(count, value)} for value in (1, 0))
    one, none = (draw.probability(data, count, wanted) for data in changed)
    return one - none


def effects_table(draws: tuple[Draw, ...]) -> pd.DataFrame:
    """Planted effects of every outcome that has some: model (its name), term, value, note (its link)."""
    rules = [draw.rule for draw in draws if isinstance(draw.rule, Effects)]
    rows = [(rule.name, term, effect, rule.link) for rule in rules for term, (_, effect) in rule.terms.items()]
    return pd.DataFrame(rows, columns=["model", "term", "value", "note"])
