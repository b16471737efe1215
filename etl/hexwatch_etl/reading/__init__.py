"""From any file to one table of text: what it is, is told by its content and never by its name."""

from .files import Content, Form, open_file
from .parts import read_parts
from .table import Peek, Table, peek, read_table

__all__ = ["Content", "Form", "Peek", "Table", "open_file", "peek", "read_parts", "read_table"]
