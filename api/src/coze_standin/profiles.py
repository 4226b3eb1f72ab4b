"""What is fixed about the two accounts: language, names of things, how many there are, which optional fields come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from coze_standin.wording import CHINESE, ENGLISH, Language


@dataclass(frozen=True)
class KnowledgeBase:
    """A knowledge base and the names of its files; ``format_type`` is 0 for text, 1 for tables, 2 for images.

    ``chunk_strategy`` is what was chosen at the first upload; empty is automatic.
    """

    name: str
    format_type: int
    files: tuple[str, ...]
    chunk_strategy: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class People:
    """How people are called and reached; ``unique_name`` and ``nick_name`` are format strings."""

    mail_ending: str
    phone_prefix: str
    phone_digits: int
    family_names: tuple[str, ...]
    given_names: tuple[str, ...]
    unique_name: str
    nick_name: str


@dataclass(frozen=True)
class Web:
    """The hosts that addresses name, and what the account's API keys begin with."""

    host: str
    image_hosts: tuple[str, ...]
    key_prefix: str


@dataclass(frozen=True)
class Workspaces:
    """The names of the two workspaces, and how many people are in the team beside the owner."""

    personal: str
    team: str
    other_members: int


@dataclass(frozen=True)
class Bots:
    """The bots; ``prompt`` may use email, phone, ip, key, verify, jwt and pem of the account, in braces."""

    published: tuple[str, ...]
    drafts: tuple[str, ...]
    description: str
    prompt: str
    prologue: str
    model_name: str


@dataclass(frozen=True)
class Projects:
    """The apps, the folders by their kind (the first ``development`` one holds another), and a template."""

    published_apps: tuple[str, ...]
    draft_apps: tuple[str, ...]
    development: tuple[str, ...]
    library: tuple[str, ...]
    inner_folder: str
    template: str
    description: str


@dataclass(frozen=True)
class Workflows:
    """The workflows; the first has ``versions`` published versions, each further one a version less."""

    names: tuple[str, ...]
    description: str
    versions: int


@dataclass(frozen=True)
class Conversations:
    """The old conversations, and the question with which each begins."""

    names: tuple[str, ...]
    opening_question: str


@dataclass(frozen=True)
class Knowledge:
    """The knowledge bases; ``description`` may use ``{email}`` and ``{phone}``."""

    bases: tuple[KnowledgeBase, ...]
    description: str


@dataclass(frozen=True)
class Voices:
    """The voices that everybody has, and the sentence that each speaks as a preview."""

    system: tuple[str, ...]
    preview: str


@dataclass(frozen=True)
class Profile:
    """The fixed half of an account, by area; the other half (ids, people, secrets) is made at run time.

    ``optional`` names the fields that this account's answers carry though the API may leave them out.
    """

    name: str
    language: Language
    people: People
    web: Web
    workspaces: Workspaces
    bots: Bots
    projects: Projects
    workflows: Workflows
    conversations: Conversations
    knowledge: Knowledge
    voices: Voices
    optional: frozenset[str]


_CHINESE_PROMPT = """你是一个耐心的助手，用简短的中文回答。
遇到投诉请转给 {email}，手机 {phone}。
调用内部接口 http://{ip}:8080 时使用密钥 {key}，verify_token={verify}。
备用令牌：{jwt}
"""

_ENGLISH_PROMPT = """You are a concise assistant.
Escalate refunds to {email} or call {phone}.
The order service answers at https://{ip}/orders with the API key {key}.
Sign callbacks with this key:
{pem}
"""

_CUT_AT_HEADINGS = {
    "chunk_type": 1,
    "separator": "#",
    "max_tokens": 800,
    "remove_extra_spaces": True,
    "remove_urls_emails": True,
}

PROFILES: dict[str, Profile] = {
    "a": Profile(
        name="a",
        language=CHINESE,
        people=People(
            mail_ending="cn",
            phone_prefix="13",
            phone_digits=9,
            family_names=("欧阳", "司马", "诸葛", "上官", "慕容", "皇甫"),
            given_names=("慕晴", "知远", "若溪", "景行", "书瑶", "怀瑾", "星阑", "予安"),
            unique_name="user{digits}",
            nick_name="{family}{given}🌙{number}",
        ),
        web=Web(
            image_hosts=("p3-flow-imagex-sign.byteimg.com", "p9-bot-workflow-sign.byteimg.com"),
            host="www.coze.cn",
            key_prefix="pat_",
        ),
        workspaces=Workspaces(
            personal="个人空间",
            team="星图实验室🚀",
            other_members=3,
        ),
        bots=Bots(
            published=(
                "旅行规划师✈️",
                "早餐顾问🥟",
                "周报助手",
                "诗词老师📜",
                "健身教练💪",
                "法律小帮手",
                "植物医生🌱",
            ),
            drafts=("还没想好的机器人",),
            description="{name}：用几句话帮你把事情说清楚。",
            prompt=_CHINESE_PROMPT,
            prologue="你好，我是{name}，今天想聊点什么？",
            model_name="豆包·通用模型",
        ),
        projects=Projects(
            published_apps=("番茄钟🍅", "家庭账本", "选课助手"),
            draft_apps=("未完成的应用",),
            development=("客服机器人", "内部工具🔧", "归档"),
            library=("公共素材",),
            inner_folder="二〇二四",
            template="面试模拟官",
            description="大家一起维护",
        ),
        workflows=Workflows(
            names=("文本整理工作流", "日报生成", "图片配文🖼️"),
            description="把输入整理成一段文字",
            versions=4,
        ),
        conversations=Conversations(
            names=("第一次咨询", "周末计划🏖️", ""),
            opening_question="周末去哪里走走比较好？",
        ),
        knowledge=Knowledge(
            bases=(
                KnowledgeBase("旅行手册📚", 0, ("签证须知.txt", "城市攻略.pdf", "行李清单.docx")),
                KnowledgeBase("风景照片🏔️", 2, ("海边.jpg", "雪山.png")),
            ),
            description="由 {email} 维护，更正请拨打 {phone}。",
        ),
        voices=Voices(
            system=("清晨播音员☀️", "柔和女声", "沉稳男声", "童声小鹿🦌", "新闻主播"),
            preview="很高兴认识你，今天过得怎么样？",
        ),
        optional=frozenset({"bot_details", "plugins", "conversation_name", "dataset_storage"}),
    ),
    "b": Profile(
        name="b",
        language=ENGLISH,
        people=People(
            mail_ending="com",
            phone_prefix="+44 7",
            phone_digits=9,
            family_names=("Okonkwo", "Lindqvist", "Abernathy", "Castellanos", "Wojcik"),
            given_names=("Josephine", "Thaddeus", "Marisol", "Ingeborg", "Leopold", "Rosalind"),
            unique_name="{word}_{digits}",
            nick_name="{given} {family} {number}",
        ),
        web=Web(
            image_hosts=("lf-bot-studio-plugin-resource.coze.com", "p16-flow-sign-va.ciciai.com"),
            host="www.coze.com",
            key_prefix="sk-",
        ),
        workspaces=Workspaces(
            personal="Personal Space",
            team="Harbour Desk",
            other_members=1,
        ),
        bots=Bots(
            published=("Recipe Box", "Ticket Sorter", "Museum Guide", "Code Reader", "Night Porter"),
            drafts=("Untitled", "Second try"),
            description="{name} answers in a few plain sentences.",
            prompt=_ENGLISH_PROMPT,
            prologue="Welcome to {name}.",
            model_name="GPT-4o (8K)",
        ),
        projects=Projects(
            published_apps=("Shift Planner", "Parcel Tracker"),
            draft_apps=("Seat Map", "Quiz Night", "Blank app"),
            development=("Front desk", "Experiments"),
            library=("Shared prompts", "Icons"),
            inner_folder="Last year",
            template="Interview Coach",
            description="Looked after by the whole team",
        ),
        workflows=Workflows(
            names=("summarise_ticket", "daily_digest"),
            description="Turns its input into one paragraph",
            versions=3,
        ),
        conversations=Conversations(
            names=("Monday",),
            opening_question="Which museum is open on Mondays?",
        ),
        knowledge=Knowledge(
            bases=(
                KnowledgeBase("Opening hours", 0, ("museums.txt", "libraries.doc"), _CUT_AT_HEADINGS),
                KnowledgeBase("Price list", 1, ("prices.xlsx",)),
                KnowledgeBase("Floor plans", 2, ("ground floor.png",)),
            ),
            description="Kept by {email}; ring {phone} about anything out of date.",
        ),
        voices=Voices(
            system=("Harbour Pilot", "Night Reader", "Radio Four", "Little Owl"),
            preview="Good evening, what can I do for you?",
        ),
        optional=frozenset({"enterprise", "published_at", "meta_data"}),
    ),
}
"""The accounts by name. They share nothing that a test could lean on."""
