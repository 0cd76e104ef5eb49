"""Shapes of the answers of v2, for the description of the service; the answers themselves are written as they are."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from mobility.releases.measures import EMPLOYMENT, HOURS, PAY
from mobility.serve.register import HEALTH, METRICS, PROGRESS, RELEASES, V2

Verdict = Literal["told", "noted", "none", "unknown"]


class Shape(BaseModel):
    """A closed shape: no key that is not here."""

    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """Why a question is not answered: a sentence, and the parameter with what was found and what is allowed; `status`
    in a call of JSONP, which comes with 200."""

    error: str
    parameter: str | None = None
    found: str | None = None
    allowed: list[str] | None = None
    nearest: list[str] | None = None
    hint: str | None = None
    dataset: str | None = None
    retry_after: int | None = None
    status: int | None = None


class Release(Shape):
    """The release that an answer comes from."""

    id: str
    date: str
    title: str
    synthetic: bool
    sources: list[str]
    current: bool


class Answered(Shape):
    """An answer that names its release."""

    release: Release


class Find(Shape):
    """An occupation that a title may mean; `matched` is the title of the index."""

    soc: str
    title: str
    score: float
    matched: str


class Search(Answered):
    """Occupations found, the best first."""

    query: str
    found: list[Find]


class Group(Shape):
    """A two-digit group."""

    soc: str
    title: str


class OccupationTexts(Shape):
    """Texts of an occupation."""

    soc: str
    title: str
    description: str
    qualifications: str
    tasks: list[str]
    add_titles: list[str]
    group: Group


class Occupation(OccupationTexts, Answered):
    """Texts of an occupation, with the release."""


class Value(Shape):
    """One number: null where it is not told, and then `reason` says why."""

    value: float | None
    std_error: float | None
    error: str | None
    median: float | None
    deciles: dict[str, float] | None
    verdict: Verdict
    reason: str | None
    projected: bool


class National(Shape):
    """The same of all occupations of the United Kingdom."""

    value: float | None
    verdict: Verdict


class Year(Value):
    """A year of a series."""

    year: int
    national: National | None


class Item(Value):
    """A code of a breakdown."""

    code: str
    name: str


class Split(Shape):
    """A year of a series that is split."""

    year: int
    items: list[Item]


class Coarser(Shape):
    """A coarser question that has an answer, and its last value."""

    says: str
    query: str
    value: float | None


class Part(Shape):
    """A measure of an occupation."""

    measure: str
    unit: str
    soc: str
    title: str
    level: int
    filters: dict[str, list[str]]
    assumed: dict[str, str]
    basis: str
    judged_by: Literal["employment", "print"]
    told_to: float | None
    series: list[Year | Split]
    breakdown: str | None = None
    coarser: list[Coarser] | None = None


class Measured(Part, Answered):
    """A measure of an occupation, with the release."""


class ReplacementPart(Shape):
    """Replacement demand."""

    soc: str
    start_year: int
    end_year: int
    rate: float
    jobs: int | None


class Replacement(ReplacementPart, Answered):
    """Replacement demand, with the release."""


class Rate(Shape):
    """A year's rate in per cent, null where it is not told, and the persons asked behind it, in whole tens."""

    year: int
    value: float | None
    persons: float | None


class Unemployment(Answered):
    """Rate of unemployment by the last occupation."""

    soc: str
    series: list[Rate]


class Card(Answered):
    """All that a card of the careerometer shows."""

    occupation: OccupationTexts
    pay: Part | Problem
    hours: Part | Problem
    employment: Part | Problem
    replacement: ReplacementPart | Problem


class Meta(Answered):
    """What the release holds."""

    datasets: list[dict[str, Any]]
    dimensions: list[dict[str, Any]]
    levels: dict[str, Any]
    limits: dict[str, Any]
    rounding: str
    choices: dict[str, Any]
    studies: dict[str, str]


class Coding(Shape):
    """A code and its name."""

    code: str
    name: str


class Regions(Answered):
    """The release, its measures, and the regions that a page may set."""

    measures: list[Literal["pay", "hours", "employment"]]
    regions: list[Coding]


class Held(Shape):
    """A release that may be asked; `current` where it is the one served."""

    id: str
    date: str
    title: str
    synthetic: bool
    current: bool


class Releases(Shape):
    """All releases."""

    releases: list[Held]


class Health(Shape):
    """The server is well."""

    status: Literal["ok"]
    release: str
    synthetic: bool
    version: str


class Progress(Shape):
    """How far a staging is: of its step, `done` of `of`; why it was refused stands in `step`."""

    id: str
    state: Literal["running", "staged", "refused", "committed", "promoted", "rolled back"]
    step: str
    done: int
    of: int


BY_PATH: dict[str, Any] = {
    "/api/v2/search": Search,
    "/api/v2/occupations/{soc}": Occupation,
    **{f"/api/v2/{name}": Measured for name in (PAY, HOURS, EMPLOYMENT)},
    "/api/v2/replacement": Replacement,
    "/api/v2/unemployment": Unemployment,
    "/api/v2/card": Card,
    "/api/v2/meta": Meta,
    "/api/v2/release": Regions,
    HEALTH: Health,
    METRICS: str,
    RELEASES: Releases,
    f"{V2}/releases": Releases,
    PROGRESS: Progress,
}
