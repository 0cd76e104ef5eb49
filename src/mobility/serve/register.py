"""Every path of the service: its parameters, what answers it, and what is said where no release holds the data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from mobility.errors import spelt_like
from mobility.releases.cubes import OTHERS
from mobility.releases.measures import EMPLOYMENT, HOURS, PAY
from mobility.serve import onet, tables, v1, v2
from mobility.serve.loaded import Loaded
from mobility.serve.parameters import (
    AGE,
    CALLBACK_NAME,
    COARSE,
    FOUND,
    LIMIT,
    ONET_CODE,
    REGION,
    SOC,
    TEXT,
    Parameter,
    any_text,
    breakdown_of,
    codes_parameters,
    element_ids,
    filters_of,
    one_of,
    unread,
    weights,
    years,
)
from mobility.serve.refused import MISSING, NotLoaded, Refused

V1, V2 = "/api/v1", "/api/v2"
Answer = Callable[..., Any]


@dataclass(frozen=True)
class Endpoint:
    """A path and what answers it.

    path : with `{name}` for parts that vary. answer : from a release and the parameters to what is written as JSON.
    parameters : of the query. in_path : of the path. searches : whether `answer` is given the search too.
    """

    path: str
    about: str
    answer: Answer
    parameters: Sequence[Parameter] = ()
    in_path: Sequence[Parameter] = ()
    searches: bool = False
    loaded: bool = True

    @property
    def version(self) -> str:
        """v1, v2 or tables: how answers carry their release."""
        return self.path.strip("/").split("/")[1] if self.path.startswith("/api/") else "tables"


def _not_loaded(loaded: Loaded, asked: Mapping[str, Any], dataset: str) -> Any:
    raise NotLoaded(dataset)


def _absent(path: str, dataset: str, *names: str, in_path: Sequence[str] = ()) -> Endpoint:
    """A path of the true service whose data no release holds."""
    about = f"{dataset}: not loaded in any release; the answer says so."
    answer = partial(_not_loaded, dataset=dataset)
    parts = [Parameter(name, "Not read.", any_text, TEXT, True, "1") for name in in_path]
    return Endpoint(f"{V1}/{path}", about, answer, unread(*names), parts, loaded=False)


def _named(allowed: Sequence[str], name: str = "name") -> Parameter:
    about = "Name of a filter."
    return Parameter(
        name, about, one_of(name, allowed, MISSING), {"type": "string", "enum": list(allowed)}, True, "gender"
    )


def _filters(base: str, names: str, measure: str, one: str, answer: Answer) -> list[Endpoint]:
    """The three paths that list filters: names, all with their codes, one."""

    def every(loaded: Loaded, asked: Mapping[str, Any]) -> list[Any]:
        return [answer(loaded, {"name": name}) for name in v1.filter_names(loaded, asked, measure)]

    def single(loaded: Loaded, asked: Mapping[str, Any]) -> Any:
        if asked["name"] not in v1.filter_names(loaded, asked, measure):
            raise NotLoaded(f"{measure} by {asked['name']}")
        return answer(loaded, asked)

    return [
        Endpoint(
            f"{V1}/{base}/{names}", f"Names of the filters of {measure}.", partial(v1.filter_names, measure=measure)
        ),
        Endpoint(f"{V1}/{base}/{names}/all", f"Filters of {measure} with their codes.", every),
        Endpoint(f"{V1}/{base}/{one}/{{name}}", f"Codes of a filter of {measure}.", single, in_path=[_named(OTHERS)]),
    ]


SPAN = years("the first there is", "the last there is")
AHEAD = years("the last that is no projection", "six years after it, or the first projected one where that is later")
ASHE = (SOC, COARSE, filters_of("filters", PAY), breakdown_of("breakdown", PAY))
ASHE_HOURS = (SOC, COARSE, filters_of("filters", HOURS), breakdown_of("breakdown", HOURS))
LFS = (SOC, *SPAN, filters_of("filterBy", PAY))
SPLIT = Parameter(
    "filter", "Dimension by which each year is split.", breakdown_of("filter", EMPLOYMENT).read,
    {"type": "string", "enum": list(OTHERS)}, True, "gender",
)  # fmt: skip
SKILL_IDS, INTEREST_IDS = (
    Parameter(kind, f"Ids of {kind}, joined with `,`.", element_ids(kind), TEXT, example=example)
    for kind, example in (("skills", "2.A.1.a"), ("interests", "1.B.1.a"))
)
WEIGHTS = Parameter(
    "weights", "Weights of skills, abilities, interests, knowledge.", weights, TEXT, example="100,100,100,100"
)

_V1 = [
    Endpoint(f"{V1}/soc/search", "Occupations by words of a job title.", v1.search, (FOUND, LIMIT), searches=True),
    Endpoint(f"{V1}/soc/code/{{soc}}", "Texts of an occupation.", v1.occupation, in_path=(SOC,)),
    Endpoint(f"{V1}/ashe/estimatePay", "Weekly pay in pounds, to the nearest 10.", partial(v1.estimates, measure=PAY),
             (*ASHE, AGE)),
    Endpoint(f"{V1}/ashe/estimateHours", "Weekly hours, whole.", partial(v1.estimates, measure=HOURS), ASHE_HOURS),
    Endpoint(f"{V1}/ashe/annualChanges", "Change of pay from the year before, per cent.", v1.changes, ASHE[:3]),
    Endpoint(f"{V1}/ashe/estimate", "Early form of estimatePay.", partial(v1.estimates, measure=PAY, key="years"),
             ASHE[:3]),
    *_filters("ashe", "filters", PAY, "filter", v1.ashe_filter),
    Endpoint(f"{V1}/wf/predict", "Jobs by year, with the projection.", v1.predicted, (SOC, *AHEAD, COARSE)),
    Endpoint(f"{V1}/wf/predict/breakdown/{{filter}}", "Jobs by year and code of a dimension.", v1.predicted_by,
             (SOC, *AHEAD, COARSE), (SPLIT,)),
    Endpoint(f"{V1}/wf/replacement_demand", "Replacement demand, a share of jobs.", v1.replacement, (SOC,)),
    *_filters("wf", "filters", EMPLOYMENT, "filters/info", partial(v1.filter_info, measure=EMPLOYMENT)),
    Endpoint(f"{V1}/lfs/unemployment", "Rate of unemployment by last occupation, per cent.", v1.unemployment, LFS),
    Endpoint(f"{V1}/lfs/weeklypay", "Weekly pay, early form.", v1.weekly_pay, LFS),
    Endpoint(f"{V1}/lfs/weeklypay/breakdown/{{breakdownBy}}", "Weekly pay by code of a dimension.", v1.weekly_pay_by,
             LFS, (breakdown_of("breakdownBy", PAY, needed=True),)),
    *_filters("lfs", "filters", PAY, "filters/info", partial(v1.filter_info, measure=PAY)),
    _absent("ess/uk/{soc}", "Employer Skills Survey", "coarse", in_path=["soc"]),
    _absent("ess/region/{region}/{soc}", "Employer Skills Survey", "coarse", in_path=["region", "soc"]),
    _absent("ess/regions", "Employer Skills Survey"),
    _absent("ess/regions/ranksocs/{region}", "Employer Skills Survey", in_path=["region"]),
    Endpoint(f"{V1}/o-net/soc2onet/{{soc}}", "Occupations of O*NET of a unit group.", onet.linked, in_path=(SOC,)),
    Endpoint(f"{V1}/o-net/onet2soc", "Unit groups of every occupation of O*NET.", onet.all_links),
    *(Endpoint(f"{V1}/o-net/{kind}/{{onet}}", f"{kind.capitalize()} of an occupation of O*NET.",
               partial(onet.scores, kind=kind), in_path=(ONET_CODE,)) for kind in onet.KINDS),
    Endpoint(f"{V1}/o-net/reversematch", "Occupations that need some skills most.", onet.reverse,
             (WEIGHTS, SKILL_IDS, INTEREST_IDS)),
    *(Endpoint(f"{V1}/onet/{name}/{{soc}}", f"Skills of a unit group, ranked by {name}.",
               partial(onet.of_occupation, scale=scale), in_path=(SOC,))
      for name, scale in (("levels", "LV"), ("importance", "IM"))),
    Endpoint(f"{V1}/onet/skills", "Names of the skills.", onet.skills),
    _absent("hesa/courses/{soc}", "HESA: courses of graduates", in_path=["soc"]),
    _absent("hesa/list-courses", "HESA: courses of graduates"),
    _absent("census/jobs_breakdown", "Census: jobs in an area", "area"),
    _absent("census/resident_occupations", "Census: occupations of residents", "area"),
    _absent("census/distance", "Census: distance to work", "area"),
    _absent("vacancies/search", "Vacancies", "keywords", "location", "radius", "limit", "postcode"),
]  # fmt: skip


def _measure(name: str, about: str, *more: Parameter) -> Endpoint:
    parameters = (SOC, COARSE, *codes_parameters(name), *SPAN, breakdown_of("breakdown", name), *more)
    return Endpoint(f"{V2}/{name}", about, partial(v2.measured, measure=name), parameters)


_V2 = [
    Endpoint(f"{V2}/search", "Occupations by words of a job title.", v2.found, (FOUND, LIMIT), searches=True),
    Endpoint(f"{V2}/occupations/{{soc}}", "Texts of an occupation.", v2.occupation, in_path=(SOC,)),
    _measure(PAY, "Weekly pay in pounds: mean, median, deciles, beside the national mean.", AGE),
    _measure(HOURS, "Weekly hours, mean."),
    _measure(EMPLOYMENT, "Jobs by year, with the projection."),
    Endpoint(f"{V2}/replacement", "Replacement demand.", v2.replacement, (SOC,)),
    Endpoint(f"{V2}/unemployment", "Rate of unemployment by last occupation, per cent.", v2.unemployment, (SOC,)),
    Endpoint(f"{V2}/card", "All that a card of the careerometer shows.", v2.card, (SOC, REGION)),
    Endpoint(f"{V2}/meta", "What the release holds: datasets, dimensions, codes, levels.", v2.meta),
    Endpoint(f"{V2}/release", "The release, and the regions.", v2.release),
]
_STUDY, _TABLE = (Parameter(name, f"Name of a {name}.", any_text, TEXT, True, example)
                  for name, example in (("study", "uk_occupations"), ("table", "occupations")))  # fmt: skip
_FORM = Parameter(
    "format", "json or csv.", one_of("format", tables.FORMS), {"type": "string", "enum": list(tables.FORMS)}
)
_TABLES = [
    Endpoint("/tables", "Studies of the release and their tables.", tables.studies),
    Endpoint("/tables/{study}", "A study and its tables.", tables.study, in_path=(_STUDY,)),
    Endpoint(
        "/tables/{study}/{table}", "A table: cells with flags and verdicts.", tables.table, (_FORM,), (_STUDY, _TABLE)
    ),
]
ENDPOINTS: Sequence[Endpoint] = (*_V1, *_V2, *_TABLES)
# Parameters of every path: the release that answers, and the function of a JSONP call.
RELEASE = Parameter("release", "Answer from this release instead of the promoted one.", any_text, TEXT)
EVERYWHERE = (RELEASE, CALLBACK_NAME)
# Paths that are about the server and not about one release.
STAGED = Parameter("release", "Name of a release that was staged here.", any_text, TEXT, True, "2026-11-27")
HEALTH, METRICS, RELEASES, PROGRESS = "/health", "/metrics", "/releases", "/releases/{release}/progress"
OWN: Mapping[str, str] = {
    HEALTH: "Whether the server is well, and which release it serves.",
    METRICS: "Counts and times of requests of this process, for Prometheus.",
    RELEASES: "All releases, the newest first.",
    f"{V2}/releases": "All releases, the newest first.",
    PROGRESS: "How far the staging of a release is.",
}
PAGES = ("/docs", "/widget/", "/openapi.json")  # answered by the application behind


def no_path(path: str) -> Refused:
    """What is said of a path that is none, with those nearest to it."""
    near = spelt_like(path, [*(one.path for one in ENDPOINTS), *OWN, *PAGES])
    says = f"`{path[:100]}` is no path here."
    return Refused(
        MISSING, f"{says} Nearest: {', '.join(near)}." if near else f"{says} See /docs.", found=path[:100], nearest=near
    )
