"""The generic writer: a delivery from a source's registers (or its mapping) and a file of planted margins."""
