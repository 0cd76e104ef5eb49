# From released cells to what people read. Nothing here may read results/restricted.
rule draw_figure:
    input:
        library("render", "storage"),
        boundaries_of,
        spec=lambda wildcards: f"{FOLDERS[wildcards.study]}/figures/{wildcards.figure}.yaml",
        table=lambda wildcards: table_specs(wildcards.study, [drawn_table(wildcards)]),
        cells=lambda wildcards: f"results/released/{wildcards.study}/{drawn_table(wildcards)}.csv",
        study=lambda wildcards: f"{FOLDERS[wildcards.study]}/study.yaml",
        provenance=provenance_of,
    output:
        svg="reports/{study}/figures/{figure}.svg",
        png="reports/{study}/figures/{figure}.png",
        csv="reports/{study}/figures/{figure}.csv",
    log:
        "logs/figure_{study}_{figure}.log",
    conda:
        ENVIRONMENT
    script:
        "../scripts/draw_figure.py"


rule render_study:
    input:
        library("render", "storage", "verdicts"),
        templates=specs("src/mobility/render/templates", "*"),
        specs=lambda wildcards: specs(
            FOLDERS[wildcards.study],
            "*.yaml",
            "tables/*.yaml",
            "figures/*.yaml",
            "groups/*.csv",
        ),
        cells=released_of,
        figures=figures_of,
        backtest="results/released/{study}/backtest.csv",
        losses="results/released/{study}/losses.csv",
        commands=commands_of,
        provenance=provenance_of,
    output:
        page="reports/{study}/index.html",
        workbook="reports/{study}/{study}.xlsx",
        pdf="reports/{study}/{study}.pdf",
        summary="reports/{study}/summary.json",
        tables=directory("reports/{study}/tables"),
    log:
        "logs/render_{study}.log",
    conda:
        ENVIRONMENT
    script:
        "../scripts/render_study.py"


rule render_index:
    input:
        library("render", "storage"),
        templates=specs("src/mobility/render/templates", "*"),
        config="config.yaml",
        pages=expand("reports/{study}/index.html", study=STUDIES),
        summaries=expand("reports/{study}/summary.json", study=STUDIES),
        studies=[f"{folder}/study.yaml" for folder in FOLDERS.values()],
        provenance=[
            f"results/checks/{panel_name(study)}/provenance.yaml" for study in STUDIES
        ],
        truth=expand("results/checks/{study}/truth.csv", study=planted_studies()),
    output:
        index="reports/index.html",
        manifest="results/checks/manifest.yaml",
    log:
        "logs/index.log",
    conda:
        ENVIRONMENT
    script:
        "../scripts/render_index.py"
