"""Disclosure control in separate steps: evidence, judgement, mitigation, record. First step: a threshold on persons.

What a cell rests on (distinct persons, base) is the evidence; the threshold of its access class is the judgement;
blanking the cell, and a second one where the first could be had back by subtraction, is the mitigation.
"""
