"""Any finding → a section of a page: how to read it, its sentence, figures, tables and caveats.

`section` knows every analysis by the name of its finding; a finding of another name has its sentence and caveats alone.
"""

from sdmodel.report.sections.parts import Plate, Section, Table
from sdmodel.report.sections.registry import ORDER, section

__all__ = ["ORDER", "Plate", "Section", "Table", "section"]
