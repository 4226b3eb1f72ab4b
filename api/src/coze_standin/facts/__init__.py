"""The field table: what each operation answers, with the source of each fact."""

from coze_standin.facts.check import differences_of_answer, differences_of_event
from coze_standin.facts.table import Fact, fact_of, facts

__all__ = ["Fact", "differences_of_answer", "differences_of_event", "fact_of", "facts"]
