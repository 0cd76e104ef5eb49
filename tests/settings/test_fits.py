"""`fits` says what the library `jsonschema` says, on every spec of the project and on thousands of spoilt ones."""

import copy
import random

import pytest
from jsonschema import Draft202012Validator

from mobility.settings.fits import Unsure, fits
from mobility.settings.kinds import closed_rules
from mobility.settings.schema import read_schema
from mobility.storage import read_yaml
from paths import ROOT

SPOILT_BY = (None, True, 0, 1, -1, 2.5, 1.0, "", "x", "no such word", [], ["x", "x"], {}, {"strange": 1})
SPOILT = 6  # of every file
FOLDERS = {"tables": "table", "figures": "figure", "models": "model", "terms": "terms"}


def specs():
    """(schema, content) of spec files as they stand, families unspread."""
    for path in sorted(ROOT.glob("studies/*/**/*.yaml")):
        schema = FOLDERS.get(path.parent.name, path.stem)
        if (ROOT / f"workflow/schemas/{schema}.schema.yaml").is_file():
            yield schema, read_yaml(path)


def spoil(content, chance):
    """A copy with a part, anywhere, taken out, exchanged or added."""
    whole = {"": copy.deepcopy(content)}
    holder, key = whole, ""
    while isinstance(holder[key], dict | list) and holder[key] and chance.random() < 0.8:
        holder = holder[key]
        key = chance.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    if holder is not whole and chance.random() < 0.3:
        del holder[key]
    elif isinstance(holder[key], dict) and chance.random() < 0.3:
        holder[key][chance.choice(("strange", "kind", "for"))] = chance.choice(SPOILT_BY)
    else:
        holder[key] = chance.choice(SPOILT_BY)
    return whole[""]


def test_it_agrees_with_the_library_on_whole_and_spoilt_specs():
    chance, told = random.Random(16), {True: 0, False: 0, None: 0}
    for schema, content in specs():
        for one in (content, *(spoil(content, chance) for _ in range(SPOILT))):
            rules = closed_rules(schema, read_schema(ROOT, schema), one)
            try:
                own = fits(one, rules, rules)
            except Unsure:
                told[None] += 1
                continue
            told[own] += 1
            assert own == Draft202012Validator(rules).is_valid(one), (schema, one)
    assert told[True] > 300 < told[False]
    assert told[None] < 30


@pytest.mark.parametrize(
    ("rules", "content"),
    [
        ({"type": "integer"}, 1.0),
        ({"enum": [1]}, True),
        ({"const": 0}, False),
        ({"const": []}, []),
        ({"uniqueItems": True}, [1, True]),
        ({"not": {"type": "integer"}}, 2.0),
        ({"patternProperties": {}}, {}),
    ],
)
def test_what_it_does_not_decide_is_left_to_the_library(rules, content):
    with pytest.raises(Unsure):
        fits(content, rules, rules)


@pytest.mark.parametrize(
    ("rules", "content", "expected"),
    [
        (True, 1, True),
        (False, 1, False),
        ({"minimum": 1}, True, True),  # no number, so not its concern
        ({"minLength": 1}, [], True),
        ({"exclusiveMinimum": 0}, 0, False),
        ({"oneOf": [{"type": "string"}, {"minLength": 1}]}, "x", False),
        ({"if": {"type": "string"}, "then": {"minLength": 1}}, "", False),
        ({"if": {"type": "string"}, "then": {"minLength": 1}}, 1, True),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"type": "null"}}}, None, True),
        ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, False),
        ({"properties": {"a": True}, "additionalProperties": False}, {"b": 1}, False),
        ({"propertyNames": {"pattern": "^a"}}, {"b": 1}, False),
    ],
)
def test_keywords(rules, content, expected):
    """By the words of JSON Schema 2020-12."""
    assert fits(content, rules, rules) is expected
