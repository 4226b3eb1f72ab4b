"""The rules for the keys of other services, which people put into prompts, variables or workflows."""

from __future__ import annotations

from typing import Final

from coze_cassettes.scrubbing.rules.model import Category, Form, Rule, Where
from coze_cassettes.scrubbing.rules.patterns import ANY_URL, BOTH_CASES, DIGIT_SOON, NO_LETTER_BEFORE

_NO_LETTER_AFTER = r"(?![A-Za-z0-9])"


def _key(
    number: int,
    pattern: str,
    reason: str,
    hit: str,
    miss: str,
    kind: str = "SECRET",
    *,
    mark: str = "",
    validator: str = "",
) -> Rule:
    """A key by its looks, with nothing of its own alphabet before it; of ASCII only, so that Chinese ends it."""
    pattern = NO_LETTER_BEFORE + rf"(?a:{pattern})"
    name, category = f"COZE-KEY-{number:03}", Category.SECRET
    return Rule(
        name, kind, category, Where.TEXT, pattern, reason, hit, miss, mark=mark, validator=validator, is_run=not mark
    )


SERVICES: Final = (
    _key(
        1,
        rf"sk-(?:{DIGIT_SOON}[A-Za-z0-9_-]{{20,}}+|{BOTH_CASES}|[A-Za-z0-9]{{40,}}+)",
        "model providers: OpenAI, Anthropic, DeepSeek, Moonshot, Alibaba; people write them into prompts",
        "see sk-{A40}.",
        "sk-loading-indicator-of-the-page",
        mark="sk-",
    ),
    _key(
        2,
        r"(?:(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}|LTAI[A-Za-z0-9]{12,26}|AKLT[A-Za-z0-9]{16,}+|AKID[A-Za-z0-9]{13,44}"
        r"|STS\.N[A-Za-z0-9]{20,}+|ding(?=[a-z]{0,15}\d)[a-z0-9]{16})" + _NO_LETTER_AFTER,
        "the half of a cloud key pair that names it: Amazon, Alibaba, Volcengine, Tencent, DingTalk",
        "key LTAI{A20}",
        "AKIA",
        "ACCESS_KEY_ID",
    ),
    _key(
        3,
        r"gh[pousr]_[A-Za-z0-9]{30,}+|github_pat_\w{30,}+|gl(?:pat|dt|rt|ptt|oas|soat|cbt|ft|imt|agent)-[\w-]{20,}+"
        r"(?:\.[0-9a-z]{2}\.[0-9a-z]{9})?|hf_[A-Za-z0-9]{30,}+"
        r"|npm_[A-Za-z0-9]{30,}+|pypi-[\w-]{40,}+|dckr_pat_[\w-]{20,}+|oy2[a-z0-9]{43}"
        r"|rubygems_[a-f0-9]{48}",
        "code hosts and package registries",
        "ghp_{A36}",
        "ghp_short",
    ),
    _key(
        4,
        r"AIza[\w-]{35}|GOCSPX-[\w-]{20,}+|ya29\.[\w-]{20,}+|1//0[\w-]{30,}+|(?:xoxe\.)?xox[a-eoprs]-[A-Za-z0-9%-]{10,}+"
        r"|xapp-[A-Za-z0-9-]{20,}+|SG\.[\w-]{16,}+\.[\w-]{16,}+|(?:[sr]k|whsec)_(?:live_|test_)?[A-Za-z0-9]{16,}+"
        r"|\d{8,10}:AA[\w-]{33}|sq0[a-z]{3}-[\w-]{22,}+",
        "Google, Slack, SendGrid, Stripe, Telegram, Square",
        "AIza{A35}",
        "AIza is a prefix",
    ),
    _key(
        5,
        r"shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}|do[opr]_v1_[a-f0-9]{64}|dapi[a-f0-9]{32}(?:-\d)?|sbp_[a-f0-9]{40}"
        r"|sb_secret_[\w-]{20,}+|key-[a-f0-9]{32}|(?:SK|AC)(?:[a-f0-9]{32}|[A-Fa-f0-9]{32}(?![A-Za-z0-9]))|[a-f0-9]{32}\.[A-Za-z0-9]{16}(?![A-Za-z0-9])"
        r"|AGE-SECRET-KEY-1[A-Z0-9]{58}|[a-f0-9]{32}-us\d{1,2}|[a-f0-9]{32}-[a-f0-9]{8}-[a-f0-9]{8}(?![a-f0-9-])"
        r"|SEC[a-f0-9]{64}",
        "Shopify, DigitalOcean, Databricks, Supabase, Mailgun, Twilio, Zhipu, age, Mailchimp, DingTalk",
        "shpat_{X32}",
        "key-value, dapi",
    ),
    _key(
        6,
        r"ATATT3x[\w=-]{40,}+|(?:secret|ntn)_[A-Za-z0-9]{40,}+|lin_(?:api|oauth)_[A-Za-z0-9]{32,}+|r8_[A-Za-z0-9]{30,}+"
        r"|gsk_[A-Za-z0-9]{40,}+|pplx-[A-Za-z0-9]{40,}+|xai-[A-Za-z0-9]{40,}+|sntry[su]_[\w=+/-]{40,}+|NRAK-[A-Z0-9]{27}"
        r"|hv[sbr]\.[\w-]{24,}+|figd_[\w-]{30,}+|PMAK-[a-f0-9-]{40,}+"
        r"|dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,}+"
        r"|gl(?:sa|c)_[\w=+/-]{32,}+|HRKU-[\w-]{30,}+|fo1_[\w-]{43,}+|tvly-[\w-]{20,}+|fc-[a-f0-9]{32}",
        "other platforms: Atlassian, Notion, Linear, Replicate, Groq, Sentry, Vault, Figma, Postman, Grafana and more",
        "gsk_{A52}",
        "gsk_short",
    ),
    _key(
        7,
        rf"[tu]-(?:{DIGIT_SOON}[A-Za-z0-9_.-]{{30,}}+|{BOTH_CASES})|cli_[a-z0-9]{{16}}(?![A-Za-z0-9])|o[unc]_[a-f0-9]{{32}}",
        "Feishu: tenant and user tokens, apps, people and chats",
        "cli_{X16}",
        "cli_options, t-shirt",
        "FEISHU_KEY",
        validator="drawn_key",
    ),
    _key(
        8,
        r"w[wx][a-f0-9]{16}" + _NO_LETTER_AFTER,
        "an app of WeChat, an enterprise of WeCom",
        "wx{X16}",
        "wxapp",
        "WECHAT_APP_ID",
    ),
    Rule(
        "COZE-KEY-009",
        "WEBHOOK_URL",
        Category.SECRET,
        Where.TEXT,
        ANY_URL,
        "the address alone lets one write into the room: Slack, Feishu, WeCom, DingTalk, Discord, Teams",
        "https://hooks.slack.com/services/T{U8}/B{U8}/{A24}",
        "https://hooks.slack.com/docs",
        mark="://",
        validator="webhook_url",
        form=Form.URL,
    ),
    Rule(
        "COZE-KEY-010",
        "SIGNATURE",
        Category.SECRET,
        Where.TEXT,
        r"(?<=[?&;]sig=)[A-Za-z0-9%+/]{20,}+={0,2}",
        "a shared access signature of Azure, also without its address",
        "sv=2022-11-02&sp=r&sig={A43}",
        "&sig=no",
        mark="sig=",
    ),
    Rule(
        "COZE-KEY-018",
        "SIGNATURE",
        Category.SECRET,
        Where.FIELD,
        r"(?:[a-z0-9]+_)*(?:sign|signature|hmac)",
        "what a program makes of a secret and the time: another one in each run",
        '{"sign": "{H32}"}',
        '{"sign": "Leo"}',
        accepts=r"(?=.*\d)(?:[0-9A-Fa-f]{32,128}|[A-Za-z0-9+/_-]{27,684}={0,2})",
    ),
    Rule(
        "COZE-KEY-011",
        "SECRET",
        Category.SECRET,
        Where.TEXT,
        r"(?:(?<![\w-])-u[= ]?|--(?:proxy-)?user[= ])[\"']?([^\s:\"'/]{1,64}:[^\s\"']{3,128})",
        "name and password of a command line",
        "curl -u admin:{A12} https://a.example",
        "sort -u file",
        mark="-u",
    ),
    Rule(
        "COZE-KEY-012",
        "SECRET",
        Category.SECRET,
        Where.TEXT,
        r"\blogin\s{1,3}\S{1,128}\s{1,3}password\s{1,3}(\S{3,128})",
        "a line of a netrc file",
        "machine a.example login me password x_{D4}_{D4}_y",
        "login and password are required",
        mark="login",
        accepts=r"(?!(?:is|are|was|and|or|must|for)$).+",
    ),
    _key(
        13,
        r"[MNO][A-Za-z0-9]{23,27}\.[\w-]{6}\.[\w-]{27,}+|pat[A-Za-z0-9]{14}\.[a-f0-9]{64}|(?<![+/])EAAA[\w-]{56,}+"
        r"|bce-v3/ALTAK-[A-Za-z0-9]{16,}+(?:/[a-f0-9]{40})?|(?:nvapi-|jina_|fw_|lsv2_pt_|lsv2_sk_|pcsk_)(?=[A-Za-z_-]{0,40}\d)"
        r"[\w-]{20,}+",
        "bots, bases and more model providers: Discord, Airtable, Square, Baidu, NVIDIA, Jina, Fireworks, LangSmith",
        "M{A25}.{A6}.{A38}",
        "Mr. Smith, pat.example",
    ),
    _key(
        16,
        r"access-(?:sandbox|development|production)-[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}"
        r"|shippo_(?:live|test)_[a-f0-9]{40}|FLWSECK(?:_TEST)?-[a-f0-9]{32}-X|rzp_(?:live|test)_[A-Za-z0-9]{14,}+|sk_sbox_[a-z0-9]{26,}+"
        r"|APP_USR-\d{16}-\d{6}-[a-f0-9]{32}-\d{6,}+|amzn\.mws\.[a-f0-9-]{36}|(?:live|test)_[a-f0-9]{35}"
        + _NO_LETTER_AFTER,
        "payments and parcels: Plaid, Shippo, Flutterwave, Razorpay, Checkout, Mercado Pago, Lob, Amazon",
        "shippo_live_{X40}",
        "shippo_live_demo",
    ),
    _key(
        17,
        r"pul-[a-f0-9]{40}|sq[apu]_[a-f0-9]{40}|bk[au]a_[a-f0-9]{40}"
        r"|pat-(?:na|eu|ap)\d-[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}"
        r"|rdme_[a-z0-9]{60,}+|e2b_[a-f0-9]{40}|n8n_api_[A-Za-z0-9]{40,}+|sntrya_[a-f0-9]{64}|d(?:ose|kea|sapi)[a-f0-9]{32}"
        r"|v1\.0-[a-f0-9]{24}-[a-f0-9]{146}|NRJS-[a-f0-9]{19}|NRII-[\w-]{32}|(?:[a-f0-9]{36}|[a-z]{2}\d\dxx[a-f0-9]{30})NRAL"
        r"|[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34}|pk_\d{7,9}_[A-Z0-9]{32}|sdk-[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}"
        r"|nsec1[a-z0-9]{58}|A3-[A-Z0-9]{6}-(?:[A-Z0-9]{6}-?[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}|rnd_[A-Za-z0-9]{28,}+"
        r"|u\+(?<![+/]u\+)(?=[A-Za-z_-]{0,17}\d)[\w-]{18}(?![+/=])" + _NO_LETTER_AFTER,
        "tools: Pulumi, Sonar, Buildkite, HubSpot, Readme, E2B, n8n, Cloudflare, New Relic, Entra, PagerDuty",
        "pul-{X40}",
        "pul-request, sdk-for-python",
    ),
    _key(
        20,
        r"[A-Za-z$](?=[\w.~-]{19})[\w~-]{2,}+(?:\.[\w~-]{6,}+){0,3}={0,2}",
        "services whose keys begin with their names: Apify, Cloudflare, Deno, PlanetScale, Ramp, Vercel and many more",
        "pscale_tkn_{A32}",
        "pscale_tkn_of_the_user_that_asks",
        validator="named_key",
    ),
    _key(
        19,
        rf"(?:AKCp[A-Za-z0-9]{{69}}|cmVmdGtuOj[A-Za-z0-9]{{50,54}}|ATBB[A-Za-z0-9]{{32}}|EZ[AT]K{DIGIT_SOON}[A-Za-z0-9]{{54}}"
        r"|csk-[a-z0-9]{48}|m0-[A-Za-z0-9]{40}|llx-[A-Za-z0-9]{48}|ico-[A-Za-z0-9]{32}|p8e-[a-z0-9]{32}|pk_[a-f0-9]{34}"
        r"|API-[A-Z0-9]{26}|key_(?:[a-f0-9]{28}|[a-f0-9]{64})|apikey_[a-f0-9]{64}|pk-lf-[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}"
        r"|100\d\.[a-f0-9]{32}\.[a-f0-9]{32}|v1\.[a-f0-9]{40}|PLAK[a-f0-9]{32}|HPUA[A-Z0-9]{16}|oauth:[a-z0-9]{30}|[a-f0-9]{32}FFFFNRAL|s-s4t2(?:ud|af)-[a-f0-9]{64}|xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}"
        r"|mlsn\.[a-f0-9]{64}|[ps]at\.[\w-]{22}\.[a-f0-9]{24}\.[A-Za-z0-9]{20}|AstraCS:[A-Za-z]{24}:[a-f0-9]{64}"
        r"|[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk|FLWSECK(?:_TEST)?-[a-h0-9]{32}-X)"
        + _NO_LETTER_AFTER
        + rf"|(?:BSA|EXO){DIGIT_SOON}[\w-]{{24,29}}(?![\w+/=-])|[A-Za-z0-9]{{14}}\.atlasv1\.[\w=-]{{60,}}+"
        rf"|sha256~[\w-]{{43}}|AT[A-Z]{{2}}T3{DIGIT_SOON}[\w=-]{{60,}}+|BBDC-{DIGIT_SOON}[\w+/@-]{{36,}}+|ABSK[A-Za-z0-9+/]{{100,}}+={{0,2}}"
        r"|bedrock-api-key-[\w+/-]{28,}+={0,2}|dnkey-[\w=-]{60,}+|fio-u-[\w=-]{60,}+|(?:GR1348941|glffct-)[\w-]{20}"
        rf"|SWM(?:TKN|KEY)-1-[\w+/-]{{40,}}+|tskey-[a-z]{{2,9}}-{DIGIT_SOON}[\w-]{{20,}}+|tk-us-{DIGIT_SOON}[\w-]{{40,}}+"
        r"|gcntfy-[\w-]{1,40}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}|configcat-sdk-1/[\w-]{22}/[\w-]{22}|AQ\.Ab8RN6[\w-]{40,}+"
        r"|\d{15,16}\|(?=[A-Za-z_-]{0,20}\d)[\w-]{27,40}(?![\w-])|api_org_[A-Za-z]{34}|_gitlab_session=[a-z0-9]{32}"
        rf"|s\.(?<![._-]s\.){DIGIT_SOON}[A-Za-z0-9]{{24}}(?![\w])",
        "services whose keys have a form of their own: Artifactory, Bedrock, Brave, GitLab, Swarm, Terraform and more",
        "csk-{X48}",
        "csk-demo, API-KEY",
    ),
    _key(
        21,
        r"\$(?:apr1|[1567y]|2[abxy]|argon2(?:id|i|d))\$(?=[A-Za-z./$,=+]{0,40}\d)[A-Za-z0-9./$,=+]{22,}+"
        r"|[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}(?![A-Za-z0-9])|CFPAT-[\w-]{43}|nfp_[A-Za-z0-9]{36}|dd[ap]_[A-Za-z0-9]{36}"
        r"|ops_eyJ[\w-]{100,}+|IGQV[\w-]{100,}+|access_token\$(?:production|sandbox)\$[a-z0-9]{16}\$[a-f0-9]{32}"
        r"|ver:\d{1,3}-hint:\d{4,20}-[\w+/=-]{40,}+|FlyV1 f[mo]\d_[\w+/=,-]{40,}+|[sp]k\.eyJ[\w-]{40,}+\.[\w-]{20,}+"
        rf"|A21AA[\w-]{{80,}}+|sl\.{DIGIT_SOON}[\w-]{{100,}}+|pa-{DIGIT_SOON}[\w-]{{43}}(?![\w-])"
        r"|00D[A-Za-z0-9]{12,15}!(?=[A-Za-z._]{0,80}\d)[\w.]{80,}+"
        r"|2(?=[a-z\d]{0,24}[A-Z])(?=[A-Z\d]{0,24}[a-z])[A-Za-z0-9]{26}_[A-Za-z0-9]{21}(?![\w-])",
        "hashes of passwords; more services: Azure DevOps, Contentful, Netlify, Datadog, Mapbox, Salesforce, ngrok",
        "CFPAT-{A43}",
        "CFPAT-demo, $2b$ and $1$",
    ),
    _key(
        22,
        rf"(?:EAA(?<![+/]EAA){DIGIT_SOON}[A-Za-z0-9]{{60,}}+|AQVN{DIGIT_SOON}[\w-]{{35,38}}|AAAA[\w-]{{7}}:APA91b[\w-]{{100,}}+"
        rf"|[A-Za-z0-9]{{52}}JQQJ99[A-Za-z0-9]{{20,26}}|cio{DIGIT_SOON}[A-Za-z0-9]{{32}}|ATTA[a-f0-9]{{64,}}+|GOOG1E[A-Z0-9]{{55}}|(?<![+/])A{{19,22}}(?!A|[A-Za-z0-9%]{{0,70}}A{{4}})[A-Za-z0-9%]{{70,}}+(?![+/])"
        rf"|SCW(?=[A-Z]{{0,16}}\d)[A-Z0-9]{{17}}|AVNS_{DIGIT_SOON}[\w-]{{19}}|SCT\d{{2,8}}T[A-Za-z0-9]{{24,34}}"
        rf"|11[a-f0-9]{{32}}|tk_[a-z0-9]{{29}}|(?:app|dataset)-{DIGIT_SOON}[A-Za-z0-9]{{24}}(?!-)|fastgpt-{DIGIT_SOON}[A-Za-z0-9]{{40,}}+"
        r"|api-[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}|\d/\d{13,16}(?:/\d{13,16})?:[a-f0-9]{32}|vercel_blob_rw_[A-Za-z0-9]{16}_[A-Za-z0-9]{30}"
        rf"|f[mo]\d_{DIGIT_SOON}[\w+/=,-]{{60,}}|u-[A-Za-z0-9]{{2,4}}\.{DIGIT_SOON}[A-Za-z0-9]{{32,}}+"
        r"|[\w-]{40}:[\w-]{27}=(?::[\w-]{20,}={0,2})?)" + _NO_LETTER_AFTER,
        "more services: Facebook, X, Yandex, Firebase, crates.io, Trello, Scaleway, Aiven, ServerChan, Asana, Qiniu",
        "ATTA{X64}",
        "SCT is a test, tk_document",
    ),
    Rule(
        "COZE-KEY-015",
        "ACCOUNT",
        Category.PERSONAL,
        Where.TEXT,
        r"wxid_(?<![A-Za-z0-9_]wxid_)[a-z0-9]{12,16}(?![A-Za-z0-9_])",
        "the account of a person in WeChat",
        "add wxid_{X14} please",
        "wxid_of_the_user",
        mark="wxid_",
    ),
    Rule(
        "COZE-KEY-014",
        "ACCOUNT",
        Category.PERSONAL,
        Where.TEXT,
        r"o(?<![A-Za-z0-9_/+=-]o)(?=[a-z\d_-]{0,24}[A-Z])(?=[A-Z\d_-]{0,24}[a-z])(?=[A-Za-z_-]{0,24}\d)[A-Za-z0-9][A-Za-z0-9_-]{26}"
        r"(?![A-Za-z0-9_-]|[+/=][A-Za-z0-9+/=]{8})",
        "a user of WeChat: 28 characters that begin with an o, drawn",
        "openid o{A27} there",
        "o_function_of_the_long_names1",
        is_run=True,
    ),
)
