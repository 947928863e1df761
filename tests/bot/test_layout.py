"""Cards as Discord gets them: within its limits whatever they say, and every picture with its words."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot import layout, presenting
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
    (container,) = payload(presenting.finished(spec(count=4), uploads(4), ["A hint."]))
    assert container["type"] == Part.CONTAINER
    assert [part["type"] for part in container["components"]] == [Part.TEXT, Part.GALLERY, Part.TEXT, Part.ROW]
    text, gallery, notes, row = container["components"]
    assert text["content"] == "`a cat`"
    assert [item["description"] for item in gallery["items"]] == [f"picture {seed}" for seed in range(4)]
    assert gallery["items"][3]["media"]["url"] == "attachment://ninewords-3.png"
    assert notes["content"].splitlines()[-1] == "-# A hint."
    assert [button["custom_id"] for button in row["components"]] == [f"job:{each}:{2**63 - 1}" for each in Action][1:]


def test_what_is_said_above_stands_outside_of_the_frame() -> None:
    above, container = payload(presenting.cancelled(), above="<@1>, here:")
    assert (above["type"], above["content"]) == (Part.TEXT, "<@1>, here:")
    assert container["type"] == Part.CONTAINER


@given(st.text(), st.text(max_size=2000), st.integers(1, 10))
def test_discord_takes_every_finished_card(prompt: str, remark: str, count: int) -> None:
    asked = spec(prompt=prompt, count=count)
    assert refused(presenting.finished(asked, uploads(count), [remark]), above="<@1>, here:") == {}


@given(st.text(max_size=5000))
def test_and_every_failed_one(sentence: str) -> None:
    assert refused(presenting.failed(Failure(sentence, "ABCD2345"))) == {}
