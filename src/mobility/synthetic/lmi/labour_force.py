"""Quarters of the invented Labour Force Survey with pay: who is asked when, and what the files hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mobility.panel.register import load_source
from mobility.storage import read_register
from mobility.synthetic.lmi.workers import Workers, draw_workers, hours_of, pay_of, some_of
from mobility.synthetic.lmi.world import World
from mobility.synthetic.planted.columns import Book, read_book
from mobility.synthetic.streams import draw, stream
from mobility.synthetic.writers import find_form

QUARTERS = ("2014Q1", "2014Q2", "2014Q3", "2014Q4", "2015Q1", "2015Q2", "2015Q3")
# Persons of interviews 1 and 5 by what they do; together those of C.7.2 (266,974 persons, 63,640 full-time and 21,260
# part-time employees with pay); the others are invented.
PAID, UNPAID = (63_640, 21_260), (8_200, 2_800)
SELF_EMPLOYED, UNEMPLOYED, INACTIVE, CHILDREN = 17_100, 6_600, 96_000, 51_374
AGAIN, NEXT = 0.6, 0.08  # of interview 1, asked again a year later; in the files of interview 2, which has no pay
WEIGHT, INCOME_WEIGHT, WEIGHT_SD = 1_690.0, 2_230.0, 0.3
NO, SAID_NOTHING = -9, -8
SIX = (1, 1, 1, 2, 2, 3, 4, 5, 6)  # HIQUL11D and HIQUL15D of the nine levels
MONTHS = {"1": (1, 2, 3), "2": (4, 5, 6), "3": (7, 8, 9), "4": (10, 11, 12)}
PATH = "UKDA-{study_number}-{form}/{form}/{stem}.{ending}"
LEVELS = "resources/classifications/lfs_qualification_levels.csv"
REGIONS = "resources/classifications/lfs_regions.csv"
YEAR = 4  # quarters


@dataclass(frozen=True)
class People:
    """Everyone who is asked.

    answers : by harmonised name, a row a person and interview, and `wave`; those of nobody are -9. full_time : places
    of the codes of full-time employees with pay, a row a person. t : 0 or 1, of the year of each of these.
    """

    answers: dict[str, np.ndarray]
    full_time: Workers
    t: np.ndarray


def draw_people(world: World, divisor: int) -> People:
    """Everyone who is asked in the quarters."""
    rng = stream(world.seed, "lmi labour force")
    people = _persons(world, divisor, rng)
    rows = _interviews(people, rng)
    own = some_of(people, rows.pop("person"))
    own["age"] = own["age"] + rows["later"]
    quarter = rows["quarter"]
    t = (np.array([int(name[:YEAR]) for name in QUARTERS]) - 2014)[quarter]
    asked = np.isin(rows["interview"], (1, 5))
    working = own["status"] >= 0
    employee = working & (own["status"] < 2)
    pay, hours = np.full(len(quarter), np.nan), np.full(len(quarter), np.nan)
    pay[employee] = pay_of(world, some_of(own, employee), t[employee], rng)
    hours[working] = hours_of(world, some_of(own, working), rng)
    paid = asked & employee & (own["says"] == 1)
    weekly = np.where(paid, pay, np.where(asked & employee, SAID_NOTHING, NO))
    hourly = np.where(paid, np.round(pay / np.where(hours > 0, hours, 1), 2), weekly)
    count = len(quarter)
    answers = {
        "wave": np.array(QUARTERS)[quarter],
        "person_id": own["number"],
        "household_id": own["household"],
        "person_number": own["in_household"],
        "interview": rows["interview"],
        "age": own["age"],
        "sex": np.where(own["male"] == 1, 1, 2),
        "ilo_status": own["ilo"],
        "activity_34": own["activity"],
        "full_part_time": np.where(employee, own["status"] + 1, np.where(working, 1, NO)),
        **_classified(world, own, working, quarter, rng),
        "weekly_pay": weekly,
        "hourly_pay": hourly,
        "hours_total": np.where(working, hours, NO),
        "weight": np.round(WEIGHT * rng.lognormal(0, WEIGHT_SD, count)),
        "income_weight": np.where(paid, np.round(INCOME_WEIGHT * rng.lognormal(0, WEIGHT_SD, count)), 0),
        "reference_year": t + 2014,
        "reference_month": _months(quarter, rng),
    }
    once = np.flatnonzero(paid & (own["status"] == 0))
    once = once[np.lexsort((quarter[once], own["number"][once]))]
    once = once[np.unique(own["number"][once], return_index=True)[1]]
    return People(answers, some_of(own, once), t[once])


def _persons(world: World, divisor: int, rng: np.random.Generator) -> Workers:
    """Everyone, in and out of work, in an order that says nothing."""
    paid, unpaid = [[round(count / divisor) for count in counts] for counts in (PAID, UNPAID)]
    employees = [sum(pair) for pair in zip(paid, unpaid, strict=True)]
    employed = draw_workers(world, [*employees, round(SELF_EMPLOYED / divisor)], rng)
    says = np.ones(len(employed["status"]), dtype=int)
    for status, count in enumerate(unpaid):
        says[rng.choice(np.flatnonzero(employed["status"] == status), count, replace=False)] = 0
    activity = np.where(employed["status"] == 2, 2, 1)
    employed |= {"says": says, "activity": activity, "ilo": np.ones(len(says), dtype=int)}
    others = [
        _out_of_work(world, round(count / divisor), ages, ilo, activity, rng)
        for count, ages, ilo, activity in (
            (UNEMPLOYED, (16, 65), 2, 5),
            (INACTIVE, (16, 91), 3, 10),
            (CHILDREN, (0, 16), 4, 34),
        )
    ]
    people = {name: np.concatenate([values, *(one[name] for one in others)]) for name, values in employed.items()}
    count = len(people["age"])
    people = some_of(people, rng.permutation(count))
    number = np.arange(count)
    return {**people, "number": number + 1, "household": number // 2 + 1, "in_household": number % 2 + 1}


def _out_of_work(
    world: World, count: int, ages: tuple[int, int], ilo: int, activity: int, rng: np.random.Generator
) -> Workers:
    """People without work; the unemployed have a last occupation."""
    people = draw_workers(world, [count], rng)
    told = {"status": -1, "says": 0, "activity": activity, "ilo": ilo}
    same = {name: np.full(count, value) for name, value in told.items()}
    return {**people, **same, "age": rng.integers(*ages, count)}


def _interviews(people: Workers, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Rows of the files: person, quarter (place), interview, and years since the first."""
    households = int(people["household"].max())
    slot = rng.integers(0, 2 * len(QUARTERS), households)[people["household"] - 1]
    quarter, interview = np.divmod(slot, 2)
    interview = np.where(interview == 0, 1, 5)
    again, later = (rng.random(households)[people["household"] - 1] for _ in range(2))
    first = interview == 1
    everyone = np.arange(len(slot))
    rows = [
        (everyone, quarter, interview, np.zeros_like(slot)),
        _moved(first & (again < AGAIN), quarter, YEAR, 5, 1),
        _moved(first & (later < NEXT), quarter, 1, 2, 0),
    ]
    joined = [np.concatenate(column) for column in zip(*rows, strict=True)]
    return dict(zip(("person", "quarter", "interview", "later"), joined, strict=True))


def _moved(
    who: np.ndarray, quarter: np.ndarray, by: int, interview: int, years: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """People who are asked again some quarters later, where that is one of the quarters."""
    persons = np.flatnonzero(who & (quarter + by < len(QUARTERS)))
    return persons, quarter[persons] + by, np.full(len(persons), interview), np.full(len(persons), years)


def _classified(
    world: World, own: Workers, working: np.ndarray, quarter: np.ndarray, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Occupation, industry, qualification and region in the codes of the files."""
    codes = world.codes
    occupation = np.array(codes.occupation, dtype=int)[own["occupation"]]
    first, count = (np.array([each(own) for own in codes.divisions]) for each in (min, len))
    division = first[own["industry"]] + rng.integers(0, count[own["industry"]])
    grown = own["age"] >= 16
    detail, degree = _detailed(world, own["qualification"], quarter, rng)
    return {
        "soc2010": np.where(working, occupation, NO),
        "industry_division": np.where(working, division, NO),
        "last_soc2010": np.where(own["ilo"] == 2, occupation, NO),
        "qualification": np.where(grown, np.array(SIX)[own["qualification"]], NO),
        "qualification_detail": np.where(grown, detail, NO),
        "higher_degree": np.where(grown, degree, NO),
        **_regions(world, own["region"]),
    }


def _detailed(
    world: World, level: np.ndarray, quarter: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """HIQUAL11 or HIQUAL15, by the quarter, and the type of a higher degree."""
    table = read_register(world.root / LEVELS)
    detail, degree = np.full(len(level), NO), np.full(len(level), NO)
    for variable, years in (("HIQUAL11", "2014"), ("HIQUAL15", "2015")):
        of_year = np.array([name.startswith(years) for name in QUARTERS])[quarter]
        for row in table[table["variable"] == variable].itertuples(index=False):
            own = np.flatnonzero(of_year & (level == int(row.qualification) - 1))
            detail[own] = rng.integers(int(row.first), int(row.last) + 1, len(own))
            kinds = [int(kind) for kind in row.higher_degree.split() if int(kind) > 0]
            if kinds:
                degree[own] = draw(kinds, np.ones(len(kinds)), len(own), rng)
    return detail, degree


def _regions(world: World, region: np.ndarray) -> dict[str, np.ndarray]:
    """Regions in the numbers of both periods and in their nine characters."""
    table = read_register(world.root / REGIONS)
    numbers = {}
    for variable, own in table.groupby("variable"):
        code_of = dict(zip(own["region"], own["code"].astype(int), strict=True))
        numbers[str(variable)] = np.array([code_of[code] for code in world.codes.region])[region]
    ends = {"W": "W99999999", "S": "S99999999", "N": "N99999999"}
    shown = [ends.get(code[0], code) for code in world.codes.gss]
    return {**numbers, "region_code": np.array(shown, dtype=object)[region]}


def _months(quarter: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    months = np.array([MONTHS[name[-1]] for name in QUARTERS])
    return np.asarray(months[quarter, rng.integers(0, 3, len(quarter))])


def book_of(root: Path, form: str, answers: Mapping[str, np.ndarray]) -> Book:
    """Files of the quarters with the columns that are drawn."""
    absent = [name for name in load_source(root, "lfs").names if name not in answers]
    words = {"files": {"persons": PATH}, "absent": absent}
    return read_book(root, "lfs", words, {"form": form, "ending": find_form(form).ending})
