"""What the models say, and how it is cut into deltas."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coze_standin import wording
from coze_standin.rng import create_rng


@given(st.text(min_size=1), st.integers())
def test_pieces_make_up_the_text(text: str, seed: int) -> None:
    """The pieces, 1 to 12 of them and none empty, are the text."""
    pieces = wording.pieces(text, create_rng(seed))
    assert "".join(pieces) == text
    assert all(pieces)
    assert 1 <= len(pieces) <= 12


@given(st.text(), st.text(), st.integers())
def test_what_shall_be_split_is_split(before: str, after: str, seed: int) -> None:
    """No piece holds the whole of the part that shall be split."""
    pieces = wording.pieces(before + "@mail" + after, create_rng(seed), "@mail")
    assert "".join(pieces) == before + "@mail" + after
    text, inside = "", False
    for piece in pieces[:-1]:
        text += piece
        inside = inside or len(before) < len(text) < len(before + "@mail") or "@mail" in before
    assert inside


@pytest.mark.parametrize("language", [wording.CHINESE, wording.ENGLISH])
def test_an_answer_takes_up_the_question(language: wording.Language) -> None:
    """An answer holds the beginning of its question and the mail address that it shall tell, and varies."""
    answers = {wording.answer(language, create_rng(), "Where is Tsavo?", "me@here.cn") for _ in range(20)}
    assert all("Where is Tsavo?" in answer and "me@here.cn" in answer for answer in answers)
    assert len(answers) > 10


def test_the_languages_share_no_word() -> None:
    """One account writes Chinese, the other plain ASCII."""
    english = wording.ENGLISH
    assert all(text.isascii() for text in (*english.subjects, *english.verbs, *english.objects, *english.follow_ups))
    assert not any(text.isascii() for text in (*wording.CHINESE.subjects, *wording.CHINESE.verbs))


def test_follow_ups_are_at_most_three_and_different() -> None:
    """None to three questions, none twice; each number comes up."""
    asked = [wording.follow_ups(wording.CHINESE, create_rng(seed)) for seed in range(60)]
    assert {len(questions) for questions in asked} == {0, 1, 2, 3}
    assert all(len(set(questions)) == len(questions) for questions in asked)
