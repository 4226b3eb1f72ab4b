"""THE table: what is secret, personal, an identifier or volatile in Coze traffic, one row a rule.

A rule is data. Adding one is one row in the module of its group; the tests run its two examples through the scrubber,
show that something gets through without it, and ask the inspector alone for it. ``canaries.fill`` puts freshly made
values into the examples (``{A64}``: 64 letters and digits), so that none of them is a credential.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from coze_cassettes.scrubbing.rules.identifiers import IDENTIFIERS
from coze_cassettes.scrubbing.rules.model import Form, Rule
from coze_cassettes.scrubbing.rules.personal import PERSONAL
from coze_cassettes.scrubbing.rules.private_keys import PRIVATE_KEYS
from coze_cassettes.scrubbing.rules.rule_set import RuleSet
from coze_cassettes.scrubbing.rules.secrets import SECRETS
from coze_cassettes.scrubbing.rules.services import SERVICES
from coze_cassettes.scrubbing.rules.volatile import VOLATILE

RULES: Final[tuple[Rule, ...]] = (*SECRETS, *PRIVATE_KEYS, *SERVICES, *PERSONAL, *IDENTIFIERS, *VOLATILE)

RANK: Final[Mapping[str, int]] = MappingProxyType({rule.id: number for number, rule in enumerate(RULES)})
KINDS: Final[frozenset[str]] = frozenset(rule.kind for rule in RULES if rule.form is not Form.SHIFT)


@lru_cache(maxsize=1)
def default_rules() -> RuleSet:
    """The whole table, compiled once."""
    return RuleSet(RULES)
