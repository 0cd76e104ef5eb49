"""Released cells become tables, figures and pages: one `Table` in, many formats out.

Nothing here computes a result. It rounds, marks and labels what passed disclosure, and refuses cells that the table's
specification does not list. Libraries that draw or typeset are imported by the modules that need them.
"""
