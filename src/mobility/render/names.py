"""Names of the files of pages, for whoever has to know them and renders nothing, as the rules of a run."""

FIGURE_FILES = ("svg", "png", "csv", "json")  # of a figure: picture, print copy, data, what its marks say on a page
SUMMARY = "summary.json"
INDICATOR_DATA = "indicators.csv"
