"""A server with moderators on the loopback Discord, and what tests do there."""

from typing import Any, Self

from bot.application import Bot
from bot.words import review as words
from storage.moderation.records import Case, ServerConfiguration
from storage.records import Job, JobState
from tests.bot.stage import PATIENCE, Stage, eventually
from tests.discord_server import Channel, Interaction, Message, Permission, Person


class Court:
    """A server with a moderators' channel and two moderators, and what a test does there."""

    def __init__(self, stage: Stage, bot: Bot, channel: Channel, mods: Channel, mo: Person, max: Person) -> None:
        self.stage, self.bot, self.channel, self.mods, self.mo, self.max = stage, bot, channel, mods, mo, max

    @classmethod
    async def convened(cls, stage: Stage, bot: Bot, **decided: Any) -> Self:
        """Two new channels and two moderators in a server that decided so."""
        guild = stage.guild
        mods, channel = guild.add_channel("mods"), guild.add_channel("pictures")
        role = guild.add_role("mods", Permission.MANAGE_MESSAGES)
        court = cls(stage, bot, channel, mods, *(guild.add_member(name, roles=[role]) for name in ("mo", "max")))
        await court.decide(moderators_channel=mods.id, **decided)
        return court

    async def decide(self, **decided: Any) -> None:
        """Have the server decide so, and nothing else."""
        whole = ServerConfiguration(**decided)
        await self.bot.oversight.rulebook.replace(self.stage.guild.id, whole, by=self.mo.id)

    async def asks(self, who: Person | None = None, **options: Any) -> Interaction:
        asked = {"steps": 1, "size": "64x64"} | options
        interaction = await (who or self.stage.ann).uses("/imagine", channel=self.channel, options=asked)
        await interaction.acknowledged(within=PATIENCE)
        return interaction

    async def held(self, **options: Any) -> tuple[Interaction, Message]:
        """A request, and the moderators' card, once its person has been told too."""
        interaction = await self.asks(**options)
        await interaction.message_when(lambda shown: words.WAITS in shown.text, within=PATIENCE)
        card = await self.card(interaction)
        await self.at_rest(interaction)
        return interaction, card

    async def card(self, interaction: Interaction) -> Message:
        case = await self.case(interaction)
        return await self.mods.message_when(lambda shown: f"Case {case.id}\n" in shown.text, within=PATIENCE)

    async def case(self, interaction: Interaction) -> Case:
        (case,) = await self.bot.database.cases.of_job(interaction.id)
        return case

    async def job(self, interaction: Interaction) -> Job:
        job = await self.bot.database.jobs.find(interaction.id)
        assert job is not None
        return job

    async def at_rest(self, interaction: Interaction) -> None:
        await self.bot.queue.at_rest(interaction.id)
        await self.bot.review.settled()

    async def ends(self, interaction: Interaction, state: JobState) -> None:
        async def ended() -> bool:
            return (await self.job(interaction)).state is state

        await eventually(ended)
        await self.at_rest(interaction)

    async def closed(self, card: Message) -> str:
        """What a card says once nothing can be pressed on it any more."""
        await card.until(lambda: not card.labels, what="the card to be closed", within=PATIENCE)
        return card.text

    def posted(self, interaction: Interaction) -> list[Message]:
        """The messages, wherever, that have ever shown pictures of a request to anybody but moderators."""
        shown = {each for each in self.stage.server.messages() if each.channel is not self.mods}
        return [
            each
            for each in {*shown, *interaction.messages}
            if any(
                version.attachments and (each.interaction is interaction or f":{interaction.id}" in str(version))
                for version in each.history
            )
        ]
