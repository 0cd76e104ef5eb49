"""Specs for tests, built as `load_study` builds them from spec files; keys that a test leaves out are plain."""

from mobility.areas.codes import load_areas
from mobility.flows.register import load_flow_source
from mobility.models import build_design
from mobility.panel import register
from mobility.settings import load, schema
from mobility.settings.figures import FigureSpec
from mobility.settings.indicators import IndicatorIndex
from mobility.settings.models import ModelSpec
from mobility.settings.samples import Sample
from mobility.settings.study import About, groups_of
from mobility.settings.tables import Item, TableSpec
from mobility.settings.terms import Term

TABLE = {"table": "t", "number": "1", "title": "T", "section": "S", "statistic": "share", "decimals": 1}
MODEL = {
    "model": "m",
    "table": "t",
    "order": 1,
    "label": "M",
    "describe": "",
    "frame": "f",
    "sample": "s",
    "estimators": ["ols"],
    "terms": [],
    "outcome": {"column": "outcome", "values": [1]},
    "covariance": {"kind": "robust", "cluster": "person", "factor": "stata"},
}
FIGURE = {"figure": "f", "number": "1", "title": "F", "section": "S", "kind": "bars", "table": "t", "alt": ""}
ABOUT = {"study": "s", "title": "S", "source": "table", "module": "s", "sections": ["S"]}


def forget_files():
    """Read registers, schemas and studies anew: what was read before is kept by their readers."""
    cached = (schema.read_schema, register.load_source, register._codes_of_file, load_flow_source)
    for reader in (*cached, load_areas, groups_of):
        reader.cache_clear()
    load.LOADED.clear()


def items(raw):
    """Rows or columns of a table as objects; what is one already stays."""
    return tuple(item if isinstance(item, Item) else Item.read({"label": "", **item}) for item in raw)


def table_spec(raw):
    """A table from what its file says, rows and columns listed under `show`."""
    raw = {**TABLE, **raw}
    axes = {axis: {"show": [], **raw.get(axis, {})} for axis in ("rows", "columns")}
    return TableSpec.read({**raw, **axes}, raw["table"], *(items(axis["show"]) for axis in axes.values()))


def term(raw):
    """A regressor; it reads the column of its own name unless `of` says another."""
    return Term.read({"label": raw["id"], "of": raw["id"], **raw})


def terms(*raw):
    """Several regressors, interactions with the terms that they are between."""
    single = [term(one) for one in raw]
    return [one.joined({other.id: other for other in single}, "models/m.yaml") for one in single]


def design_of(frame, raw, required=()):
    """The design of these regressors."""
    return build_design(frame, terms(*raw), required)


def model_spec(raw, regressors=()):
    """A model with these regressors, entries of a file of terms/ or objects."""
    own = tuple(one if isinstance(one, Term) else term(one) for one in regressors)
    whole = {**MODEL, **raw, **({"terms": ["regressors"]} if own else {})}
    return ModelSpec.read(whole, whole["model"], {"regressors": own})[0]


def figure_spec(raw):
    """A figure from what its file says."""
    return FigureSpec.read({**FIGURE, **raw})


def about(raw=None):
    """What study.yaml says."""
    return About.read({**ABOUT, **(raw or {})})


def sample(name, raw):
    """An entry of samples.yaml."""
    return Sample.read(name, {"describe": "", "frame": "f", "keep": [], **raw})


def index_of(*shown):
    """An index of indicators in one group; what they leave out is plain."""
    plain = {"number": "1", "title": "Title", "definition": "What."}
    return IndicatorIndex.read({
        "title": "All", "intro": "How.", "groups": [{"heading": "G", "show": [{**plain, **one} for one in shown]}],
    })  # fmt: skip
