"""Patterns of the names that promise a secret, for the rules of fields."""

from __future__ import annotations

from typing import Final

PASSWORDS: Final = (
    r"pass_?words?|psk|wpa_passphrase|passwd|passwrd|pswd|psw|pwd|pass_?phrase|pass_?code|mi_?ma|kou_?ling"
)
PASSING: Final = (
    r"smtp|e?mail|ftp|require|redis|mysql|pg|db|ssh|auth|admin|root|user|login|http|imap|es|mongo|wifi|vpn|my|sys"
    r"|guest|hotspot|router|portal|account|device|super"
    r"|(?:key_?)?store|sudo|become|default|proxy|app|service|server|system|registry|docker|zip|pdf|bind|ldap|pfx|cert|ssl"
)
CODES: Final = (
    r"(?:auth|authorization|captcha|verification|verify|sms|recovery|backup|pin|security|activation|unlock|(?:log|sign)_?in|mfa|2_?fa"
    r"|two_?factor|one_?time|otp|invit(?:e|ation)|pairing|registration|reset|confirmation)_?codes?|v_?code|puk(?:_?code)?|yan_?zheng_?ma|t?otp|mnemonic|(?:seed|recovery|backup)_?phrase|security_?answer"
)
HAN_CODES: Final = (
    r"密码|口令|[验校]证?码|(?:动态|授权|安全|备用|恢复|激活|鉴权|提取|取件)码|(?:PIN|pin)码|密保答案|暗号"
)
HAN_OPENING: Final = (
    "邀请|兑换|取[货票药餐]|提[货取]|核[验销]|注册|登[录陆]|开[门锁箱柜]|门禁|解[锁压]|短信|备份|入[会群场]|会议|配对|绑定|重置|访问|分享"
    "|共享|通行|推流|串流|充值|领取|自提|寄存|存包|加入|连接|下载|进[群入]|支付|投屏|储物|入园|预约|礼品|优惠|会员|体验"
)
HAN_GIVEN: Final = (
    f"[\u4e00-\u9fff]{{0,6}}(?:(?:{HAN_OPENING})码|卡密)|(?:加密|解密|签名|接口|应用|授权|激活|平台)_?key"
)
"""Codes that open something, if they have a digit."""

HAN_SECRETS: Final = "(?:密码|口令|密钥|金钥|权杖|秘钥|密匙|令牌|私钥|凭证|凭据)"
NAME_WITH_DIGIT: Final = (
    r"(?:[a-z0-9]+_)*(?:pin|captcha|sid|sess_?id|sk|tok|jwt|(?:enc|sign|storage)_?key|p_?key|priv_?key|app_sec"
    r"|ak|ak_sk|(?<!ignore_)(?<!match_)(?<!search_)(?<!re_)(?<!url_)(?<!file_)(?<!path_)pat|conn_?str|(?:product|activation|registration|tenant|decrypt(?:ion)?|client|des|admin|service_role"
    r"|write|ingest(?:ion)?|restricted|stream|publish(?:able)?|widget|maps|network(?:_security)?|wi_?fi|bit_?locker|recovery|serial|authentication|open_?ai|azure|stripe|deep_?seek|anthropic|gemini|moonshot|zhipu|coze|jwt|otp|totp|wallet|unseal|restore|join|agent|gateway|mcp|mch|partner|cipher)_?key"
    r"|(?:gift|door|gate|garage|safe|lock(?:er)?|box|keypad|kiosk|alarm|entry|access|extraction|shar(?:e|ing)|guest|redeem|redemption|voucher|coupon|pick_?up|licen[cs]e|room|join"
    r"|meeting|exchange)_code)"
    rf"|snmp_community|community_string|(?:root|user|admin|db|bind|smtp|mail|ftp|ssh)pw|miyao|master_?auth|{HAN_GIVEN}"
)
"""Names that mean other things as well."""

COUNTED: Final = (
    r"max|min|num|n|nr|no|total|count|prompt|completion|input|output|cached?|read|write|creation|per|next|last|first|prev(?:ious)?"
    r"|current|start|begin|end|stop|eos|bos|pad|unk|sep|cls|mask|special|image|audio|video|text|reasoning|thinking|chunk|page"
    r"|each|avg|used|unexpected|expected|illegal|unknown|at|position|left|remaining|word|sub|top|line|sync|continuation|this|that|of|by|the|a|an|one|every|cost|price"
)
"""Words before a token that is counted, or that stands for a place in a list."""

NAME_OF_SECRET: Final = (
    r"(?:[a-z0-9_]*(?:secret|api_?(?:v\d_?)?key|app_?key|access_?key(?:_?id)?|(?:secret|private|signing|signature|encrypt(?:ion)?|auth"
    r"|account|master|shared|licen[cs]e|service|webhook|hmac|aes|rsa|deploy|consumer|subscription)_?key|key_pass|secret_id"
    r"|(?:api|access|private|secret|signing|encryption|deploy|master)_?keys|secrets"
    r"|(?:api|access|refresh|auth|bearer|session|private|deploy|bot)_?tokens|authorization|token|credentials?|session_?(?:id|key)|cookie"
    r"|jsessionid|phpsessid|client_key_data|connection_?string|dsn|ticket)"
    r"(?:_?(?:\d+|value|str|string|prod|production|dev|test|live|old|new|base64|base))?)"
    rf"|[\u4e00-\u9fff]{{0,6}}{HAN_SECRETS}"
)

OTHER_KEYS: Final = (
    r"(?:[a-z0-9]+_)*(?:(?!(?:open_?)?pgp|gpg|primary|foreign|public|pub|sort|partition|hash|index|cache|map|dict|group|lookup|object|s3|file|image|img|icon"
    r"|video|audio|row|column|field|data|item|page|tab|menu|node|message|msg|i18n|locale|translation|routing|unique|dedup|event"
    r"|state|config|header|label|tag|host|param|query|resource|class|style|theme|next|continuation|range|first|last|start|end"
    r"|parent|project|issue|metric|trace|span|template|plugin|record|doc|document|request|session|idempotency)[a-z0-9]+_key|tokens)"
)
"""Keys of which the name does not say that they are secret, if the value looks drawn."""
