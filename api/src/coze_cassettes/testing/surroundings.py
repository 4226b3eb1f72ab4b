"""THE tables of what stands around or over a canary: neighbours, syntaxes, spellings of names, encodings."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import quote_plus

from coze_cassettes.codecs.encodings import ENCODINGS, FOLDINGS

BEFORE: Final[Sequence[str]] = (
    *(
        "see ",
        "",
        " ",
        "\n",
        "\t",
        "请用",
        "我的是",
        "：",
        "，",
        "（",
        "【",
        "“",
        "「",
        "《",
        "《a》",
        "。",
        "、",
        "值",
    ),
    *("(", "[", "{", "<", '"', "'", "`", "**", "==", "=", ":", "|", "* ", "> ", "#", "~", "@", "/", ";", ",", "!", "?"),
    *(
        "\u3000",
        "\u00a0",
        "\u200b",
        "😀",
        "é",
        "IP",
        "tel",
        "key",
        "id",
        "No.",
        "a=",
        "x:",
        "<b>",
        "//",
        "&",
        "$",
        "\\n",
        "№",
        "①",
    ),
)
AFTER: Final[Sequence[str]] = (
    *(
        " there",
        "",
        " ",
        "\n",
        "\t",
        "请记住",
        "是我的",
        "。",
        "，",
        "）",
        "】",
        "”",
        "」",
        "》",
        "、",
        "；",
        "！",
        "？",
    ),
    *(")", "]", "}", ">", '"', "'", "`", "**", "==", ";", ",", ". Bye", ".", "!", "?", "|", "&", "</b>", ":", "#", "…"),
    *("\u3000", "\u00a0", "\u200b", "😀", "é", "\\n", "is", "ok", "²", "™"),
)
"""What may stand beside a value: anything but the characters that it is made of."""


def around(chance: random.Random, touching: str) -> tuple[str, str]:
    """Neighbours of a value that do not go on with its own alphabet."""
    before = chance.choice([each for each in BEFORE if not each or each[-1] not in touching])
    after = chance.choice([each for each in AFTER if not each or each[0] not in touching])
    return before, after


# --- names ----------------------------------------------------------------------------------------------------------


def _camel(words: list[str]) -> str:
    return words[0] + "".join(word.capitalize() for word in words[1:])


STYLES: Final[Mapping[str, Callable[[list[str]], str]]] = {
    "snake": "_".join,
    "kebab": "-".join,
    "camel": _camel,
    "Pascal": lambda words: "".join(word.capitalize() for word in words),
    "UPPER": lambda words: "_".join(words).upper(),
    "Header": lambda words: "-".join(word.capitalize() for word in words),
}


def spell(chance: random.Random, words: str) -> str:
    """The words of a name in one of the styles of programmers, sometimes behind another word."""
    if not words.isascii():
        return words
    before = chance.choice(([], [], ["my"], ["default"]))
    return STYLES[chance.choice(list(STYLES))]([*before, *words.split()])


# --- syntaxes -------------------------------------------------------------------------------------------------------


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _identifier(name: str) -> str:
    """A name as a language allows it."""
    return name.replace("-", "_")


STRUCTURES: Final[Mapping[str, Callable[[str, str], str]]] = {
    "JSON": lambda name, value: _dump({name: value}),
    "JSON inside": lambda name, value: _dump({"a": [{"b": 1, name: value}]}),
    "JSON in a string": lambda name, value: _dump({"output": _dump({name: value})}),
    "repr": lambda name, value: repr({name: value, "b": 1}),
    "YAML": lambda name, value: f"kind: demo\n{name}: {value}\nsize: 3\n",
    "YAML, quoted": lambda name, value: f"kind: demo\n{name}: '{value}'\n",
    "environment": lambda name, value: f"KIND=demo\nexport {name}={value}\n",
    "XML": lambda name, value: f"<a><kind>demo</kind><{name}>{value}</{name}></a>",
    "XML attribute": lambda name, value: f'<a kind="demo" {name}="{value}"/>',
    "CDATA": lambda name, value: f"<a><{name}><![CDATA[{value}]]></{name}></a>",
    "CSV": lambda name, value: f"kind,{name},size\ndemo,{value},3\n",
    "TSV": lambda name, value: f"kind\t{name}\ndemo\t{value}\n",
    "Markdown table": lambda name, value: f"| kind | {name} |\n|---|---|\n| demo | {value} |\n",
    "form": lambda name, value: f"kind=demo&{quote_plus(name)}={quote_plus(value)}&size=3",
    "Ruby": lambda name, value: f'{{:kind => "demo", "{name}" => "{value}"}}',
    "Go": lambda name, value: f'{name.replace("-", "_")} := "{value}"',
    "name and value": lambda name, value: _dump([{"name": name, "value": value}]),
    "keyword": lambda name, value: _dump({"keyword": name, "size": 3, "value": value}),
    "property": lambda name, value: f'<a><property name="{name}">{value}</property></a>',
    "plist": lambda name, value: f"<dict><key>{name}</key>\n<string>{value}</string></dict>",
    "tuple": lambda name, value: f"('{name}', '{value}')",
    "bold": lambda name, value: f"- **{name}:** `{value}`\n",
    "TOML": lambda name, value: f'[demo]\n{name} = "{value}"\n',
    "declaration": lambda name, value: f'let {_identifier(name)}: String = "{value}";',
    "constant": lambda name, value: f'const {_identifier(name)} string = "{value}"',
    "braces": lambda name, value: f'std::string {_identifier(name)}{{"{value}"}};',
    "Terraform": lambda name, value: f'variable "{name}" {{\n  type = string\n  default = "{value}"\n}}\n',
    "item of YAML": lambda name, value: f'env:\n- name: {_identifier(name)}\n  value: "{value}"\n',
    "block of YAML": lambda name, value: f"kind: demo\n{name}: |\n  {value}\nsize: 3\n",
    "field of a form": lambda name, value: (
        f'--a\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n--a--'
    ),
    "cells": lambda name, value: f"<tr><td>{name}</td><td>{value}</td></tr>",
    "value before the name": lambda name, value: f'<input value="{value}" type="hidden" name="{name}"/>',
    "INSERT": lambda name, value: f"INSERT INTO demo (id, {name}, size) VALUES (1, '{value}', 3);",  # noqa: S608 - a text, no query
    "value of a name": lambda name, value: _dump({"properties": {name: {"type": "string", "default": value}}}),
}
"""Where something says where the value begins and ends."""

PROSE: Final[Mapping[str, Callable[[str, str], str]]] = {
    "assignment": lambda name, value: f"{name}={value}",
    "colon": lambda name, value: f"The {name}: {value}. Bye",
    "is": lambda name, value: f"my {name} is {value}, remember it",
    "Chinese colon": lambda name, value: f"{name}：{value}请记住",
    "Chinese is": lambda name, value: f"{name}为{value}，请记住",
    "option": lambda name, value: f"tool --{name.replace('_', '-')} {value} --verbose",
    "Dockerfile": lambda name, value: f"FROM demo\nENV {name.replace('-', '_')} {value}\nRUN demo\n",
    "system property": lambda name, value: f"java -D{name}={value} -jar demo.jar",
    "field of a command": lambda name, value: f"curl -d '{name}={value}' https://a.example",
    "log": lambda name, value: f"10:00 INFO {name}={value} status=200",
    "Chinese brackets": lambda name, value: f"【{name}】{value}",
    "arrow": lambda name, value: f"{name} => {value}",
    "long arrow": lambda name, value: f"{name} → {value}",
    "corner brackets": lambda name, value: f"{name}「{value}」",
    "verb": lambda name, value: f"请把{name}改成{value}，好吗",
    "set": lambda name, value: f"set -gx {_identifier(name)} {value}\n",
}
"""Running text, in which the value ends where its characters end."""

# --- encodings ------------------------------------------------------------------------------------------------------

PLAIN: Final = "none"
Encode = Callable[[str], str]
ENCODERS: Final[Mapping[str, Encode]] = {
    PLAIN: lambda text: text,
    **{row.name: row.encode for row in ENCODINGS},
    "form": lambda text: f"note={quote_plus(text)}",
    **{row.name: row.spell for row in FOLDINGS[:3]},
}
CASES: Final[Mapping[str, Encode]] = {row.name: row.spell for row in FOLDINGS[3:]}
"""What only a value is found in that is known already."""
