r"""THE table of detectors: one row for each look of a secret, a personal value or an identifier.

A row is written from the definition of the format, by its issuer. What may stand around a value is never asked
of the language that a text is in (``\w``), only of the value's own alphabet.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from coze_cassettes.inspection import machines, numbers, randomness, urls
from coze_cassettes.inspection.words import words

Judge = Callable[[re.Match[str]], bool]


@dataclass(frozen=True)
class Detector:
    """One row: the id of the finding, what is looked for, and what the pattern finds in a text.

    ``before`` are characters that must not stand in front of a match; ``judge`` has the last word. One of ``marks``
    stands in every match: most texts are without them, and are not searched.
    """

    rule: str
    what: str
    pattern: re.Pattern[str]
    judge: Judge | None = None
    before: str = ""
    marks: tuple[str, ...] = ("",)

    def is_in(self, text: str) -> bool:
        """Whether a text holds something of the kind."""
        if not any(mark in text for mark in self.marks):
            return False
        for match in self.pattern.finditer(text):
            start = match.start()
            if self.before and start and text[start - 1] in self.before:
                continue
            if self.judge is None or self.judge(match):
                return True
        return False


_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ALPHANUMERIC: Final = _LETTERS + "0123456789"


# --- credentials ----------------------------------------------------------------------------------------------------


def _has_digit(match: re.Match[str]) -> bool:
    """Whether something drawn follows a prefix: with a digit, or letters large and small in no order."""
    tail = match["tail"]
    return re.search(r"\d", tail) is not None or randomness.mixes_cases(tail)


def _is_unwritten(match: re.Match[str]) -> bool:
    """Whether a digit follows a prefix that words begin with too, and nobody wrote what follows."""
    return re.search(r"\d", match["tail"]) is not None and randomness.has_short_words(match["tail"])


_NAMES: Final = words(
    """
    AIK_CI AIK_CLIENT AIK_SECRET CCDB1 CCIPAT CCIPRJ CLOJARS aact api_live api_org apify_api apk bkaj bkat bkua cfat
    cfk cfut cog csa ddo ddp ddw duffel_live duffel_test dvc_client dvc_mobile dvc_server essu
    ion lip live mdb_sa_id mdb_sa_sk mercury_production mergify_application_key napi nyk os_v2_app os_v2_org
    pdl_live_apikey pdl_sdbx_apikey persona_production persona_sandbox phc phx pina pnu polar_at polar_oat polar_pat
    prf_cli pscale_oauth pscale_pw pscale_tkn ramp_id ramp_sec re rootly rpa samsara_api sandbox sc scauth sgp
    sk_car sm_aat sm_pat sm_sat smp tfp tgp_v1 tss ucat unkey vca vci vck vcp vcr vtwn waka wandb_v1 xau xnd_development
    xnd_production zpka
    """
)
"""How services begin their keys, up to an underscore or a full stop."""


def _begins_with_service(match: re.Match[str]) -> bool:
    """Whether a run begins with such a name, and what follows has digits and was not written."""
    run = match[0]
    return any(
        run[: at.start()] in _NAMES and _is_unwritten_tail(run[at.end() :]) for at in re.finditer("[_.]", run[:26])
    )


def _is_unwritten_tail(tail: str) -> bool:
    digits = re.findall("[0-9]{1,8}", tail)
    return (
        len(tail) > _SHORTEST_TAIL and bool(digits) and (len(digits) > _FEW_NUMBERS or randomness.has_short_words(tail))
    )


_SHORTEST_TAIL: Final = 15
_FEW_NUMBERS: Final = 2


def _is_account(match: re.Match[str]) -> bool:
    """Whether an openid was drawn; a few have one digit only."""
    tail = match["tail"]
    if len(re.findall("[0-9]{1,8}", tail)) > _FEW_NUMBERS and tail != tail.lower() and tail != tail.upper():
        return True
    return randomness.is_drawn(tail) or (re.search(r"\d", tail) is not None and randomness.mixes_cases(tail))


def _is_jwt(match: re.Match[str]) -> bool:
    """Whether the first part holds the beginning of a JSON object, a blank behind its brace or not."""
    return any(begin in match["head"] for begin in _OBJECTS)


_OBJECTS: Final = ("eyJ", "eyA", "ewo", "ewk")


_PEM_BODY = re.compile(r"[A-Za-z0-9+/=]{16}")
_PEM_REACH: Final = 400


def _is_private_key(match: re.Match[str]) -> bool:
    """Whether a key follows its first line, after headers or literal line ends; a placeholder does not count."""
    start = match.end()
    following = match.string[start : start + _PEM_REACH]
    return _PEM_BODY.search(re.sub(r"\\+[nrt]|\s|<[^>]*>|-----END[^\n]*", " ", following).replace("\\", "")) is not None


def _is_authorization(match: re.Match[str]) -> bool:
    """Whether a scheme is followed by a credential and not by a word."""
    token = match["token"]
    if match[0][:5].lower() == "basic":
        return _is_user_and_password(token)
    return re.search(r"\d", token) is not None or (len(token) >= 16 and randomness.mixes_cases(token))  # noqa: PLR2004


def _is_user_and_password(token: str) -> bool:
    try:
        return b":" in base64.b64decode(token + "=" * (-len(token) % 4))
    except binascii.Error:
        return False


def _key(
    rule: str,
    what: str,
    prefix: str,
    tail: str,
    judge: Judge | None = None,
    before: str = _ALPHANUMERIC,
    marks: tuple[str, ...] = (),
) -> Detector:
    """A key with a prefix; ``tail`` is what follows it."""
    return Detector(rule, what, re.compile(f"{prefix}(?P<tail>{tail})"), judge, before, marks or _beginning(prefix))


def _hook(what: str, pattern: str, marks: tuple[str, ...] = ()) -> Detector:
    """An address to which everyone who knows it may post messages."""
    return Detector(_VENDOR, what, re.compile(pattern), marks=marks or _beginning(pattern))


def _beginning(pattern: str) -> tuple[str]:
    """The mark of what begins with letters of its own: those of a pattern up to its first choice."""
    found = _LITERAL.match(pattern)
    return (found[0].replace("\\", "") if found else "",)


def _behind_hex(sign: str, before: str = "0-9a-f") -> str:
    """A sign behind 32 hexadecimal digits: a search runs to the sign, which is rarer than a digit."""
    return f"{sign}(?<=[0-9a-f]{{32}}{sign})(?<![{before}][0-9a-f]{{32}}{sign})"


_LITERAL = re.compile(r"(?:(?:[A-Za-z0-9_=/:~ -]|\\[.+$])(?![?*+{]))*")
_VENDOR: Final = "INSPECT-VENDOR-KEY"
_W: Final = "[A-Za-z0-9_-]"
_A: Final = "[A-Za-z0-9]"

_UUID: Final = "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"

_CREDENTIALS: Final = (
    *(
        _key("INSPECT-TOKEN", "a token of Coze", f"{prefix}_", f"{_W}{{16,}}", _has_digit, "")
        for prefix in ("pat", "sat", "czu", "czs", "cztei")
    ),
    Detector(
        "INSPECT-JWT",
        "a JSON Web Token (RFC 7519)",
        re.compile(r"(?<![A-Za-z0-9_-])(?P<head>[A-Za-z0-9_-]{10,}+)\.[A-Za-z0-9_-]{6,}+\.[A-Za-z0-9_-]{6,}"),
        _is_jwt,
        marks=("eyJ",),
    ),
    Detector(
        "INSPECT-JWT",
        "the same with blanks in its JSON",
        re.compile(r"(?P<head>e[yw][Aok][A-Za-z0-9_-]{10,}+)\.[A-Za-z0-9_-]{6,}+\.[A-Za-z0-9_-]{16,}"),
        _is_jwt,
        _ALPHANUMERIC,
        marks=(".",),
    ),
    Detector(
        "INSPECT-PEM",
        "a private key (RFC 7468)",
        re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"),
        _is_private_key,
        marks=("PRIVATE KEY",),
    ),
    Detector(
        "INSPECT-USERINFO",
        "a user with a password on a command line",
        re.compile(
            r"-(?:(?<=[ \t]-)u[ =]?|-(?:proxy-)?user[ =])[\"']?(?P<userinfo>[^\s:\"'/]{1,64}:[^\s\"'\ue000]{3,128})"
        ),
        urls.has_password,
        marks=("-u",),
    ),
    Detector(
        "INSPECT-PEM",
        "a private key in base64 alone (RFC 5208, RFC 8017, RFC 5915)",
        re.compile(
            "M(?:II[A-H][A-Za-z0-9+/][AQgw]IBA|IG[A-Za-z0-9+/]AgE[AB]|C[4-7]CAQAw|H[cQ]CAQEE)[A-Za-z0-9+/]{40,}"
        ),
        before=_ALPHANUMERIC + "+/",
        marks=("MII", "MIG", "CAQ"),
    ),
    Detector(
        "INSPECT-PEM",
        "a private key of PuTTY",
        re.compile(r"PuTTY-User-Key-File-\d: [\x20-\x7e\s]{0,999}?[A-Za-z0-9+/]{40}"),
        marks=("PuTTY",),
    ),
    Detector(
        "INSPECT-BEARER",
        "a credential behind its scheme (RFC 7617, RFC 6750)",
        re.compile(r"[Bb](?:earer|asic|(?<=B)(?:EARER|ASIC))[ \t:=]{1,3}[\"']?(?P<token>[A-Za-z0-9._~+/-]{12,}={0,2})"),
        _is_authorization,
    ),
)

_VENDORS: Final = (
    _key(_VENDOR, "OpenAI, Anthropic, DeepSeek and others", "sk-", f"{_W}{{20,}}", _has_digit),
    _key(_VENDOR, "the same, drawn without a digit", "sk-", f"{_A}{{40,}}"),
    _key(_VENDOR, "Stripe", "(?:sk|rk|pk)_(?:live|test)_", f"{_A}{{16,}}", before=_LETTERS, marks=("_live_", "_test_")),
    _key(_VENDOR, "Stripe webhook", "whsec_", "[A-Za-z0-9+/]{24,}"),
    _key(_VENDOR, "Amazon", "A(?:KI|SI|RO|ID|BI|CC)A", "[A-Z2-7]{16}(?![A-Z0-9])", before=""),
    _key(_VENDOR, "Amazon, other digits", "A(?:KI|SI)A", "[A-Z0-9]{16}(?![A-Z0-9])", before=""),
    _key(_VENDOR, "Alibaba Cloud", "LTAI", f"{_A}{{12,26}}"),
    _key(_VENDOR, "Alibaba Cloud, for some time", r"STS\.N", f"{_A}{{20,}}", _has_digit),
    _key(_VENDOR, "Volcengine", "AKLT", f"{_A}{{16,}}"),
    _key(_VENDOR, "Tencent Cloud", "AKID", f"{_A}{{13,}}"),
    _key(_VENDOR, "Baidu Cloud", "bce-v3/ALTAK-", f"{_A}{{16,}}", before=""),
    _key(_VENDOR, "GitHub", "gh[pousr]_", f"{_A}{{30,}}", before=""),
    _key(_VENDOR, "GitHub, fine-grained", "github_pat_", "[A-Za-z0-9_]{30,}", before=""),
    _key(_VENDOR, "GitLab", "gl(?:pat|dt|rt|ft|ptt|oas|soat|agent|cbt|imt)-", f"{_W}{{20,}}", before=""),
    _key(_VENDOR, "Hugging Face", "hf_", "[A-Za-z]{30,}|[A-Za-z0-9]{30,}"),
    _key(_VENDOR, "npm", "npm_", f"{_A}{{30,}}"),
    _key(_VENDOR, "PyPI", "pypi-", f"{_W}{{40,}}"),
    _key(_VENDOR, "RubyGems", "rubygems_", "[0-9a-f]{48}", before=""),
    _key(_VENDOR, "NuGet", "oy2", "[0-9a-z]{43}(?![0-9A-Za-z])", _has_digit),
    _key(_VENDOR, "Google API", "AIza", f"{_W}{{35}}", before=""),
    _key(_VENDOR, "Google OAuth client", "GOCSPX-", f"{_W}{{20,}}", before=""),
    _key(_VENDOR, "Google OAuth token", r"ya29\.", f"{_W}{{20,}}", before=_LETTERS),
    _key(_VENDOR, "Google refresh token", "1//0", f"{_W}{{30,}}", before="0123456789"),
    _key(_VENDOR, "Slack", "xox[abcdeoprs]-", "[A-Za-z0-9%-]{10,}", _has_digit, ""),
    _key(_VENDOR, "Slack app", "xapp-", "[0-9]-[A-Za-z0-9-]{20,}", before=""),
    _key(_VENDOR, "SendGrid", r"SG\.", rf"{_W}{{16,}}\.{_W}{{16,}}"),
    _key(_VENDOR, "Mailgun", "key-", "[0-9a-f]{32}"),
    _key(
        _VENDOR,
        "Mailgun, new",
        _behind_hex("-", "0-9a-f-"),
        "[0-9a-f]{8}-[0-9a-f]{8}(?![0-9a-f-])",
        before="",
    ),
    _key(_VENDOR, "Mailchimp", _behind_hex("-us"), "[0-9]{1,2}(?![0-9a-z])", before=""),
    _key(_VENDOR, "Twilio", "(?:AC|SK)", "[0-9a-f]{32}(?![0-9a-f])"),
    _key(_VENDOR, "Shopify", "shp(?:at|ca|pa|ss|tka|tkr|ua)_", "[0-9A-Fa-f]{32}", before=""),
    _key(_VENDOR, "DigitalOcean", "do[opr]_v1_", "[0-9a-f]{32,}", before=""),
    _key(_VENDOR, "Databricks", "d(?:api|ose|kea|sapi)", "[0-9a-f]{32}", before=""),
    _key(_VENDOR, "ElevenLabs", "sk_", "[0-9a-f]{48}"),
    _key(_VENDOR, "Plaid", "access-(?:sandbox|development|production)-", _UUID),
    _key(_VENDOR, "Shippo", "shippo_(?:live|test)_", "[0-9a-f]{40}"),
    _key(_VENDOR, "Flutterwave", "FLWSECK(?:_TEST)?-", "[0-9a-f]{32}"),
    _key(_VENDOR, "Razorpay", "rzp_(?:live|test)_", f"{_A}{{14}}", _has_digit),
    _key(_VENDOR, "Checkout", "sk_sbox_", "[a-z0-9]{26}", _has_digit),
    _key(_VENDOR, "Mercado Pago", "APP_USR-", "[0-9]{16}-[0-9]{6}-[0-9a-f]{32}"),
    _key(_VENDOR, "Lob", "(?:live|test)_", "[0-9a-f]{35}(?![0-9a-z])", marks=("live_", "test_")),
    _key(_VENDOR, "Amazon's market", r"amzn\.mws\.", _UUID),
    _key(_VENDOR, "Pulumi", "pul-", "[0-9a-f]{40}"),
    _key(_VENDOR, "Sonar, Buildkite, E2B", "(?:sq[apu]_|bk[au]a_|e2b_)", "[0-9a-f]{40}"),
    _key(_VENDOR, "HubSpot", "pat-(?:na|eu|ap)[0-9]-", _UUID),
    _key(_VENDOR, "Readme", "rdme_", "[0-9a-z]{60,}", _has_digit),
    _key(_VENDOR, "n8n", "n8n_api_", f"{_A}{{40,}}", _has_digit),
    _key(_VENDOR, "an origin's key of Cloudflare", r"v1\.0-", "[0-9a-f]{24}-[0-9a-f]{100,}"),
    _key(_VENDOR, "New Relic", "NR(?:JS|II|AK)-", f"{_W}{{19,}}", _has_digit),
    _key(
        _VENDOR,
        "New Relic, for ingestion",
        "",
        "[0-9a-fx]{30,36}(?:FFFF)?NRAL(?![A-Za-z0-9])",
        before="",
        marks=("NRAL",),
    ),
    _key(_VENDOR, "Microsoft Entra", "", r"[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}", marks=("Q~",)),
    _key(_VENDOR, "ClickUp", "pk_", "[0-9]{7,9}_[0-9A-Z]{32}"),
    _key(_VENDOR, "LaunchDarkly", "sdk-", _UUID),
    _key(_VENDOR, "Nostr", "nsec1", "[0-9a-z]{58}"),
    _key(_VENDOR, "1Password", "A3-", "[0-9A-Z]{6}-[0-9A-Z]{6}-?(?:[0-9A-Z]{5}-){3}[0-9A-Z]{5}"),
    _key(_VENDOR, "Render", "rnd_", f"{_A}{{28,}}", _has_digit),
    _key(_VENDOR, "PagerDuty", r"u\+", f"{_W}{{18}}(?![A-Za-z0-9_-])", _is_unwritten),
    _key(_VENDOR, "Supabase", "sb(?:p|_secret|_publishable)_", f"{_W}{{20,}}", _has_digit),
    _key(_VENDOR, "Zhipu", _behind_hex(r"\."), rf"{_A}{{16}}(?![A-Za-z0-9])", before=""),
    _key(_VENDOR, "age", "AGE-SECRET-KEY-1", "[0-9A-Z]{20,}", before=""),
    _key(
        _VENDOR,
        "Telegram bot",
        "",
        f"[0-9]{{8,10}}:AA{_W}{{32,34}}(?![A-Za-z0-9_-])",
        before="0123456789",
        marks=(":AA",),
    ),
    _key(_VENDOR, "Discord bot", "", rf"[MNO][A-Za-z0-9]{{23,27}}\.{_W}{{6}}\.{_W}{{27,}}", marks=(".",)),
    _key(_VENDOR, "Notion", "(?:secret_|ntn_)", f"{_A}{{40,}}", _has_digit, marks=("secret_", "ntn_")),
    _key(_VENDOR, "Linear", "lin_(?:api|oauth)_", f"{_A}{{30,}}"),
    _key(
        _VENDOR,
        "Replicate, Groq, xAI, Perplexity, Fireworks",
        "(?:r8_|gsk_|xai-|pplx-|fw_|tvly-|nvapi-|jina_|lsv2_|pcsk_)",
        f"{_W}{{20,}}",
        _has_digit,
    ),
    _key(
        _VENDOR,
        "Postman, Atlassian, Figma, Square",
        "(?:PMAK-|ATATT3|figd_|sq0(?:atp|csp)-)",
        f"{_W}{{22,}}",
        _has_digit,
        marks=("PMAK-", "ATATT3", "figd_", "sq0"),
    ),
    Detector(
        _VENDOR,
        "a key that begins with the name of its service",
        re.compile(r"(?<![A-Za-z0-9._-])[A-Za-z](?=[A-Za-z0-9._~-]{18})[A-Za-z0-9_]{1,25}[_.][A-Za-z0-9._~-]{8,}"),
        _begins_with_service,
        marks=("_",),
    ),
    _key(_VENDOR, "Dynatrace", r"dt0[cs][0-9]{2}\.", rf"{_A}{{24}}\.{_A}{{64}}"),
    _key(_VENDOR, "Artifactory", "AKCp", f"{_A}{{69,73}}", _has_digit),
    _key(_VENDOR, "Artifactory, a reference", "cmVmdGtuOj", f"{_A}{{50,54}}"),
    _key(_VENDOR, "Atlassian", "AT[A-Z]{2}T3", "[A-Za-z0-9_=-]{60,}", _has_digit, _ALPHANUMERIC + "+/", ("T3",)),
    *(
        _key(_VENDOR, "Bitbucket", prefix, "[A-Za-z0-9_+/@-]{32,}", _has_digit, _ALPHANUMERIC + "+/")
        for prefix in ("ATBB", "BBDC-")
    ),
    _key(_VENDOR, "Vault, of old", r"s\.", f"{_A}{{24}}(?![A-Za-z0-9_])", _has_digit, _ALPHANUMERIC + "._-"),
    _key(_VENDOR, "Hugging Face, an organization", "api_org_", "[A-Za-z]{34}"),
    _key(_VENDOR, "a session of GitLab", "_gitlab_session=", "[0-9a-z]{32}", before=""),
    _key(_VENDOR, "Bedrock", "ABSK", "[A-Za-z0-9+/]{100,}", _has_digit, _ALPHANUMERIC + "+/"),
    _key(_VENDOR, "Bedrock, for some time", "bedrock-api-key-", "[A-Za-z0-9_+/-]{28,}"),
    _key(_VENDOR, "EasyPost", "EZ[AT]K", f"{_A}{{54}}(?![A-Za-z0-9+/])", _has_digit, _ALPHANUMERIC + "+/"),
    *(
        _key(_VENDOR, what, prefix, f"{_W}{{24,29}}(?![A-Za-z0-9_+/=-])", _has_digit, _ALPHANUMERIC + "+/")
        for what, prefix in (("Brave", "BSA"), ("Exoscale", "EXO"))
    ),
    *(
        _key(_VENDOR, what, prefix, f"{_A}{{32,48}}", _has_digit)
        for what, prefix in (("Cerebras", "csk-"), ("Mem0", "m0-"), ("LlamaIndex", "llx-"), ("Infracost", "ico-"))
    ),
    _key(_VENDOR, "Adobe", "p8e-", "[a-z0-9]{32}(?![a-z0-9])", _has_digit),
    *(
        _key(_VENDOR, what, prefix, "[0-9a-f]{28,64}(?![0-9a-z])", _has_digit)
        for what, prefix in (("Klaviyo", "pk_"), ("Retell, Cursor", "key_"), ("Rainforest", "apikey_"))
    ),
    _key(_VENDOR, "Octopus", "API-", "[A-Z0-9]{26}(?![A-Za-z0-9])", _has_digit),
    _key(_VENDOR, "Langfuse", "pk-lf-", _UUID),
    _key(_VENDOR, "Zoho", r"100\d\.", r"[0-9a-f]{32}\.[0-9a-f]{32}", before="0123456789."),
    _key(_VENDOR, "an app of GitHub, before 2020", r"v1\.", "[0-9a-f]{40}(?![0-9a-z])"),
    _key(
        _VENDOR,
        "a hash of a password",
        r"\$(?:apr1|[1567y]|2[abxy])\$",
        "[0-9A-Za-z./$]{24,}",
        _has_digit,
    ),
    _key(_VENDOR, "a hash of Argon2", r"\$argon2i?d?\$", "[0-9A-Za-z+/$,=]{40,}", _has_digit),
    _key(_VENDOR, "Azure DevOps", "", f"{_A}{{70,}}AZDO{_A}{{4}}(?![A-Za-z0-9])", marks=("AZDO",)),
    *(
        _key(_VENDOR, what, prefix, f"{_W}{{36,}}", _has_digit)
        for what, prefix in (
            *(("Contentful", "CFPAT-"), ("Netlify", "nfp_"), ("Datadog", "ddp_"), ("Datadog, an app", "dda_")),
            *(("1Password", "ops_eyJ"), ("Instagram", "IGQV"), ("PayPal", "A21AA")),
        )
    ),
    _key(_VENDOR, "Salesforce", "00D", rf"{_A}{{12,15}}![A-Za-z0-9._]{{80,}}", _has_digit),
    _key(_VENDOR, "ngrok", "2", rf"{_A}{{26}}_{_A}{{21}}(?![A-Za-z0-9_-])", _has_digit, _ALPHANUMERIC + "_-", ("_",)),
    _key(_VENDOR, "Braintree", r"access_token\$", r"[a-z]{4,12}\$[0-9a-z]{16}\$[0-9a-f]{32}"),
    _key(_VENDOR, "Snowflake", r"ver:\d{1,3}-hint:", r"\d{4,}-[0-9A-Za-z_+/=-]{40,}", marks=("-hint:",)),
    _key(_VENDOR, "Fly", r"f[mo]\d_", "[0-9A-Za-z_+/=,-]{40,}", _has_digit, marks=("fm", "fo")),
    _key(
        _VENDOR,
        "X",
        "A{19,22}",
        "(?!A|[A-Za-z0-9%]{0,70}A{4})[A-Za-z0-9%]{70,}+(?![+/])",
        _has_digit,
        _ALPHANUMERIC + "+/",
        marks=("A" * 19,),
    ),
    _key(_VENDOR, "Trello", "ATTA", "[0-9a-f]{64}"),
    _key(_VENDOR, "Google storage", "GOOG1E", "[0-9A-Z]{55}"),
    _key(_VENDOR, "Scaleway", "SCW", "[0-9A-Z]{17}(?![0-9A-Za-z])", _has_digit),
    _key(_VENDOR, "Aiven", "AVNS_", f"{_W}{{19}}", _has_digit),
    _key(_VENDOR, "ServerChan", "SCT", f"[0-9]{{2,8}}T{_A}{{24,34}}(?![0-9A-Za-z])"),
    _key(_VENDOR, "ntfy", "tk_", "[0-9a-z]{29}(?![0-9A-Za-z])", _has_digit),
    _key(_VENDOR, "LaunchDarkly, to write", "api-", _UUID),
    _key(_VENDOR, "Asana", ":", "(?<=[0-9]{13}:)[0-9a-f]{32}(?![0-9a-z])", before=""),
    _key(_VENDOR, "Mapbox", r"[sp]k\.eyJ", rf"{_W}{{40,}}\.{_W}{{20,}}", marks=("k.eyJ",)),
    _key(_VENDOR, "Dropbox", r"sl\.", f"{_W}{{100,}}", _has_digit),
    _key(_VENDOR, "Voyage", "pa-", f"{_W}{{43}}(?![0-9A-Za-z_-])", _has_digit),
    _key(_VENDOR, "Planet", "PLAK", "[0-9a-f]{32}(?![0-9a-z])"),
    _key(_VENDOR, "Huawei Cloud", "HPUA", "[0-9A-Z]{16}(?![0-9A-Za-z])"),
    _key(_VENDOR, "Twitch", "oauth:", "[0-9a-z]{30}(?![0-9a-z])", _has_digit),
    _key(_VENDOR, "Intra 42", "s-s4t2(?:ud|af)-", "[0-9a-f]{64}"),
    _key(_VENDOR, "Brevo", "xkeysib-", f"[0-9a-f]{{64}}-{_A}{{16}}"),
    _key(_VENDOR, "MailerSend", r"mlsn\.", "[0-9a-f]{64}"),
    _key(_VENDOR, "Harness", "[ps]at", rf"\.{_W}{{22}}\.[0-9a-f]{{24}}\.{_A}{{20}}", marks=("at.",)),
    _key(_VENDOR, "Astra", "AstraCS:", "[A-Za-z]{24}:[0-9a-f]{64}"),
    _key(_VENDOR, "MaxMind", "", f"{_A}{{6}}_{_A}{{29}}_mmk(?![A-Za-z0-9])", marks=("_mmk",)),
    _key(_VENDOR, "Terraform Cloud", "", rf"{_A}{{14}}\.atlasv1\.[A-Za-z0-9_=-]{{60,}}", marks=(".atlasv1.",)),
    _key(_VENDOR, "OpenShift", "sha256~", f"{_W}{{43}}"),
    *(
        _key(_VENDOR, what, prefix, "[A-Za-z0-9_=-]{60,}")
        for what, prefix in (("a network of Defined", "dnkey-"), ("Frame.io", "fio-u-"))
    ),
    *(
        _key(_VENDOR, what, prefix, f"{_W}{{20}}", before="")
        for what, prefix in (("GitLab, a runner", "GR1348941"), ("GitLab, a flag", "glffct-"))
    ),
    _key(_VENDOR, "Docker Swarm", "SWM(?:TKN|KEY)-1-", "[A-Za-z0-9_+/-]{40,}"),
    *(
        _key(_VENDOR, what, prefix, f"{_W}{{20,}}", _has_digit)
        for what, prefix in (("Tailscale", "tskey-"), ("Scalingo", "tk-us-"))
    ),
    _key(_VENDOR, "Notify", "gcntfy-", rf"{_W}{{1,40}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}"),
    _key(_VENDOR, "ConfigCat", "configcat-sdk-1/", f"{_W}{{22}}/{_W}{{22}}"),
    _key(_VENDOR, "Gemini", r"AQ\.Ab8RN6", f"{_W}{{40,}}"),
    _key(
        _VENDOR,
        "an app of Facebook",
        "",
        rf"[0-9][0-9]{{14,15}}\|{_W}{{27,40}}(?![A-Za-z0-9_-])",
        before="0123456789",
        marks=("|",),
    ),
    _key(_VENDOR, "Flutterwave, other digits", "FLWSECK(?:_TEST)?-", "[0-9a-h]{32}-X"),
    _key(_VENDOR, "Twilio in capitals", "SK", "[0-9A-Fa-f]{32}(?![0-9A-Za-z])", _has_digit),
    _key(_VENDOR, "Airtable", "pat", rf"{_A}{{14}}\.[0-9a-f]{{64}}"),
    _key(
        _VENDOR,
        "Docker, Terraform, Vault, Grafana, New Relic",
        r"(?:dckr_pat_|dop_|hv[sbr]\.|glsa_|glc_|NRAK-|HRKU-|fo1_|sntry[sua]_)",
        f"{_W}{{20,}}",
        _has_digit,
    ),
    _key(_VENDOR, "Square, for an account", "EAAA", f"{_W}{{56,}}", _has_digit, _ALPHANUMERIC + "+/"),
    _key(_VENDOR, "Doppler", r"dp\.(?:pt|st|ct|sa|scim|audit)\.", rf"(?:[a-z0-9_-]{{2,35}}\.)?{_A}{{40}}"),
    _key(_VENDOR, "Firecrawl", "fc-", "[0-9a-f]{32}(?![0-9a-f])"),
    _key(_VENDOR, "Facebook", "EAA", f"{_A}{{60,}}", _has_digit, _ALPHANUMERIC + "+/"),
    _key(_VENDOR, "Feishu app", "cli_", "[0-9a-z]{16,}", _has_digit),
    _key(_VENDOR, "Feishu user", "o[unc]_", "[0-9a-f]{32}"),
    _key(_VENDOR, "Feishu token", "[tu]-", f"(?:g1[0-9a-z])?{_W}{{24,}}", _is_unwritten, _ALPHANUMERIC + "-_/+="),
    _key(
        _VENDOR,
        "the same behind a name or a segment of a path",
        "(?<=[A-Za-z_][=/])(?<![A-Za-z0-9+/_-]{12}[=/])[tu]-",
        f"(?:g1[0-9a-z])?{_W}{{24,}}",
        _is_unwritten,
        "",
        ("=t-", "=u-", "/t-", "/u-"),
    ),
    _key(_VENDOR, "Sentry", "sntry[sua]_", "[0-9A-Za-z_=+/-]{32,}"),
    _key(_VENDOR, "WeChat app, WeCom enterprise", "w[wx]", "[0-9a-f]{16}(?![0-9a-z])"),
    _key(_VENDOR, "DingTalk app", "ding", "[0-9a-z]{16}(?![0-9A-Za-z])", _has_digit),
    _key(
        _VENDOR,
        "WeChat user",
        "",
        f"o[A-Za-z0-9]{_W}{{26}}(?![A-Za-z0-9_-]|[+/=][A-Za-z0-9+/=]{{20,}})",
        _is_account,
        _ALPHANUMERIC + "_-/+=",
    ),
    _key(_VENDOR, "account in WeChat", "wxid_", "[0-9a-z]{12,16}(?![0-9A-Za-z_])"),
    _key(_VENDOR, "DingTalk", "SEC", "[0-9a-f]{64}"),
    _key(_VENDOR, "Azure storage", "AccountKey=", "[A-Za-z0-9+/]{40,}={0,2}", before=""),
    _key(_VENDOR, "Azure shared access signature", r"sig=(?<![A-Za-z]sig=)", "[A-Za-z0-9%+/]{32,}", before=""),
    _key(_VENDOR, "a private JSON Web Key (RFC 7517)", r"\"d\"\s{0,2}:\s{0,2}\"", f'{_W}{{40,}}"', before=""),
)

_HOOKS: Final = (
    _hook("a webhook of Slack", r"hooks\.slack(?:-gov)?\.com/[a-z]{3,10}/[A-Za-z0-9/_-]{16,}"),
    _hook(
        "a webhook of Feishu or Lark",
        r"open\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/(?:v2/)?hook/[A-Za-z0-9-]{8,}",
    ),
    _hook(
        "a webhook of a flow of Feishu or Lark",
        r"(?:feishu\.cn|larksuite\.com)/flow/api/trigger-webhook/[A-Za-z0-9-]{8,}",
        marks=("/flow/api/trigger-webhook/",),
    ),
    _hook(
        "a webhook of WeCom",
        r"qyapi\.weixin\.qq\.com/cgi-bin/webhook/[a-z_]+\?(?:[a-z_]+=[a-z]+&)?key=[A-Za-z0-9-]{8,}",
    ),
    _hook("a webhook of DingTalk", r"api\.dingtalk\.com/robot/[a-z]+\?access_token=[A-Za-z0-9]{16,}"),
    _hook(
        "a webhook of Discord",
        r"discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d+/[A-Za-z0-9_-]{16,}",
    ),
    _hook(
        "a hook that builds or deploys",
        r"api\.netlify\.com/build_hooks/[0-9a-f]{16,}|api\.vercel\.com/v1/integrations/deploy/[A-Za-z0-9_/]{16,}",
        marks=("api.",),
    ),
    _hook(
        "a webhook of Make, Mattermost or Healthchecks",
        rf"hook\.[a-z0-9]{{2,4}}\.make\.com/[a-z0-9]{{16,}}|hc-ping\.com/{_UUID}"
        r"|[a-z0-9]/hooks/(?=[a-z]{0,25}[0-9])[a-z0-9]{26}(?![A-Za-z0-9])",
        marks=("make.com/", "hc-ping.com/", "/hooks/"),
    ),
    _hook("a webhook of Teams", r"webhook\.office\.com/[a-z0-9]+/[A-Za-z0-9@/-]{20,}"),
    _hook("a key of Bark in its address", r"api\.day\.app/[A-Za-z0-9]{20}"),
    _hook(
        "a webhook of IFTTT or Zapier",
        r"(?:maker\.ifttt\.com/trigger/[^\s/]{1,99}/(?:json/)?with/key|hooks\.zapier\.com/hooks/catch)/[A-Za-z0-9_/-]{8,}",
        marks=("maker.ifttt.com/", "hooks.zapier.com/"),
    ),
)

# --- addresses ------------------------------------------------------------------------------------------------------

_URL: Final = re.compile(r"https?://[^\s\"'<>\\`\ue000，。；、）】》]+")

_ADDRESSES: Final = (
    Detector("INSPECT-SIGNED-URL", "a URL that opens a file to anybody", _URL, urls.is_signed, marks=("://",)),
    Detector(
        "INSPECT-SECRET-NAME",
        "a URL with a secret among its parameters",
        _URL,
        urls.has_secret_parameter,
        marks=("://",),
    ),
    Detector("INSPECT-FILE-URL", "a file on a host of ByteDance", _URL, urls.is_stored, marks=("://",)),
    Detector(
        "INSPECT-USERINFO",
        "a password in a URI (RFC 3986, 3.2.1)",
        re.compile(
            r"://(?P<userinfo>[^\s/?#\"'<>@:]{1,512}|[^\s/?#\"'<>@:]{0,256}:[^\s/?\"'<>@]{1,256}(?:@[!#-.0-;=A-Z^-~]{1,64}){0,3})@"
        ),
        urls.has_password,
        marks=("://",),
    ),
    Detector(
        "INSPECT-CODE",
        "an OAuth code in a URL",
        re.compile(r"[?&#]code=[A-Za-z0-9_.~-]{12,}"),
        urls.is_long_code,
        marks=("code=",),
    ),
)

# --- persons and machines -------------------------------------------------------------------------------------------

_EXAMPLES: Final = words(
    """
    example.com example.org example.net domain.com domain.tld company.com host.com email.com foo.com bar.com
    test.com b.com
    """
)
_NOBODY: Final = words(
    """
    user username name foo bar baz test me you john jane john.doe jane.doe johndoe alice bob admin info support
    noreply no-reply someone email mail example root hello contact webmaster postmaster abuse security joe x a b
    local_part local-part
    """
)
_FILE_SUFFIXES: Final = words(
    """
    png jpg jpeg gif svg webp ico css js ts py json md txt html
    """
)
_LOCAL = re.compile(r"[A-Za-z0-9_.%+'-]+\Z")
_LONGEST_LOCAL: Final = 64
_SHORTEST_CUT_LOCAL: Final = 5
_TAGS: Final = words("localhost latest next")
"""What stands behind an @ that is no domain: this machine, and tags of packages."""


def _is_mailbox(match: re.Match[str]) -> bool:
    """Whether a name stands before the @, and what stands behind it is a domain."""
    local = _LOCAL.search(match.string[max(0, match.start() - _LONGEST_LOCAL) : match.start()])
    domain = match["domain"].lower()
    rest, _, suffix = domain.rpartition(".")
    if suffix in _FILE_SUFFIXES:
        domain = rest
    if local is None or local[0].strip("_.%+'-") in ("", "git", "hg", "svn"):
        return False
    if "." not in domain or domain.endswith(".invalid"):
        return False
    return not (domain in _EXAMPLES and local[0].lower() in _NOBODY)


def _is_cut_mailbox(match: re.Match[str]) -> bool:
    """Whether what stands before the @ looks like the name of a mailbox: it has a part, or ends in digits."""
    local = _LOCAL.search(match.string[max(0, match.start() - _LONGEST_LOCAL) : match.start()])
    if local is None or len(local[0]) < _SHORTEST_CUT_LOCAL or match["domain"].lower() in _TAGS:
        return False
    return re.match(r"[A-Za-z][a-z]{2}", local[0]) is not None and re.search("[._0-9]", local[0][1:]) is not None


_S: Final = numbers.SEPARATOR
_ALONE: Final = "(?<![0-9].)"
"""Stands behind the first digit of a number: none is before it. A search runs to the first character of a pattern,
whereas a look-behind that a pattern begins with is asked at every place of a text."""

_DOT: Final = r"\[?\.\]?"
"""Of an address; what must not become a link is written with brackets."""

_PERSONAL: Final = (
    Detector(
        "INSPECT-EMAIL",
        "an e-mail address (RFC 5322)",
        re.compile(
            r"@(?P<domain>(?:[A-Za-z0-9\u00df-\u024f](?:[A-Za-z0-9\u00df-\u024f-]{0,62})\.){1,8}[A-Za-z]{2,24})(?![A-Za-z0-9-])"
        ),
        _is_mailbox,
        marks=("@",),
    ),
    Detector(
        "INSPECT-EMAIL",
        "an e-mail address in which a text breaks off",
        re.compile(r"@(?P<domain>(?:[A-Za-z][A-Za-z0-9-]{0,62}\.?)?)\Z"),
        _is_cut_mailbox,
        marks=("@",),
    ),
    Detector(
        "INSPECT-EMAIL",
        "an e-mail address with words for its signs",
        re.compile(
            r"[(\[{](?:(?<=[A-Za-z0-9].)|(?<=[A-Za-z0-9]\s.))\s?(?i:at)\s?[)\]}]\s?"
            r"[A-Za-z0-9-]{1,63}(?:(?:\.|\s?[(\[{]\s?(?i:dot)\s?[)\]}]\s?)[A-Za-z0-9-]{1,63}){0,3}"
            r"(?:\.|\s?[(\[{]\s?(?i:dot)\s?[)\]}]\s?)[A-Za-z]{2,24}(?![A-Za-z0-9-])"
        ),
    ),
    Detector(
        "INSPECT-PHONE",
        "a number in an address of WhatsApp",
        re.compile(r"(?:wa\.me/|whatsapp\.com/send/?\?(?:[^\s#]{0,64}&)?phone=)\+?[1-9][0-9]{7,14}(?![0-9])"),
        marks=("wa.me/", "whatsapp.com/send"),
    ),
    Detector(
        "INSPECT-PHONE",
        "a mobile number of the mainland",
        re.compile(rf"1{_ALONE}(?<!0x.)(?<!&o.)[3-9][0-9](?:{_S}{{0,3}}[0-9]){{8}}(?![0-9])"),
        numbers.is_mainland_mobile,
    ),
    Detector(
        "INSPECT-PHONE",
        "a mainland mobile number behind its country's code",
        re.compile(rf"(?:\+{_ALONE}8|0{_ALONE}08|8{_ALONE})6{_S}{{0,2}}1[3-9][0-9](?:{_S}{{0,3}}[0-9]){{8}}(?![0-9])"),
        numbers.is_international_mobile,
    ),
    Detector(
        "INSPECT-PHONE",
        "a number with the code of its country (ITU-T E.164)",
        re.compile(
            rf"(?:\+|0{_ALONE}0(?=[1-9][0-9]{{0,2}}{_S}))[ ]?\(?[1-9](?:(?:{_S}|[()]){{0,2}}[0-9]){{6,14}}(?![0-9])"
        ),
        numbers.is_international,
    ),
    Detector(
        "INSPECT-PHONE",
        "a landline with its area's code",
        re.compile(
            rf"(?:\({_ALONE}0[0-9]{{1,4}}[)）]{_S}{{0,2}}|（{_ALONE}0[0-9]{{1,4}}[)）]{_S}{{0,2}}"
            rf"|0{_ALONE}[0-9]{{1,4}}{_S}{{1,2}}|0{_ALONE}(?:10|2[0-9]|[3-9][0-9]{{2}}))"
            rf"[1-9][0-9]{{2,3}}{_S}{{0,2}}[0-9]{{4}}(?![0-9Z])"
            rf"|0{_ALONE}(?:7[0-9]{{3}}{_S}|9[0-9]{{2}}{_S}(?=[0-9]{{3}}{_S}))[0-9]{{3}}{_S}?[0-9]{{3}}(?![0-9])"
        ),
        numbers.is_local,
    ),
    Detector(
        "INSPECT-PHONE",
        "a service number of the mainland",
        re.compile(rf"[48]{_ALONE}(?<!0x.)00(?:{_S}{{0,2}}[0-9]){{7}}(?![0-9])"),
        numbers.is_local,
    ),
    Detector(
        "INSPECT-PHONE",
        "a number of North America",
        re.compile(
            rf"[(2-9]{_ALONE}(?<![0-9][ .].)(?:(?<=\()[2-9][0-9]{{2}}\) ?|(?<=[2-9])[0-9]{{2}}[-. ])"
            r"[2-9][0-9]{2}[-. ][0-9]{4}(?![0-9]|[ .][0-9])"
        ),
        numbers.is_local,
    ),
    Detector(
        "INSPECT-RESIDENT-ID",
        "a resident identity number (GB 11643)",
        re.compile(rf"[1-8]{_ALONE}(?:{_S}{{0,2}}[0-9]){{13,}}(?:{_S}{{0,2}}[0-9Xx])?"),
        numbers.has_resident_id,
    ),
    Detector(
        "INSPECT-PERSONAL-NAME",
        "the plate of a car (GA 36)",
        re.compile(
            r"[\u4e00-\u9fff](?<=[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼])"
            r"[ ]?[A-HJ-Z][ .\u00b7\u2022\u2027-]?"
            r"(?P<number>[0-9A-HJ-NP-Z]{4}[警学挂港澳]|[0-9A-HJ-NP-Z]{5,6})(?![A-Za-z0-9])"
        ),
        numbers.is_plate,
    ),
    Detector(
        "INSPECT-CARD",
        "the number of a bank card (ISO/IEC 7812)",
        re.compile(rf"[2-9]{_ALONE}(?:{_S}{{0,2}}[0-9]){{14,}}"),
        numbers.has_card,
    ),
    Detector(
        "INSPECT-CARD",
        "an international account number (ISO 13616)",
        re.compile(r"[A-Z](?<![A-Z0-9].)[A-Z][0-9]{2}(?:[\s-]?[A-Z0-9]){11,30}"),
        numbers.is_account,
    ),
    Detector(
        "INSPECT-CARD",
        "the same in small letters, from its check digits on",
        re.compile("[0-9](?<=[a-z][a-z].)(?<![A-Za-z0-9]...)[0-9][a-z0-9]{11,30}(?![A-Za-z0-9_])"),
        numbers.is_small_account,
    ),
    Detector(
        "INSPECT-IP",
        "an IPv4 address of the open network",
        re.compile(
            rf"[0-9]{_ALONE}(?<![0-9]\..)[0-9]{{0,2}}{_DOT}(?:[0-9]{{1,3}}{_DOT}){{2}}[0-9]{{1,3}}(?![0-9])(?!\.[0-9])"
        ),
        machines.is_address,
        marks=(".",),
    ),
    Detector(
        "INSPECT-IP",
        "a global IPv6 address (RFC 4291)",
        re.compile(
            r"[23](?<![0-9A-Fa-f].)(?<![0-9A-Fa-f:]:.)[0-9A-Fa-f]{3}:(?:[0-9A-Fa-f]{0,4}:){1,6}[0-9A-Fa-f]{0,4}(?![0-9A-Fa-f])"
        ),
        machines.is_ipv6,
        marks=(":",),
    ),
    Detector(
        "INSPECT-IP",
        "an IPv4 address in the name that a provider gives a machine",
        re.compile(
            r"-(?:(?<=ec2-)|(?<=ip-)|(?<=host-)|(?<=static-)|(?<=dynamic-)|(?<=dsl-)|(?<=pool-)|(?<=cpe-)|(?<=ppp-))"
            r"(?P<address>[0-9]{1,3}(?:-[0-9]{1,3}){3})(?![0-9-])"
        ),
        machines.is_address_in_name,
        marks=("-",),
    ),
    Detector(
        "INSPECT-IP",
        "an IPv6 address as its name is asked for (RFC 3596)",
        re.compile(r"(?:[0-9A-Fa-f]\.){32}(?i:ip6\.arpa)"),
        marks=("ip6.", "IP6."),
    ),
    Detector(
        "INSPECT-MAC",
        "the hardware address of a machine in one of its own network (RFC 4291, appendix A)",
        re.compile(r"(?i)fe80:[0:]{1,16}[0-9a-f]{1,4}:[0-9a-f]{0,2}ff:fe[0-9a-f]{2}:[0-9a-f]{1,4}(?![0-9a-f:])"),
        marks=("fe80:", "FE80:"),
    ),
    Detector(
        "INSPECT-MAC",
        "the hardware address of a machine (IEEE 802)",
        re.compile(
            r"[0-9A-Fa-f](?<![0-9A-Fa-f].)(?<![0-9A-Fa-f][:-].)[0-9A-Fa-f](?P<gap>[:-])(?:[0-9A-Fa-f]{2}(?P=gap)){4}[0-9A-Fa-f]{2}(?![0-9A-Fa-f]|[:-][0-9A-Fa-f])"
        ),
        machines.is_mac,
    ),
    Detector(
        "INSPECT-MAC",
        "the hardware address of a machine as Cisco writes it",
        re.compile(
            r"[0-9A-Fa-f](?<![0-9A-Fa-f.].)[0-9A-Fa-f]{3}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}"
            r"(?<![0-9]{4}\.[0-9]{4}\.[0-9]{4})(?![0-9A-Fa-f.])"
        ),
        machines.is_mac,
    ),
)

# --- Coze's own -----------------------------------------------------------------------------------------------------

_IDENTIFIERS: Final = (
    Detector(
        "INSPECT-ID",
        "an id of Coze: 19 digits",
        re.compile(rf"[67]{_ALONE}[0-9]{{18}}(?![0-9])"),
        lambda match: not numbers.is_fraction(match) and not numbers.is_in_hex(match),
    ),
    Detector("INSPECT-ID", "a long number that stands alone", re.compile(r"\A[1-9][0-9]{15,18}\Z")),
    Detector(
        "INSPECT-LOGID",
        "the id of a log: a time, an address, a random end",
        re.compile(rf"(?:2{_ALONE}0[0-9]{{12}}[0-9A-F]{{18,20}}(?![0-9A-F])|0{_ALONE}217[0-9]{{10}}[0-9a-f]{{20,}})"),
    ),
)

DETECTORS: Final[tuple[Detector, ...]] = (*_CREDENTIALS, *_VENDORS, *_HOOKS, *_ADDRESSES, *_PERSONAL, *_IDENTIFIERS)
"""The rows."""

RANDOM: Final = (
    Detector("INSPECT-RANDOM", "a string that nobody wrote", randomness.RUN, randomness.is_random),
    Detector("INSPECT-RANDOM", "hexadecimal digits that are not a hash", randomness.HEX_RUN, randomness.is_random_hex),
)
"""Apart from the rows, since sound and pictures look random too."""
