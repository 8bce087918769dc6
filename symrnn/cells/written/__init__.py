"""Cells as text: equations as people type them, with shapes found out, and messages that show the place."""

from symrnn.cells.written.parsing import Draft, WrittenCell, draft, parse_cell

__all__ = ["Draft", "WrittenCell", "draft", "parse_cell"]
