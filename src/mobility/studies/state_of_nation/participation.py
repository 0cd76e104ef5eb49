"""Volunteering and membership of organisations (driver 4), from the adult interviews of both surveys."""

from collections.abc import Mapping, Sequence

import pandas as pd

from mobility.intake.losses import LossTable
from mobility.panel.answers import Answers
from mobility.studies.state_of_nation.records import INTERVIEWED, SURVEYS, ages, cross_section_weights

VOLUNTEERS, MEMBERS, ANY = "volunteers", "members", "any"
ADULT = 16
MEMBER_AGES = (25, 65)
YES, NO = 1, 2
ORGANISATIONS = tuple(f"membership_{item}" for item in range(1, 17))
SEXES = {1.0: "male", 2.0: "female"}


def volunteers(panel: pd.DataFrame, losses: LossTable) -> pd.DataFrame:
    """Adults of 16 and over who say whether they volunteered: person, year (of the wave), sex, volunteered, weight."""
    panel = losses.start(VOLUNTEERS, panel, panel="persons")
    answers = Answers(panel)
    said = answers.indicator("volunteering", YES, NO)
    frame = _people(answers).assign(volunteered=said)
    frame = losses.keep(VOLUNTEERS, "not interviewed", frame, answers.has("interview_type", *INTERVIEWED))
    frame = losses.keep(VOLUNTEERS, "age not known, or under 16", frame, frame["age"] >= ADULT)
    return losses.keep(
        VOLUNTEERS, "no answer on volunteering, or a wave that does not ask", frame, frame["volunteered"].notna()
    )


def members(
    panels: Mapping[str, pd.DataFrame], waves: Sequence[Mapping[str, str]], reading: str, losses: LossTable
) -> pd.DataFrame:
    """Adults of 25 to 65, a row an organisation that was answered: person, occasion, organisation, member, weight.

    waves : rows of groups/membership_waves.csv; of those with a reading only the chosen one's count.
    organisation : membership_1 to _16, and `any`: member of one or more of those that were answered. member : 1 or 0.
    """
    occasions = {int(row["wave_year"]): row["occasion"] for row in waves if row["reading"] in ("", reading)}
    used = [name for name in SURVEYS if name in panels]
    frame = pd.concat([_memberships(panels[name], occasions) for name in used], ignore_index=True)
    frame = losses.start(MEMBERS, frame, panel=used)
    frame = losses.keep(MEMBERS, "of another wave", frame, frame["occasion"].notna())
    frame = losses.keep(MEMBERS, "age not known, or not 25 to 65", frame, frame["age"].between(*MEMBER_AGES))
    frame = losses.keep(MEMBERS, "no answer on any organisation", frame, frame[ANY].notna())
    answers = frame.melt(["person", "occasion", "weight"], [ANY, *ORGANISATIONS], "organisation", "member")
    answers = answers[answers["member"].notna()].sort_values(["person", "occasion", "organisation"], ignore_index=True)
    return losses.recount(MEMBERS, "a row for each organisation that was answered", len(frame), answers, "answers")


def _memberships(panel: pd.DataFrame, occasions: Mapping[int, str]) -> pd.DataFrame:
    answers = Answers(panel)
    every = pd.DataFrame({name: answers.indicator(name, 1, 0) for name in ORGANISATIONS})
    return _people(answers).assign(occasion=panel["year"].map(occasions), **every, **{ANY: every.max(axis=1)})


def _people(answers: Answers) -> pd.DataFrame:
    panel = answers.frame
    sexes = answers.number("sex_ever").where(answers.number("sex_ever") > 0, answers.number("sex"))
    return pd.DataFrame(
        {
            "person": panel["person"],
            "year": panel["year"].astype("int64"),
            "age": ages(answers),
            "sex": sexes.map(SEXES),
            "weight": cross_section_weights(answers),
        }
    )
