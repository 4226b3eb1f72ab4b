"""The rules for secrets: Coze's own, or whatever a name calls a secret."""

from __future__ import annotations

from typing import Final

from coze_cassettes.scrubbing.rules.model import Category, Form, Rule, Where
from coze_cassettes.scrubbing.rules.patterns import ANY_URL, BOTH_CASES, DIGIT_SOON, NO_LETTER_BEFORE

_S = Category.SECRET
_HEADER, _FIELD, _TEXT = Where.HEADER, Where.FIELD, Where.TEXT

_OPAQUE = r"(?=.*[^\d.])\S{8,}"
_B64 = "[A-Za-z0-9_-]"
_MIXED_SOON = r"(?=[a-z\d_-]{0,24}[A-Z])(?=[A-Z\d_-]{0,24}[a-z])(?=[A-Za-z_-]{0,24}\d)"
_PAT_PREFIX = "(?:pat|sat|czu|czs|cztei)_"
_NO_VALUE = (
    r"(?!(?i:string|str|true|false|null|none|nil|undefined|required|optional|bearer|basic|password|passwd|secret|token"
    r"|api_?key|object|number|integer|text|hidden|bytes|any|change_?me|your[\w -]*"
    r"|<[^>]*>|\$\{[^}]*\}|\{\{[^}]*\}\}|\*+|x{3,}"
    r"|\.{3})$)"
)
_ANY_SECRET = rf"{_NO_VALUE}(?=.*[^\d.])(?s:.{{4,}})"
_PASSWORDS = r"pass_?words?|psk|wpa_passphrase|passwd|passwrd|pswd|psw|pwd|pass_?phrase|pass_?code|mi_?ma|kou_?ling"
_PASSING = (
    r"smtp|e?mail|ftp|require|redis|mysql|pg|db|ssh|auth|admin|root|user|login|http|imap|es|mongo|wifi|vpn|my|sys"
    r"|(?:key_?)?store"
)
_CODES = (
    r"(?:auth|authorization|verification|verify|sms|recovery|backup|pin|security|activation|unlock|log_?in|mfa|2_?fa"
    r"|two_?factor|one_?time|otp)_?codes?|v_?code|yan_?zheng_?ma|t?otp|mnemonic|seed_?phrase|security_?answer"
)
_HAN_CODES = r"密码|口令|[验校]证?码|(?:动态|授权|安全|备用|恢复|激活|鉴权|提取|取件)码|(?:PIN|pin)码|密保答案|暗号"
_HAN_SECRETS = "(?:密码|口令|密钥|秘钥|密匙|令牌|私钥|凭证|凭据)"
_NAME_WITH_DIGIT = (
    r"(?:[a-z0-9]+_)*(?:pin|captcha|sid|sess_?id|sk|tok|jwt|(?:enc|sign|storage)_?key|p_?key|priv_?key|app_sec"
    r"|ak_sk|conn_?str)|(?:root|user|admin|db)pw|miyao|master_?auth"
)
"""Names that mean other things as well."""

_NAME_OF_SECRET = (
    r"(?:[a-z0-9_]*(?:secret|api_?key|app_?key|access_?key(?:_?id)?|(?:secret|private|signing|signature|encrypt(?:ion)?|auth"
    r"|account|master|shared|license|service|webhook|hmac|aes|rsa|deploy|consumer|subscription)_?key|key_pass|secret_id"
    r"|(?:api|access)_?keys|secrets|authorization|token|credentials?|session_?(?:id|key)|cookie"
    r"|jsessionid|phpsessid|connection_?string|dsn|ticket)"
    r"(?:_?(?:\d+|value|str|string|prod|production|dev|test|live|old|new|base64|base))?)"
    rf"|[\u4e00-\u9fff]{{0,6}}{_HAN_SECRETS}"
)

SECRETS: Final = (
    Rule(
        "COZE-AUTH-001",
        "ACCESS_TOKEN",
        _S,
        _TEXT,
        rf"{NO_LETTER_BEFORE}{_PAT_PREFIX}(?:{DIGIT_SOON}[A-Za-z0-9_-]{{16,}}+|{BOTH_CASES})"
        rf"|{_PAT_PREFIX}{_MIXED_SOON}[A-Za-z0-9_-]{{32,}}+",
        "personal, service, user and service-identity tokens begin like this",
        "take pat_{A64} now",
        "pat_of_the_long_function_name",
        mark="_",
    ),
    Rule(
        "COZE-AUTH-002",
        "JWT",
        _S,
        _TEXT,
        rf"(?<!{_B64})(?:(?!eyJ){_B64})*+(eyJ{_B64}{{6,}}+\.{_B64}{{6,}}+\.{_B64}{{6,}}+)",
        "a signed assertion is a credential until it expires",
        "eyJ{A20}.eyJ{A20}.{A40}",
        "eyJhbGciOi alone",
        mark="eyJ",
    ),
    Rule(
        "COZE-AUTH-027",
        "JWT",
        _S,
        _TEXT,
        rf"e(?<!{_B64}e)(?:yA|w[ok]){_B64}{{12,}}+\.{_B64}{{6,}}+\.{_B64}{{16,}}+",
        "the same, from a library that writes JSON with blanks",
        "ewogICJhbGciOiJIUzI1NiJ9.ewogIC{A20}.{A40}",
        "ewok.village.example",
        mark=".",
    ),
    Rule(
        "COZE-AUTH-028",
        "BEARER_TOKEN",
        _S,
        _FIELD,
        r"auth",
        "the name and the password of a registry in the settings of Docker",
        '{"auth": "bWU6dHVsaXA{D1}"}',
        '{"auth": "basic"}',
        accepts=r"[A-Za-z0-9+/]{8,512}={0,2}",
        validator="user_and_password",
    ),
    Rule(
        "COZE-AUTH-003",
        "PRIVATE_KEY",
        _S,
        _TEXT,
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
        r"(?:(?!-----)(?:[A-Za-z0-9+/=\s:,.-]|\\{1,8}[nrt/])){32,}+"
        r"(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?",
        "OAuth apps sign with it; its lines may be separated by a literal backslash and n",
        "{DASHES}BEGIN PRIVATE KEY{DASHES}\n{A64}\n{DASHES}END PRIVATE KEY{DASHES}",
        "{DASHES}BEGIN PRIVATE KEY{DASHES} is how a key begins",
    ),
    Rule(
        "COZE-AUTH-004",
        "BEARER_TOKEN",
        _S,
        _HEADER,
        r"(?:proxy-)?authorization|api-key|x-[a-z-]*(?:token|key|secret|auth)",
        "whatever authenticates a call, a client secret too",
        "authorization: Bearer {A12}",
        "content-type: application/json",
    ),
    Rule(
        "COZE-AUTH-005",
        "COOKIE",
        _S,
        _HEADER,
        r"(?:set-)?cookie",
        "sessions of the gateway",
        "set-cookie: gate={A32}; Path=/",
        "accept: text/html",
    ),
    Rule(
        "COZE-AUTH-010",
        "ACCESS_TOKEN",
        _S,
        _FIELD,
        r"access_token",
        "the token endpoint's answer; opaque, so any text",
        '{"access_token": "{D12}"}',
        '{"token_type": "Bearer"}',
    ),
    Rule(
        "COZE-AUTH-011",
        "REFRESH_TOKEN",
        _S,
        _FIELD,
        r"refresh_token",
        "refresh tokens have no shape of their own",
        '{"refresh_token": "{D12}"}',
        '{"refresh": "no"}',
        accepts=r"(?!refresh_token$)(?s:.+)",
    ),
    Rule(
        "COZE-AUTH-012",
        "CLIENT_SECRET",
        _S,
        _FIELD,
        r"client_secret|app_secret",
        "OAuth apps",
        '{"client_secret": "{D12}"}',
        '{"client": "web"}',
    ),
    Rule(
        "COZE-AUTH-013",
        "DEVICE_CODE",
        _S,
        _FIELD,
        r"device_code",
        "its owner gets the token",
        '{"device_code": "{A40}"}',
        '{"device": "tv"}',
    ),
    Rule(
        "COZE-AUTH-014",
        "USER_CODE",
        _S,
        _FIELD,
        r"user_code",
        "typing it grants access",
        '{"user_code": "{A8}"}',
        '{"user": "me"}',
    ),
    Rule(
        "COZE-AUTH-015",
        "AUTHORIZATION_CODE",
        _S,
        _FIELD,
        r"code",
        "the OAuth code, where a code is not a number",
        '{"code": "{A40}"}',
        '{"code": "4100"}',
        accepts=_OPAQUE,
        uri=r"/oauth2?/",
        at="/api/permission/oauth2/token",
    ),
    Rule(
        "COZE-AUTH-016",
        "CODE_VERIFIER",
        _S,
        _FIELD,
        r"code_verifier|code_challenge",
        "the proof of PKCE",
        '{"code_verifier": "{A40}"}',
        '{"verifier": "x"}',
    ),
    Rule(
        "COZE-AUTH-017",
        "VERIFY_TOKEN",
        _S,
        _FIELD,
        r"verify_token",
        "signs the callbacks of an app",
        '{"verify_token": "{D12}"}',
        '{"verify": true}',
    ),
    Rule(
        "COZE-AUTH-029",
        "PASSWORD",
        _S,
        _FIELD,
        rf"(?:[a-z0-9_]*(?:{_PASSWORDS})|(?:[a-z0-9]+_)*(?:(?:{_PASSING})_pass|{_CODES}))(?:_?(?:\d+|value|old|new|confirm|confirmation|again))?|[\u4e00-\u9fff]{{0,6}}(?:{_HAN_CODES})",
        "named a password: short ones and numbers too",
        '{"dbPassword": "{D6}"}',
        '{"password": "***"}',
        accepts=rf"{_NO_VALUE}(?s:.{{4,}})",
    ),
    Rule(
        "COZE-AUTH-018",
        "SECRET",
        _S,
        _FIELD,
        _NAME_OF_SECRET,
        "named like a credential, wherever it comes from",
        '{"custom_variables": {"openaiApiKey": "{A40}"}}',
        '{"token": "0"}',
        accepts=_ANY_SECRET,
    ),
    Rule(
        "COZE-AUTH-030",
        "SECRET",
        _S,
        _FIELD,
        r"(?!(?:access|refresh)_token$|(?:client|app)_secret$)"
        r"(?:[a-z0-9_]*(?:secret|api_?key|app_?key|access_?key(?:_?id)?|(?:secret|private|signing|encrypt(?:ion)?|auth|account"
        r"|master|shared|license|service|hmac|aes|rsa|deploy|consumer|subscription)_?key|secret_id"
        r"|(?:api|access|refresh|auth|bearer|bot|csrf|id|session|webhook)_?token)"
        r"|(?:[a-z0-9]+_)*pin)|[\u4e00-\u9fff]{0,6}(?:密钥|秘钥|密匙|令牌|私钥|凭证|凭据)",
        "digits alone, where a name counts nothing",
        '{"apiKey": "{D8}"}',
        '{"token": "{D8}"}',
        accepts=r"\d{4,}",
    ),
    Rule(
        "COZE-AUTH-031",
        "PASSWORD",
        _S,
        _FIELD,
        _NAME_WITH_DIGIT,
        "short for a secret, if the value has a digit",
        '{"enc_key": "tulip{D4}"}',
        '{"pin": "pinned"}',
        accepts=r"(?=\S*\d)(?!\d{1,3}$|\d+(?:\.\d+)+$|[a-z]+_[a-z0-9_]*$|0x[\dA-Fa-f]{1,8}$)\S{4,4096}",
    ),
    Rule(
        "COZE-AUTH-032",
        "PASSWORD",
        _S,
        _FIELD,
        r"(?:[a-z0-9]+_)*(?:pass|pw)",
        "what passes a test is counted, a password has letters too",
        '{"pass": "tulip{D4}"}',
        '{"pass": "1042"}',
        accepts=r"(?=\S*\d)(?=\S*[A-Za-z])(?![a-z]+_[a-z0-9_]*$|0x[\dA-Fa-f]{1,8}$)\S{6,4096}",
    ),
    Rule(
        "COZE-AUTH-019",
        "SIGNED_URL",
        _S,
        _TEXT,
        ANY_URL,
        "the signature opens the file to anybody until it expires",
        "https://files.example/a.png?x=1&x-orig-sign={A24}",
        "https://example.com/a.png?size=3",
        mark="://",
        validator="signed_url",
        form=Form.URL,
    ),
    Rule(
        "COZE-AUTH-021",
        "AUTHORIZATION_CODE",
        _S,
        _TEXT,
        r"(?<=[?&]code=)(?=[A-Za-z_-]{0,64}\d)[A-Za-z0-9_-]{16,}",
        "the OAuth code in an address: in a Location header, in pasted text",
        "https://app.example/callback?code={A40}&state=1",
        "https://app.example/?code=zh",
        mark="code=",
    ),
    Rule(
        "COZE-AUTH-022",
        "FILE_URL",
        _S,
        _TEXT,
        ANY_URL,
        "what was uploaded, on a storage or delivery host of ByteDance",
        "https://bucket.tos-cn-beijing.volces.com/{A24}.png",
        "https://www.volcengine.com/docs",
        mark="://",
        validator="storage_url",
        form=Form.URL,
    ),
    Rule(
        "COZE-AUTH-024",
        "BEARER_TOKEN",
        _S,
        _TEXT,
        r"(?i)(?=[bt])(?<![a-z])(?:bearer|basic|token)\s{1,3}(?=[a-z._~+/-]{0,64}\d)([a-z0-9._~+/-]{15,}+[a-z0-9_~+/-]={0,2}|[a-z0-9._~+/-]{16,}={0,2})",
        "the Authorization header of a quoted command",
        "send Bearer {A40} along",
        "bearer of good news",
    ),
    Rule(
        "COZE-AUTH-026",
        "BEARER_TOKEN",
        _S,
        _TEXT,
        r"\b[Bb]asic\s{1,3}([A-Za-z0-9+/]{8,512}={0,2})(?![A-Za-z0-9+/])",
        "a name and a password in base64, which may have no digit",
        "Basic bWU6dHVsaXA{D1}",
        "Basic AuthenticationHandler",
        mark="asic",
        validator="user_and_password",
    ),
    Rule(
        "COZE-AUTH-025",
        "SECRET",
        _S,
        _TEXT,
        r"(?<=://)(?:[^\s/:@\"'<>]{0,256}:(?:[^\s/@\"'<>]{3,256}|[^\s/@\"'<>]{1,2}(?=@[!#-.0-;=?-~]{1,64}@))(?:@[!#$%&*+.=A-Za-z0-9^_|~-]{1,64}){0,3}|[A-Za-z0-9_-]{20,256})(?=@)",
        "name and password in an address",
        "postgres://app:{A12}@localhost/main",
        "http://localhost:8080/a@b",
        mark="://",
    ),
)
