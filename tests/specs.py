"""Spec objects from the few keys that a test is about; the others have plain values."""

from collections.abc import Mapping, Sequence
from typing import Any

from mobility.settings.specs import FigureSpec, Item, ModelSpec, Sample, TableSpec, Term
from mobility.settings.study import About

TABLE = {"table": "table_1", "number": "Table 1", "title": "", "section": "", "statistic": "share", "decimals": 1}
MODEL = {
    "model": "model_1",
    "table": "table_1",
    "order": 1,
    "label": "",
    "describe": "",
    "frame": "frame",
    "sample": "everyone",
    "estimators": ["ols"],
    "covariance": {"kind": "robust", "cluster": "", "factor": "hc1"},
    "terms": [],
}
FIGURE = {"figure": "figure_1", "number": "Figure 1", "title": "", "section": "", "kind": "bars", "alt": ""}
AXES = ("rows", "columns")
ABOUT = {"study": "study", "title": "", "source": "ukhls", "module": "", "sections": []}


def table_spec(raw: Mapping[str, Any]) -> TableSpec:
    """A table; `show` of its rows and columns lists items as a table file does."""
    whole = {**TABLE, "rows": {"show": []}, "columns": {"show": []}, **raw}
    return TableSpec.read(whole, whole["table"], *(list(map(Item.read, whole[axis]["show"])) for axis in AXES))


def term(raw: Mapping[str, Any]) -> Term:
    """A regressor."""
    return Term.read({"label": raw["id"], "of": raw["id"], **raw})


def model_spec(raw: Mapping[str, Any], terms: Mapping[str, Sequence[Term]] | None = None) -> ModelSpec:
    """A model with the terms of its blocks."""
    whole = {**MODEL, **raw}
    return ModelSpec.read(whole, whole["model"], terms or {})[0]


def figure_spec(raw: Mapping[str, Any]) -> FigureSpec:
    """A figure."""
    return FigureSpec.read({**FIGURE, "table": "table_1", **raw})


def about(raw: Mapping[str, Any]) -> About:
    """What a study is."""
    return About.read({**ABOUT, **raw})


def sample(name: str, raw: Mapping[str, Any]) -> Sample:
    """A sample."""
    return Sample.read(name, {"describe": "", "frame": "frame", "keep": [], **raw})
