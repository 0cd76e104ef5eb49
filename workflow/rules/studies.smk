# From panels to released cells.
rule make_frames:
    input:
        library(
            "studies",
            "flows",
            "classify",
            "panel/link",
            "panel/missing",
            "panel/losses",
            "panel/answers",
        ),
        panel=panel_of,
        panel_losses=panel_losses_of,
        resources=lambda wildcards: resources_of(wildcards.study),
        groups=lambda wildcards: specs(
            FOLDERS[wildcards.study], "groups/*.csv", "choices.yaml"
        ),
    output:
        frames=directory("results/restricted/{study}/frames"),
        losses="results/checks/{study}/frame_losses.csv",
    log:
        "logs/frames_{study}.log",
    conda:
        ENVIRONMENT
    params:
        module=lambda wildcards: STUDIES[wildcards.study].spec["module"],
        overrides=lambda wildcards: SETTINGS.choices.get(wildcards.study, {}),
    script:
        "../scripts/make_frames.py"


rule tabulate:
    input:
        library("cells", "transitions", "panel/sample", "panel/losses"),
        frames="results/restricted/{study}/frames",
        frame_losses="results/checks/{study}/frame_losses.csv",
        spec=lambda wildcards: table_specs(wildcards.study, [wildcards.table]),
        samples=lambda wildcards: f"{FOLDERS[wildcards.study]}/samples.yaml",
        groups=lambda wildcards: specs(FOLDERS[wildcards.study], "groups/*.csv"),
    output:
        cells="results/restricted/{study}/{table}.csv",
        losses="results/checks/{study}/losses/{table}.csv",
    log:
        "logs/tabulate_{study}_{table}.log",
    wildcard_constraints:
        table=any_of({table for tables in COUNTED.values() for table in tables}),
    conda:
        ENVIRONMENT
    params:
        overrides=lambda wildcards: SETTINGS.choices.get(wildcards.study, {}),
    script:
        "../scripts/tabulate.py"


for name in STUDIES:
    if ESTIMATED[name]:

        rule:
            name:
                f"fit_models_{name}"
            input:
                library(
                    "models",
                    "cells",
                    "panel/sample",
                    "panel/losses",
                    "panel/answers",
                    "panel/register",
                ),
                register=specs(
                    f"sources/{STUDIES[name].spec['source']}", "*.csv", "*.yaml"
                ),
                frames=f"results/restricted/{name}/frames",
                frame_losses=f"results/checks/{name}/frame_losses.csv",
                specs=specs(FOLDERS[name], "*.yaml", "models/*.yaml", "terms/*.yaml"),
                tables=table_specs(name, ESTIMATED[name]),
            output:
                cells=restricted_cells(name, ESTIMATED[name]),
                losses=f"results/checks/{name}/losses/models.csv",
                commands=f"results/released/{name}/commands.csv",
            log:
                f"logs/fit_models_{name}.log",
            conda:
                ENVIRONMENT
            params:
                study=name,
                overrides=SETTINGS.choices.get(name, {}),
            script:
                "../scripts/fit_models.py"

        # What one job made, one job judges.
        rule:
            name:
                f"release_models_{name}"
            input:
                library("disclosure", "cells"),
                cells=restricted_cells(name, ESTIMATED[name]),
                specs=table_specs(name, ESTIMATED[name]),
                provenance=f"results/checks/{panel_name(name)}/provenance.yaml",
            output:
                cells=expand(
                    "results/released/{study}/{table}.csv",
                    study=name,
                    table=ESTIMATED[name],
                ),
                record=expand(
                    "results/checks/{study}/disclosure/{table}.csv",
                    study=name,
                    table=ESTIMATED[name],
                ),
            log:
                f"logs/release_models_{name}.log",
            conda:
                ENVIRONMENT
            params:
                study=name,
                thresholds=SETTINGS.thresholds,
            script:
                "../scripts/release.py"


rule quote_text:
    input:
        library("cells"),
        cells=lambda wildcards: parts_of(wildcards, "restricted"),
        claims=lambda wildcards: f"{FOLDERS[wildcards.study]}/claims.yaml",
        spec=lambda wildcards: table_specs(wildcards.study, [wildcards.table]),
    output:
        cells="results/restricted/{study}/{table}.csv",
    log:
        "logs/quote_{study}_{table}.log",
    wildcard_constraints:
        table=any_of({table for tables in QUOTED.values() for table in tables}),
    conda:
        ENVIRONMENT
    script:
        "../scripts/quote_text.py"


# Made from released cells only, so that a number of the text cannot give back a cell that is held back.
rule release_text:
    input:
        library("disclosure", "cells"),
        cells=lambda wildcards: parts_of(wildcards, "released"),
        claims=lambda wildcards: f"{FOLDERS[wildcards.study]}/claims.yaml",
        spec=lambda wildcards: table_specs(wildcards.study, [wildcards.table]),
        provenance=provenance_of,
    output:
        cells="results/released/{study}/{table}.csv",
        record="results/checks/{study}/disclosure/{table}.csv",
    log:
        "logs/release_{study}_{table}.log",
    wildcard_constraints:
        table=any_of({table for tables in QUOTED.values() for table in tables}),
    conda:
        ENVIRONMENT
    params:
        thresholds=SETTINGS.thresholds,
    script:
        "../scripts/release_text.py"


rule draw_curve:
    input:
        library("models", "cells", "studies", "panel"),
        panel=panel_of,
        specs=lambda wildcards: specs(
            FOLDERS[wildcards.study],
            "*.yaml",
            "models/*.yaml",
            "terms/*.yaml",
            "groups/*.csv",
        ),
        table=lambda wildcards: table_specs(wildcards.study, [wildcards.table]),
    output:
        cells="results/restricted/{study}/{table}.csv",
    log:
        "logs/curve_{study}_{table}.log",
    wildcard_constraints:
        table=any_of({table for tables in CURVES.values() for table in tables}),
    conda:
        ENVIRONMENT
    params:
        overrides=lambda wildcards: SETTINGS.choices.get(wildcards.study, {}),
    script:
        "../scripts/draw_curve.py"


# What one table hides no other may show, so the counted tables of a study are judged together.
for name in STUDIES:
    if COUNTED[name]:

        rule:
            name:
                f"release_counted_{name}"
            input:
                library("disclosure", "cells"),
                cells=restricted_cells(name, COUNTED[name]),
                specs=[
                    *table_specs(name, COUNTED[name]),
                    *specs(
                        FOLDERS[name], "study.yaml", "samples.yaml", "groups/*.csv"
                    ),
                ],
                provenance=f"results/checks/{panel_name(name)}/provenance.yaml",
            output:
                cells=expand(
                    "results/released/{study}/{table}.csv",
                    study=name,
                    table=COUNTED[name],
                ),
                record=expand(
                    "results/checks/{study}/disclosure/{table}.csv",
                    study=name,
                    table=COUNTED[name],
                ),
            log:
                f"logs/release_counted_{name}.log",
            conda:
                ENVIRONMENT
            params:
                study=name,
                thresholds=SETTINGS.thresholds,
            script:
                "../scripts/release.py"


rule release:
    input:
        library("disclosure", "cells"),
        cells=["results/restricted/{study}/{table}.csv"],
        spec=lambda wildcards: table_specs(wildcards.study, [wildcards.table]),
        provenance=provenance_of,
    output:
        cells=["results/released/{study}/{table}.csv"],
        record=["results/checks/{study}/disclosure/{table}.csv"],
    log:
        "logs/release_{study}_{table}.log",
    wildcard_constraints:
        table=any_of({table for tables in CURVES.values() for table in tables}),
    conda:
        ENVIRONMENT
    params:
        study=lambda wildcards: wildcards.study,
        thresholds=SETTINGS.thresholds,
    script:
        "../scripts/release.py"


rule reference_table:
    input:
        library("backtest", "cells"),
        published=lambda wildcards: specs(FOLDERS[wildcards.study], "published/*.csv"),
    output:
        cells="results/released/{study}/{table}.csv",
    log:
        "logs/reference_{study}_{table}.log",
    wildcard_constraints:
        table=any_of({table for tables in REFERENCE.values() for table in tables}),
    conda:
        ENVIRONMENT
    script:
        "../scripts/reference_table.py"


rule check_study:
    input:
        library("backtest", "cells", "disclosure", "verdicts"),
        cells=lambda wildcards: cells_of(wildcards, "restricted"),
        released=lambda wildcards: cells_of(wildcards, "released"),
        published=lambda wildcards: specs(FOLDERS[wildcards.study], "published/*.csv"),
        panel_losses=panel_losses_of,
        provenance=provenance_of,
    output:
        backtest="results/checks/{study}/backtest.csv",
        released="results/released/{study}/backtest.csv",
        losses="results/checks/{study}/losses.csv",
        released_losses="results/released/{study}/losses.csv",
        disclosure="results/checks/{study}/disclosure.csv",
    log:
        "logs/check_{study}.log",
    conda:
        ENVIRONMENT
    params:
        thresholds=SETTINGS.thresholds,
    script:
        "../scripts/check_study.py"


rule check_print:
    input:
        library("backtest", "settings"),
        specs=lambda wildcards: specs(
            FOLDERS[wildcards.study],
            "print_checks.yaml",
            "choices.yaml",
            "published/*.csv",
        ),
    output:
        relations="results/checks/{study}/print.csv",
        defaults="results/checks/{study}/print_defaults.csv",
    log:
        "logs/print_{study}.log",
    conda:
        ENVIRONMENT
    script:
        "../scripts/check_print.py"


rule compare_truth:
    input:
        library("backtest", "cells"),
        cells=lambda wildcards: cells_of(wildcards, "restricted"),
        mark=lambda wildcards: f"{synthetic_folder(STUDIES[wildcards.study].spec['source'])}/synthetic.yaml",
    output:
        truth="results/checks/{study}/truth.csv",
    log:
        "logs/truth_{study}.log",
    conda:
        ENVIRONMENT
    script:
        "../scripts/compare_truth.py"


rule run_choices:
    input:
        library("studies", "cells", "transitions", "panel", "backtest", "verdicts"),
        panel=panel_of,
        specs=lambda wildcards: specs(
            FOLDERS[wildcards.study], "*.yaml", "tables/*.yaml", "groups/*.csv"
        ),
        published=lambda wildcards: specs(FOLDERS[wildcards.study], "published/*.csv"),
    output:
        ranking="results/checks/{study}/choices.csv",
        cells="results/restricted/{study}/choices/cells.csv",
    log:
        "logs/choices_{study}.log",
    conda:
        ENVIRONMENT
    script:
        "../scripts/run_choices.py"
