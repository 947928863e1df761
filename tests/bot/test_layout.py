"""Cards as Discord gets them: within its limits whatever they say, and every picture with its words."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot import layout, offers, presenting
from bot.errors import Failure
from bot.presenting import Action, Card, Upload
from tests.bot.specs import spec
from tests.discord_server.kinds import Part
from tests.discord_server.messages import COMPONENTS_V2
from tests.discord_server.validation.checking import errors
from tests.discord_server.validation.messages import check_message


def payload(card: Card, above: str = "") -> list[dict[str, Any]]:
    return layout.view(card, 2**63 - 1, above=above).to_components()


def refused(card: Card, above: str = "") -> dict[str, list[str]]:
    body = {"flags": COMPONENTS_V2, "components": payload(card, above)}
    names = [upload.name for upload in card.uploads or ()]
    return errors(lambda form: check_message(form, body, flags=COMPONENTS_V2, filenames=names))


def uploads(count: int) -> list[Upload]:
    return [Upload(f"ninewords-{seed}.png", b"", f"picture {seed}") for seed in range(count)]


def test_a_card_is_words_pictures_small_words_and_buttons() -> None:
    (container,) = payload(presenting.finished(spec(count=4), uploads(4), ["A hint."], left=[0, 1, 3]))
    assert container["type"] == Part.CONTAINER
    kinds = [part["type"] for part in container["components"]]
    assert kinds == [Part.TEXT, Part.GALLERY, Part.TEXT, Part.ROW, Part.ROW]
    text, gallery, notes, picks, row = container["components"]
    assert text["content"] == "`a cat`"
    assert [item["description"] for item in gallery["items"]] == [f"picture {seed}" for seed in range(4)]
    assert gallery["items"][3]["media"]["url"] == "attachment://ninewords-3.png"
    assert notes["content"].splitlines()[-1] == "-# A hint."
    (select,) = picks["components"]
    assert select["custom_id"] == f"pick:{2**63 - 1}"
    assert [(option["label"], option["description"]) for option in select["options"]] == [
        ("Picture 1", "seed 5"),
        ("Picture 2", "seed 6"),
        ("Picture 4", "seed 8"),
    ]
    actions = (Action.AGAIN, Action.VARY, Action.EDIT, Action.RECIPE, Action.MORE)
    assert [button["custom_id"] for button in row["components"]] == [f"job:{each}:{2**63 - 1}" for each in actions]


def test_the_controls_of_one_of_several_say_which() -> None:
    card = presenting.taken(spec(count=4, subseed_strength=0.2), 2, uploads(1)[0], left=[0, 1, 2, 3])
    *_, picks, row = payload(card)[0]["components"]
    assert picks["components"][0]["custom_id"] == f"pick:{2**63 - 1}:2"
    assert [option["default"] for option in picks["components"][0]["options"]] == [False, False, True, False]
    assert picks["components"][0]["options"][2]["description"] == "variation 8"
    assert row["components"][0]["custom_id"] == f"job:again:{2**63 - 1}:2"
    assert refused(card) == {}


def test_every_card_with_questions_is_taken() -> None:
    for several in (True, False):
        assert refused(offers.more(spec(count=1 + several), favourite=several, index=None)) == {}
        assert refused(offers.sure(several=several, index=3)) == {}
    assert refused(presenting.said("It stays.")) == {}


def test_covered_pictures() -> None:
    card = replace(presenting.finished(spec(), uploads(1)), spoiler=True)
    assert payload(card)[0]["components"][1]["items"][0]["spoiler"]


def test_what_is_said_above_stands_outside_of_the_frame() -> None:
    above, container = payload(presenting.cancelled(), above="<@1>, here:")
    assert (above["type"], above["content"]) == (Part.TEXT, "<@1>, here:")
    assert container["type"] == Part.CONTAINER


@given(st.text(), st.text(max_size=2000), st.integers(1, 10))
def test_discord_takes_every_finished_card(prompt: str, remark: str, count: int) -> None:
    asked = spec(prompt=prompt, count=count)
    card = presenting.finished(asked, uploads(count), [remark], left=range(count))
    assert refused(card, above="<@1>, here:") == {}


@given(st.text(max_size=5000))
def test_and_every_failed_one(sentence: str) -> None:
    assert refused(presenting.failed(Failure(sentence, "ABCD2345"))) == {}
