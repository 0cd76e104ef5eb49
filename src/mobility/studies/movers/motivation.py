"""Why one wants a job and what matters in one, as teenagers said: questions whose names in the files are not known."""

from collections.abc import Mapping, Sequence

import pandas as pd

from mobility.panel.answers import Answers
from mobility.studies.movers.choose import TEENAGE

QUESTIONS = ("reason_1", "reason_2", "aspect_1", "aspect_2")
SECOND = ("reason_2", "aspect_2")
FIRST = "first_"  # before a first answer, which stands in one model with the second


def motivation(records: pd.DataFrame, answers: Sequence[Mapping[str, str]], reading: str) -> pd.DataFrame:
    """Answers of each person by name (groups/motivation.csv), missing where there is none: index person.

    They are of one record a person, which has a second reason or a second aspect: of those at 15 to 19 the `first` or
    the `last`; `any` takes the first up to 19. Empty where no wave has the questions.
    """
    names = {
        question: {
            int(row["code"]): _named(question, row["id"])
            for row in answers
            if row["question"] == question.partition("_")[0]
        }
        for question in QUESTIONS
    }
    told = Answers(records)
    said = pd.DataFrame({question: told.codes(f"job_{question}").map(names[question]) for question in QUESTIONS})
    young = records["age_in_wave"].between(0 if reading == "any" else TEENAGE[0], TEENAGE[1])
    found = said[young & said[list(SECOND)].notna().any(axis=1)]
    order = records.loc[found.index].sort_values("year", ascending=reading != "last")
    chosen = order.drop_duplicates("person")
    return found.loc[chosen.index].set_index(chosen["person"])


def _named(question: str, answer: str) -> str:
    return answer if question in SECOND else FIRST + answer
