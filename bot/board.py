"""Messages of the bot's own in channels, changed long after the interaction that made them is dead."""

import aiohttp
import discord
import structlog

#: What a request may fail with that has nothing to do with its content.
NETWORK_ERRORS = (OSError, aiohttp.ClientError, TimeoutError, discord.DiscordServerError)

_log = structlog.get_logger(__name__)


class Board:
    """Edits the bot's own messages through ``rest``, which is signed in."""

    def __init__(self, rest: discord.Client) -> None:
        self._rest = rest

    async def show(
        self, channel_id: int, message_id: int, *, view: discord.ui.LayoutView, file: discord.File | None = None
    ) -> bool:
        """Change a message; say whether Discord took it. What it does not take is logged, and is no reason to stop."""
        message = self._rest.get_partial_messageable(channel_id).get_partial_message(message_id)
        files = [] if file is None else [file]
        try:
            await message.edit(view=view, attachments=files)
        except (*NETWORK_ERRORS, discord.HTTPException) as trouble:
            _log.warning("a message could not be changed", message=message_id, kind=type(trouble).__name__)
            return False
        return True
