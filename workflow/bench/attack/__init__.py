"""An attack on what leaves: it reads released files and public specs only, and bounds every number that is hidden.

It shares no code with the disclosure step. `released` reads what left, `relations` writes down what must hold between
the numbers (`knowledge`: what the public code adds), `bounds` solves for the least and the most that each hidden one
can be, `direct` looks for what is told without arithmetic, `report` counts and prints. Taken as released are
`results/released` and `reports`; `results/checks` and `results/restricted` stay within.
"""
