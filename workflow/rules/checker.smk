# Pages for the output checker, inside the lab: they tell what was hidden and why, so they lie with what is restricted.
CHECKER = "results/restricted/checker"

for name in STUDIES:

    rule:
        name:
            f"statement_{name}"
        input:
            templates=specs("src/mobility/render/templates", "*"),
            specs=specs(FOLDERS[name], "*.yaml", "*/*.yaml", "groups/*.csv"),
            record=f"results/restricted/{name}/disclosure.csv",
            cells=released_cells(name, STUDIES[name].tables),
            beside=[*released_cells(name, ["losses", "backtest"]), *commands_of(name)],
            provenance=provenances_of(name),
            earlier=earlier_files(name),
        output:
            answer=f"{CHECKER}/{answer_file(name)}",
            page=f"{CHECKER}/{name}.html",
            outputs=f"{CHECKER}/{name}.csv",
            rules=f"{CHECKER}/{name}_rules.csv",
            sums=f"{CHECKER}/{name}.sha256",
            by_hand=f"{CHECKER}/{name}_by_hand.csv",
            smallest=f"{CHECKER}/{name}_smallest.csv",
        log:
            f"logs/statement_{name}.log",
        priority: priority_of("statement", name)
        conda:
            ENVIRONMENT
        params:
            study=name,
            thresholds=SETTINGS.thresholds,
            choices=SETTINGS.choices.get(name, {}),
            mitigation=SETTINGS.mitigation[name],
        script:
            "../scripts/write_statement.py"


rule write_checker:
    input:
        templates=specs("src/mobility/render/templates", "*"),
        answers=expand(f"{CHECKER}/{answer_file('{study}')}", study=STUDIES),
    output:
        entry=f"{CHECKER}/index.html",
        answers=f"{CHECKER}/answers.csv",
    log:
        "logs/checker.log",
    conda:
        ENVIRONMENT
    params:
        studies=list(STUDIES),
    script:
        "../scripts/write_checker.py"
