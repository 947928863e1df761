"""Words in their readings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.moderation.common_words import is_common
from bot.moderation.leet import read_signs, skeleton
from bot.moderation.normalisation import Gap, Stream, open_text, read_word, streams


@pytest.mark.parametrize(
    "token",
    [
        "castle",
        "CASTLE",
        "cástlé",
        "ｃａｓｔｌｅ",
        "𝐜𝐚𝐬𝐭𝐥𝐞",
        "саѕtlе",
        "cαѕtle",
        "ᶜᵃˢᵗˡᵉ",
        "ᴄᴀsᴛʟᴇ",
        "ca\u0336s\u0301tle",
        "caſtle",
    ],
)
def test_disguised_letters_read_as_latin(token: str) -> None:
    assert read_word(open_text(token)).plain == "castle"


@pytest.mark.parametrize("token", ["запрещено", "κάστρο", "かわいい", "禁止語", "성", "पहाड़"])
def test_other_scripts_stay_their_own(token: str) -> None:
    assert not read_word(token).plain.isascii()


def test_accents_come_off_precomposed_and_decomposed_letters_alike() -> None:
    assert read_word("nud\u00e9").plain == read_word("nude\u0301").plain == "nude"


def test_marks_that_make_kana_stay() -> None:
    assert read_word("ゴ").own == "ゴ"


@pytest.mark.parametrize(
    "text", ["ca\u200bstle", "ca\u00adstle", "ca\ufeffstle", "ca\u3164stle", "ca\u2800stle", "c\ufe0fastle"]
)
def test_what_cannot_be_seen_is_no_gap(text: str) -> None:
    assert [word.plain for word in streams(text)[0].words] == ["castle"]


def test_an_invisible_blank_may_also_be_a_space() -> None:
    assert ["red", "castle"] in [[word.plain for word in stream.words] for stream in streams("red\u3164castle")]


@pytest.mark.parametrize(("text", "letters"), [("🇨 🇦", ["c", "a"]), ("ⓒⓐ", ["ca"]), ("🄲🅰", ["ca"]), ("⑫", ["12"])])
def test_letters_step_out_of_their_frames(text: str, letters: list[str]) -> None:
    assert [word.plain for word in Stream(open_text(text)).words] == letters


def test_gaps() -> None:
    assert Stream("a_b-c, d").gaps == [Gap.TIGHT, Gap.SPACE, Gap.TIGHT, Gap.COMMA]


@pytest.mark.parametrize(
    ("text", "read"), [("c@stle", "castle"), ("ca$tle", "castle"), ("p|ng", "p1ng"), ("wow!", "wow!"), ("@", "@")]
)
def test_signs_are_letters_inside_words(text: str, read: str) -> None:
    assert read_signs(text) == read


@pytest.mark.parametrize("spelling", ["balad", "b4l4d", "baaalad", "bbaallaadd", "ba1ad", "ballad"])
def test_skeletons_are_the_same(spelling: str) -> None:
    assert skeleton(spelling) == "baiad"


def test_the_guard_knows_words_with_ordinary_affixes() -> None:
    assert is_common("culture")
    assert is_common("overpainting")
    assert not is_common("forbiddnword")


@given(st.text(max_size=40))
def test_any_text_becomes_words(text: str) -> None:
    for stream in streams(text):
        assert len(stream.words) == len(stream.gaps)
