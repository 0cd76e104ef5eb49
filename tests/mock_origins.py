"""Where a number of the mock study comes from: one cell of its Table 3.3, from page to column of the source."""

from inspect import getsourcelines

from mobility.cells import tabulate
from mobility.render.origins import Basis, Made, Origin, Origins, Reading, Variable

LINE = getsourcelines(tabulate._shares)[1]
PLACE = ("table_3_3", "science_professionals", "same_occ")
BASIS = Basis(
    id="table_3_3",
    title="Table 3.3",
    facts=(("Sample", ("`workers`: people <in> work",)),),
    chain=("90 left, 0 dropped: rows read", "80 left, 10 dropped: not in work"),
    frame="pairs",
    columns=("origin",),
    variables=("soc2000",),
    choices=(Reading("weights", "longitudinal", False, "the weight of the last wave"),),
    code=(f"cells: src/mobility/cells/tabulate.py, line {LINE} (_shares)",),
)
ORIGINS = Origins(
    {PLACE: Origin((("Numerator", "observations with origin a & b"),), ("table_3_3",))},
    {"table_3_3": BASIS},
    {"pairs": ("a person and a step", (Made("origin", ("soc2000",), ("studies/s/groups/g.csv",)),))},
    {"soc2000": Variable("soc2000", ("Source columns (sources/x):", "  soc2000 = jbsoc00_cc of indresp"))},
)
