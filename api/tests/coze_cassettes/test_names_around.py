"""A value is known by the names around it, and by how a text tells it, whatever words it is made of."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

import pytest

from coze_cassettes.cassette.model import Cassette, Interaction
from coze_cassettes.codecs.encodings import to_text
from coze_cassettes.inspection.scan import inspect
from coze_cassettes.scrubbing.scrub import scrub

MakeInteraction = Callable[..., Interaction]
MakeCassette = Callable[..., Cassette]
Fill = Callable[[str], str]

MIXED: Final = "Tulip{D2}rose{A4}"
PHRASE: Final = "nolfen-lorbar-galtal"
NUMBERED: Final = "nolfen_lorbar_{D2}"
PIN: Final = "5{D5}"

DATA: Final = (
    ({"secrets": {"db": "%s"}}, MIXED),
    ({"secrets": {"db": {"value": "%s"}}}, NUMBERED),
    ({"credentials": [{"key": "db", "value": "%s"}]}, MIXED),
    ({"passwords": {"db": "%s"}}, PHRASE),
    ({"pins": {"front": "%s"}}, PIN),
    ({"pins": ["%s"]}, PIN),
    ({"gateCodes": {"north": "%s"}}, PIN),
    ({"密码": {"数据库": "%s"}}, MIXED),
    ({"密码列表": ["%s"]}, MIXED),
    ({"wifi": {"key": "%s"}}, MIXED),
    ({"keys": {"private": "%s"}}, MIXED),
    ({"passwordTwice": "%s"}, MIXED),
    ({"pass": "%s"}, PHRASE),
    ({"gate_code": "%s"}, NUMBERED),
    ({"type": "password", "value": "%s"}, MIXED),
    ({"columns": ["user", "password"], "rows": [["me", "%s"], ["you", "none"]]}, MIXED),
    ([["user", "password"], ["me", "%s"]], PHRASE),
    ([["user", "me"], ["password", "%s"]], MIXED),
)
TEXTS: Final = (
    ('It is {"secrets": {"a": 1, "db": "%s"}} now', MIXED),
    ("{'passwords': ['%s', None]}", PHRASE),
    ("a:\n  secrets:\n    mail: %s # old\n    n: 1\n", MIXED),
    ("credentials:\n- name: db\n  value: %s\n", NUMBERED),
    ("kind: Secret\nstringData:\n  db: %s\n", MIXED),
    ("<a><secrets><db>%s</db></secrets></a>", MIXED),
    ("all gate codes were changed. The north gate has %s now", PIN),
    ("The passwords: staging got %s, ask for the others.", MIXED),
    ("Backup codes: %s, keep them.", MIXED),
    ("The code for the gate is %s, call me if it fails.", PIN),
    ("At the password prompt type %s", "yQSm{D1}"),
    ("The wifi password? It's %s", PHRASE),
    ("Log in with the password %s.", PHRASE),
    ("password %s", NUMBERED),
    ("$ cat password.txt\n%s", NUMBERED),
    ("密码换了，现在用%s", PHRASE),
    ("我的密碼是%s。", PIN),
    ("請把管理員密碼改為 %s", MIXED),
    ("金鑰：%s", MIXED),
    ("My phone unlocks with the code %s", PIN),
    ("PGPASSWORD=%s psql -h db", PHRASE),
    ("fly secrets set SESSION=%s", MIXED),
    ("vault kv put secret/db value=%s", NUMBERED),
    ("$ pass show mail\n%s", MIXED),
    ("$ cat ~/.vault-pass\n%s", NUMBERED),
    ("printf %s > password.txt", NUMBERED),
    ("Login with me/%s, password accepted", PHRASE),
    ("rootpw %s", MIXED),
    ("unrar x -p%s a.rar", PHRASE),
    ("{'field': 'password', 'text': '%s'}", PHRASE),
)


@pytest.mark.parametrize(("data", "example"), DATA)
def test_names_above_name_what_is_below(
    interaction: MakeInteraction, cassette: MakeCassette, fill: Fill, data: object, example: str
) -> None:
    """So do the beginning of its own name, and its name with the one above."""
    value = fill(example)
    assert_found(interaction(answer=json.loads(json.dumps(data) % value)), cassette, value)


@pytest.mark.parametrize(("text", "example"), TEXTS)
def test_a_text_tells_it(
    interaction: MakeInteraction, cassette: MakeCassette, fill: Fill, text: str, example: str
) -> None:
    """In a block, a list, a sentence, with several names or one, in either script of Chinese."""
    value = fill(example)
    assert_found(interaction(answer={"msg": text % value}), cassette, value)


def assert_found(one: Interaction, cassette: MakeCassette, value: str) -> None:
    """Nothing of a value is left, and the inspector finds it by itself."""
    assert inspect(cassette(one), "") != ()
    clean = scrub([one]).interactions
    assert value not in to_text(clean[0].response.body)
    assert inspect(cassette(*clean), "", [value]) == ()


@pytest.mark.parametrize(
    "data",
    [
        {"secrets": {"count": 2, "updated_at": "2024-01-01", "type": "oauth2"}},
        {"credentials": {"scope": "read2", "algorithm": "sha256"}},
        {"passwords": {"min_length": 1024, "policy": "nist-800"}},
        {"token": {"type": "jwt2"}, "secret_version": "v3.1.0b"},
        {"msg": "the secret is kept by server-sent-events; passwords of 2023; step_test_12"},
        {"type": "token", "content": "Hello1"},
        {"names": ["password", "size"], "rows": [["none", "3"]]},
        {"msg": "The access key is Alt+S. access_token 有效期为 7200 秒, {'令牌数': 3049}; username: app"},
        {"msg": "用户名：root，密码见附件"},
        {"msg": "secret: !vault"},
        {"msg": "The secret is base64-decoded first."},
        {"msg": "The token is a base64-encoded object.\\npassword: !vault |\\n  a"},
        {"msg": "Enter the promo code 20242025x; <code>open12</code>; error code 4041 opens a dialog"},
        {"msg": "ZIP code: 94107, 邮编：100080, {'zip_code': '94107'}"},
        {"msg": "tokens:\n  count: a12b\nsize: 3"},
    ],
)
def test_what_is_said_besides_stays(interaction: MakeInteraction, cassette: MakeCassette, data: object) -> None:
    """How long a secret is, whose, since when; postal codes, which many share."""
    one = interaction(answer=data)
    assert scrub([one]).interactions[0].response.body == one.response.body
    assert inspect(cassette(one), "") == ()
