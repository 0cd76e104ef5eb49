"""The server of releases: `/api/v1`, `/api/v2`, tables, explorer and widget. It reads `releases/` and nothing else."""
