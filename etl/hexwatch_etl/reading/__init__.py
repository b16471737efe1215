"""From any file to one table of text: what it is, is told by its content and never by its name."""

from hexwatch_etl.reading.files import Content, Form, open_file
from hexwatch_etl.reading.table import Peek, Table, peek, read_table

__all__ = ["Content", "Form", "Peek", "Table", "open_file", "peek", "read_table"]
