# Named targets: `snakemake -c2 all` (everything), tables, figures, checks, checker, backtest, choices, or the name of a study.
rule tables:
    input:
        [f"reports/{study}/index.html" for study in STUDIES],


rule figures:
    input:
        [
            f"reports/{study}/figures/{figure}.svg"
            for study, spec in STUDIES.items()
            for figure in spec.figures
        ],


rule checks:
    input:
        expand("results/checks/{study}/losses.csv", study=STUDIES),
        expand("results/checks/{study}/disclosure.csv", study=STUDIES),
        expand("results/checks/{study}/print.csv", study=checked_in_print()),


rule checker:
    input:
        "results/restricted/checker/index.html",


rule backtest:
    input:
        expand("results/checks/{study}/backtest.csv", study=STUDIES),
        expand("results/checks/{study}/truth.csv", study=planted_studies()),


rule choices:
    input:
        expand(
            "results/checks/{study}/choices.csv",
            study=[name for name, study in STUDIES.items() if study.choices],
        ),


for name in STUDIES:

    rule:
        name:
            name
        input:
            f"reports/{name}/index.html",
            measures_of(name),
