"""The site of a study: an overview, a page a section, and pages on how its numbers were made; a folder to send."""
