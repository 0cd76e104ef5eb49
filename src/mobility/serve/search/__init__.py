"""From words that people use to unit groups of SOC2010."""

from mobility.serve.search.find import EmptyQuery, Found, Search, prepare
from mobility.serve.search.titles import Group, IndexTitle, bracket, read_groups, read_titles

__all__ = ["EmptyQuery", "Found", "Group", "IndexTitle", "Search", "bracket", "prepare", "read_groups", "read_titles"]
