# Pages for the output checker, inside the lab: they tell what was hidden and why, so they lie with what is restricted.
CHECKER = "results/restricted/checker"


rule write_checker:
    input:
        templates=specs("src/mobility/render/templates", "*"),
        specs=[
            path
            for folder in FOLDERS.values()
            for path in specs(folder, "*.yaml", "*/*.yaml")
        ],
        record=expand("results/restricted/{study}/disclosure.csv", study=STUDIES),
        cells=[
            path
            for name, study in STUDIES.items()
            for path in released_cells(name, study.tables)
        ],
        provenance=[file for study in STUDIES for file in provenances_of(study)],
    output:
        entry=f"{CHECKER}/index.html",
        answers=f"{CHECKER}/answers.csv",
        pages=expand(f"{CHECKER}/{{study}}.html", study=STUDIES),
        outputs=expand(f"{CHECKER}/{{study}}.csv", study=STUDIES),
        rules=expand(f"{CHECKER}/{{study}}_rules.csv", study=STUDIES),
        sums=expand(f"{CHECKER}/{{study}}.sha256", study=STUDIES),
        by_hand=expand(f"{CHECKER}/{{study}}_by_hand.csv", study=STUDIES),
        smallest=expand(f"{CHECKER}/{{study}}_smallest.csv", study=STUDIES),
    log:
        "logs/checker.log",
    priority: FIRST["checker"]
    conda:
        ENVIRONMENT
    params:
        provenances={name: provenances_of(name) for name in STUDIES},
        thresholds=SETTINGS.thresholds,
        choices=SETTINGS.choices,
        mitigation=SETTINGS.mitigation,
    script:
        "../scripts/write_checker.py"
