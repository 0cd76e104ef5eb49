"""Rows and columns of a table listed: those of a group file, of models, choices or claims stand for one each."""

import pickle
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from mobility.errors import SpecError
from mobility.estimators import ESTIMATORS
from mobility.settings.study import Study, in_order
from mobility.settings.tables import Item


def listed_items(axis: Mapping[str, Any], study: Study) -> Sequence[Item]:
    """Rows or columns of a table spec, listed.

    `{groups: NAME}` stands for that file's rows, `{models: TABLE}` for the fits of the table's models (named by their
    estimator, those of a file with `specifications` by their label), `{choices: TABLE}` for the default readings and
    each other one that can change the table, `{claims: models}` for the entries of claims.yaml that rest on effects of
    models, `{claims: cells}` for all others.
    """
    show = axis["show"]
    if not isinstance(show, Mapping):
        return _read_once(pickle.dumps(show))
    return next(listed(show, study) for kind, listed in LISTED.items() if kind in show)


@cache
def _read_once(show: bytes) -> Sequence[Item]:
    """Pickled rows or columns read: those of most tables are the same under every reading of a study."""
    return tuple(map(Item.read, pickle.loads(show)))


def _of_group(show: Mapping[str, Any], study: Study) -> list[Item]:
    """A row of a group file each; raises `SpecError` on one without an id or a label."""
    name = show["groups"]
    rows = study.groups(name)
    bare = [(line, key) for line, row in enumerate(rows, start=2) for key in ("id", "label") if not row[key].strip()]
    if bare:
        line, key = bare[0]
        raise SpecError(f"{study.folder}/groups/{name}.csv, line {line}: no {key}, which a table needs. Mend the line.")
    return [Item.read({key: row[key] for key in ("id", "label", "under") if row.get(key)}) for row in rows]


def _fits(show: Mapping[str, Any], study: Study) -> list[Item]:
    return [
        Item(
            id=f"{model.model}__{estimator}",
            label=model.label if model.specification else ESTIMATORS[estimator].label,
            under=model.describe if show["models"] == "all" else model.label,
            model=model.model,
            estimator=estimator,
        )
        for model in in_order(study.models, show["models"])
        for estimator in show.get("estimators", model.estimators)
    ]


def _readings(show: Mapping[str, Any], study: Study) -> list[Item]:
    return [Item("baseline_spec", "Default readings")] + [
        Item(
            id=f"{choice.name}={alternative}",
            label=choice.label(alternative),
            choice=choice.name,
            alternative=alternative,
        )
        for choice in study.choices.values()
        for alternative in (choice.alternatives if show["choices"] in choice.tables else ())
        if alternative != choice.default
    ]


def _claims(show: Mapping[str, Any], study: Study) -> list[Item]:
    of_models = show["claims"] == "models"
    own = [claim for claim in study.claims.values() if bool(claim.effects) == of_models]
    return [Item(claim.name, f"{claim.statement} ({claim.section})") for claim in own]


LISTED: Mapping[str, Callable[[Mapping[str, Any], Study], list[Item]]] = {
    "groups": _of_group,
    "models": _fits,
    "choices": _readings,
    "claims": _claims,
}
