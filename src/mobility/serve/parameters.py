"""Parameters: what each may be, its words for the explorer, and how its text is read against a release."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mobility.releases.cubes import OTHERS
from mobility.serve.loaded import Loaded
from mobility.serve.numbers import AGES, held
from mobility.serve.refused import BAD, NotLoaded, Refused, wrong

Read = Callable[[str, Loaded], Any]
YEARS = range(1900, 2101)
CALLBACK = re.compile(r"[A-Za-z_$][A-Za-z0-9_$.]{0,99}")
LONGEST_TEXT = 200
JOINED = "Several filters are joined with `|` (%7C), several codes of one with `,`: gender:1|region:1,2."


@dataclass(frozen=True)
class Parameter:
    """One parameter. about : a sentence. schema : of its text, for the explorer. needed : whether it must be there."""

    name: str
    about: str
    read: Read
    schema: Mapping[str, Any]
    needed: bool = False
    example: str | None = None


def soc(text: str, loaded: Loaded) -> str:
    """A unit group of SOC2010; of other codes it is said what they are.

    Raises `Refused`, with what is allowed, on another code.
    """
    if text in loaded.occupations:
        return text
    others = loaded.others.get(text, ())
    if others:
        said = "; ".join(f"is of {version} and goes to {_listed(to)}" for version, to in others)
        near = list(dict.fromkeys(unit for _, to in others for unit in to.split()))
        raise Refused(BAD, f"soc: `{text}` {said}. Ask for SOC2010.", parameter="soc", found=text, nearest=near)
    for level, labels in loaded.axes["occupation"].level_labels.items():
        if text in labels:
            units = loaded.axes["occupation"].levels[level][text]
            two = " For the two-digit group ask for one of them with coarse=true." if level == "sub_major" else ""
            raise Refused(
                BAD, f"soc: `{text}` is a {level.replace('_', '-')} group, {labels[text]}; ask for a unit group of it: "
                f"{', '.join(units)}.{two}", parameter="soc", found=text, allowed=list(units),
            )  # fmt: skip
    find = "Find one: /api/v2/search?q=librarian"
    raise wrong("soc", text, "a four-digit unit group of SOC2010", loaded.occupations, hint=find)


def _listed(units: str) -> str:
    return ", ".join(units.split()) or "no unit group of SOC2010"


def yes_no(name: str) -> Read:
    """true or false. Raises `Refused`, with what is allowed, on another word."""

    def read(text: str, loaded: Loaded) -> bool:
        if text not in ("true", "false"):
            raise wrong(name, text, "true or false", ("true", "false"), **_glued(text))
        return text == "true"

    return read


def whole(name: str, allowed: range, what: str) -> Read:
    """A whole number of a range. Raises `Refused`, with what is allowed, on a number outside the range."""

    def read(text: str, loaded: Loaded) -> int:
        if not re.fullmatch(r"\d{1,6}", text) or int(text) not in allowed:
            raise wrong(name, text, what, [f"whole numbers from {allowed[0]} to {allowed[-1]}"], **_glued(text))
        return int(text)

    return read


def _glued(text: str) -> dict[str, str]:
    return {"hint": "An `&` seems to be missing between two parameters."} if "=" in text else {}


def filters(name: str, measure: str) -> Read:
    """`name:code,code|name:code`, dimensions and codes that the measure has in this release.

    Raises `Refused`, with what is allowed, on a filter, dimension or code that is none, or named twice.
    """

    def read(text: str, loaded: Loaded) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for part in text.split("|"):
            dimension, sign, codes = part.partition(":")
            if not sign:
                raise wrong(name, part, "a filter `name:code`", [f"{one}:..." for one in OTHERS], hint=JOINED)
            if dimension in found:
                raise Refused(BAD, f"{name}: `{dimension}` stands twice. Write its codes once, as {dimension}:1,2.",
                              parameter=name, found=dimension)  # fmt: skip
            found[dimension] = _codes(loaded, measure, name, dimension, codes)
        return found

    return read


def codes_of(dimension: str, measure: str) -> Read:
    """Codes of one dimension, `1` or `1,2`."""

    def read(text: str, loaded: Loaded) -> tuple[str, ...]:
        return _codes(loaded, measure, dimension, dimension, text)

    return read


def _codes(loaded: Loaded, measure: str, parameter: str, dimension: str, text: str) -> tuple[str, ...]:
    if dimension not in OTHERS:
        raise wrong(parameter, dimension, "a filter", OTHERS)
    own = held(loaded, measure)
    if dimension not in own:
        raise NotLoaded(f"{measure} by {dimension}")
    codes = tuple(text.split(","))
    for code in codes:
        if code not in own[dimension]:
            hint = {} if code.isalnum() else {"hint": JOINED}
            raise wrong(parameter, code, f"a code of {dimension} that {measure} has", own[dimension], **hint)
    if len(set(codes)) < len(codes):
        raise Refused(BAD, f"{parameter}: a code of {dimension} stands twice.", parameter=parameter, found=text)
    return codes


def region(text: str, loaded: Loaded) -> tuple[str, ...]:
    """Code of one region, whether or not the release has numbers of it: each part of the answer says if it has none.

    Raises `Refused`, with what is allowed, on a code that is none.
    """
    labels = loaded.axes["region"].labels
    if text not in labels:
        raise wrong("region", text, "the code of a region", labels)
    return (text,)


def dimension(name: str, measure: str) -> Read:
    """The name of a dimension that the measure is split by.

    Raises `Refused`, with what is allowed, on a name that is none; `NotLoaded` on one that the release does not split
    by.
    """

    def read(text: str, loaded: Loaded) -> str:
        if text not in OTHERS:
            raise wrong(name, text, "a dimension", OTHERS)
        if text not in held(loaded, measure):
            raise NotLoaded(f"{measure} by {text}")
        return text

    return read


def words(name: str) -> Read:
    """Text in which something is searched for. Raises `Refused`, with what is allowed, on empty or too long text."""

    def read(text: str, loaded: Loaded) -> str:
        if not any(sign.isalnum() for sign in text):
            raise Refused(BAD, f"{name}: is empty. Write a job title, as {name}=librarian.", parameter=name, found=text)
        if len(text) > LONGEST_TEXT:
            raise Refused(BAD, f"{name}: {len(text):,} characters; {LONGEST_TEXT} are read.", parameter=name)
        return text

    return read


def onet(text: str, loaded: Loaded) -> str:
    """An occupation of O*NET in the release. Raises `Refused`, with what is allowed, on a code that is none."""
    if text not in loaded.links.titles:
        raise wrong("onet", text, "an occupation of O*NET such as 11-1011.00", loaded.links.titles)
    return text


def callback(text: str, loaded: Loaded) -> str:
    """The name of a function of JavaScript. Raises `Refused`, with what is allowed, on another text."""
    if not CALLBACK.fullmatch(text):
        raise wrong("callback", text, "the name of a function of JavaScript")
    return text


def any_text(text: str, loaded: Loaded) -> str:
    """Text of a question that no release can answer: read by nobody."""
    return text


def element_ids(kind: str) -> Read:
    """Ids of elements of O*NET, `2.A.1.a,2.A.1.b`. Raises `Refused`, with what is allowed, on an id that is none."""

    def read(text: str, loaded: Loaded) -> tuple[str, ...]:
        known = loaded.links.elements[kind]
        found = tuple(text.split(","))
        for one in found:
            if one not in known:
                raise wrong(kind, one, f"an element of {kind}", known)
        return found

    return read


def weights(text: str, loaded: Loaded) -> tuple[int, ...]:
    """Four whole numbers from 0 to 100. Raises `Refused`, with what is allowed, on another form."""
    parts = text.split(",")
    if len(parts) != 4 or not all(re.fullmatch(r"\d{1,3}", part) and int(part) <= 100 for part in parts):
        raise wrong("weights", text, "four whole numbers from 0 to 100, as 100,100,100,100")
    return tuple(map(int, parts))


def one_of(name: str, allowed: Sequence[str], status: int = BAD) -> Read:
    """One of some words. Raises `Refused`, with what is allowed, on another word."""

    def read(text: str, loaded: Loaded) -> str:
        if text not in allowed:
            refused = wrong(name, text, "known", allowed)
            raise Refused(status, **refused.body)
        return text

    return read


TEXT, NUMBER, FLAG = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
SOC = Parameter(
    "soc", "Unit group of SOC2010, four digits.", soc, {"type": "string", "pattern": "^[0-9]{4}$"}, True, "4135"
)
COARSE = Parameter("coarse", "Answer with the two-digit group of the occupation instead.", yes_no("coarse"), FLAG)
AGE = Parameter(
    "age", "Pay at an age.", whole("age", range(AGES[0], AGES[-1] + 1), "an age"),
    {"type": "integer", "minimum": AGES[0], "maximum": AGES[-1]},
)  # fmt: skip


def years(first: str, last: str) -> tuple[Parameter, Parameter]:
    """The parameters of the first and last year of a series; in words what they are where they are left out."""
    about = (("minYear", f"First year of the series; by default {first}."), ("maxYear", f"Last; by default {last}."))
    lowest, highest = (Parameter(name, says, whole(name, YEARS, "a year"), NUMBER) for name, says in about)
    return lowest, highest


FOUND = Parameter("q", "Words of a job title.", words("q"), {"type": "string", "minLength": 1}, True, "librarian")
LIMIT = Parameter(
    "limit", "How many occupations at most.", whole("limit", range(1, 101), "a number of occupations"),
    {"type": "integer", "minimum": 1, "maximum": 100},
)  # fmt: skip
ONET_CODE = Parameter("onet", "Occupation of O*NET-SOC.", onet, TEXT, True, "11-1011.00")
REGION = Parameter("region", "Code of a region (see meta); by default the United Kingdom.", region, TEXT)
CALLBACK_NAME = Parameter(
    "callback",
    "For JSONP: the answer comes as a call of this function.",
    callback,
    {"type": "string", "pattern": f"^{CALLBACK.pattern}$"},
)


def filters_of(name: str, measure: str) -> Parameter:
    """The parameter with filters of a measure."""
    about = "Filters `name:code`, joined with `|`, several codes with `,`: gender:1|region:1,2."
    return Parameter(name, about, filters(name, measure), TEXT, example="gender:2")


def breakdown_of(name: str, measure: str, needed: bool = False) -> Parameter:
    """The parameter that names the dimension by which each year is split."""
    return Parameter(name, "Dimension by which each year is split.", dimension(name, measure),
                     {"type": "string", "enum": list(OTHERS)}, needed, "gender" if needed else None)  # fmt: skip


def codes_parameters(measure: str) -> list[Parameter]:
    """A parameter for each dimension, with its codes."""
    return [
        Parameter(name, f"Codes of {name}, several joined with `,` (see meta).", codes_of(name, measure), TEXT)
        for name in OTHERS
    ]


def unread(*names: str) -> list[Parameter]:
    """Parameters of data that no release holds."""
    return [Parameter(name, "Not read: no release holds these data.", any_text, TEXT) for name in names]


def in_path(parameter: Parameter) -> Parameter:
    """The parameter as part of a path: it is always there."""
    return replace(parameter, needed=True)
