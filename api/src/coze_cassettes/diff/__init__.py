"""What really changed between two recordings of one test.

Interactions are aligned by what was asked and how similar the answers are, placeholders by a one-to-one mapping, the
elements of lists and the events of streams by their similarity; what is volatile never counts. Bodies are read as text
in which every byte is one character (Latin-1), so that a place in the text is a place on the wire.

The modules in the order in which they build on each other: ``nodes`` and ``chunked_text`` read bodies; ``body_rules``
knows what counts; ``shapes``, ``values``, ``events``, ``streams`` and ``interactions`` find differences; ``numbering``,
``mapping`` and ``alignment`` say what belongs together; ``editing`` writes; ``comparison`` and ``rebase`` are the two
functions.
"""

from coze_cassettes.diff.changes import Change, Comparison, Severity
from coze_cassettes.diff.comparison import compare
from coze_cassettes.diff.grouping import Group, group, operation_of
from coze_cassettes.diff.partial import compare_partial
from coze_cassettes.diff.rebase import rebase
from coze_cassettes.diff.volatile import VOLATILE

__all__ = [
    "VOLATILE",
    "Change",
    "Comparison",
    "Group",
    "Severity",
    "compare",
    "compare_partial",
    "group",
    "operation_of",
    "rebase",
]
