# From released cells to what people read. Nothing here may read results/restricted.
for name in STUDIES:

    rule:
        name:
            f"render_{name}"
        input:
            boundaries=boundaries_of(name),
            templates=specs("src/mobility/render/templates", "*"),
            specs=specs(
                FOLDERS[name],
                "*.yaml",
                "tables/*.yaml",
                "figures/*.yaml",
                "models/*.yaml",
                "terms/*.yaml",
                "groups/*.csv",
            ),
            cells=released_cells(name, STUDIES[name].tables),
            backtest=f"results/released/{name}/backtest.csv",
            losses=f"results/released/{name}/losses.csv",
            commands=commands_of(name),
            provenance=provenances_of(name),
            registers=registers_read(name),
            makers=makers_of(name),
        output:
            pictures=[result(name, picture) for picture in pictures_of(name)],
            flaws=f"results/checks/{name}/figure_flaws.csv",
            files=[result(name, file) for file in files_of(name)],
            indicators=indicator_data_of(name),
            folders=directory(folders_of(name)),
            summary=f"reports/{name}/summary.json",
        log:
            f"logs/render_{name}.log",
        priority: priority_of("render", name)
        conda:
            ENVIRONMENT
        params:
            study=name,
            drawing=drawing(),
            overrides=SETTINGS.choices.get(name, {}),
            thresholds=SETTINGS.thresholds,
            # The readings are ranked by a target of its own; pages that show their ranks follow it.
            ranking=HASHES.hash_of(f"results/released/{name}/choices.csv"),
            requests={place: vars(REQUESTS[place]) for place in places_of(name)},
        script:
            "../scripts/render_study.py"


rule render_index:
    input:
        templates=specs("src/mobility/render/templates", "*"),
        config="config.yaml",
        pages=expand("reports/{study}/index.html", study=STUDIES),
        summaries=expand("reports/{study}/summary.json", study=STUDIES),
        studies=[f"{folder}/study.yaml" for folder in FOLDERS.values()],
        provenance=[file for study in STUDIES for file in provenances_of(study)],
        truth=expand("results/checks/{study}/truth.csv", study=planted_studies()),
        measures=[folder for study in STUDIES for folder in measures_of(study)],
    output:
        index="reports/index.html",
        manifest="results/checks/manifest.yaml",
    log:
        "logs/index.log",
    conda:
        ENVIRONMENT
    params:
        project=lambda wildcards: digest(
            [file for files in project_files(ROOT).values() for file in files], HASHES
        ),
        places=list(REQUESTS),
        overrides={name: SETTINGS.choices.get(name, {}) for name in STUDIES},
        outputs=lambda wildcards: [*map(str, promised()), *ranked()],
        logs=lambda wildcards: logs_of_run(),
    script:
        "../scripts/render_index.py"
