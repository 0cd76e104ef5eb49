"""The output checker's record: may this leave, what was hidden and why, what to look at by hand; restricted."""

PLACE = "results/restricted/checker"
ENTRY = "index.html"
ANSWERS = "answers.csv"


def answer_file(study: str) -> str:
    """Name of the file with the answer for a study, from which the entry is written."""
    return f"{study}_answer.yaml"
