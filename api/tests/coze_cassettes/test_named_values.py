"""What only a name gives away is found in every syntax, by the scrubber and by the inspector alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import pytest

from coze_cassettes.cassette.model import Cassette, Interaction, Request, Response
from coze_cassettes.codecs.encodings import to_text
from coze_cassettes.inspection.promises import TABLE, Promise
from coze_cassettes.inspection.scan import inspect
from coze_cassettes.scrubbing.scrub import scrub

MakeInteraction = Callable[..., Interaction]
MakeCassette = Callable[..., Cassette]
Fill = Callable[[str], str]

WORD = "nolfenlor"
SYNTAXES = {
    "name and value": '{"name":"db_password","value":"%s"}',
    "value before its name": '{"value":"%s","key":"dbPassword"}',
    "keyword of a variable": '{"data":{"items":[{"keyword":"密码","value":"%s"}]}}',
    "in a text": 'It is {"name": "password", "value": "%s"} now',
    "property": '<property name="db_password">%s</property>',
    "element on lines": "<a>\n  <password>\n    %s\n  </password>\n</a>",
    "plist": "<key>password</key>\n<string>%s</string>",
    "tuple": "('password', '%s')",
    "bold": "**password:** %s",
    "Dockerfile with a sign": "FROM a\nENV DB_PASSWORD=%s\nRUN b",
    "cells with a name of two words": "<tr><td>Email password</td><td>%s</td></tr>",
    "Dockerfile": "FROM a\nENV DB_PASSWORD %s\nRUN b",
    "setx": 'setx DB_PASSWORD "%s"',
    "name behind a prefix": "app.password=%s\nport=80\n",
    "brackets of a log": "INFO password=[%s], ok=[1]",
    "field of a log in brackets": "INFO [password:%s] done",
    "field of a log between bars": "10:00 | INFO | password=%s | ok",
    "what Go prints": "{ID:3 password:%s Ok:true}",
    "what an object prints": "<User id=3 password=%s>",
    "variable of one command": "DB_PASSWORD=%s python run.py",
    "headers that curl prints": "> Host: a\n> x-password: %s\n> Accept: */*\n",
    "list item of HTML": "<ul><li>password：%s</li></ul>",
    "bold name of HTML": "<p><b>password:</b> %s<br></p>",
    "code of HTML": "<p>password: <code>%s</code></p>",
    "blank of HTML": "<td>password:&nbsp;%s</td>",
    "cells of two columns": "|项目|内容|\n|---|---|\n|password|%s|\n|备注|无|\n",
    "cookie of a command": "curl https://a.example -b 'theme=dark; password=%s'",
    "setter": 'setattr(user, "password", "%s")',
    "default of Java": '@Value("${password:%s}")',
    "default of a shell": 'P="${PASSWORD:-%s}"',
    "parameter of PowerShell": "Connect-It -password '%s' -Force",
    "system property": "java -Ddb.password=%s -jar a.jar",
    "field of a command": "curl -d 'password=%s' https://a.example",
    "header of a command": "curl -H 'x-password: %s' https://a.example",
    "log": "10:00 INFO login password=%s status=200",
    "end of a sentence": "I think that the password is %s.",
    "smtp_pass": "smtp_pass=%s",
    "Chinese brackets": "【密码】%s",
    "Chinese brackets with a colon": "【登录密码】：%s",
    "declaration": 'val dbPassword: String = "%s"',
    "annotation": "db_password: str = '%s'",
    "constant": 'const password string = "%s"',
    "braces": 'std::string password{"%s"};',
    "Terraform": 'variable "db_password" {\n  type = string\n  default = "%s"\n}',
    "item of YAML": "env:\n- name: DB_PASSWORD\n  value: '%s'\n",
    "block of YAML": "kind: demo\npassword: |\n  %s\nsize: 3\n",
    "field of a form": '--cut\r\nContent-Disposition: form-data; name="password"\r\n\r\n%s\r\n--cut--\r\n',
    "cells": "<tr><td>password</td><td>%s</td></tr>",
    "value before the name": '<input value="%s" type="hidden" name="password"/>',
    "INSERT": "INSERT INTO users (id, password) VALUES (1, '%s');",
    "INSERT of two rows": "INSERT INTO users (id, password) VALUES (1, NULL),\n  (2, '%s');",
    "IDENTIFIED BY": "CREATE USER me IDENTIFIED BY '%s';",
    "identified by": "grant all on *.* to 'me'@'%%' identified by '%s';",
    "sshpass": "sshpass -p %s ssh me@host",
    "mysql": "mysql -u root -p%s main",
    "second command of a line": "ssh me@host docker login a.example -u me mysql -u root -p%s main",
    "redis-cli": "redis-cli -h a.example -a %s ping",
    "requirepass": "port 6379\nrequirepass %s\n",
    "Wi-Fi": "WIFI:T:WPA;S:net;P:%s;;",
    "fish": "set -gx db_password %s",
    "nginx": "proxy_set_header X-Password %s;",
    "glued words": '{"wifi密码":"%s"}',
    "value of a name": '{"password":{"type":"string","value":"%s"}}',
    "anchor of YAML": "a: 1\npassword: &x %s\nb: *x\n",
    "cell behind one in quotes": 'id,note,password\n1,"a, b",%s\n',
    "what PHP prints": 'array(1) {\n  ["password"]=>\n  string(9) "%s"\n}',
    "table of HTML": "<tr><th>id</th><th>password</th></tr><tr><td>1</td><td>%s</td></tr>",
    "field without quotes": "<input name=password value=%s>",
    "table of MySQL": "+----+----------+\n| id | password |\n+----+----------+\n|  1 | %s |\n+----+----------+",
    "table of PostgreSQL": " id | password\n----+----------\n  1 | %s\n(1 row)\n",
    "IN": "SELECT 1 FROM t WHERE password IN ('%s')",
    "LIKE": "SELECT 1 FROM t WHERE password LIKE '%s'",
    "alternative": 'const k = process.env.DB_PASSWORD || "%s";',
    "property of C#": 'public string Password { get; set; } = "%s";',
    "verbatim text": 'var password = @"%s";',
    "array of C": 'const char password[] = "%s";',
    "Basic": 'Dim password As String = "%s"',
    "variable of a command": "docker run -e DB_PASSWORD=%s -p 80:80 a",
    "SET PASSWORD": "SET PASSWORD FOR me = '%s'",
    "Oracle": "jdbc:oracle:thin:me/%s@host:1521:xe",
    "piped": "echo '%s' | sudo -S apt update",
    "MongoDB": "mongosh -u me -p %s main",
    "escaped query": '<a href="https://a.example/?x=1&amp;password=%s&amp;b=2">x</a>',
}
"""Where something says where the value ends, so that a word of letters is one too."""

WITH_DIGIT = {
    "brackets": "INFO dbPassword=[%s], ok=[1]",
    "parentheses behind a colon": "登录密码：（%s）",
    "Chinese quotes behind a name": "登录密码“%s”",
    "as follows": "登录密码如下：%s",
    "a remark behind a name": "登录密码（必填）：%s",
    "other verbs": "登录密码设置成%s",
    "a remark behind a value": "登录密码：%s（请保密）",
    "bold in HTML": "<p><b>password:</b> %s<br></p>",
    "code in HTML": "<p>password: <code>%s</code></p>",
    "quotes behind a name": "use the password `%s` please",
    "parentheses": "登录密码（%s）",
    "behind a Chinese name": "密码%s，请记住",
    "a blank behind a Chinese name": "用户名 me 密码 %s",
    "corner brackets": "password「%s」",
    "below its name": "**password**\n%s\n",
    "words of a name": "my login code: the auth code is %s, keep it",
    "verb": "请把密码改成%s",
    "arrow": "password → %s",
    "before its name": "please use %s as the password",
    "abbreviation": "user: me\npass: %s\n",
    "BBCode": "[b]Password:[/b] %s",
    "name in brackets": "[password] %s",
    "value in angles": "password: <%s>",
    "LaTeX": "\\textbf{Password}: \\texttt{%s}",
    "literal of reStructuredText": "Password: ``%s``",
    "setter": 'config.setPassword("%s");',
    "builder": '  .password("%s")\n  .build();',
    "constructor": 'std::string db_password("%s");',
    "Some": 'Config { password: Some("%s"), port: 1 }',
    "String::from": 'let password = String::from("%s");',
    "raw text": 'let password = r#"%s"#;',
    "parentheses of Python": "PASSWORD = (\n    '%s'\n)",
    "fallback": 'const dbPassword = process.env.X || "%s";',
    "pair of Kotlin": 'mapOf("password" to "%s")',
    "pair of Lisp": '((password . "%s"))',
    "tuple of Erlang": '{ password, "%s" }',
    "serialized": 's:8:"password";s:9:"%s";',
    "login": 'new NetworkCredential("me", "%s")',
    "pair of basic": "get(url, auth=('me', '%s'))",
    "DSN of Go": 'open("mysql", "me:%s@tcp(127.0.0.1:3306)/d")',
    "field of a page": "page.fill('#password', '%s')",
    "password field": '<input type="password" value="%s">',
    "line of CSV": "key,value\npassword,%s\n",
    "key of YAML": "params:\n  - key: DB_PASSWORD\n    val: %s\n",
    "list of YAML": "passwords:\n  - %s\n  - x\n",
    "secret of a repository": "gh secret set A --body %s",
    "user of Windows": "net user me %s /add",
    "community": "snmp-server community %s RO",
    "words behind a name": "The password for the server is %s, keep it.",
    "a verb behind a name": "The admin password has been reset to %s.",
    "short for is": "my password's %s and nothing else",
    "an answer": "Q: password? A: %s",
    "between commas": "The password, %s, works.",
    "a remark before the colon": "Password (case sensitive): %s",
    "what it serves as": "%s should work as the password.",
    "an item of a list": "- password\n  - %s\n",
    "right behind a name": "log in as me with the password %s please",
    "a dash behind a name": "password – %s",
    "below a name": "Your password:\n\n    %s\n",
    "what is asked for": "enter %s when asked for the password",
    "whose name it is": "%s is my password.",
    "words behind a Chinese name": "密码应该是%s，请保密",
    "a comma behind a Chinese name": "登录密码，%s",
    "brackets behind a Chinese name": "密码【%s】",
    "before a Chinese name": "用%s作为登录密码",
    "whose Chinese name it is": "%s是我的密码",
    "option with one hyphen": "keytool -list -storepass %s -v",
    "htpasswd": "htpasswd -b file me %s",
    "git config": "git config --global user.password %s",
    "type of a secret": 'dbPassword = SecretStr("%s")',
    "alternative of Python": 'return password or "%s"',
    "arguments of a command": "run(['--password', '%s'])",
    "value of an object": 'dbPassword = { value: "%s" }',
    "key of Objective-C": '[a setObject:@"%s" forKey:@"dbPassword"];',
    "literal before its name": 'if ("%s" == dbPassword) {',
    "case": 'case "password": return "%s";',
    "default of a template": '{{ db_password | default("%s") }}',
    "expectation": 'expect(dbPassword).toBe("%s")',
    "parameter of a command": "aws ssm put-parameter --name DB_PASSWORD --value %s",
    "comparison the other way": 'assertEqual(dbPassword, "%s")',
    "comparison": 'assertEquals("%s", dbPassword);',
    "question": "I forgot the password. Was it %s?",
    "what to type": "It asks for the password, type %s and press enter.",
    "a sentence behind a name": "Make sure to copy your password now. %s",
    "a place between": "Found a password in line 3: %s",
    "a remark before a name": "%s (the password)",
    "brackets behind a name": "Password [staging]: %s",
    "dots of Chinese": "密码……%s",
    "a question of Chinese": "密码多少？是%s",
    "what uses it": "密码使用%s",
    "marks of a title": "《密码》%s",
    "where to write it": "把%s填到密码里",
    "option of argparse": '@click.option("--db-password", default="%s")',
    "expectation of chai": "expect(dbPassword).to.equal('%s')",
    "comparison of Java": 'if (dbPassword.equals("%s")) {}',
    "column": "SELECT '%s' AS db_password",
    "element of JSX": "<Login dbPassword={'%s'} />",
    "variable of T-SQL": "DECLARE @dbPassword nvarchar(9) = N'%s';",
    "type of Rust": 'static DB_PASSWORD: &\'static str = "%s";',
    "here string": "wrangler put DB_PASSWORD <<< %s",
    "registry": "DbPassword    REG_SZ    %s",
    "field of a page by its name": 'page.find(By.NAME, "password").send_keys("%s")',
    "parameter of Java": "<param-name>db_password</param-name><param-value>%s</param-value>",
    "login of SMTP": 'smtp.login("me", "%s")',
    "keyring": 'keyring.set_password("a", "me", "%s")',
    "remote desktop": "rdesktop -u me -p %s host",
    "AUTH": "127.0.0.1:6379> AUTH %s",
    "key of OpenSSL": "openssl enc -k %s -in f",
    "share of Windows": r"net use \\h\s %s /user:me",
    "label with a field": '<label>Password</label><input value="%s">',
    "bold name of Chinese": "<strong>登录密码：</strong>%s",
    "user and password as options": "twine upload -u __token__ -p %s dist/*",
    "login of a command": "cargo login %s",
    "user and password in one word": "curl -su me:%s https://a.example",
    "settings of a package manager": "poetry config http-basic.a me %s",
    "IRC": "/msg NickServ IDENTIFY %s",
    "key of a router": "tacacs-server key 0 %s",
    "connection of Oracle": "expdp system/%s directory=d",
    "rule of Redis": "user default on >%s ~* +@all",
    "list of two": 'It is ["password","%s"]',
    "last argument of a call": 'WiFi.begin("home", "%s");',
    "argument of a constructor": 'Coze(auth=TokenAuth("%s"))',
    "name of a parameter": '{"ParameterKey":"DBPassword","ParameterValue":"%s"}',
    "title": '{"title":"Password","content":"%s"}',
    "user and password with a note": "me/%s\n(username/password)",
    "columns that blanks align": "user      password      role\nme        %s      admin",
    "pipe to a command that reads a secret": "printf %s | docker secret create x -",
    "input of a command": "lpass login me <<< %s",
    "flags of a command": "doctl auth init; ossutil config -i me -k %s",
    "line of a protocol": "+OK\nUSER me\nPASS %s",
    "environment of a database": "DB_AUTH=me/%s",
    "characters of Java": 'keyStore.load(in, "%s".toCharArray());',
    "message of a program": 'log.debug("password {}", "%s")',
    "default of a field": 'password: str = Field(default="%s")',
    "tag of a field": 'Password string `env:"DB_PASSWORD" envDefault:"%s"`',
    "value of an option": "llm keys set openai --value %s",
    "account and password": "Login: me / %s",
    "statement that adds a login": "EXEC sp_addlogin 'me', '%s', 'main'",
    "option glued to quotes": "mongo -u me -p'%s' main",
    "bind of a directory": 'c.bind("cn=me,dc=a", "%s")',
    "relay of mail": "[mail.example.com]:587 me@a:%s",
}
"""Where a value needs a digit: else it may be a word that explains the name."""


@pytest.mark.parametrize(
    ("name", "value"), [("user_name", "john.user"), ("nick_name", "CoolNickName"), ("password", "Tulip.Password")]
)
def test_a_field_with_a_word_of_its_name_is_replaced(
    interaction: MakeInteraction, cassette: MakeCassette, name: str, value: str
) -> None:
    """A class or a member with the name of a variable, ``password=self.password``, stands in code only."""
    one = interaction(answer={name: value})
    assert inspect(cassette(one), "")
    assert value not in to_text(scrub([one]).interactions[0].response.body)


@pytest.mark.parametrize("text", ['real_name = "My {}"', "contact name: The {}", "password = 'Tulip.{}Password'"])
def test_a_name_that_begins_with_an_article_is_replaced(interaction: MakeInteraction, text: str) -> None:
    """``my-secret`` is what an example has; a person may be called so, and what stands in quotes is no variable."""
    assert "Rose" not in to_text(
        scrub([interaction(answer={"msg": text.format("Rose")})]).interactions[0].response.body
    )


TELLING: Final = (
    *(
        ("支付密码已经改成%s了", WORD),
        ("登录密码就用%s", WORD),
        ("%s是初始密码。", WORD),
        ("口令【%s】", WORD),
        ("提取码：%s（请保密）", WORD),
    ),
    *(
        ("the password is %s, ok?", "NolfLorfen"),
        ("Password for me: %s", "kgRuzhSOrnYOYt"),
        ("the password is %s today", "nolf-lorfen-frol"),
    ),
    *(
        ("We reset your PIN to %s today.", "7{D5}"),
        ("is the login code %s correct?", "8{D5}"),
        ("API key for me: %s", "6{D7}"),
    ),
    *(
        ("The admin password / %s", "x9K{D2}q{D1}Zt4"),
        ("%s is what you enter as the root password", "x9K{D2}q{D1}Zt4"),
        ("登录用%s这个密码", "x9K{D2}q{D1}Zt4"),
        ("App Secret值：%s", "vi9{A6}"),
        ("token应该是%s吧", "nolfen{D3}"),
        ("Incorrect session ID provided: %s. Try again.", "x9K{D2}q{D1}Zt4"),
        ("my sign-in code is %s, ok", "8{D5}"),
        ("%s - the private token for staging", "x9K{D2}q{D1}Zt4"),
    ),
    *(
        ("our tenant key: %s", "tulip-{D4}-nolfen"),
        ("Your gift code is %s.", "NOLF-{D4}-TULIP"),
        ("the Nolfen key %s works", "x9K{D2}q{D1}Zt4vB7"),
        ("邀请码：%s", "nolfen{D3}"),
        ("2FA code %s expired", "8{D5}"),
    ),
    *(
        (text, "TulipNolfen{D3}")
        for text in (
            *(
                "Redis password 👉 %s ok",
                "登录密码⇒%s",
                "My password: it's %s",
                "Password: ||%s||",
                "Password is <b>%s</b>",
            ),
            *(
                "the SSH password (i.e. %s)",
                "Password check failed: got %s",
                "I saved your password as %s",
                "%s [password]",
            ),
            *(
                "Password\n--------\n%s\n",
                "the password please\nbot> %s",
                "%s will be the password",
                "`%s` -> password",
            ),
            *("%s，您的登录密码", "%s——登录密码", "用户名和密码分别是me和%s", "登录密码（旧）%s"),
            "%s # db_password",
            *("the password of staging and prod %s ok",),
        )
    ),
    *(
        (text, value)
        for text in (
            *("the login code, %s, works", "the admin pass %s is old", "my locker code __%s__", "the PIN being %s"),
            *("your root pass has been reset. New one: %s", "use %s for the gate code", "recovery phrase ~~%s~~"),
            *("A password is generated for root@host: %s", "try %s when prompted for the PIN", "VPN password (new) %s"),
            *(
                "use the following password to log in:\n\n%s\n",
                "the door code again %s",
                "解压码2：%s",
                "%s，这是通行码",
            ),
            *("加密key叫%s", "暗号没变，%s", "__分享码__：%s", "访问码？\n%s"),
            *("Here it is: %s. That's the router password.", "Wei uses %s as login password", "投屏码：%s"),
            *("Save this password now:\n\n```\n%s\n```", "Q: What's the PUK for Nolfen?\nA: %s", "unseal key: %s"),
            *("At the router password prompt type %s", "For the PIN I used %s", "%s isn't the right login code"),
            *("could %s be the new OTP?", "the PUK in config.yaml is set to %s", "unlock code______%s"),
            *("password changed: Old1234x -> %s", "Here's your passcode, %s. Keep it safe."),
            *("A new access code was issued (%s).", "Meeting password is currently `%s`", "%s是内网Git的登录密码"),
            *("支付密码由Old1234x改为%s", "在“登录密码”一栏写%s", "%s已经不是登录密码了", "登录密码？试试%s"),
            *("支付密码是多少？\n答：%s", "登录密码错误，我用的%s", "%s是堡垒机的登录密码"),
            *("You asked for the guest password. It's %s.", "the PUK, which is on the card: %s", "Paste %s under PIN"),
            *(
                "You will need a gate code. Use %s.",
                "We changed the OTP from Old1234x to %s",
                "I meant %s. The PIN is new.",
            ),
            *("Q: what's the alarm code of room 204\nA: it's %s", "if the door code is requested, answer %s"),
            "the router password in the config file is %s, which is weak",
            *(
                "我试了%s，登录密码不对",
                "账号及登录密码：admin / %s",
                "访问码过期了，新的%s",
                "net use x: /user:bob %s",
            ),
        )
        for value in ("86{D4}", "k7R{D1}x2", "nolfen-{D3}-tulip")
        if value[0] == "k" or "pass" not in text or "password" in text
    ),
    *(("pw #1: %s", "k7R{D1}x2!q"), ("https://a.example/invite?key=%s", "x9K{D2}q{D1}Zt4vB7w")),
    *(("把%s加到保险库里作为登录密码", "k7R{D1}x2q{A6}"), ("%s还是有效的令牌吗", "nolfen{D4}!")),
    *(('{"tokens": ["%s"]}', "x9K{D2}q{D1}Zt4vB7w"), ("a.b=1\nPassport.Number = %s\nc=2", "E9{D7}")),
    *(("https://a.example/feed?key=%s", "IGU{D1}ZSYRYPMC{D1}"), ("vercel env add API_KEY x <<< %s", "Vf{D2}q")),
    *(("vault login %s", "8{D3}"), ("wpa_passphrase home '%s'", "86{D4}")),
    *(
        (f"{before}{command}", "k7R{D1}x2q{A6}")
        for before in ("请运行", "É")
        for command in (
            *("mysql -u root -p%s app", "redis-cli -a %s ping", "rabbitmqctl add_user bob %s", "net user bob %s /add"),
            *("useradd -m -p %s bob", "openssl enc -k %s -in a", 'variable "db_password" { default = "%s" }'),
            *('value="%s" name="api_key"', "static:bob:%s", "snmp-server community %s RO"),
        )
    ),
    *(("username bob password 0 %s", "k7R{D1}x2q{A6}"), ("the API key at 3 pm is %s", "k7R{D1}x2q{A6}")),
    *(("Password:<br>%s<br>", "Tulip-{D4}"), ("Not Old1234x, the OTP is %s", "tulip_rose-{D2}")),
    *(
        ("Lee lost the password, so he went to the desk again. He came back with %s there", "x9K{D2}q{D1}Zt4"),
        ("Everyone who comes in by the back door types %s, since nobody has a passphrase", "x9K{D2}q{D1}Zt4"),
        ("前台换了门禁密码，大家都没收到通知。今天早上贴出来了：%s", "x9K{D2}q{D1}Zt4"),
        ("The API key that Lee from the second floor sent with love had %s in it", "Nolfen{D4}"),
        ("The one-time code that Lee from the second floor got late had %s in it", "8{D5}"),
    ),
    *(("登录密码发给你：%s", "#vi9{A6}"), ("用私钥%s可以进", "9{D5}"), ("the password is nolfen_%s", "5{D3}")),
)
"""Sentences that tell a secret of letters or of digits only, or one that begins with a sign."""


def test_what_a_sentence_tells_is_found(interaction: MakeInteraction, cassette: MakeCassette, fill: Fill) -> None:
    """Nothing of it is left, and the inspector finds it by itself."""
    for text, example in TELLING:
        one = interaction(answer={"msg": text % (value := fill(example))})
        assert inspect(cassette(one), "") != (), text
        assert value not in json.loads(scrub([one]).interactions[0].response.body)["msg"], text


def cases() -> list[tuple[str, str]]:
    """Each syntax with what stands for a value in it."""
    return [(text, WORD) for text in SYNTAXES.values()] + [
        (text, f"{WORD}{{D2}}{{A6}}") for text in (*SYNTAXES.values(), *WITH_DIGIT.values())
    ]


@pytest.mark.parametrize(("text", "value"), cases())
def test_a_password_is_found(
    interaction: MakeInteraction, cassette: MakeCassette, fill: Fill, text: str, value: str
) -> None:
    """It is replaced, and found by the inspector if it was not."""
    one = interaction(answer={"msg": text % (value := fill(value))})
    assert inspect(cassette(one), "") != ()
    clean = scrub([one]).interactions
    assert json.loads(clean[0].response.body)["msg"] == text % "PASSWORD_1"
    assert inspect(cassette(*clean), "", [value]) == ()


FILLER: Final = "words, which name nothing.\n" * 120


def test_a_password_is_found_in_a_long_text(interaction: MakeInteraction, cassette: MakeCassette, fill: Fill) -> None:
    """The inspector searches a long text around its signs only, and finds the same; an object has to be parsed."""
    for text, value in cases():
        long = interaction(answer={"msg": f"{FILLER}\n{text % fill(value)}\n\n{FILLER}"})
        assert inspect(cassette(long), "") != () or text == SYNTAXES["value before its name"], text


@pytest.mark.parametrize(
    ("text", "placeholder"),
    [
        ('connect(host="h", passport_no="{}")', "PERSONAL_VALUE_1"),
        ("request bank_account={} status=200", "PERSONAL_VALUE_1"),
        ("https://a.example/#passport_no={}&b=1", "PERSONAL_VALUE_1"),
        ("$user['id_card_no'] = '{}';", "PERSONAL_VALUE_1"),
        ("QQ号为{}，请记住", "ACCOUNT_1"),
        ("gitlab_token={} status=200", "SECRET_1"),
        ("- **bot_id**: `{}`", "BOT_ID_1"),
    ],
)
def test_a_number_is_found(
    interaction: MakeInteraction, cassette: MakeCassette, fill: Fill, text: str, placeholder: str
) -> None:
    """So are the numbers of a person in code, in a log, in a sentence."""
    one = interaction(answer={"msg": text.format(fill("5{D9}"))})
    assert inspect(cassette(one), "") != ()
    assert json.loads(scrub([one]).interactions[0].response.body)["msg"] == text.format(placeholder)


PERSONS: Final = (
    *(("经办人：%s", "{HAN}"), ("申请人已改为%s。", "{HAN}"), ("户主“%s”", "{HAN}"), ("负责人\t%s", "阿依古丽·买买提")),
    *(("Passenger name: **%s**", "Mira Canaryson"), ("Cardholder name - %s", "Mira K. Canaryson")),
    *(("My birthday is %s.", "March 2{D1}, 1975"), ("生于%s", "19{D1}5年3月12日"), ("DOB (%s)", "1985-03-1{D1}")),
    *(("护照编号→%s", "E9{D7}"), ("passport number on file: %s", "G4{D7}"), ("通行证号码：%s", "H8{D7}")),
    *(("QQ改成%s", "8{D8}"), ("Your qq is now %s", "7{D7}"), ("微信id填tulip_%s", "3{D4}")),
    *(("家庭地址已改为%s", "宁波市中山路{D3}号"), ("Pickup address: %s", "1{D2} Tulip Terrace, Portland")),
    *(("IMEI号：%s", "5{D9}{D5}"), ("imei为%s。", "5{D9}{D5}")),
    *(("payment reference AB12 %s", "{IBAN}"), ("**Emergency contact**: %s", "Mira Canaryson")),
    *(("%s停在门口", "沪A·9{D4}"), ("车牌是%s", "粤BD8{D4}"), ("苏 %s", "C9{D3}K")),
)
"""What a text says of a person: a label, signs or a verb, and what looks like what the label asks for."""

PARTED: Final = (
    *("139·{D4}·{D4}", "139/{D4}/{D4}", "1391 234 5{D3}", "139 345 6{D4}"),
    *("4007-4{D2}-4{D2}", "400·7{D2}·8{D3}", "4001 6{D1}5 9{D2}", "800-8{D1}3-1{D3}"),
    *("021·6{D3}{D4}", "0571/8{D3}{D4}", "05718{D3}{D4}", "07911 23{D4}", "0912-3{D2}-6{D2}"),
)
"""Numbers without a name, parted as people part them."""


def test_what_a_text_says_of_a_person_is_found(
    interaction: MakeInteraction, cassette: MakeCassette, fill: Fill
) -> None:
    """Nothing of it is left, and the inspector finds it by itself."""
    for text, example in (*PERSONS, *(("ring %s now", each) for each in PARTED)):
        one = interaction(answer={"msg": text % (value := fill(example))})
        assert inspect(cassette(one), "") != (), text % example
        assert value not in json.loads(scrub([one]).interactions[0].response.body)["msg"], text % example


@pytest.mark.parametrize(
    "answer",
    [
        {"name": "db_password", "label": "Your contact", "value": WORD},
        {"key": "password", "name": "显示名", "value": WORD},
        {"name": "password", "value": [WORD]},
        {"spring.datasource.password": WORD},
        {"db.password.v2": WORD},
        {"DB_PASSWORD_PROD": WORD},
        {"name": "password", "value": [[WORD], [{"name": "size", "value": 3}]]},
        {"Key": "password", "Value": WORD},
        {"password": {"S": WORD}},
        {"op": "replace", "path": "/password", "newValue": WORD},
        {"args": ["-v", "--db-password", WORD]},
        [{"field": "password", "old": None, "new": WORD}],
    ],
)
def test_each_name_of_a_value_counts(interaction: MakeInteraction, cassette: MakeCassette, answer: object) -> None:
    """So is a value that two fields name, or that a list holds under the name."""
    one = interaction(answer=answer)
    assert inspect(cassette(one), "") != ()
    clean = scrub([one]).interactions
    assert clean[0].response.body == one.response.body.replace(WORD.encode(), b"PASSWORD_1")
    assert inspect(cassette(*clean), "", [WORD]) == ()


def test_names_in_a_list_name_nothing(interaction: MakeInteraction) -> None:
    """Names in a list say nothing of all values in another one."""
    answer = {"name": ["password", "size"], "value": ["a b", "c d"]}
    one = interaction(answer=answer)
    assert scrub([one]).interactions[0].response.body == one.response.body


def test_a_secret_in_a_table_is_replaced(interaction: MakeInteraction, cassette: MakeCassette) -> None:
    """The head of its column is no value, so that the recording is saved."""
    text = "| password | size |\n|---|---|\n| %s | 3 |"
    clean = scrub([interaction(answer={"msg": text % WORD})]).interactions
    assert json.loads(clean[0].response.body)["msg"] == text % "PASSWORD_1"
    assert inspect(cassette(*clean), "", [WORD]) == ()


@pytest.mark.parametrize("value", ["tulip{D4}", "nolfen{D4}", "tulip{D7}"])
def test_a_value_as_long_as_its_placeholder_is_replaced_whole(cassette: MakeCassette, fill: Fill, value: str) -> None:
    """In lines of JSON, where it stands in one piece of a text, though what follows touches its quotes."""
    lines = ['{"text": "hello"}', '{"text": "wechat: \\"%s\\""}', '{"text": "bye"}']
    body = "\n".join(lines) % fill(value)
    response = Response(200, "OK", (("content-type", "application/x-ndjson"),), body.encode())
    (clean,) = scrub([Interaction(Request("GET", "https://api.coze.com/v1/x"), response)]).interactions
    assert clean.response.body.decode() == "\n".join(lines) % "ACCOUNT_1"
    assert inspect(cassette(clean), "") == ()


@pytest.mark.parametrize("text", ["full_name=%s\nsize=3", "nick_name: %s\nsize: 3"])
def test_a_name_of_two_words_is_replaced_whole(interaction: MakeInteraction, text: str) -> None:
    """In a line of settings it goes on to the end of the line."""
    (clean,) = scrub([interaction(answer={"msg": text % "Mira Canaryson"})]).interactions
    assert "Mira" not in (msg := json.loads(clean.response.body)["msg"])
    assert "Canaryson" not in msg


@pytest.mark.parametrize(
    "text",
    [
        "The password is required.",
        "A token is valid, a secret is safe.",
        '{"name": "password", "value": "string"}',
        "密码（至少8位）",
        "user_name: +",
        "The user name is required, the API key is stored.",
        "密码8-16位，密码为空，密码2024年",
        "密码长度为8至20个字符，密钥采用AES256算法，验证码5分钟内有效，密码错误5次后锁定",
        'get_secret("db-2"); findToken("abc123"); auth=("user", "pass"); HTTPBasicAuth("user", "pass")',
        "The password must be at least 8 characters long, the key is hashed with SHA256 as in RFC7517.",
        "The token was added in 3.11.2, the key is read from config_v2.json, a code of 200 is good.",
        "The secret key uses ed25519; POST the token to https://a.example/oauth2/token with HTTP/1.1.",
        "use this as the password; pass: 12 of 15, pass: test_name1",
        '{"pass": 1042, "pin": "pinned", "max_token": 128000, "sid": "main"}',
        "find . -name test1.py -type f; git config user.name Ada; tar -xvf backup2024.tgz",
        "docker run -p 8080:8080 a; mkdir -p some/where; zip -r a.zip b",
        "<tr><td>password</td><td>string</td></tr>",
        'unexpected token "}"',
        "密码用bcrypt加密，密钥用Keycloak生成，密码是encrypted的，使用 passphrase 作为密钥，口令，little-endian编码",
        "The dh secret should be left-padded; the password length is 1024, the key size was 2048, a PIN of 4 digits.",
        "self.token = OAuth2Token.from_dict(x); firstToken[tokenize_1.FIELDS.START_POS]; (Token, PseudoToken, Single3)",
        "run --webhook-secret-secret-version=projects/a/secrets/whsecret/versions/1; Buffer.from(signature, 'base64')",
        "用户登录凭证（有效期五分钟），调用 [auth.code2Session](https://a.example)；next_token=50256, page_token: 1042",
        "The token, see RFC7519, was added in commit 3fa9c1d2; the key of type x25519kyber768 is via libssl3.0a2b",
        r"the encoding cookie as specified in pep-0263; :let ft_ignore_pat = '\.\(bz2\|tgz\)$'",
        "network security key (WPA2), bearer token (RFC6750); 推流码率为 4500 kbps，下载码率为1080P，登录码农2022",
        "docker run -u root -p 8080:80 a1; ssh -l me -p 2222 h1; vault login token1; conn tcp/ip4",
        "Unexpected token 12345 in JSON",
        '{"title": "Password", "content": "Enter 8 chars"}; use 4096 for the max token count',
        "all tests pass on py312; a guest pass for 2 days; the code is in host1/a2 (see path/pass)",
        "sign(payload, 'sha256'); new PDO('mysql:host=db1;dbname=x2'); getAuth('4f9a0c27be31')",
        "then log in with auth 4f9a0c27be31 and go on, is all; PASS src/a1b2c3.test.js",
        "密码（WPA/WPA2 passphrase），该 token 的色值会比 `colorBgContainer` 要亮",
        "Pods api-7d9f8b6c5d-x2x4z need the secret db-creds.",
        "The token is checked first, see request 4BF92f35x77b; X.509 is used, and the password as well",
        "错误码4001表示密码错误，4002表示令牌过期",
    ],
)
def test_what_is_said_of_a_password_stays(interaction: MakeInteraction, cassette: MakeCassette, text: str) -> None:
    """A sentence about it is no value."""
    one = interaction(answer={"msg": text})
    assert scrub([one]).interactions[0].response.body == one.response.body
    assert inspect(cassette(one), "") == ()


DESCRIPTIONS: Final = (
    *(
        "string",
        "str",
        "true",
        "null",
        "none",
        "required",
        "optional",
        "bearer",
        "Basic",
        "password",
        "passwd",
        "secret",
    ),
    *(
        "token",
        "api_key",
        "apikey",
        "text",
        "hidden",
        "change_me",
        "changeme",
        "your key",
        "<here>",
        "${X}",
        "{{x}}",
        "xxxx",
    ),
)
"""What stands in place of a secret."""


def test_what_stands_in_place_of_a_secret_is_recorded(interaction: MakeInteraction, cassette: MakeCassette) -> None:
    """Neither replaced nor refused: what the scrubber leaves is no finding."""
    for name in ("password", "token", "secret"):
        for word in DESCRIPTIONS:
            one = interaction(answer={name: word})
            assert scrub([one]).interactions[0] == one
            assert inspect(cassette(one), "") == (), (name, word)


VALUES: Final[Mapping[Promise, Sequence[str]]] = {
    Promise.SECRET: ("{A14}",),
    Promise.CREDENTIAL: ("{A14}",),
    Promise.CODE: ("{D1}{A7}", "9{D5}"),
    Promise.SHORT: ("x{D1}{A6}",),
    Promise.PERSON: ("{HAN}",),
    Promise.ROLE: ("{HAN}",),
    Promise.DETAIL: ("5{D8}",),
    Promise.PLACE: ("某某路{D3}号", "5{D8}"),
    Promise.PICTURE: ("https://a.example/{A8}",),
    Promise.IDENTIFIER: ("x9{A12}",),
}


def names_of(promise: Promise) -> list[str]:
    """The names of the table that promise this."""
    return [name for name in map(str.strip, TABLE[promise].replace("\n", "|").split("|")) if name]


@pytest.mark.parametrize("one_in", [8, pytest.param(1, marks=pytest.mark.proof)])
@pytest.mark.parametrize("promise", TABLE)
def test_the_scrubber_keeps_what_a_name_promises(
    interaction: MakeInteraction, fill: Fill, promise: Promise, one_in: int
) -> None:
    """What the inspector refuses under a name is replaced, or nothing with that name could ever be recorded."""
    kept: dict[str, int] = dict.fromkeys(names_of(promise)[::one_in], 0)
    for example in VALUES[promise]:
        for name in kept:
            value = fill(example)
            [clean] = scrub([interaction(answer={name.replace(" ", "_"): value})]).interactions
            kept[name] += value in to_text(clean.response.body)
    assert [name for name, times in kept.items() if times == len(VALUES[promise])] == []
