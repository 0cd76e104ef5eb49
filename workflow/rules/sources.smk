# From files to panels.
rule simulate:
    input:
        registers=lambda wildcards: specs(
            f"sources/{wildcards.source}", "*.csv", "*.yaml"
        )
        + specs("resources", "classifications/*.csv")
        + resources_of_source(wildcards.source),
        published=specs("studies", "*/published/*.csv", "*/groups/*.csv"),
    output:
        mark="results/restricted/synthetic/{source}/synthetic.yaml",
    log:
        "logs/simulate_{source}.log",
    conda:
        ENVIRONMENT
    params:
        **SETTINGS.synthetic,
    script:
        "../scripts/simulate.py"


rule read_source:
    input:
        delivery_mark,
        registers=lambda wildcards: specs(
            f"sources/{wildcards.source}", "*.csv", "*.yaml"
        ),
    output:
        panel="results/restricted/{source}/panel.parquet",
        losses="results/checks/{source}/panel_losses.csv",
        delivery="results/checks/{source}/delivery.csv",
        provenance="results/checks/{source}/provenance.yaml",
    log:
        "logs/read_{source}.log",
    wildcard_constraints:
        source=any_of(sources_of_kind(PANEL)),
    conda:
        ENVIRONMENT
    params:
        delivery=delivery_contents,
        folder=lambda wildcards: delivery_folder(wildcards.source),
        waves=lambda wildcards: SETTINGS.waves[wildcards.source],
        required=lambda wildcards: variables(wildcards.source, "required"),
        optional=lambda wildcards: variables(wildcards.source, "optional"),
    script:
        "../scripts/read_source.py"


rule read_flow_source:
    input:
        delivery_mark,
        registers=lambda wildcards: specs(
            f"sources/{wildcards.source}", "*.csv", "*.yaml"
        )
        + specs("resources", "areas/area_changes.csv", "areas/lookup_lad_2011_*.csv"),
    output:
        panel="results/restricted/{source}/panel.parquet",
        losses="results/checks/{source}/panel_losses.csv",
        delivery="results/checks/{source}/delivery.csv",
        provenance="results/checks/{source}/provenance.yaml",
    log:
        "logs/read_{source}.log",
    wildcard_constraints:
        source=any_of(sources_of_kind(FLOWS)),
    conda:
        ENVIRONMENT
    params:
        delivery=delivery_contents,
        folder=lambda wildcards: delivery_folder(wildcards.source),
        waves=lambda wildcards: SETTINGS.waves[wildcards.source],
        required=lambda wildcards: variables(wildcards.source, "required"),
        optional=lambda wildcards: variables(wildcards.source, "optional"),
    script:
        "../scripts/read_flow_source.py"


rule read_table:
    input:
        mapping_of,
    output:
        panel="results/restricted/{study}/panel.parquet",
        losses="results/checks/{study}/panel_losses.csv",
        provenance="results/checks/{study}/provenance.yaml",
    log:
        "logs/read_{study}.log",
    wildcard_constraints:
        study=any_of(studies_of("table")),
    conda:
        ENVIRONMENT
    params:
        data=mapped_contents,
    script:
        "../scripts/read_table.py"


rule read_flows:
    input:
        mapping_of,
    output:
        panel="results/restricted/{study}/panel.parquet",
        losses="results/checks/{study}/panel_losses.csv",
        provenance="results/checks/{study}/provenance.yaml",
    log:
        "logs/read_{study}.log",
    wildcard_constraints:
        study=any_of(studies_of("flows")),
    conda:
        ENVIRONMENT
    params:
        data=mapped_contents,
    script:
        "../scripts/read_flows.py"
