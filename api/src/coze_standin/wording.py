"""What the models of the stand-in say: sentences put together from a small vocabulary."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import pairwise

_MAX_PIECES = 12
_ECHOED = 24


@dataclass(frozen=True)
class Language:
    """A vocabulary. ``{echo}`` is where the question is taken up, ``{owner}`` where a mail address goes."""

    openings: tuple[str, ...]
    subjects: tuple[str, ...]
    verbs: tuple[str, ...]
    objects: tuple[str, ...]
    mentions: tuple[str, ...]
    follow_ups: tuple[str, ...]
    sentence: str
    gap: str


CHINESE = Language(
    openings=("关于“{echo}”，可以这样看：", "你问到“{echo}”🙂。", "好的，先说“{echo}”。\n", "“{echo}”是个好问题！"),
    subjects=("这个方案", "旅行计划", "数据报告", "团队", "早晨的咖啡☕"),
    verbs=("需要", "带来", "说明了", "依赖", "改变了"),
    objects=("更多的时间", "三个步骤", "清楚的目标", "一点耐心", "新的思路✨"),
    mentions=("如需人工帮助，请写信给 {owner}。", "负责人邮箱是 {owner}，欢迎联系。"),
    follow_ups=("还能举个例子吗？", "下一步是什么？", "有更简单的办法吗？", "费用大概多少？", "需要准备哪些资料？"),
    sentence="{subject}{verb}{object}。",
    gap="",
)

ENGLISH = Language(
    openings=('As for "{echo}": ', 'You asked about "{echo}". ', 'Let me take "{echo}" first.\n'),
    subjects=("The route", "A small team", "This recipe", "The library", "Most of the work", "Your draft"),
    verbs=("needs", "brings", "explains", "depends on", "replaces"),
    objects=("an extra day", "two short steps", "a clear goal", "some patience", "the older method", "a test run"),
    mentions=("A person can help you at {owner}. ", "Write to {owner} when in doubt. "),
    follow_ups=("Can you give an example?", "What comes next?", "Is there a simpler way?", "How long would it take?"),
    sentence="{subject} {verb} {object}. ",
    gap=" ",
)


def sentence(language: Language, rng: random.Random) -> str:
    """One sentence that means nothing in particular."""
    return language.sentence.format(
        subject=rng.choice(language.subjects),
        verb=rng.choice(language.verbs),
        object=rng.choice(language.objects),
    )


def answer(language: Language, rng: random.Random, question: str, owner: str = "") -> str:
    """An answer that takes up the beginning of ``question``; with ``owner``, it tells this mail address."""
    sentences = [sentence(language, rng) for _ in range(rng.randint(1, 4))]
    if owner:
        mention = rng.choice(language.mentions).format(owner=owner)
        sentences.insert(rng.randint(0, len(sentences)), mention)
    opening = rng.choice(language.openings).format(echo=question[:_ECHOED] or "…")
    return (opening + "".join(sentences)).strip()


def follow_ups(language: Language, rng: random.Random) -> list[str]:
    """None to three different questions that a user might ask next."""
    return rng.sample(language.follow_ups, rng.randint(0, 3))


def pieces(text: str, rng: random.Random, split: str = "") -> list[str]:
    """``text`` in 2 to 12 pieces, none of them empty; with ``split``, that part of it is cut somewhere inside."""
    most = max(0, min(_MAX_PIECES, len(text)) - 2)
    places = set(rng.sample(range(1, len(text)), rng.randint(min(1, most), most)))
    if len(split) > 1 and split in text:
        places.add(text.index(split) + rng.randint(1, len(split) - 1))
    edges = sorted({0, len(text)} | places)
    return [text[start:end] for start, end in pairwise(edges)]
