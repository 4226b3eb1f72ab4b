"""The table of what names promise: a secret, a person, an identifier."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from coze_cassettes.inspection.words import words


class Promise(StrEnum):
    """What a name says of its value."""

    SECRET = "secret"  # noqa: S105 - a promise
    """Whatever stands there is one, however it looks."""
    CREDENTIAL = "credential"
    """Mostly one, but the word also counts things or names a kind: ``token``."""
    TOKEN = "token"  # noqa: S105 - a promise
    """The same with a word before it that says what it opens, so that digits count too: ``gitlab token``."""
    CODE = "code"
    """Secret if it has a digit: a word for other things too, or short for one."""
    KEY = "key"
    """The key of something: secret if it looks drawn."""
    SHORT = "short"
    """Secret if it has digits and letters: what passes a test is counted too."""
    PERSON = "person"
    ROLE = "role"
    """Personal if it looks like the name of a person: who applies, who owns."""
    DETAIL = "detail"
    """Personal if it holds a digit or an @: a telephone number, a birthday."""
    PLACE = "place"
    """Personal if it holds a digit or a Han character: an address."""
    PICTURE = "picture"
    """Personal if it is a URL."""
    IDENTIFIER = "identifier"


RULES: Final[Mapping[Promise, str]] = MappingProxyType(
    {
        Promise.SECRET: "INSPECT-SECRET-NAME",
        Promise.CREDENTIAL: "INSPECT-SECRET-NAME",
        Promise.TOKEN: "INSPECT-SECRET-NAME",
        Promise.CODE: "INSPECT-SECRET-NAME",
        Promise.KEY: "INSPECT-SECRET-NAME",
        Promise.SHORT: "INSPECT-SECRET-NAME",
        Promise.PERSON: "INSPECT-PERSONAL-NAME",
        Promise.ROLE: "INSPECT-PERSONAL-NAME",
        Promise.DETAIL: "INSPECT-PERSONAL-NAME",
        Promise.PLACE: "INSPECT-PERSONAL-NAME",
        Promise.PICTURE: "INSPECT-PERSONAL-NAME",
        Promise.IDENTIFIER: "INSPECT-ID-NAME",
    }
)

# --- the table ------------------------------------------------------------------------------------------------------

HAN_OPENING: Final = words(
    """
    邀请 兑换 取货 取票 取药 取餐 提货 提取 核验 核销 注册 登录 登陆 开门 开锁 开箱 开柜 门禁 解锁 解压 短信 备份 入会
    入群 入场 会议 配对 绑定 重置 访问 分享 共享 通行 推流 串流 充值 领取 自提 寄存 存包 加入 连接 下载 进群 进入 支付
    投屏 储物 入园 预约 礼品 优惠 会员 体验
    """
)
"""What a code opens in Chinese: ``邀请码``, secret if it has a digit."""

TABLE: Final[Mapping[Promise, str]] = MappingProxyType(
    {
        Promise.SECRET: """
            password|passwd|passphrase|passcode|pwd|pass phrase|user pass|db pass|login pass|root pass|pin code
            secret|client secret|app secret|secret key|secret access key|signing key|signing secret|encrypt key
            encryption key|encoding aes key|aes key|api key|api secret|app key|access key|access key id
            access key secret|secret id|private key|auth key|auth code|account key|shared access key|shared secret
            shared key
            master key|license key|access token|refresh token|auth token|bearer token|id token|session token
            security token|csrf token|verify token|verification token|api token|bot token|user token
            tenant access token|app access token|webhook token|device code|user code|code verifier|code challenge
            authorization code|verification code|captcha code|sms code|one time password|otp|totp|totp secret
            recovery code
            backup code|mnemonic|seed phrase|recovery phrase|backup phrase|cookie|authorization
            x api key|connection string|api v2 key|api v3 key
            webhook secret
            hmac key|consumer secret|consumer key|subscription key|service key|sas token|js ticket|密码|口令|密钥
            smtp pass|mail pass|email pass|ftp pass|redis pass|mysql pass|pg pass|ssh pass|auth pass|admin pass
            guest pass|hotspot pass|router pass|portal pass|account pass|device pass|super pass
            http pass|imap pass|es pass|mongo pass|wifi pass|vpn pass|my pass|login pass|sys pass|sudo pass|become pass
            default pass|proxy pass|app pass|service pass|server pass|system pass|registry pass|docker pass|zip pass
            pdf pass|bind pass|ldap pass|pfx pass|cert pass|ssl pass|puk|puk code
            store pass|key pass|app ticket|psk|wpa passphrase|require pass
            db pwd|user pwd|mysql pwd|redis pwd|admin pwd|root pwd|login pwd|ftp pwd|smtp pwd|email pwd|wifi pwd|ssh pwd
            jsapi ticket|api ticket|dsn|secret key base
            秘钥|金钥|权杖|令牌|私钥|访问令牌|访问密钥|接口密钥|验证码|动态码|授权码|凭证|凭据|暗号
            passwrd|pswd|psw|security answer|security code|activation code|unlock code|login code|log in code|mfa code
            2 fa code|two factor code|one time code|otp code|verify code|vcode|v code|yanzhengma|mima|kouling|deploy key
            sign in code|invitation code|invite code|pairing code|registration code|reset code
            confirmation code|pre shared key|password confirmation|new pwd|old pwd|密匙|安全码
            备用码|恢复码|激活码|鉴权码|密保答案|校验码|提取码|取件码
        """,
        Promise.CREDENTIAL: "token|credential|credentials|secrets|passwords|api keys|access keys|session id"
        "|session key|access tokens|refresh tokens|auth tokens|bearer tokens|session tokens|private tokens"
        "|deploy tokens"
        "|bot tokens|api tokens|private keys|secret keys|signing keys|encryption keys|deploy keys|master keys",
        Promise.CODE: """
            pin|captcha|sid|sess id|sk|tok|jwt|enc key|sign key|storage key|p key|priv key|app sec|ak sk
            signature|conn str|root pw|user pw|admin pw|db pw|bind pw|smtp pw|mail pw|ftp pw|ssh pw
            miyao|master auth|pin码|ak|pat
            product key|activation key|registration key|tenant key|decrypt key|decryption key|client key|des key
            stream key|publish key|publishable key|widget key|maps key|network key|network security key
            wifi key|wi fi key
            bit locker key|recovery key|serial key|authentication key
            admin key|service role key|write key|ingest key|ingestion key|restricted key
            open ai key|azure key|stripe key|deep seek key|anthropic key|gemini key|moonshot key|zhipu key|coze key
            jwt key|otp key|totp key|wallet key|unseal key|restore key|join key|agent key|gateway key|mcp key|mch key
            partner key|cipher key
            snmp community|community string|box code|keypad code|kiosk code
            gift code|door code|gate code|garage code|safe code|lock code
            locker code|extraction code|share code|sharing code|guest code|alarm code|entry code
            access code|redeem code|redemption code|voucher code|coupon code|pickup code|pick up code
            license code|licence code|room code|join code|meeting code|exchange code
            卡密|加密key|解密key|签名key|接口key|应用key|授权key|激活key|平台key
        """,
        Promise.SHORT: "pass|pw",
        Promise.PERSON: """
            nick name|user name|user nick name|user unique name|creator name|real name|true name|full name|first name
            last name|sur name|given name|family name|middle name|maiden name|customer name|contact name
            wx id|contact person|receiver name|recipient name|recipient|consignee|sender name|speaker name|legal name
            screen name|login name|account name|member name|owner name|patient name|student name|employee name
            staff name|card holder|card holder name|account holder|emergency contact|guardian name|spouse|open id
            guest name|payee name|payer name|applicant name|passenger name|signer name
            beneficiary name|booked by name|buyer name|seller name|tenant name
            wechat id|weixin id|wechat num|wechat|weixin|wechat no|wechat number|alipay|alipay account|姓名
            真实姓名|昵称|用户名|用户名称|联系人|收件人|收货人|寄件人|持卡人|户名|本名|全名|客户名|名字|账户名
            登录名|微信|微信号|微信id|微信账号|支付宝
        """,
        Promise.ROLE: """
            applicant|beneficiary|passenger|linkman|tenant|insured|patient|forename|insured name
            parent name|shipping name|billing name|发件人|申请人|经办人|办理人|负责人
            代表人|入住人|投保人|被保险人|就诊人|开户人|预订人|预约人|签收人|报名人|监护人|借款人|担保人|受益人|委托人
            代理人|领取人|取件人|承租人|出租人|付款人|收款人|汇款人|户主|车主|业主|法人|房东
        """,
        Promise.DETAIL: """
            open id|union id|email|e mail
            mail address|email address|phone|phone no|phone number|telephone no|telephone number
            telephone|cell phone|cell phone number|mobile phone|mobile|mobile no|mobile number|contact phone
            contact number|tel|tel no|fax|fax number|id card|id card no|id card number|identity card
            identity card number|identity no|identity number|id number|id no|identification number|national id
            citizen id|resident id|social security number|ssn|tax id|bank card|bank card no|bank card number|card no
            card number|credit card|credit card number|bank account|bank account number|bank account no
            account number|account no|iban|cvv|cvc|birth day|birth date|birth dt|user birth|born on|date of birth|dob
            ip|ip address|client ip|remote ip|user ip
            login ip|source ip|remote addr|mac|mac address|passport|passport no|passport num|passport number
            driver license
            driver license no|driving license|imei|imsi|iccid|latitude|longitude
            lat|lng|qq|qq number|qq account|qq no|qq num|qq id|skype|whatsapp|telegram|line id|手机|手机号|手机号码|电话
            电话号码|联系方式|座机|邮箱|邮箱地址|电子邮件|身份证|身份证号|身份证号码|证件号|证件号码
            银行卡|银行卡号|卡号|银行账号|生日|出生日期|出生年月|护照|护照号|护照号码|驾驶证号|驾照号
            社保号|学号|工号|qq号|qq号码|ip地址|经度|纬度|企鹅号|扣扣号
            护照编号|通行证|通行证号码|回乡证|回乡证号|台胞证|台胞证号|出生日|出生年月日|出生时间|生于|born
            travel permit|travel permit no|travel permit number
        """,
        Promise.PLACE: """
            home address|postal address|mailing address|shipping address|delivery address|billing address
            street address|home addr|receiver addr|recipient addr|shipping addr|delivery addr
            billing addr|contact addr|user addr|customer addr|company addr|mail addr
            mailing addr|street addr|detail addr|address|address line|street|home town|geo location|residence
            住址|地址|住所|居住地|所在地|账号
            license plate|plate number|plate no|plate|car plate|car number|车牌|车牌号|车牌号码|车辆号牌|号牌号码
        """,
        Promise.PICTURE: "avatar|avatar url|user avatar|user avatar url|head image url|icon url|image url|audio url"
        "|preview audio|file url|photo url|profile picture|profile image url|头像|头像地址",
        Promise.IDENTIFIER: """
            user id|bot id|conversation id|chat id|message id|section id|last section id|tool call id|workflow id
            execute id|sub execute id|space id|workspace id|enterprise id|organization id|file id|app id|api app id
            client id|folder id|parent folder id|dataset id|document id|plugin id|api id|voice id|speaker id
            model id|device id|group id|feature id|room id|stream id|live id|entity id|connector id|creator id
            event id|public key id|log id|first id|last id|before id|after id|coze account id
            processing file id list|connector uid|uid|kid|node execute uuid|command id
            tos uri|icon uri|image uri|imagex uri|avatar uri|file uri
        """,
    }
)
"""What names promise, each a row of words; a name keeps the promise of the row that it ends with."""

SECRETS: Final = (Promise.SECRET, Promise.CREDENTIAL, Promise.TOKEN, Promise.CODE, Promise.KEY, Promise.SHORT)
"""The promises of secrets."""
