"""The rules for personal data: by the name of a field, or by the looks of a value."""

from __future__ import annotations

from typing import Final

from coze_cassettes.scrubbing.rules.model import Category, Form, Rule, Where

_P = Category.PERSONAL
_FIELD, _TEXT = Where.FIELD, Where.TEXT

_HTTP = r"https?://\S+"
_SURNAME = (
    r"(?:[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭"
    r"廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段章钱汤尹黎易常武乔贺赖龚文褚卫尤湛祁禹狄米贝臧计伏成谈庞纪舒屈项祝阮蓝闵席季麻强路娄危童颜"
    r"梅盛刁骆樊凌霍虞支柯管莫房裘缪解应宗丰巴俞柳鲍安齐伍向古温庄晏瞿]|欧阳|司马|上官|诸葛|皇甫|令狐|慕容|司徒|夏侯|尉迟|长孙|公孙|宇文|东方)"
)
_ROLES = (
    r"发件|申请|经办|办理|负责|代表|入住|投保|被保险|就诊|开户|预订|预约|签收|报名|监护|借款|担保|受益|委托|代理|领取|取件|承租|出租"
    r"|付款|收款|汇款"
)
_BAGS = r"(?:custom_variables|meta_data|parameters|ext)"
_HAN = r"[\u4e00-\u9fff]{0,6}"
_PRIVATE = (
    r"(?:(?:10|127|224)(?:\.[\dx]{1,3}){3}"
    r"|(?:192\.168|172\.(?:1[6-9]|2\d|3[01])|169\.254)(?:\.[\dx]{1,3}){2})(?!\d)"
)
"""An address of a private network says nothing of a person."""

_HAN_DIGITS = "[〇零一二三四五六七八九十]{3}"
_GAP = r"[ \u00a0\u2002-\u200a\u202f\u3000./\-\u2010-\u2015\u2212\u00b7\u2022\u2027\u2043\u30fb]"
"""What people write between the groups of a number."""

_NO_DIGIT_BEFORE = (
    r"(?<!0x.)(?<!&o.)(?<!_id.)(?<!\d.)(?<!\d\..)(?:(?<![A-Za-z].)|(?<=[g-zG-Z].)|(?<=[g-zG-Z][a-fA-F].)"
    r"|(?<=[g-zG-Z][a-fA-F]{2}.)|(?<=[a-fA-F].)(?<![0-9A-Za-z]..))"
)
"""Stands behind the first character of a number: a search runs to the first character of a pattern, whereas a
look-behind that a pattern begins with is asked at every place of a text."""

_NO_DIGIT_AFTER = r"(?!\d|\.\d*[1-9]|[A-Za-z]{1,8}\d)"
"""A number ends where its digits end; inside a hash, among letters that could be digits too, is none."""

_NO_VERSION_BEFORE = (
    r"(?<![vV])(?<![vV]\.)(?<![vV]er)(?<![vV]ersion)(?<![vV]ersion )(?<!版本)(?<!版本 )(?<!版本号)(?<!版本号 )"
    r"(?<![A-Za-z0-9_\])][~>]=)(?<![A-Za-z0-9_\])] [~>]=)(?<!§)(?<!§ )(?<!Section )(?<!section )"
    r"(?:(?=[12]\d\d)|(?<![A-Za-z0-9_\])]==)(?<![A-Za-z0-9_\])] ==))"
)
"""A number of three digits behind ``==`` begins an address: no package has come so far."""

_DOT = r"(?:\.|\[\.\])"
"""Of an address; what must not become a link is written with brackets."""

_NAME_OF_MACHINE = (
    "(?:(?<=ec2-)|(?<=ip-)|(?<=host-)|(?<=static-)|(?<=dynamic-)|(?<=dsl-)|(?<=pool-)|(?<=cpe-)|(?<=ppp-))"
)
"""What a provider writes before an address in a name."""

_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"

PERSONAL: Final = (
    Rule(
        "COZE-USER-001",
        "USER_NAME",
        _P,
        _FIELD,
        r"(?:[a-z]+_)*user_?name|user_unique_name|creator_name|(?:creator|owner|user|user_info)\.name"
        r"|(?:[a-z0-9]+_)*(?:login|account)_name"
        rf"|{_HAN}(?:用户名|账户名|登录名)",
        "a person's account",
        '{"userName": "canary{A8}"}',
        '{"bot_name": "News"}',
    ),
    Rule(
        "COZE-USER-002",
        "NICK_NAME",
        _P,
        _FIELD,
        rf"[a-z_]*nick_?name|nick|{_HAN}昵称",
        "what a person calls themself",
        '{"nick_name": "canary{A8}"}',
        '{"name": "News"}',
    ),
    Rule(
        "COZE-USER-003",
        "AVATAR_URL",
        _P,
        _FIELD,
        r"(?:[a-z]+_)*avatar(?:_url)?|head_?img(?:_?url)?|(?:[a-z]+_)*(?:photo|profile_(?:picture|image))(?:_url)?|头像(?:地址)?",
        "a picture of a person",
        '{"avatar_url": "https://a.example/{A8}"}',
        '{"callback_url": "https://a.example/x"}',
        accepts=_HTTP,
        form=Form.URL,
    ),
    Rule(
        "COZE-USER-004",
        "ICON_URL",
        _P,
        _FIELD,
        r"icon_url|(?:[a-z]+_)*image_url",
        "signed, and changes with every answer",
        '{"icon_url": "https://a.example/{A8}"}',
        '{"icon": "star"}',
        accepts=_HTTP,
        form=Form.URL,
    ),
    Rule(
        "COZE-USER-005",
        "EMAIL",
        _P,
        _TEXT,
        r"://[^\s/@:]{0,256}:[^\s/@]{1,256}(?:@[!#$%&*+.=A-Za-z0-9^_|~-]{1,64}){0,3}@"  # no mailbox: a password
        r"|(?<![A-Za-z0-9._%+-])(?!(?:git|hg|svn)@|(?<=://)SECRET_\d"
        r"|(?:you|user|me|someone|name|your[._-]?name|john\.doe|jane\.doe|admin|info|contact|support|test|hello|alice|bob)@example\.(?:com|org|net)\b)"
        r"([A-Za-z0-9._%+-]{1,64}@(?!scrubbed\.invalid)(?:[A-Za-z0-9\u00df-\u024f-]{1,63}\.){1,8}"
        r"(?!(?:png|jpe?g|gif|svg|webp)\b)[A-Za-z]{2,24}(?![A-Za-z0-9-])"
        r"|[A-Za-z]?[a-z]{2,32}(?:(?:[._][A-Za-z0-9]{2,32}){1,4}|(?:[A-Z][a-z]{2,32}){0,4}\d{1,8})"
        r"@(?!(?:localhost|latest|next)\Z)(?:[A-Za-z][A-Za-z0-9-]{0,62}\.?)?\Z)",
        "a person's address, also at the end of an answer that broke off in it",
        "mail canary.{A8}@example.com please",
        "user@localhost, icon@2x.png, git@code.example:a/b.git, checkout@v4, lodash.merge@latest",
        mark="@",
    ),
    Rule(
        "COZE-USER-006",
        "PHONE",
        _P,
        _TEXT,
        rf"(?:\+{_NO_DIGIT_BEFORE}86{_GAP}?1|0{_NO_DIGIT_BEFORE}086{_GAP}?1|8{_NO_DIGIT_BEFORE}6{_GAP}?1"
        rf"|\({_NO_DIGIT_BEFORE}\+?86\)\s?1|1{_NO_DIGIT_BEFORE})[3-9]\d(?:{_GAP}{{0,3}}\d){{8}}{_NO_DIGIT_AFTER}",
        "mainland-China mobile numbers, in the groups that people write",
        "ring 139{D8}",
        "order 12345678901",
        validator="mobile",
    ),
    Rule(
        "COZE-USER-007",
        "PHONE",
        _P,
        _TEXT,
        rf"\+(?:(?:(?<![\dA-Za-z+].)|(?i:(?<=tel.)|(?<=call.)|(?<=phone.)|(?<=mobile.)|(?<=fax.)|(?<=whatsapp.)))[1-9]\d{{0,2}}\)?{_GAP}{{0,2}}"
        rf"|(?<=[A-Za-z].)[1-9]\d{{0,2}}{_GAP})"
        rf"(?:\(\d{{1,4}}\){_GAP}?)?\d{{1,4}}(?:{_GAP}{{0,2}}\d{{2,4}}){{2,4}}(?!\d)",
        "international numbers",
        "ring +1 415 555 {D4}",
        "1 + 41 = 42",
        mark="+",
        validator="phone",
    ),
    Rule(
        "COZE-USER-017",
        "PHONE",
        _P,
        _TEXT,
        rf"(?=[(（0-9])(?<!\d)(?<!\d[.-])(?<![A-Za-z]-)(?:(?<![A-Za-z])|(?<=[g-zG-Z])"
        rf"|(?<=[g-zG-Z][a-fA-F])|(?<=[g-zG-Z][a-fA-F]{{2}})|(?<=[a-fA-F])(?<![0-9A-Za-z].))(?:"
        r"(?:00[1-9]\d{0,2}[\-\u2010-\u2015]\d{1,4}(?:[\-\u2010-\u2015]\d{2,4}){1,3}(?![\d-])"
        r"|00(?:1|7|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|85[23]|886)(?: \(?\d{1,4}\)?){2,4}(?<=\d{4})(?!\d)"
        rf"|(?:0086[ \-\u2010-\u2015]\d{{2,3}}[ \-\u2010-\u2015]|86-[1-9]\d{{1,2}}-"
        rf"|\(0\d{{2,3}}\)\s?|（0\d{{2,3}}）|0[1-9]\d{{1,2}}(?:(?!/){_GAP}|(?<!/0\d\d)(?<!/0\d{{3}})/))"
        rf"(?:\d{{7,8}}|\d{{3,4}}{_GAP}\d{{4}})"
        r"(?:-\d{2,6})?(?!\d|-\d))"
        r"|0(?:(?:10|2\d)[2-9]\d{7}|[3-9]\d{2}[2-9]\d{6,7})(?![\d.Z-]|[A-Za-z]{1,8}\d)"
        rf"|07\d{{3}}{_GAP}\d{{6}}(?!\d)|09\d{{2}}{_GAP}\d{{3}}{_GAP}\d{{3}}(?!\d)"
        rf"|[48]00(?:{_GAP}{{0,2}}\d){{7}}(?![\d-])"
        r"|(?:1[ \-.\u2010-\u2015])?(?:\([2-9]\d{2}\)\s?|[2-9]\d{2}[.\-\u2010-\u2015])"
        r"[2-9]\d{2}[.\-\u2010-\u2015]\d{4}(?![\d-]|\.\d))",
        "landlines, service numbers, and how North America writes a number",
        "ring 010-8{D7}",
        "pages 010-20, 2024-11-26",
        validator="local_phone",
    ),
    Rule(
        "COZE-USER-008",
        "WORKSPACE_NAME",
        _P,
        _FIELD,
        r"data\.workspaces\.name",
        "a personal workspace carries its owner's name",
        '{"data": {"workspaces": [{"name": "canary{A8}"}]}}',
        '{"data": {"bots": [{"name": "News"}]}}',
        uri=r"/v1/workspaces$",
        at="/v1/workspaces",
    ),
    Rule(
        "COZE-USER-009",
        "IP_ADDRESS",
        _P,
        _TEXT,
        rf"(?=\d{{1,3}}[.\[]){_NO_VERSION_BEFORE}(?<!\d)(?<!\d\.)(?<!\.\d)(?:{_OCTET}{_DOT}){{3}}{_OCTET}(?!\d|\.\d)"
        rf"|(?=\d{{1,3}}-){_NAME_OF_MACHINE}(?:{_OCTET}-){{3}}{_OCTET}(?![\d-])",
        "where a person was",
        "from 203.0.113.{D1}",
        "version 1.2.3.4, 192.168.1.7",
        mark=".",
        validator="ipv4",
    ),
    Rule(
        "COZE-USER-021",
        "IP_ADDRESS",
        _P,
        _TEXT,
        rf"://(?:[^\s/@\"'<>]{{1,256}}@){{0,3}}((?:{_OCTET}\.){{3}}{_OCTET})(?!\d|\.\d)",
        "a machine by its URL, where small numbers are no version",
        "https://25.2{D1}.31.19/orders",
        "http://10.20.30.40:8080, version 1.2.3.4",
        mark="://",
        validator="public_ipv4",
    ),
    Rule(
        "COZE-USER-010",
        "IP_ADDRESS",
        _P,
        _TEXT,
        r"[0-9A-Fa-f](?<![0-9A-Fa-f].)(?<![0-9A-Fa-f][.].)(?<![0-9A-Fa-f:]:.)[0-9A-Fa-f]{3}(?<![A-Fa-f]{4})"
        r":(?:[0-9A-Fa-f]{0,4}:){1,6}[0-9A-Fa-f]{0,4}(?<![0-9A-Fa-f]:)(?![0-9A-Fa-f]|:[0-9A-Fa-f:]|\.\d)",
        "where a person was, in the new way",
        "from 2001:db8::{D4}",
        "std::vector at 12:30:45",
        mark=":",
        validator="ipv6",
    ),
    Rule(
        "COZE-USER-018",
        "MAC_ADDRESS",
        _P,
        _TEXT,
        r"[0-9A-Fa-f](?<![0-9A-Fa-f].)(?:(?<![0-9A-Fa-f][:-].)[0-9A-Fa-f]([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![0-9A-Fa-f:-])"
        r"|(?<!\..)(?<=[a-fA-F]|\d(?=[0-9.]{0,13}[a-fA-F]))[0-9A-Fa-f]{3}(?:\.[0-9A-Fa-f]{4}){2}(?![0-9A-Fa-f]|\.[0-9A-Fa-f]))",
        "names a device",
        "device a4:5e:60:{X2}:{X2}:{X2}",
        "00:00:00:00:00:00",
        validator="mac",
    ),
    Rule(
        "COZE-USER-011",
        "RESIDENT_ID",
        _P,
        _TEXT,
        rf"[1-8]{_NO_DIGIT_BEFORE}(?:{_GAP}{{0,2}}\d){{16}}{_GAP}{{0,2}}[\dXx]{_NO_DIGIT_AFTER}",
        "mainland-China identity numbers, recognized by their check character",
        "身份证 {RESIDENT} 号",
        "order 110105202413320011",
        validator="resident_id",
    ),
    Rule(
        "COZE-USER-019",
        "RESIDENT_ID",
        _P,
        _TEXT,
        rf"[1-8]{_NO_DIGIT_BEFORE}\d{{5}}{_GAP}?\d{{2}}[01]\d[0-3]\d{_GAP}?\d{{3}}{_NO_DIGIT_AFTER}",
        "identity numbers of 15 digits, as they were until 1999, recognized by province and day",
        "身份证 11010575112{D1}1{D1}3",
        "order 990105751399123",
        validator="old_resident_id",
    ),
    Rule(
        "COZE-USER-024",
        "PERSONAL_VALUE",
        _P,
        _TEXT,
        r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼](?<![A-Za-z0-9].)[ ]?[A-HJ-Z]"
        r"(?:[ ·•‧.-]?(?:[DFABCEGHJK]\d{5}|[DF][A-HJ-NP-Z]\d{4}|\d{5}[DFABCEGHJK]"
        r"|(?=(?:[A-Z]{0,5}\d){3})(?:\d|[A-HJ-NP-Z]){5})"
        r"|[ ·•‧.-]?(?=(?:[A-Z]{0,4}\d){3})(?:\d|[A-HJ-NP-Z]){4}[警学挂港澳])"
        r"(?![A-Za-z0-9])",
        "the plate of a car",
        "看到 沪A·{D5} 在门口",
        "新A股100, 云S3桶, 川A",
    ),
    Rule(
        "COZE-USER-012",
        "BANK_CARD",
        _P,
        _TEXT,
        rf"(?=[2-689]\d\d)(?<!\d)(?<!\d\.)(?<!_id)(?:(?:4\d|5[0-8]|2[2-7]|3[0568]|6[024-9]|81|9\d)\d{{2}}(?:{_GAP}{{0,2}}\d{{4}}){{2}}(?:{_GAP}{{0,2}}\d{{1,4}}){{1,2}}"
        rf"|3[47]\d\d{_GAP}{{0,2}}(?:\d{{6}}{_GAP}{{0,2}}\d{{5}}|(?:\d{{4}}{_GAP}{{0,2}}){{2}}\d{{3}})|(?:62\d|4\d\d|5[1-5]\d)\d{{3}}{_GAP}{{1,2}}\d{{10}}(?:\d{{3}})?){_NO_DIGIT_AFTER}",
        "numbers of the card networks, recognized by their check digit",
        "card {CARD} ends",
        "order 2024112200001234",
        validator="bank_card",
    ),
    Rule(
        "COZE-USER-025",
        "BANK_CARD",
        _P,
        _TEXT,
        r"(?:[A-Z](?<![A-Z0-9].)[A-Z]\d\d(?:[ \u00a0-]?[A-Z0-9]{4})(?:[ \u00a0-]?(?=[A-Z]{0,3}\d)[A-Z0-9]{4}){1,6}"
        r"(?:[ \u00a0-]?[A-Z0-9]{1,3})?(?![A-Z0-9])"
        r"|[a-z](?<![A-Za-z0-9].)[a-z]\d\d[a-z0-9]{4}(?:(?=[a-z]{0,3}\d)[a-z0-9]{4}){1,6}[a-z0-9]{0,3}(?![A-Za-z0-9_]))",
        "international account numbers, recognized by country, length and check digits",
        "account {IBAN} ends",
        "order DE12 3456 7890 1234 5678 90",
        validator="iban",
    ),
    Rule(
        "COZE-USER-026",
        "EMAIL",
        _P,
        _TEXT,
        r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}+ ?[(\[{] ?(?i:at) ?[)\]}] ?"
        r"(?:[A-Za-z0-9-]{1,63}(?:\.| ?[(\[{] ?(?i:dot) ?[)\]}] ?)){1,4}[A-Za-z]{2,24}(?![A-Za-z0-9-])",
        "a person's address, written so that programs do not find it",
        "write to canary.{A8} (at) acme.example",
        "look (at) the sky, x[at]y",
    ),
    Rule(
        "COZE-USER-027",
        "IP_ADDRESS",
        _P,
        _TEXT,
        r"(?<![0-9A-Za-z.])(?:[0-9A-Fa-f]\.){32}(?i:ip6\.arpa)",
        "where a person was, as one asks for the name of it",
        "{D1}.a.0.3.a.1.8.c.b.b.6.d.c.6.7.f.c.0.9.3.0.e.6.a.0.d.1.4.1.0.0.2.ip6.arpa",
        "in ip6.arpa",
        mark=".",
    ),
    Rule(
        "COZE-USER-028",
        "MAC_ADDRESS",
        _P,
        _TEXT,
        r"(?i)fe80:(?::|0{1,4}:){1,3}(?<=[:])([0-9a-f]{1,4}:[0-9a-f]{0,2}ff:fe[0-9a-f]{2}:[0-9a-f]{1,4})(?![0-9a-f:])",
        "an address of the own network that is made of the device's (RFC 4291, appendix A)",
        "at fe80::1a3{D1}:5eff:fe6a:9b1c",
        "fe80::1, fe80::/10",
        mark=":",
    ),
    Rule(
        "COZE-USER-029",
        "PHONE",
        _P,
        _TEXT,
        r"(?:wa\.me/|whatsapp\.com/send/?\?(?:[^\s#]{0,64}&)?phone=)\+?([1-9]\d{7,14})(?!\d)",
        "a number in an address that opens a chat",
        "https://wa.me/49151{D8}",
        "https://wa.me/qr",
        mark="/",
    ),
    Rule(
        "COZE-USER-013",
        "PERSON_NAME",
        _P,
        _FIELD,
        r"(?:[a-z]+_)*(?:real|true|full|first|last|middle|given|family|legal|customer|contact|receiver|recipient|consignee|sender"
        r"|applicant|passenger|signer|beneficiary|booked_by|buyer|seller|tenant"
        r"|speaker|holder|card_?holder|employee|patient|student|member|guest|payee|payer|sur|maiden|screen|owner|staff|guardian"
        r"|spouse)_?name"
        r"|(?:[a-z]+_)*(?:recipient|consignee|spouse|contact_person|emergency_contact|(?:card|account)_?holder)"
        rf"|{_HAN}(?:姓名|联系人|收件人|收货人|寄件人|持卡人|户名|本名|全名|名字|用户名称)",
        "fields that carry a person's name",
        '{"parameters": {"real_name": "{HAN}"}}',
        '{"display": "News"}',
    ),
    Rule(
        "COZE-USER-023",
        "PERSON_NAME",
        _P,
        _FIELD,
        r"(?:[a-z]+_)*(?:applicant|beneficiary|passenger|linkman|tenant|insured|patient|forename|(?:insured|parent|shipping|billing)_?name)"
        rf"|{_HAN}(?:(?:{_ROLES})人|户主|车主|业主|法人|房东)",
        "what a person does or owns, where it is the name of one",
        '{"负责人": "{HAN}"}',
        '{"负责人": "市场部"}',
        accepts=rf"{_SURNAME}[\u4e00-\u9fff]{{1,2}}|[\u4e00-\u9fff]{{2,6}}·[\u4e00-\u9fff]{{2,6}}"
        r"|[A-Z][a-z]+(?: (?:[A-Z]\.|[A-Z][\w'’-]*)){1,3}",
    ),
    Rule(
        "COZE-USER-014",
        "PERSON_NAME",
        _P,
        _FIELD,
        _BAGS + r"\.(?:name|user|owner|author|用户|名字)",
        "what an application says of its user, where it is a Chinese name",
        '{"custom_variables": {"name": "{HAN}"}}',
        '{"parameters": {"name": "天气助手"}}',
        accepts=_SURNAME + r"[\u4e00-\u9fff]{1,2}",
    ),
    Rule(
        "COZE-USER-015",
        "PERSONAL_VALUE",
        _P,
        _FIELD,
        r"(?:[a-z0-9]+_)*(?:e_?mail|(?:tele|cell)?phone|mobile|cell|tel|fax|whats_?app|(?:contact|identification|account)_?(?:no|number)|id_?(?:no|number)|(?:citizen|resident|line)_id"
        r"|credit_?card|driving_?licen[cs]e|remote_addr|imsi|iccid|id_?card|identity|ssn|social_security"
        r"|national_id|passport|travel_?permit|driver_?licen[cs]e|plate|car_?number|born|bank_?card|bank_?account|card_?(?:no|number)|iban|cv[vc]|tax_?id|birth_?(?:day|date|dt)|(?:user_)?birth|born_on"
        r"|date_of_birth|dob|ip|ip_?address|mac(?:_?address)?|imei(?:号码?)?|lat(?:itude)?|lng|lon|longitude)"
        r"(?:_?(?:no|num|number|address|line|card|id|code|\d))*"
        rf"|{_HAN}(?:手机|电话|联系方式|邮箱|邮件|身份证|证件|护照|通行证|回乡证|台胞证|银行卡|卡号|生日|生于|出生(?:日期?|年月日?|时间)|车牌|号牌|社保|座机|驾驶证|驾照|学号|工号|ip地址|经度|纬度)(?:号码|号|编号|地址)?",
        "named for what it says of a person, whatever it looks like",
        '{"ext": {"latitude": "39.{D6}"}}',
        '{"phone": ""}',
        accepts=rf"(?!https?://|{_PRIVATE})(?=(?s:.)*(?:[\d@]|{_HAN_DIGITS}))(?s:.{{4,}})",
    ),
    Rule(
        "COZE-USER-022",
        "PERSONAL_VALUE",
        _P,
        _FIELD,
        r"(?:[a-z0-9]+_)*(?:home_?town|geo_?location|residence|address|(?:home|receiver|recipient|shipping|delivery|billing|contact|user|customer|company|mail(?:ing)?|street|detail)_?addr|street)(?:_?(?:no|num|number|address|line|code|\d))*"
        rf"|{_HAN}(?:住址|地址|住所|居住地|所在地|账号)(?:号码|号|地址)?",
        "where a person lives: words, numbers or both",
        '{"home_address": "canary{D4} tulip road"}',
        '{"address": "same"}',
        accepts=rf"(?!https?://|\d{{1,5}}$|{_PRIVATE})(?=(?s:.)*[\d\u4e00-\u9fff@])(?s:.{{4,}})",
    ),
    Rule(
        "COZE-USER-020",
        "ACCOUNT",
        _P,
        _FIELD,
        r"(?:[a-z0-9]+_)*(?:open_?id|union_?id|wechat|weixin|wx(?:_?id)?|qq|alipay|weibo|telegram|skype)(?:_?(?:id|no|num|number|account))*"
        rf"|{_HAN}(?:微信|QQ|qq|支付宝|企鹅|扣扣)(?:号码|号|账号|id|ID)?",
        "how a person is reached or known elsewhere",
        '{"wechat": "wxid_{A14}"}',
        '{"wechat": "ok"}',
        accepts=r"(?!\d+(?:\.\d+)+\+?$|(?:支付[宝寶]|微信(?:支付)?|[Aa]li[Pp]ay|[Ww]e[Cc]hat)$)(?:[\w@.:+-]{4,}|[\u4e00-\u9fff]{2,})",
    ),
    Rule(
        "COZE-USER-016",
        "FILE_URL",
        _P,
        _FIELD,
        r"audio_url|preview_audio|file_url|(?:photo_infos|data\.data)\.url",
        "a voice or a picture that a user uploaded",
        '{"preview_audio": "https://a.example/{A8}"}',
        '{"verification_url": "https://a.example/x"}',
        accepts=_HTTP,
        form=Form.URL,
    ),
)
