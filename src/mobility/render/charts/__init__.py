"""The kinds of figure, one module each, over one style."""
