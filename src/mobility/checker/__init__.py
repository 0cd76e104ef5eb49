"""The output checker's record: may this leave, what was hidden and why, what to look at by hand; restricted."""

PLACE = "results/restricted/checker"
ENTRY = "index.html"
ANSWERS = "answers.csv"
