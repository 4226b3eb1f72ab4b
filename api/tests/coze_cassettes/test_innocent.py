"""What nobody needs to hide stays as it is, and the inspector keeps silent about it."""

from __future__ import annotations

import base64
import hashlib
import importlib
import json
import pkgutil
import random
import re
import struct
import sysconfig
import uuid
import zlib
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Final

import cozepy
import pytest
from cozepy.model import CozeModel

from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.cassette import store
from coze_cassettes.cassette.model import Cassette, Interaction, Metadata, Request, Response
from coze_cassettes.inspection.pieces import pieces_of
from coze_cassettes.inspection.scan import inspect, inspect_file
from coze_cassettes.scrubbing.protocol import PROTOCOL_WORDS
from coze_cassettes.scrubbing.scrub import scrub

METADATA: Final = Metadata("stand-in", "2026-01-01T00:00:00Z", "0.20.0")
COMMITTED: Final = Path(__file__).parents[3] / "cassettes"


def picture() -> str:
    """A PNG of eight by eight pixels, as base64."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    pixels = zlib.compress(b"".join(b"\0" + hashlib.sha256(bytes([row])).digest()[:24] for row in range(8)))
    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    raw = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return base64.b64encode(raw).decode()


def hashed(name: str) -> str:
    """A hexadecimal SHA-256."""
    return hashlib.sha256(name.encode()).hexdigest()


def dumped(text: str) -> str:
    """A text as ``xxd`` shows it."""
    data = text.encode()
    return "\n".join(f"{at:08x}: {data[at : at + 16].hex(' ', -2)}" for at in range(0, len(data), 16))


TEXTS: Final[Mapping[str, str]] = {
    "famous people": "鲁迅原名周树人，与许广平合著《两地书》；李白、杜甫、苏轼是唐宋诗人，王阳明生于1472年。",
    "English prose": "Ada Lovelace wrote to Charles Babbage in 1843; the secret of the engine, she said, is patience.",
    "full-width punctuation": "（注：本文共３章，详见第１２页；价格：￥９９．００）",
    "times": "会议 2024-12-10 15:27:26 至 16:00:00，时间戳 1733815646，毫秒 1733815646123。",
    "order numbers": "您的订单 2024112212345678901 已发货，运单 SF1234567890123，金额 1234.56 元。",
    "version numbers": "升级到 v1.2.3.4 或 version 10.0.19045.1，cozepy 0.20.0，Chrome/120.0.6099.109，numpy==1.26.4.1",
    "hashes": f"commit {hashed('a')[:40]} sha256:{hashed('b')} md5 {hashed('c')[:32]}",
    "sums that a text names": (
        f"The MD5 hash of 'hello' is {hashed('b')[:32]}.\n“hello”的SHA-256值是{hashed('c')}\n"
        f"$ echo hello | md5sum\n{hashed('d')[:32]}  -\n文件校验和：`{hashed('e')}`\n"
        f"sha512('') = {hashed('f') + hashed('g')}"
    ),
    "forms in Chinese": (
        "用户名：必填，4到16个字符\n密码：必填，至少8位\n姓名：（请填写）\n地址：选填\n电话：待补充\n\n"
        "电话：[手机号]　邮箱：[邮箱地址]　现居城市：[城市]\n"
        "密码（8-16 位，含字母和数字）：`^(?=.*[A-Za-z])(?=.*\\d)[A-Za-z\\d]{8,16}$`\n"
        "|姓名|电话|\n|---|---|\n\ntoken 是模型处理文本的基本单位。"
    ),
    "code in Markdown": (
        "Set your API key:\n\n```python\nimport os\nos.environ['MODEL'] = 'doubao'\n```\n\n"
        "Generate a new API key:\n\n```bash\nlite keys generate [options]\n```\n\n[api-keys]: https://dashboard.example.com/account/apikeys\n"
        'export MODEL_API_KEY="sk-xxx"\nkey = "sk_test_..."\n`session_id=...`'
    ),
    "placeholders of examples": (
        '{"access_token": "ACCESS_TOKEN", "refresh_token": "REFRESH_TOKEN", "password": "password"}\n'
        "kubectl create secret generic my-secret --set existingSecret=my-secret\n"
        "  TOKEN: ${{ secrets.GITHUB_TOKEN }}\n      - uses: docker/login-action@v3"
    ),
    "code that gives on what it has": (
        "x = f(token=connection_test.token,\n  connection_id=connection_test.connection_id,\n  state=1)\n"
        "def set_token(self, token):\n    self.token = OAuth2Token.from_dict(token)\n"
        "self._delete(\n    authorization=authorization, if_match=if_match\n)\ncredentials=credentials,\n"
        '{"first_name": self.first_name,\n "lastName": self.last_name,\n "city": self.city}\n'
        'def token(self, token: str) -> "TicketMessageEventBuilder":\n    data = session_key.encode("utf-8")\n'
        'class Kind(Enum):\n    ClientSecretCredential = "ClientSecretCredential"\n'
        'fetch(url, {credentials: "omit"})\n'
        'SESSION_KEY = "account_authentication_methods"\nfirst_name = None\n'
        "class P2VcBotMeetingEndedV1: ...\n- HTTP: `/v1/realtime/client_secrets`, `/v1/realtime/sessions`"
    ),
    "words that stand alone on their line": (
        "Settings  of an app\n\ntoken\nA token is a unit of text.\nsecret\nShown once in the console\n"
        "connect users/a1b2c3d4/messages now\nroot:~/app2 $ ls\nroot:/var/lib2/x $ ls"
    ),
    "ids of elements, prefixes of documentation": (
        '<span id="index-ffi_005fcall"></span><span id="Types-1a">, 文档用地址 2001:db8::1, the prefix 2001:db8::/32'
        " Write to admin@example.org."
    ),
    "templates, counts, and calls that log nobody in": (
        "支付到 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa\n"
        '{"username": "{{user}}", "user_name": "<your name>", "x-token": "Bearer {{token}}", "nick_name": "${NICK}"}\n'
        '{"username": "string", "tokens": ["Hel", "lo7", "world"]}\n'
        'node.bind("click", "handler2b"); config("retry", "max-5-times!")\npassword=xxx&user=yyy\n'
        "helm install x --set image.tag=v1.2.3 --set existingSecret=my-secret\n"
        '{"howto": "mysql -u root -p\\nEnter password:\\nWelcome to the monitor."}\n'
        "本次消耗 token 数：1234\n在Python3中作为密码使用\n"
        "RSA密钥建议使用2048位以上。健康的密码是每天走8000步。\n用户名：3到20个字符\n用户名是您注册时的邮箱。\n"
        'Set-Cookie: theme=dark; Path=/\nROT13 of "secret" is "frperg".'
    ),
    "a Chinese sentence with a comma": "请到开放平台申请密钥，审核需要1-3个工作日。",
    "a note of a file of settings": "[client]\nuser = app\n; the password is asked for\nport = 3306",
    "a question that is answered": ("If the access key is requested, answer SECRET_1.\nPassword:<br>PASSWORD_1<br>"),
    "bits": "0000 0001 0010 0011 0100 0101 0110 0111 1000",
    "UUID": f"request {uuid.UUID(hashed('d')[:32])} and {uuid.UUID(hashed('e')[:32])}",
    "Chinese questions": "你的名字是什么？授权码是什么意思？联系人是谁？名字是必填项，验证码为六位数字。",
    "identified by": "A chat is identified by conversation_id, a library identified by 'name' or by path.",
    "Chinese manuals": (
        "用户名和密码是大小写敏感的。口令是在加密分区创建时设置的，传输密码是很糟糕的做法；"
        "今天 email 是生活中重要的组成部分。"
        "目的地址为同一主机，选项的名字是大小写不敏感的，"
        "IP 地址是您系统的地址和掩码。'tel': '请输入有效的手机号码'"
    ),
    "Chinese commands": (
        "|命令|说明|\n|---|---|\n|whoami|显示当前的用户名|\n|passwd|管理账号密码|\n|cd ..|切换到上一级目录|"
    ),
    "Chinese sentences in lines": (
        "显示用户的登录名，状态，\n空闲时间，登录地点，\n保护这些口令，smbpasswd文件\n可以读，而其它人不能"
    ),
    "a catalogue of translations": 'msgid "your username:"\nmsgstr "你的用户名是："\n\nmsgid "Thanks"\n',
    "a choice of types": "type?: 'text' | 'password' | 'textarea' | 'url'",
    "numbers of pages": 'see /text/shared/02/18010000.html, id="par_id111630440722545", 0x14110110500',
    "octal numbers": "MAX = &o17777777777",
    "networks inside": "IP=192.168.11.1, address: '10.0.2.2', fc00::1, ff02::1 and 224.0.0.251",
    "links and versions": "secret -> ../dm-0; 支付宝: 10.1.70+, Package pin: 0.190; 'openId': 'OPENID'",
    "numbers of chapters": "D.3.7 设置密码\n\nD.3.8 结束",
    "what is no person": (
        "图片地址，必须为本地路径；IP 地址书写中有冒号的是 IPv6；负责人：市场部；新A股100只，云S3桶；申请人须知；"
        "'drwxr-xr-x 8 root', parentName = null, ISBN: 0735710015, 生日快乐！born to run; a name: Value"
    ),
    "algorithms": "密钥AES256加密，密码SHA1散列，令牌HS256签名，密钥RSA2048；密码 8-16 位，验证码 6 位数字。",
    "algorithm as a key": "Use HS256 as the secret key.",
    "forms and their fields": (
        '<label for="username">Username</label>\n<input id="username" name="username" required>\n'
        '<label for="password">Password</label>\n<table><tr><th>Username</th><th>Password</th></tr></table>\n'
        '{"required": ["username", "password"]}\nuser = User(username=form.username.data, ok=1)\n'
        "SELECT * FROM users WHERE username = :username\nApp-->>User: Set-Cookie: session=...\n"
        '{\n  "username": "string",\n  "nickname": "***"\n}'
    ),
    "a table of names": "| Username | Role | Last login |\n|---|---|---|\n| n/a | editor | never |\n| (none) | x | y |",
    "a table of types": "| Name | Type |\n|---|---|\n| `username` | `str` |\n| `password` | `str` |\n\nme@example.com",
    "settings without a value, examples of a cookie": (
        "spring.redis.password=\njwt.expiration=86400000\n\nCookie: name=value; Path=/.\n"
        '$password = Read-Host -AsSecureString "Password"\n用户名：未知。'
    ),
    "a group of Maven": "<groupId>com.auth0</groupId>",
    "items side by side": "<ul><li>Password</li><li>Email</li><li>Nickname</li></ul>",
    "nginx": "  proxy_set_header Authorization $http_authorization;\n  proxy_set_header Cookie $http_cookie;",
    "macro": '#define API_KEY getenv("API_KEY")',
    "call": "Call password(value) to reset it, a SecureString class holds it.",
    "setting in a sentence": "requirepass must be set on each server.",
    "head of a table": "| password | size |\n|---|---|\n| true | 3 |",
    "Python": (
        "def login(user: User, password: str) -> Token:\n    token = get_token(user)\n"
        "    api_key = os.environ['API_KEY']\n"
        "    headers = {'Authorization': f'Bearer {token}'}\n    return Token(token=token, expires_in=3600)\n"
    ),
    "TypeScript": "const client = new CozeAPI({ token: process.env.COZE_TOKEN, baseURL: COZE_CN_BASE_URL });",
    "C++": "std::vector<std::map<int, std::string>> a1b::c2d; x = y ? a : b; // -----BEGIN-----",
    "shell": "curl -X POST 'https://api.coze.com/v3/chat?bot_id=' -H 'Authorization: Bearer <token>' -o a@2x.png",
    "CSS": ".sk-loading-spinner-container-of-the-page { --pat_of_the_carpet: 1px; margin: 0 127.0.0.1 }",
    "JSON schema": '{"type": "object", "properties": {"password": {"type": "string"}, "name": {"type": "string"}}}',
    "tool definition": json.dumps({"name": "get_weather", "parameters": {"type": "object", "required": ["city"]}}),
    "weather": '{"city": "北京", "temperature": 23.5, "humidity": 60, "wind": "3-4级"}',
    "a double": "72.8615366401963",
    "mathematics": "1 + 41 = 42, 3.14159265358979, 10^12 = 1000000000000, 0x7fffffff, 1e-10, 13912345678.5 / 7",
    "addresses": "see https://www.coze.com/docs/guides?lang=zh#top, http://localhost:8080/a, 127.0.0.1, 0.0.0.0, ::1",
    "long words": "internationalization_of_configuration_management_and_getUserByIdAndNameWithTimeoutV2",
    "paths": "/usr/local/lib/python3.11/site-packages/cozepy/workflows/runs/run_histories/__init__.py:42",
    "LaTeX": r"\frac{\alpha}{\beta} \times \sum_{i=1}^{n} x_i^{2} \n \u03c0",
    "a picture": f"data:image/png;base64,{picture()}",
    "a short name in a run": "objects/a1b2c3d4e5f6a7psw/34c4e4b0d2e5a1",
    "alternatives": "statement: (token|comment)\nrule: name\n    | token\n    | statement\nuse secret|config",
    "emoji": "🎉 done 👍🏽, 你好，世界！",
    "percent": "100%25 of users, %E4%BD%A0%E5%A5%BD, a+b=c",
    "base64 of prose": base64.b64encode("你好，世界 and nothing else".encode()).decode(),
    "a dump of a text": dumped('{"myHomeAddress": true, "size": 3}'),
    "base85 of prose": base64.b85encode(b"please at 45 old size demo please please closes size library").decode(),
    "base64 of prose in words of a query": "https://a.example/x?q=blob+6K%2B355SoU0VDUkVU+XzHjgIA%3D+end",
    "languages and their character sets": "sk_SK ISO-8859-2\nsk_SK.UTF-8 UTF-8\nslovak sk_SK.ISO-8859-2",
    "patterns that part words": "re5pin\nre4posi\np4pins\n3prf6v",
    "ports of services": "kpasswd\t\t464/tcp\npasswd-server\t752/udp\t\tpasswd_server\t# Kerberos passwd server",
    "options of a command": "case $1 in --fido2-with-client-pin|--fido2-with-user-presence|--tpm2-with-pin) ;; esac",
    "settings without their values": "complete 'username= message= passphrase= scmVersion= ' ${versionType}",
    "names in C and C++": (
        "using arrival_token = __barrier_phase_t;\n\nAC_REQUIRE([gl_HOST_CPU_C_ABI_32BIT])\nXF86RushAT3DEnableRegs\n"
        "_ZNKSt7__cxx1112basic_stringIwSt11char_traitsIwESaIwEE7_M_dataEv@@GLIBCXX_3.4.21\ndoc-str-Lb-libx86_64"
    ),
    "the measures of a font": "C 96 ; WX 445 ; N radicalex ; B 672 784 1224 816 ;",
    "a user of a machine": "build:x:1000:1000::/home/build:/bin/bash",
    "the default of an address": "Set the debug address. Default value is 8000",
    "round numbers": "4000000000 bytes, 8000000000",
    "prices": "¥6222.00, 4000 1234, +5%, +1 -1, 12 34 56 78",
}
"""Texts as models write them and as users send them; every one of them is harmless."""


def answer(text: str) -> Interaction:
    """An answer of a model."""
    body = json.dumps({"data": [{"role": "assistant", "content": text}]}, ensure_ascii=False, separators=(",", ":"))
    request = Request("GET", "https://api.coze.com/v3/chat/message/list")
    return Interaction(request, Response(200, "OK", (("content-type", "application/json"),), body.encode()))


def findings(interactions: tuple[Interaction, ...]) -> list[str]:
    """What the inspector says."""
    cassette = store.seal(Cassette(interactions, METADATA))
    return [str(each) for each in inspect(cassette, cassette_format.dumps(cassette))]


@pytest.mark.parametrize("name", TEXTS)
def test_the_scrubber_leaves_what_is_innocent(name: str) -> None:
    """Not one character of an innocent text is replaced."""
    one = answer(TEXTS[name])
    assert scrub([one]).interactions[0].response.body.decode() == one.response.body.decode()


@pytest.mark.parametrize("name", TEXTS)
def test_the_inspector_leaves_what_is_innocent(name: str) -> None:
    """Not one finding, in an answer, or as a stream of single characters."""
    deltas = (
        f"event:conversation.message.delta\ndata:{json.dumps({'id': 'BOT_ID', 'content': char})}\n\n"
        for char in TEXTS[name]
    )
    stream = Response(200, "OK", (("content-type", "text/event-stream"),), "".join(deltas).encode())
    assert findings((answer(TEXTS[name]),)) == []
    assert findings((Interaction(Request("POST", "https://api.coze.com/v3/chat"), stream),)) == []


def test_noise_is_no_table() -> None:
    """A word between the bytes of a sound is no heading of the strings that follow, and a table among bytes is one."""
    strings = [b"dSN,wind", *(f"x{n}Pq7,Zk{n}e4".encode() for n in range(40))]
    assert inspect_file(b"\xff\0\x01" + b"\0\xfe\x01".join(strings)) == ()
    assert inspect_file(b"\xff\0\x01\0" + b"\n".join(strings)) != ()


def test_two_letters_of_noise_are_no_name() -> None:
    """Short strings of a sound that a bar or the next string parts, as in one of a hundred recordings."""
    assert inspect_file(b"\xff\0\x01wPw|w67=\0\xfe\x01P`PW =\0\xfe\x01pOh/@_9\0\x01") == ()


BYTES: Final = b"\xff\0\x01"


@pytest.mark.parametrize("string", [b"wx=ciGE", b"\\Q@b.rT", "AK|ᰬ40Oa~5".encode(), b"pW\xc1\xe4NoA2F"])
def test_a_short_string_among_many_bytes_is_chance(string: bytes) -> None:
    """One that reads like a name with a value, or an address, stands in every few megabytes of a film."""
    content = BYTES + string + b"\0" + 25_000 * BYTES
    assert _uploaded(content) == content
    assert inspect_file(content) == ()


@pytest.mark.parametrize("string", ["bo@canary.example", "139{D8}", "203.0.113.7", "password: {A8}"])
def test_a_long_string_among_many_bytes_counts(string: str, fill: Callable[[str], str]) -> None:
    """So does a number, which hardly comes by chance."""
    content = BYTES + fill(string).encode() + b"\0" + 25_000 * BYTES
    assert _uploaded(content) != content
    assert inspect_file(content) != ()


def _uploaded(content: bytes) -> bytes:
    request = Request("POST", "https://api.coze.com/v1/x", (("content-type", "video/x-unknown"),), content)
    return scrub([Interaction(request, Response(200))]).interactions[0].request.body


@pytest.mark.parametrize(("start", "go_on"), [("AKID", "QAbWCF4L1g07EIcS" * 4), ("u+77", "oPtUuwq6wvq9Ojn5+/DEFGHI")])
def test_the_base64_of_a_sound_is_no_key(start: str, go_on: str) -> None:
    """Letters that a key begins with, in the middle of a longer stretch, are left as they are."""
    data = json.dumps({"event_type": "conversation.audio.delta", "data": {"content": f"AAD/{start}{go_on}"}})
    response = Response(200, "OK", (("content-type", "text/event-stream"),), f"data:{data}\n\n".encode())
    clean = scrub([Interaction(Request("POST", "https://api.coze.com/v3/chat"), response)]).interactions
    assert clean[0].response.body == response.body


SOUNDS: Final = (
    (
        "89xS3fTd2d7+32LhAePZ5ObmI+mN6x/u1PCm85D2jfmW/Kb/tgLCBcIIsQuJDkUR3xNTFpsYsxqXHEQetR/pIN0hjyL9IigjDSOv"
        "Ig0iKSEEIKEeAh0rGx8Z4hZ4FOcRMg9gDHYJegZwA2EAUP1F+kX3VfR98cHuJuyy6WrnUeVt48DhTuAZ3yXec90D3dnc8txQ3fHd"
        "1d7531zh+uLR5N3mGemD6xTuyPCa84T2gPmJ/Jn/"
    ),
    (
        "Th4UH8ofbyADIYYh+CFYIqYi4iILIyMjKCMaI/oiyCKEIi4ixiFMIcEgJCB3H7oe7B0PHSMcKBsfGggZ5BezFncVLxTdEoERHBCv"
        "DjoNvgs7CrQIKAeYBQUEcALaAET/rf0Y/IX69fhp9+H1XvTi8mzx/u+Y7jzt6euh6mTpMugN5/Xl6+Tv4wLjI+JV4Zbg6N9K377e"
        "Q97Z3YLdPN0J3ejc2dzc3PLcG91V3aLdAN5x3vLe"
    ),
    (
        "AAArA08GZwlqDFQPHhLCFDsXhBmXG3EdDh9qIIIhVCLgIiIjGyPLIjMiUyEuIMYeHh05GxwZyhZIFJ0RzQ7eC9YIvAWVAmr/QPwd"
        "+Qn2CvMl8GLtxepV6BbmDeQ+4q3gXd9S3ozdD93a3O7cS93x3d7eD+CE4TfjJ+VO56npM+zm7rzxsPS899n6AP4sAVYEdgeHCoIN"
        "YBAdE7IVGRhPGk0cER6WH9kg2CGQIgEjKCMGI5si"
    ),
    (
        "89xS3fTd2d7+32LhAePZ5ObmI+mN6x/u1PCm85D2jfmW/Kb/tgLCBcIIsQuJDkUR3xNTFpsYsxqXHEQetR/pIN0hjyL9IigjDSOv/t/1/"
        "/0YBDQPSBJQGUQgJCroLZA0ED5sQJxKnExsVgBbXFx4ZVBp5G4wcjR16HlA"
    ),
    "Legw6lPsk+7s8Fvz3fVt+A==",
)
"""Sounds in whose base64 stands what is called a secret, or looks like a key: one of two thousand is so."""


@pytest.mark.parametrize("sound", SOUNDS)
def test_a_name_in_the_base64_of_a_sound_is_chance(sound: str) -> None:
    """It is left as it is, and nothing is found in it."""
    message = json.dumps({"event_type": "conversation.audio.delta", "data": {"id": "BOT_ID", "content": sound}})
    body = f"event:conversation.audio.delta\ndata:{message}\n\n".encode()
    response = Response(200, "OK", (("content-type", "text/event-stream"),), body)
    clean = scrub([Interaction(Request("POST", "https://api.coze.com/v3/chat"), response)]).interactions
    assert clean[0].response.body == body
    assert findings(clean) == []


def test_a_score_is_no_identity_number() -> None:
    """The digits of a number of JSON are not read across its point."""
    scores = json.dumps({"scores": [65.8017580409979, 5.529818180508494, 2.9699169513238477]})
    request = Request("POST", "https://api.coze.com/v1/audio/voiceprint_groups/1/speaker_identify")
    response = Response(200, "OK", (("content-type", "application/json"),), scores.encode())
    assert findings((Interaction(request, response),)) == []


@pytest.mark.parametrize("other", [7e-05, None, "n/a"])
def test_the_scores_of_lines_are_no_text(other: object) -> None:
    """What stands under one name in each line is not joined if nearly all of it is numbers with a fraction."""
    drawn = random.Random(3)  # noqa: S311 - no key is made of it
    lines = [json.dumps({"step": step, "score": drawn.random()}) for step in range(40)]
    body = "\n".join([*lines, json.dumps({"step": 40, "score": other})]).encode()
    response = Response(200, "OK", (("content-type", "application/x-ndjson"),), body)
    call = Interaction(Request("GET", "https://api.coze.com/v1/x"), response)
    places = [each.place for each in pieces_of(Cassette((call,), METADATA))]
    assert any("score" in place for place in places), places
    assert [place for place in places if "score (joined)" in place] == []


def test_json_behind_a_byte_order_mark_is_parsed() -> None:
    """Its strings are pieces with names, and not one text."""
    response = Response(200, "OK", (("content-type", "application/json"),), '\ufeff{"msg": "words"}'.encode())
    call = Interaction(Request("GET", "https://api.coze.com/v1/x"), response)
    pieces = {each.path: each.text for each in pieces_of(Cassette((call,), METADATA))}
    assert pieces["msg",] == "words"


def test_false_findings_are_counted() -> None:
    """The whole corpus in one cassette: how many texts were changed, how many findings there are."""
    corpus = tuple(answer(text) for text in TEXTS.values())
    changed = sum(old != new for old, new in zip(corpus, scrub(corpus).interactions, strict=True))
    found = findings(corpus)
    print(f"\n{len(TEXTS)} innocent texts: {changed} changed by the scrubber, {len(found)} findings")  # noqa: T201 - with -s
    assert (changed, found) == (0, [])


CASSETTES: Final = store.files(COMMITTED) if COMMITTED.is_dir() else []
SOME_OR_ALL: Final = pytest.mark.parametrize(
    "paths", [CASSETTES[::24], pytest.param(CASSETTES, marks=pytest.mark.proof)], ids=["some", "all"]
)


@pytest.mark.skipif(not CASSETTES, reason="no cassettes are committed yet")
@SOME_OR_ALL
def test_the_committed_cassettes_have_no_finding(paths: list[Path]) -> None:
    """Nothing is found in what was scrubbed, inspected and committed."""
    found = [f"{path.name}:{each}" for path in paths for each in inspect(store.read(path), path.read_text("utf-8"))]
    print(f"\n{len(paths)} committed cassettes: {len(found)} findings")  # noqa: T201 - with -s
    assert found == []


@pytest.mark.skipif(not CASSETTES, reason="no cassettes are committed yet")
@SOME_OR_ALL
def test_the_committed_cassettes_are_scrubbed_already(paths: list[Path]) -> None:
    """Scrubbing them again changes nothing."""
    for path in paths:
        kept = store.read(path)
        assert scrub(kept.interactions, bare=kept.metadata.placeholders).interactions == kept.interactions, path.name


# --- traffic that must be recorded, and not mangled -----------------------------------------------------------------


def hexadecimal(name: str, length: int) -> str:
    """Drawn digits, the same each time."""
    return (hashlib.sha512(name.encode()).hexdigest() * 2)[:length]


def packed(name: str, length: int) -> str:
    """Base64 of drawn bytes, the same each time."""
    return base64.b64encode(random.Random(name).randbytes(length)).decode()  # noqa: S311 - no key is made of it


def film(head: bytes) -> bytes:
    """A film of drawn bytes, the same each time."""
    return head + random.Random(head).randbytes(900)  # noqa: S311 - no key is made of it


def public_key() -> str:
    """A public key as a file has it: a look that a certificate shares."""
    dashes = "-----"
    lines = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A" + packed("key", 240)
    cut = "\n".join(lines[at : at + 64] for at in range(0, len(lines), 64))
    return f"{dashes}BEGIN PUBLIC KEY{dashes}\n{cut}\n{dashes}END PUBLIC KEY{dashes}"


def embedding() -> str:
    """A list of numbers as a model gives one."""
    drawn = random.Random(1)  # noqa: S311 - no key is made of it
    return json.dumps([round(drawn.uniform(-1, 1), 17) for _ in range(60)])


def vector() -> str:
    """Numbers of any size, as a model gives them."""
    drawn = random.Random(2)  # noqa: S311 - no key is made of it
    return json.dumps([drawn.gauss(0, 1) for _ in range(2000)])


UNTOUCHED: Final[Mapping[str, str]] = {
    "an npm integrity": f'"integrity": "sha512-{packed("npm", 64)}"',
    "an integrity by itself": f"sha384-{packed('integrity', 48)}",
    "a nonce of a page": f"script-src 'nonce-{packed('nonce', 16)}'",
    "sums of files": f"{hexadecimal('sum', 64)}  a/file.iso\n{hexadecimal('md5', 32)} *file.txt",
    "an embedding in base64": base64.b64encode(struct.pack("<60f", *json.loads(embedding()))).decode(),
    "a film in base64": base64.b64encode(film(b"\0\0\0\x20ftypisom")).decode(),
    "a sound in lines of base64": base64.encodebytes(film(b"\xff\xf3\x84\xc4")).decode(),
    "a sound in base64 of URLs": base64.urlsafe_b64encode(film(b"#!AMR\n")).decode(),
    "a film in a text": f"![](data:video/webm;base64,{base64.b64encode(film(bytes.fromhex('1a45dfa3'))).decode()})",
    "bytes of no known form": packed("bytes", 6300),
    "bytes in base64 of URLs, in lines": "\n".join(re.findall(".{1,76}", packed("url", 6300).replace("+", "-"))),
    "bytes in hexadecimal digits": random.Random("digits").randbytes(4200).hex(),  # noqa: S311 - no key is made of it
    "a public key for signatures": json.dumps(
        {"kty": "RSA", "n": packed("n", 256)[:342].replace("/", "_"), "e": "AQAB"}
    ),
    "a public key": public_key(),
    "a certificate": public_key().replace("PUBLIC KEY", "CERTIFICATE"),
    "a certificate from a certain second on": base64.b64encode(
        b"0\x1e\x17\r041220023127Z\x17\r341220023127Z0"
    ).decode(),
    "a certificate that ends in a short line": (
        f"-----BEGIN CERTIFICATE-----\nMIIC{packed('short', 45)}\n{packed('end', 19)}\n-----END CERTIFICATE-----\n"
    ),
    "pixels of one color": "/////" + "A" * 120 + "CdnZ2dxcXF5zMzM7" + "A" * 90,
    "a table of what files begin with": base64.b64encode(
        b"MIME\0\0" + b"".join(b"PK\x03\x04\xff\xff\xff\xff\0\0" + bytes([at] * 9) for at in range(30))
    ).decode(),
    "a key of SSH": f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{packed('ssh', 32)[:43]} build",
    "a browser": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML) Chrome/120.0.0.0 Safari/537.36",
    "section numbers": "see section 10.2.3.4 and 3.1.4.1, chapter 12.30.5.1",
    "private networks": "10.1.2.3, 172.16.9.8, 192.168.1.77 and 127.0.0.1, mask 255.255.255.0",
    "a remote of SSH": "git clone git@github.com:coze-dev/coze-py.git",
    "twenty digits": "order 20241122123456789012 and 98765432109876543210",
    "an embedding": embedding(),
    "a vector": vector(),
    "a vector between blanks": re.sub(r"[\[\],]", "", vector()),
    "a decimal number with its sign": "quantize(Decimal('+35236450.6'))",
    "a table of numbers": base64.b64encode(
        b"\x7fTABLE" + b"".join(struct.pack("<HHI", at * 40503 % 65536, at * 30011 % 65536, at) for at in range(40))
    ).decode(),
    "symbols of a program": f"see {hexadecimal('symbols', 38)}.debug",
    "a packet of a picture": '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?> '
    f"<a b='xmp.did:{hexadecimal('picture', 32).upper()}'/>",
    "a sign at the end of noise": "NJ%94%@",
    "a package of Java": "<groupId>org.apache.maven</groupId> groupId=net.sf.jopt-simple",
    "a hash in a field": json.dumps({"sha256": hexadecimal("a", 64), "etag": hexadecimal("b", 32)}),
}
"""What looks like a secret or a number of a person and is none."""


@pytest.mark.parametrize("name", UNTOUCHED)
def test_what_only_looks_secret_is_recorded_as_it_is(name: str) -> None:
    """In a text, and as JSON where it is some."""
    bodies = [answer(UNTOUCHED[name])]
    if UNTOUCHED[name][:1] in ("[", "{"):
        head = (("content-type", "application/json"),)
        request = Request("GET", "https://api.coze.com/v1/x")
        bodies.append(Interaction(request, Response(200, "OK", head, UNTOUCHED[name].encode())))
    clean = scrub(bodies).interactions
    assert [each.response.body for each in clean] == [each.response.body for each in bodies]
    assert findings(clean) == []


def recorded(*interactions: Interaction) -> str:
    """What a cassette shows of some traffic, which the inspector passes."""
    clean = scrub(interactions).interactions
    assert findings(clean) == []
    return "\n".join(
        f"{each.request.uri}\n{each.request.body.decode()}\n{each.response.body.decode()}" for each in clean
    )


def test_an_oauth_code_in_a_url_is_recorded() -> None:
    """Our own placeholder in it is no code."""
    code = "Ab12Cd34" + hexadecimal("code", 24)
    shown = recorded(answer(f"open https://app.example/callback?code={code}&state=1"))
    assert "https://app.example/callback?code=AUTHORIZATION_CODE_1&state=1" in shown


def test_the_url_of_a_database_is_recorded() -> None:
    """Our own placeholder in its userinfo is no password."""
    shown = recorded(answer(f"postgres://app:{hexadecimal('db', 14)}@db.internal:5432/main"))
    assert "postgres://SECRET_1@db.internal:5432/main" in shown


def test_a_file_is_downloaded_from_a_signed_url_of_an_answer() -> None:
    """The address of the second request is the placeholder that stands in the first answer."""
    url = f"https://files.example/{hexadecimal('f', 16)}.png?x-expires=1790000000&x-signature={hexadecimal('s', 27)}"
    first = answer(f"your file: {url}")
    download = Interaction(Request("GET", url), Response(200, "OK", (("content-type", "text/plain"),), b"a file"))
    shown = recorded(first, download)
    assert shown.count("https://scrubbed.invalid/SIGNED_URL_1") == 2
    assert "a file" in shown


@pytest.mark.parametrize("name", ["assistant", "data", "role", "user", "content", "Personal", "version"])
def test_a_nick_name_that_is_a_word_of_the_protocol_mangles_nothing(name: str) -> None:
    """It is replaced in its own field only."""
    body = json.dumps({"data": {"role": "assistant", "content": f"the {name} says", "nick_name": name}})
    head = (("content-type", "application/json"),)
    one = Interaction(Request("GET", "https://api.coze.com/v1/x"), Response(200, "OK", head, body.encode()))
    shown = json.loads(recorded(one).splitlines()[-1])["data"]
    assert shown == {"role": "assistant", "content": f"the {name} says", "nick_name": "NICK_NAME_1"}


def test_the_words_of_the_protocol_are_those_of_the_sdk() -> None:
    """A field or an enumerated value that is missing would be replaced where a person has its name."""
    modules = [importlib.import_module(each.name) for each in pkgutil.walk_packages(cozepy.__path__, "cozepy.")]
    named = (each for module in modules for each in vars(module).values() if isinstance(each, type))
    classes = {each for each in named if each.__module__.startswith("cozepy")}
    values = {str(value.value) for each in classes if issubclass(each, Enum) for value in each}
    models = [each.model_fields for each in classes if issubclass(each, CozeModel)]
    fields = {field.alias or name for model in models for name, field in model.items()}
    words = {word.lower() for word in values | fields if re.fullmatch(r"[A-Za-z]\w+", word)}
    assert len(words) > 300
    assert words <= PROTOCOL_WORDS


# --- text that was not written for this -----------------------------------------------------------------------------

INSTALLED: Final = Path(sysconfig.get_paths()["purelib"])
ABOUT_SECRETS: Final = frozenset(("authlib", "cryptography", "joserfc", "phonenumbers", "stdnum"))
"""Packages whose examples are numbers and keys, which are found with reason."""

WITH_REASON: Final = "INSPECT-EMAIL"
"""The authors of packages are persons."""

MOST_A_MEGABYTE: Final = 2
CORPUS: Final = 6_000_000
"""Bytes that are read; a fortieth in the quick run, where one finding says nothing of a megabyte."""


def installed_texts(corpus: int) -> Iterator[str]:
    """Sources, documents and licences of installed packages, as many as the corpus takes."""
    files = sorted(
        path
        for path in INSTALLED.rglob("*")
        if path.suffix in (".py", ".md", ".rst", ".txt") and ABOUT_SECRETS.isdisjoint(path.relative_to(INSTALLED).parts)
    )
    random.Random(1).shuffle(files)  # noqa: S311 - a choice, not a key
    size = 0
    for path in files:
        text = path.read_text("utf-8", "replace")
        size += len(text.encode())
        if size > corpus:
            return
        yield text


@pytest.mark.parametrize(
    "corpus", [CORPUS // 120, pytest.param(CORPUS, marks=[pytest.mark.proof, pytest.mark.slow])], ids=["some", "all"]
)
def test_text_that_was_not_written_for_this_is_left_alone(corpus: int) -> None:
    """Of what is found in installed packages, at most two findings a megabyte are not a person's address."""
    texts = list(installed_texts(corpus))
    found = [each for text in texts for each in inspect_file(text.encode()) if each.rule != WITH_REASON]
    size = sum(len(text.encode()) for text in texts) / 1_000_000
    print(f"\n{size:.1f} MB of installed packages: {len(found)} findings")  # noqa: T201 - with -s
    assert len(found) <= max(1, MOST_A_MEGABYTE * size), found
