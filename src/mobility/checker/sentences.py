"""Sentences of a study's own texts that count somebody: no rule judges a number that is written in words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mobility.settings import Study

# In digits, but for years and rates per so many, or in words.
DIGITS = r"(?<!per )(?<![\d,])(?!(?:19|20)\d\d\b)(?:\d{1,3}(?:,\d{3})+|\d+)"
NUMBER = rf"(?:{DIGITS}|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
WHO = (
    r"(?:persons?|people|wom[ae]n|m[ae]n|girls?|boys?|child(?:ren)?|movers?|stayers?|households?|families|respondents?)"
)
COUNTS = re.compile(
    rf"\b(?:{NUMBER}|one)\s+(?:[\w-]+\s+){{0,2}}?{WHO}\b|\b(?:{NUMBER}|one)\s+of\s+(?:them|these)\b", re.IGNORECASE
)
ENDS = re.compile(r"(?<=[.:;])\s+")


@dataclass(frozen=True)
class Sentence:
    """A sentence that leaves. where : of what text it is. text : itself."""

    where: str
    text: str


def sentences_of(study: Study) -> Iterator[Sentence]:
    """Those of the summary and of the titles and notes of tables that count persons, in words or digits."""
    texts = [("Summary", study.about.summary)]
    for spec in study.tables.values():
        texts += [(f"{spec.number}, title", spec.title), *((f"{spec.number}, note", note) for note in spec.notes)]
    for where, text in texts:
        yield from (Sentence(where, one) for one in ENDS.split(text) if COUNTS.search(one))
