"""Buttons, selects and forms."""

from __future__ import annotations

import io

import discord
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
    Upload,
)
from tests.discord_server.sample_bot import AgainButton, SampleBot, png, running


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


SIZES = [discord.SelectOption(label="wide", default=True), discord.SelectOption(label="square")]


class EverythingForm(discord.ui.Modal, title="Everything"):
    """One field of each further kind."""

    size = discord.ui.Label(text="Size", component=discord.ui.Select(custom_id="size", options=SIZES))
    owner = discord.ui.Label(text="Owner", component=discord.ui.UserSelect(custom_id="owner"))
    image = discord.ui.Label(text="Image", component=discord.ui.FileUpload(custom_id="image"))
    note = discord.ui.TextDisplay("Read this.")

    async def on_submit(self, interaction: discord.Interaction) -> None:
        size, owner, image = self.size.component, self.owner.component, self.image.component
        assert isinstance(size, discord.ui.Select)
        assert isinstance(owner, discord.ui.UserSelect)
        assert isinstance(image, discord.ui.FileUpload)
        data = await image.values[0].read()
        await interaction.response.send_message(f"{size.values[0]} {owner.values[0].name} {len(data)}")


async def test_a_form_takes_choices_people_and_files(
    server: DiscordServer, pictures: Channel, ann: Person, ben: Person
):
    bot = SampleBot()

    @bot.tree.context_menu(name="Form")
    async def show_form(interaction: discord.Interaction, member: discord.Member) -> None:
        await interaction.response.send_modal(EverythingForm())

    async with running(server, bot):
        modal = await (await ann.applies("Form", ben, channel=pictures)).modal_shown()
        with pytest.raises(OptionRefused):
            await ann.submits(modal, Size="tall", Owner=ben, Image=Upload("a.png", png()))
        interaction = await ann.submits(modal, Owner=ben, Image=Upload("a.png", png()))
        assert (await interaction.message_when()).content == f"wide ben {len(png())}"


class Card(discord.ui.LayoutView):
    """A picture with its caption and a button, in a box."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        row: discord.ui.ActionRow[Card] = discord.ui.ActionRow()
        row.add_item(AgainButton(7))
        gallery = discord.ui.MediaGallery(discord.MediaGalleryItem("attachment://a.png", description="a cat"))
        self.add_item(discord.ui.Container(discord.ui.TextDisplay("## a cat"), gallery, row))


async def test_a_card_of_components_is_shown_and_pressed(server: DiscordServer, pictures: Channel, ann: Person):
    bot = SampleBot()

    @bot.tree.command(description="Show a card.")
    async def card(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(view=Card(), file=discord.File(io.BytesIO(png()), "a.png"))

    async with running(server, bot):
        message = await (await ann.uses("/card", channel=pictures)).message_when()
        assert (message.text, message.labels) == ("## a cat\na cat", ["Again"])
        assert message.attachments[0].bytes == png()
        interaction = await ann.clicks(message, "Again")
        assert (await interaction.message_when()).content == "again from 7"
