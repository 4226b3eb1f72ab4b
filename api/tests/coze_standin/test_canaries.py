"""The register of canaries, and the values themselves."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest

from coze_cassettes.scrubbing import machines
from coze_standin import secret_values
from coze_standin.canaries import Canaries
from coze_standin.ids import Ids
from coze_standin.population import populate
from coze_standin.rng import create_rng
from coze_standin.state import State, Table

_KINDS = [
    *("API_TOKEN", "USER_ID", "USER_NAME", "NICK_NAME", "EMAIL", "PHONE", "AVATAR_URL", "ICON_URL", "SIGNATURE"),
    *("API_KEY", "VERIFY_TOKEN", "JWT", "PRIVATE_KEY", "IP_ADDRESS", "WORKSPACE_ID", "BOT_ID", "WORKFLOW_ID"),
    *("CONVERSATION_ID", "MESSAGE_ID", "DATASET_ID", "DOCUMENT_ID", "FILE_URL", "FILE_URI"),
]


def test_a_value_is_kept_once_and_comes_back() -> None:
    """The register hands a value back, keeps it once under its first kind, and never an empty one."""
    canaries = Canaries()
    assert [canaries.add("A", "x"), canaries.add("B", "x"), canaries.add("C", "")] == ["x", "x", ""]
    assert canaries.as_json() == [{"kind": "A", "value": "x"}]


def test_addresses_are_of_the_open_network() -> None:
    """Neither of a private or shared network nor as small as a version: a recording is the same with each of them."""
    rng = create_rng(1)
    made = {secret_values.ip_address(rng) for _ in range(2000)}
    assert all(machines.ipv4(address) for address in made)


def test_ids_have_19_digits_and_never_repeat() -> None:
    """Ids made in the same instant differ, have 19 digits, tell their second above bit 32, and are registered."""
    canaries = Canaries()
    ids = Ids(create_rng(1), canaries, lambda: 1_760_000_000.25)
    made = [ids.new("BOT_ID") for _ in range(2000)]
    assert len(set(made)) == 2000
    assert {len(one) for one in made} == {19}
    assert {int(one) >> 32 for one in made} == {1_760_000_000}
    assert [entry["value"] for entry in canaries.as_json()] == made


def test_the_accounts_have_nothing_in_common() -> None:
    """No canary, bot, workflow or workspace name of one account is in the other, and their counts differ."""
    one, other = populate("a", create_rng()), populate("b", create_rng())
    values = [{entry["value"] for entry in state.canaries.as_json()} for state in (one, other)]
    assert not values[0] & values[1]
    names = [_names(state) for state in (one, other)]
    assert not names[0] & names[1]
    assert [sum(bool(bot.published_at) for bot in state.bots.all()) for state in (one, other)] == [7, 5]
    assert len(one.account.people) != len(other.account.people)
    assert not one.account.profile.optional & other.account.profile.optional


def _names(state: State) -> set[str]:
    """What the bots, workspaces, workflows, knowledge bases and documents of an account are called."""
    tables: tuple[Table[Any], ...] = (
        state.bots,
        state.workspaces,
        state.automation.workflows,
        state.knowledge.datasets,
        state.knowledge.documents,
    )
    return {record.name for table in tables for record in table.all()}


def test_an_account_is_new_at_every_start_and_repeatable_with_a_seed() -> None:
    """Without a seed no canary comes twice, names aside; with one, and the same clock, everything does."""
    first, second = (populate("a", create_rng()) for _ in range(2))
    assert not _values(first) & _values(second)
    again = [populate("b", create_rng(7), lambda: 1_760_000_000.0) for _ in range(2)]
    assert again[0].canaries.as_json() == again[1].canaries.as_json()


@pytest.mark.parametrize("kind", _KINDS)
def test_every_account_holds_every_kind(state: State, kind: str) -> None:
    """Each kind of secret and of personal data is a canary in each account from the start."""
    assert any(entry["kind"] == kind for entry in state.canaries.as_json())


def test_the_prompt_of_a_bot_is_full_of_canaries(state: State) -> None:
    """A mail address, a phone number, an IP address and an API key stand in the prompt of the main bot."""
    prompt = state.bots.get(state.configured.bot_id).settings["prompt_info"]["prompt"]
    owner = state.account.owner
    assert all(value in prompt for value in (owner.email, owner.phone, state.account.ip, state.account.api_key))


def test_the_knowledge_bases_tell_of_a_person(state: State) -> None:
    """Each is described with the owner's mail address and phone number, and holds documents; one is for images."""
    owner, datasets = state.account.owner, state.knowledge.datasets.all()
    assert all(owner.email in one.description and owner.phone in one.description for one in datasets)
    assert all(state.knowledge.documents_of(one.id) for one in datasets)
    assert [one.format_type for one in datasets].count(2) == 1


def test_a_json_web_token_opens_like_one() -> None:
    """Head and claims of a drawn JWT are JSON, and its signature has the length of an RSA one."""
    head, claims, signed = secret_values.json_web_token(create_rng(), "someone", 1000).split(".")
    assert json.loads(_opened(head))["alg"] == "RS256"
    assert json.loads(_opened(claims)) == {"sub": "someone", "iat": 1000, "exp": 4600}
    assert len(_opened(signed)) == 256


def test_the_shapes_of_drawn_values() -> None:
    """Mail addresses, IP addresses and PEM blocks look like what they stand for."""
    drawn = create_rng()
    assert re.fullmatch(r"[a-z]+\.[a-z]+\d{3}@[a-z]+\.cn", secret_values.email(drawn, "cn"))
    assert re.fullmatch(r"\d+\.\d+\.\d+\.\d+", secret_values.ip_address(drawn))
    lines = secret_values.pem_block(drawn, "SOME KEY").splitlines()
    assert (lines[0], lines[-1]) == ("-----BEGIN SOME KEY-----", "-----END SOME KEY-----")
    assert "x-signature=a%2Fb%3D" in secret_values.image_url(drawn, "host", "a/b=", 1)
    assert "x-orig-authkey=key&" in secret_values.original_url(drawn, "host", "key", "a/b=", 1)


def _values(state: State) -> set[str]:
    return {entry["value"] for entry in state.canaries.as_json() if entry["kind"] != "NICK_NAME"}


def _opened(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
