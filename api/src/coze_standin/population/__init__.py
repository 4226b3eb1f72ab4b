"""What is in an account at the start, from workspaces to knowledge bases."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from coze_standin.accounts import Maker
from coze_standin.canaries import Canaries
from coze_standin.population.bots import add_bots, add_workflows
from coze_standin.population.conversations import add_conversations
from coze_standin.population.knowledge import add_datasets
from coze_standin.population.projects import add_apps, add_folders, add_outside_resources
from coze_standin.population.voices import add_live, add_voices
from coze_standin.population.workspaces import add_enterprise, add_workspaces
from coze_standin.profiles import PROFILES
from coze_standin.state import State


def populate(name: str, rng: random.Random, clock: Callable[[], float] = time.time) -> State:
    """The state of account ``a`` or ``b`` as it begins."""
    canaries = Canaries()
    maker = Maker(PROFILES[name], rng, canaries, int(clock()))
    state = State(maker.account(), maker, rng, canaries, clock)
    add_enterprise(state)
    add_workspaces(state)
    add_folders(state)
    add_workflows(state)
    add_voices(state)
    add_bots(state)
    add_apps(state)
    add_outside_resources(state)
    add_conversations(state)
    add_datasets(state)
    add_live(state)
    return state
