# From panels to released cells: of a study one job each that makes frames, counts, fits, runs readings, and judges.
rule make_frames:
    input:
        panel=panels_of,
        panel_losses=lambda wildcards: panel_losses_of(wildcards.study),
        registers=lambda wildcards: registers_read(wildcards.study),
        specs=lambda wildcards: specs(
            FOLDERS[wildcards.study], "study.yaml", "choices.yaml", "groups/*.csv"
        ),
        provenance=lambda wildcards: provenances_if_handed_on(wildcards.study),
    output:
        frames=directory("results/restricted/{study}/frames"),
        losses="results/checks/{study}/frame_losses.csv",
    log:
        "logs/frames_{study}.log",
    priority: FIRST["frames"]
    conda:
        ENVIRONMENT
    params:
        module=lambda wildcards: STUDIES[wildcards.study].about.module,
        resources=RESOURCES,
        overrides=lambda wildcards: SETTINGS.choices.get(wildcards.study, {}),
        thresholds=lambda wildcards: (
            SETTINGS.thresholds if STUDIES[wildcards.study].about.measures else {}
        ),
    script:
        "../scripts/make_frames.py"


for name in STUDIES:
    if COUNTED[name]:

        rule:
            name:
                f"tabulate_{name}"
            input:
                frames=f"results/restricted/{name}/frames",
                frame_losses=f"results/checks/{name}/frame_losses.csv",
                specs_said=ancient(
                    [
                        *table_specs(name, COUNTED[name]),
                        *specs(
                            FOLDERS[name],
                            "study.yaml",
                            "samples.yaml",
                            "frames.yaml",
                            "choices.yaml",
                            "groups/*.csv",
                        ),
                    ]
                ),
            output:
                cells=restricted_cells(name, COUNTED[name]),
                losses=losses_of(name, COUNTED[name]),
            log:
                f"logs/tabulate_{name}.log",
            priority: priority_of("tabulate", name)
            conda:
                ENVIRONMENT
            params:
                study=name,
                said=what_is_said(STUDIES[name], COUNTED[name]),
                code=code_of("tabulate.py"),
                overrides=SETTINGS.choices.get(name, {}),
            script:
                "../scripts/tabulate.py"

    if ESTIMATED[name]:

        rule:
            name:
                f"fit_models_{name}"
            input:
                register=registers_read(name),
                frames=f"results/restricted/{name}/frames",
                frame_losses=f"results/checks/{name}/frame_losses.csv",
                specs_said=ancient(
                    [
                        *table_specs(name, ESTIMATED[name]),
                        *specs(
                            FOLDERS[name],
                            "*.yaml",
                            "models/*.yaml",
                            "terms/*.yaml",
                            "groups/*.csv",
                        ),
                    ]
                ),
            output:
                cells=restricted_cells(name, ESTIMATED[name]),
                losses=f"results/checks/{name}/losses/models.csv",
                nested=nested_of(name),
                commands=f"results/released/{name}/commands.csv",
            log:
                f"logs/fit_models_{name}.log",
            priority: priority_of("fit_models", name)
            conda:
                ENVIRONMENT
            params:
                study=name,
                said=what_is_said(STUDIES[name], ESTIMATED[name]),
                overrides=SETTINGS.choices.get(name, {}),
            script:
                "../scripts/fit_models.py"

    # What one table hides no other may show, so one job judges all of them; the numbers of the text are made again from
    # released cells, so that none of them gives back a cell that is held back.
    rule:
        name:
            f"judge_{name}"
        input:
            cells=restricted_cells(name, MADE_FROM_DATA[name]),
            frames=f"results/restricted/{name}/frames",
            losses=loss_files_of(name),
            nested=nested_of(name),
            specs_said=ancient(
                [
                    *table_specs(name, STUDIES[name].tables),
                    *specs(
                        FOLDERS[name],
                        "*.yaml",
                        "models/*.yaml",
                        "terms/*.yaml",
                        "groups/*.csv",
                    ),
                ]
            ),
            published=specs(FOLDERS[name], "published/*.csv"),
            panel_losses=panel_losses_of(name),
            provenance=provenances_of(name),
            mark=planted_mark(name),
            earlier=earlier_files(name),
            elsewhere=[
                f"results/restricted/{other}/disclosure.csv"
                for other in sharing_before(name)
            ],
            key=lambda wildcards, name=name: key_of(name),
        output:
            quoted=restricted_cells(name, QUOTED[name]),
            cells=released_cells(name, STUDIES[name].tables),
            record=[
                f"results/checks/{name}/disclosure/{table}.csv"
                for table in JUDGED[name]
            ],
            backtest=f"results/checks/{name}/backtest.csv",
            released_backtest=f"results/released/{name}/backtest.csv",
            losses=f"results/checks/{name}/losses.csv",
            released_losses=f"results/released/{name}/losses.csv",
            disclosure=f"results/checks/{name}/disclosure.csv",
            reasons=f"results/restricted/{name}/disclosure.csv",
            truth=truth_of(name),
        log:
            f"logs/judge_{name}.log",
        priority: priority_of("judge", name)
        conda:
            ENVIRONMENT
        params:
            study=name,
            said=what_is_said(STUDIES[name]),
            thresholds=SETTINGS.thresholds,
            mitigation=SETTINGS.mitigation[name],
            overrides=SETTINGS.choices.get(name, {}),
        script:
            "../scripts/judge.py"


for name in STUDIES:
    if STUDIES[name].about.measures:

        # After the tables were judged: what lies there is what a release is made from.
        rule:
            name:
                f"hand_on_{name}"
            input:
                frames=f"results/restricted/{name}/frames",
                judged=f"results/released/{name}/losses.csv",
                provenance=provenances_of(name),
            output:
                measures=directory(f"results/released/{name}/measures"),
            log:
                f"logs/hand_on_{name}.log",
            conda:
                ENVIRONMENT
            params:
                study=name,
            script:
                "../scripts/hand_on.py"


rule draw_curve:
    input:
        panel=panels_of,
        registers=lambda wildcards: registers_read(wildcards.study),
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
    priority: FIRST["curve"]
    conda:
        ENVIRONMENT
    params:
        resources=RESOURCES,
        overrides=lambda wildcards: SETTINGS.choices.get(wildcards.study, {}),
    script:
        "../scripts/draw_curve.py"


rule check_print:
    input:
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


rule run_choices:
    input:
        panel=panels_of,
        registers=lambda wildcards: registers_read(wildcards.study),
        specs=lambda wildcards: specs(
            FOLDERS[wildcards.study],
            "*.yaml",
            "tables/*.yaml",
            "models/*.yaml",
            "terms/*.yaml",
            "groups/*.csv",
        ),
        published=lambda wildcards: specs(FOLDERS[wildcards.study], "published/*.csv"),
    output:
        ranking="results/checks/{study}/choices.csv",
        released="results/released/{study}/choices.csv",
        cells="results/restricted/{study}/choices/cells.csv",
    log:
        "logs/choices_{study}.log",
    conda:
        ENVIRONMENT
    params:
        resources=RESOURCES,
    script:
        "../scripts/run_choices.py"
