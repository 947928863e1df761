"""Deletes pictures: their files first, then what shows them. It touches no message but the job's own, by its id."""

from collections.abc import Collection

import discord

from bot import layout, words
from bot.client import Client
from bot.errors import Refused
from bot.uploads import files_of
from storage.records import Job, Picture


async def remove(client: Client, job: Job, pictures: Collection[Picture], *, where: discord.Interaction[Client]) -> str:
    """Delete ``pictures`` of a job and say what came of it; ``where`` tells from which channel that was asked.

    Raises Refused where others of the job stay whose files have made room, as they could not be shown again.
    """
    staying = set(await client.gallery.left(job)) - set(pictures)
    if any(each.path is None for each in staying):
        raise Refused(words.pictures.CANNOT_PART)
    await client.pictures.delete(pictures)
    try:
        if job.reply.private:
            return await _take_down_private(client, job, where)
        await _take_down(client, job)
    except discord.NotFound:
        pass  # somebody was quicker
    except discord.Forbidden:
        return words.pictures.OUT_OF_REACH
    return words.pictures.DELETED


async def _take_down(client: Client, job: Job) -> None:
    """Show what is left of a job on its message, or delete that where nothing is."""
    if job.reply.message_id is None:
        return
    channel = client.get_partial_messageable(job.reply.channel_id, guild_id=job.reply.guild_id)
    message = channel.get_partial_message(job.reply.message_id)
    if not await client.gallery.left(job):
        return await message.delete()
    card = await client.gallery.card(job)
    await message.edit(content=None, attachments=files_of(card), view=layout.view(card, job.id))


async def _take_down_private(client: Client, job: Job, where: discord.Interaction[Client]) -> str:
    """Delete an answer that only its asker sees: by its token, or where it came as a direct message."""
    if await client.gallery.left(job):
        return words.pictures.DELETED_BUT_SHOWN
    try:
        if where.guild_id is None and where.channel_id is not None and job.reply.message_id is not None:
            await client.get_partial_messageable(where.channel_id).get_partial_message(job.reply.message_id).delete()
        else:
            original: int = "@original"  # pyright: ignore[reportAssignmentType]  (the wire's name for it)
            webhook = discord.Webhook.partial(job.reply.application_id, job.reply.token, client=client)
            await webhook.delete_message(original)
    except discord.HTTPException:
        return words.pictures.DELETED_BUT_SHOWN
    return words.pictures.DELETED
