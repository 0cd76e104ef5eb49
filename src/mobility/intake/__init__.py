"""What every reader of a source shares: finding files, their formats, cells, missing, losses, check, provenance."""
