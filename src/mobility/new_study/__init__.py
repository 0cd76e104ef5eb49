"""A study of one's own panel: look at the file, propose a mapping, write a study that runs."""

from mobility.new_study.propose import ROLES, Proposal, propose
from mobility.new_study.write import write_study

__all__ = ["ROLES", "Proposal", "propose", "write_study"]
