"""Buttons, selects and forms."""

from __future__ import annotations

import pytest

from tests.discord_server import (
    Answer,
    Channel,
    ClientRefuses,
    DiscordServer,
    Message,
    NotOffered,
    OptionRefused,
    Person,
)
from tests.discord_server.sample_bot import SampleBot, running


async def picture(ann: Person, pictures: Channel) -> Message:
    interaction = await ann.uses("/imagine", channel=pictures, prompt="a cat")
    return await interaction.message_when(lambda message: message.components)


async def test_a_button_edits_its_message(bot: SampleBot, pictures: Channel, ann: Person):
    message = await picture(ann, pictures)
    interaction = await ann.clicks(message, "Cancel")
    assert await interaction.acknowledged() is Answer.DEFER_UPDATE
    await message.when(lambda message: message.content == "cancelled")
    assert (message.attachments, message.components) == ((), ())
    assert message.history[-2].attachments, "what it was before can still be read"
    with pytest.raises(NotOffered):
        await ann.clicks(message, "Cancel")


async def test_a_lasting_button_works_after_a_restart(server: DiscordServer, pictures: Channel, ann: Person):
    async with running(server, SampleBot()):
        message = await picture(ann, pictures)
    async with running(server, SampleBot()):
        interaction = await ann.clicks(message, "again:7")
        answer = await interaction.message_when()
        assert (answer.content, answer.ephemeral) == ("again from 7", True)


async def test_a_select_takes_what_it_offers(bot: SampleBot, pictures: Channel, ann: Person):
    message = await picture(ann, pictures)
    interaction = await ann.selects(message, "Take one", "two")
    assert (await interaction.message_when()).content == "took two"
    with pytest.raises(OptionRefused):
        await ann.selects(message, "Take one", "three")
    with pytest.raises(OptionRefused):
        await ann.selects(message, "Take one", "one", "two")
    with pytest.raises(ClientRefuses):
        await ann.clicks(message, "Take one")


async def test_a_form_is_filled_in_and_edits_the_message(bot: SampleBot, pictures: Channel, ann: Person, ben: Person):
    message = await picture(ann, pictures)
    modal = await (await ann.clicks(message, "Edit")).modal_shown()
    assert modal.title == "Edit"
    with pytest.raises(OptionRefused, match="40"):
        await ann.submits(modal, Prompt="x" * 41)
    with pytest.raises(OptionRefused, match="no field"):
        await ann.submits(modal, colour="red")
    with pytest.raises(NotOffered):
        await ben.submits(modal)
    interaction = await ann.submits(modal, {"seed": "5"})
    assert await interaction.acknowledged() is Answer.UPDATE
    assert message.content == "'a cat' '5'"
