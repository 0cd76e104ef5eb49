"""Access: the classes of data access, and the register of study numbers that says which class a file belongs to."""

from mobility.access.classes import ACCESS, CLASSES, MINIMUM, strictest
from mobility.access.found import Access, Marked, class_of

__all__ = ["ACCESS", "CLASSES", "MINIMUM", "Access", "Marked", "class_of", "strictest"]
