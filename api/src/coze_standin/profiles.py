"""What is fixed about the two accounts: language, names of things, how many there are, which optional fields come."""

from __future__ import annotations

from dataclasses import dataclass

from coze_standin.wording import CHINESE, ENGLISH, Language


@dataclass(frozen=True)
class KnowledgeBase:
    """A knowledge base and the names of its files; ``format_type`` is 0 for text, 1 for tables, 2 for images."""

    name: str
    format_type: int
    files: tuple[str, ...]


@dataclass(frozen=True)
class Profile:
    """The fixed half of an account; the other half (ids, people, secrets) is made at run time.

    ``optional`` names the fields that this account's answers carry though the API may leave them out.
    ``bot_prompt`` may use ``{email}``, ``{phone}``, ``{ip}``, ``{key}``, ``{verify}``, ``{jwt}`` and ``{pem}``,
    ``dataset_description`` the first two.
    """

    name: str
    language: Language
    mail_ending: str
    phone_prefix: str
    phone_digits: int
    family_names: tuple[str, ...]
    given_names: tuple[str, ...]
    unique_name: str
    nick_name: str
    image_hosts: tuple[str, ...]
    web_host: str
    key_prefix: str
    personal_workspace: str
    team_workspace: str
    other_members: int
    published_bots: tuple[str, ...]
    draft_bots: tuple[str, ...]
    bot_description: str
    bot_prompt: str
    prologue: str
    model_name: str
    workflows: tuple[str, ...]
    workflow_description: str
    versions: int
    conversations: tuple[str, ...]
    opening_question: str
    datasets: tuple[KnowledgeBase, ...]
    dataset_description: str
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

PROFILES: dict[str, Profile] = {
    "a": Profile(
        name="a",
        language=CHINESE,
        mail_ending="cn",
        phone_prefix="13",
        phone_digits=9,
        family_names=("欧阳", "司马", "诸葛", "上官", "慕容", "皇甫"),
        given_names=("慕晴", "知远", "若溪", "景行", "书瑶", "怀瑾", "星阑", "予安"),
        unique_name="user{digits}",
        nick_name="{family}{given}🌙{number}",
        image_hosts=("p3-flow-imagex-sign.byteimg.com", "p9-bot-workflow-sign.byteimg.com"),
        web_host="www.coze.cn",
        key_prefix="pat_",
        personal_workspace="个人空间",
        team_workspace="星图实验室🚀",
        other_members=3,
        published_bots=(
            "旅行规划师✈️",
            "早餐顾问🥟",
            "周报助手",
            "诗词老师📜",
            "健身教练💪",
            "法律小帮手",
            "植物医生🌱",
        ),
        draft_bots=("还没想好的机器人",),
        bot_description="{name}：用几句话帮你把事情说清楚。",
        bot_prompt=_CHINESE_PROMPT,
        prologue="你好，我是{name}，今天想聊点什么？",
        model_name="豆包·通用模型",
        workflows=("文本整理工作流", "日报生成", "图片配文🖼️"),
        workflow_description="把输入整理成一段文字",
        versions=4,
        conversations=("第一次咨询", "周末计划🏖️", ""),
        opening_question="周末去哪里走走比较好？",
        datasets=(
            KnowledgeBase("旅行手册📚", 0, ("签证须知.txt", "城市攻略.pdf", "行李清单.docx")),
            KnowledgeBase("风景照片🏔️", 2, ("海边.jpg", "雪山.png")),
        ),
        dataset_description="由 {email} 维护，更正请拨打 {phone}。",
        optional=frozenset({"section_id", "message_times", "usage_at_start", "plugins", "conversation_name"}),
    ),
    "b": Profile(
        name="b",
        language=ENGLISH,
        mail_ending="com",
        phone_prefix="+44 7",
        phone_digits=9,
        family_names=("Okonkwo", "Lindqvist", "Abernathy", "Castellanos", "Wojcik"),
        given_names=("Josephine", "Thaddeus", "Marisol", "Ingeborg", "Leopold", "Rosalind"),
        unique_name="{word}_{digits}",
        nick_name="{given} {family} {number}",
        image_hosts=("lf-bot-studio-plugin-resource.coze.com", "p16-flow-sign-va.ciciai.com"),
        web_host="www.coze.com",
        key_prefix="sk-",
        personal_workspace="Personal Space",
        team_workspace="Harbour Desk",
        other_members=1,
        published_bots=("Recipe Box", "Ticket Sorter", "Museum Guide", "Code Reader", "Night Porter"),
        draft_bots=("Untitled", "Second try"),
        bot_description="{name} answers in a few plain sentences.",
        bot_prompt=_ENGLISH_PROMPT,
        prologue="Welcome to {name}.",
        model_name="GPT-4o (8K)",
        workflows=("summarise_ticket", "daily_digest"),
        workflow_description="Turns its input into one paragraph",
        versions=3,
        conversations=("Monday",),
        opening_question="Which museum is open on Mondays?",
        datasets=(
            KnowledgeBase("Opening hours", 0, ("museums.txt", "libraries.doc")),
            KnowledgeBase("Price list", 1, ("prices.xlsx",)),
            KnowledgeBase("Floor plans", 2, ("ground floor.png",)),
        ),
        dataset_description="Kept by {email}; ring {phone} about anything out of date.",
        optional=frozenset({"enterprise", "folder", "published_at", "inserted_messages", "meta_data", "suggest_reply"}),
    ),
}
"""The accounts by name. They share nothing that a test could lean on."""
