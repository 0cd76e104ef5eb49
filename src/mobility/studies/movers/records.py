"""The enumerated persons of both surveys in one table of records, and what the codes of a record mean.

A record is a row a person and wave, of everybody enumerated. The nominal year of its wave (1991 to 2008 BHPS, 2009 on
UKHLS) orders the waves of both surveys: there is no wave of both in one year.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mobility.errors import DataError
from mobility.intake.missing import NOT_ASKED, valid
from mobility.panel.answers import Answers

SURVEYS = ("history", "persons")  # names that study.yaml gives the panels: BHPS, UKHLS
KEY = ["person", "year"]
TEXT = "local_authority"
SENTINELS = (-1, -2, -7, -8, -9, -10, -11, -20, -21)
INTERVIEWED = (1, 2, 3)  # full, proxy, telephone
PROXY = 2
HIGHEST_MONTHLY = 20_000  # pounds; a wave whose typical earner has more is not in pounds a month
APART = 4  # times; the typical earner of a wave and of the next are nearer than that, in any year since 1991
MANY = 100  # persons or records, from which nobody in both surveys, or a region of its own, is no chance
CONTRADICTED = 0.2  # share of records in another region than their authority: true ones come of moves and boundaries
CLASSES = ["own_class", "own_current_class"]


def stack_surveys(panels: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The panels under each other, sorted by person and year; what one survey lacks is `NOT_ASKED` there.

    Raises `DataError` where a person stands in two rows of a year.
    """
    parts = [panels[name].assign(survey=name) for name in SURVEYS if name in panels]
    names = list(dict.fromkeys(name for part in parts for name in part.columns))
    filled = [part.assign(**{name: _lacking(name) for name in names if name not in part}) for part in parts]
    records = pd.concat([part[names] for part in filled], ignore_index=True).sort_values(KEY, ignore_index=True)
    twice = records.duplicated(KEY)
    if twice.any():
        raise DataError(
            f"movers: {int(twice.sum())} persons stand in two rows of one year, first in "
            f"{records.loc[twice, 'year'].iloc[0]}. A person has one row a wave, and the waves of BHPS and UKHLS have "
            "years of their own. Unpack the files again, and run mobility check."
        )
    return records


def persons_of_both(records: pd.DataFrame) -> tuple[int, int]:
    """How many persons of the BHPS stand in UKHLS too, and how many persons the BHPS has.

    Raises `DataError` where nobody does of many: the two files do not have the same identifiers.
    """
    people = [set(records.loc[records["survey"] == name, "person"]) for name in SURVEYS]
    both = len(people[0] & people[1])
    if not both and min(map(len, people)) >= MANY:
        raise DataError(
            f"movers: of {len(people[0]):,} persons of the BHPS none stands in UKHLS, where those of 2008 go on. The "
            "identifiers are of different editions: take both from one edition of SN 6614 (pidp), not the BHPS of SN "
            "5151 (pid). Then run mobility check movers."
        )
    return both, len(people[0])


def contradicted(authority: pd.Series, region: pd.Series) -> tuple[int, int]:
    """Records whose authority (its region as the surveys code it) lies in another region than they say; how many say.

    Raises `DataError` where too many do: household numbers of another edition meet other households.
    """
    both = authority.notna() & region.notna()
    wrong, known = int((authority[both] != region[both]).sum()), int(both.sum())
    if known >= MANY and wrong > CONTRADICTED * known:
        raise DataError(
            f"movers: of {known:,} records with a local authority and a region {wrong:,} have an authority of another "
            "region. The authorities (SN 6666) are joined by household number, and seem to be of another edition than "
            "the interviews (SN 6614). Take both from one release, and run mobility check movers."
        )
    return wrong, known


def _lacking(name: str) -> object:
    return pd.NA if name == TEXT else NOT_ASKED


@dataclass(frozen=True)
class Codes:
    """The rows of groups/indicators.csv: which codes of which variable give a column which value.

    Under a reading of a choice only its rows count, beside those without a reading. Of several variables the first
    with a listed code decides.
    """

    rows: Sequence[Mapping[str, str]]

    def column(self, records: pd.DataFrame, name: str, reading: str = "") -> pd.Series:
        """Values of a column of length n, float64, missing where no variable has a listed code."""
        answers, values = Answers(records), pd.Series(np.nan, index=records.index)
        own = [row for row in self.rows if row["column"] == name]
        own = [row for row in own if row["reading"] == reading] or [row for row in own if not row["reading"]]
        for variable in dict.fromkeys(row["variable"] for row in own):
            meanings = {
                code: float(row["value"]) for row in own if row["variable"] == variable for code in _span(row["code"])
            }
            values = values.fillna(answers.codes(variable).map(meanings))
        return values


def _span(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def describe_records(records: pd.DataFrame, codes: Codes) -> pd.DataFrame:
    """Records with age, year of interview, class of the own job (current, else last; 1 high to 3), own labour income.

    Adds age_in_wave, age_at_interview (years, missing where neither age nor year of birth is known), interview_year,
    interviewed (bool), own_current_class, own_class (float, 1 to 3) and earnings (pounds a month, nominal).
    """
    answers = Answers(records)
    asked, age = answers.number("interview_year"), answers.number("age_enumerated")
    interview_year = asked.where(asked > 0).fillna(records["year"])
    born = answers.number("birth_year_ever").fillna(answers.number("birth_year_derived_ever"))
    current = codes.column(records, "current_class")
    return records.assign(
        age_in_wave=age.fillna(records["year"] - born),
        age_at_interview=answers.number("age").fillna(interview_year - born),
        interview_year=interview_year.astype("int64"),
        interviewed=answers.has("interview_type", *INTERVIEWED),
        own_current_class=current,
        own_class=current.fillna(codes.column(records, "last_class")),
        earnings=_earnings(answers),
    )


def _earnings(answers: Answers) -> pd.Series:
    """Gross labour income of a month in pounds; raises `DataError` where it cannot be in pounds a month."""
    amounts = valid(answers.codes("labour_income"), "amount", SENTINELS)
    earners = amounts[amounts > 0].groupby(answers.frame["year"])
    typical = earners.median()
    wrong = typical[typical > HIGHEST_MONTHLY]
    steps = typical[earners.size() >= MANY]
    steps = np.log(steps / steps.shift()).abs()
    if len(wrong):
        found = f"{', '.join(map(str, wrong.index))}: half of the earners have more than {wrong.iloc[0]:,.0f} a month"
    elif (steps > np.log(APART)).any():
        later = steps.index[steps > np.log(APART)][0]
        before = typical.index[typical.index < later][-1]
        found = f"{before} and {later}: the typical earner has {typical[before]:,.0f}, and then {typical[later]:,.0f}"
    else:
        return amounts
    raise DataError(
        f"movers, labour_income (fimnlabgrs_dv of indresp) of {found}. It is in pounds a month in the surveys; these "
        "look like pence, or amounts of a year. Take the files as delivered, or divide the amounts, and run again."
    )
