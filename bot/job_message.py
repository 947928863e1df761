"""A job's one message: edited while the job runs, and completed for certain at the end.

It is edited through the interaction's token, which works after a restart too. When that token is dead the last card
goes to the channel as a message with a nonce, so that a message whose answer was lost is not sent twice. Where the
card may be there already, sent by an attempt that was not answered or by an earlier run, the channel is looked through
first.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, Protocol, Self

import discord
import structlog

from bot.breaker import Breaker
from bot.patience import NETWORK_ERRORS, Undeliverable, passes, patiently, refusals
from bot.presenting import Card, Upload
from bot.traces import Look, answers, says, shows, trace
from bot.uploads import files_of
from storage.records import Job, JobState

_log = structlog.get_logger(__name__)

_PATIENCE = 60.0
_LAST_EDIT_PATIENCE = 5.0
#: Seconds before the first edit: those who asked at the same moment are acknowledged before it, and what changes at
#: once is shown once.
_FIRST_EDIT_PAUSE = 0.4
_UNAUTHORISED = 401


class ViewMaker(Protocol):
    """Lays a card out for Discord, with the buttons of one job; ``above`` is said before it."""

    def __call__(self, card: Card, job_id: int, *, above: str = "") -> discord.ui.LayoutView: ...


class TokenDead(Exception):
    """The interaction's token, or the message behind it, is no more; ``gone`` where Discord says so of the message."""

    def __init__(self, *, gone: bool) -> None:
        super().__init__()
        self.gone = gone


class JobMessage:
    """The message of one job, while it is an ``async with``: ``show`` as often as you like, ``complete`` once."""

    def __init__(self, job: Job, rest: discord.Client, *, view: ViewMaker, breaker: Breaker, edit_pause: float) -> None:
        self._job = job
        self._breaker = breaker
        self._rest = rest
        self._view = view
        self._edit_pause = edit_pause
        self._webhook = discord.Webhook.partial(job.reply.application_id, job.reply.token, client=rest)
        self._token_dead = False
        self._perhaps_there = job.state is JobState.DRAWN
        self._uploads: tuple[Upload, ...] = ()
        self._there: tuple[Upload, ...] | None = None
        self._newest: Card | None = None
        self._changed = asyncio.Event()
        self._editing = asyncio.Lock()
        self._editor: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stop_editing()

    def show(self, card: Card) -> None:
        """Show ``card`` soon, unless a newer one comes first. Nothing is lost if it cannot be shown."""
        self._newest = self._with_uploads(card)
        self._changed.set()
        if self._editor is None:
            self._editor = asyncio.create_task(self._edit_on(), name=f"message of job {self._job.id}")

    async def reaches(self, card: Card) -> bool:
        """Show ``card``, now and last, and say whether the message is there; network errors are waited out.

        A token that is too old says nothing of the message: then the channel is looked through. Where only its owner
        sees the message, nothing tells, and it is taken to be there.
        """
        await self._stop_editing()
        try:
            try:
                await self._insist(lambda: self._edit(card))
            except TokenDead as dead:
                return not dead.gone and (self._job.reply.private or await self._answer_is_there())
        except Undeliverable:
            return False
        return True

    async def try_once(self, card: Card) -> None:
        """Show ``card`` if Discord takes it at the first attempt; nothing is lost if it does not."""
        await self._stop_editing()
        if not self._token_dead:
            await self._try_edit(card)

    async def complete(self, card: Card, *, elsewhere: str | None, ending: str = "", perhaps_said: bool = False) -> int:
        """Show the last card, whatever it takes, and return the message's id.

        Where the message can no longer be edited the card goes to the channel, ``elsewhere`` above it, and its owner
        is mentioned; that of a private job goes to its owner directly. ``ending`` tells a message that is sent so
        from others of the same job. Where its words were ``perhaps_said`` by an earlier run, whatever its buttons, they
        are looked for before it is sent. Raises Undeliverable where Discord takes it in neither place, and TokenDead
        where ``elsewhere`` is None and it would have to go there.
        """
        await self._stop_editing()
        if not self._token_dead:
            try:
                return await self._insist(lambda: self._edit(card))
            except TokenDead:
                if elsewhere is None:
                    raise
                self._token_dead = True
        if elsewhere is None:
            raise TokenDead(gone=False)
        nonce = f"{self._job.id}{ending}"
        return await self._insist(lambda: self._send_once(card, elsewhere, nonce, perhaps_said=perhaps_said))

    async def _edit_on(self) -> None:
        """Edit whenever there is something new, with a pause in between; while Discord refuses much, not at all."""
        shown: Card | None = None
        await asyncio.sleep(min(_FIRST_EDIT_PAUSE, self._edit_pause))
        while not self._token_dead:
            await self._changed.wait()
            if self._breaker.strained:
                await asyncio.sleep(self._edit_pause)
                continue
            self._changed.clear()
            card, self._newest = self._newest, None
            if card is None or card == shown:
                continue
            async with self._editing:
                shown = card if await self._try_edit(card) else shown
            await asyncio.sleep(self._edit_pause)

    async def _try_edit(self, card: Card) -> bool:
        """Edit once and say whether it went well; what is lost here is made good by the next edit."""
        try:
            await self._edit(card)
            return True
        except TokenDead:
            self._token_dead = True
        except (*NETWORK_ERRORS, discord.HTTPException, Undeliverable) as error:
            _log.debug("an edit was lost", job=self._job.id, reason=str(error))
        return False

    async def _stop_editing(self) -> None:
        """End the editor between two edits: one that is cut off could still arrive, after the last."""
        if self._editor is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_EDIT_PATIENCE), self._editing:
                self._editor.cancel()
        self._editor.cancel()
        await asyncio.gather(self._editor, return_exceptions=True)
        self._editor = None

    async def _insist(self, attempt: Callable[[], Any]) -> Any:
        """Repeat ``attempt`` until it is done or cannot be."""
        return await patiently(attempt, breaker=self._breaker, uncertain=self._note_doubt, job=self._job.id)

    def _note_doubt(self) -> None:
        self._perhaps_there = True

    async def _edit(self, card: Card) -> int:
        """Edit the interaction's own message, once; pictures that are there already are not sent again."""
        card = self._with_uploads(card)
        what: dict[str, Any] = {"content": None, "view": self._view(card, self._job.id)}
        if card.uploads != self._there:
            what["attachments"] = files_of(card)
            self._there = None  # for certain only once Discord has said so
        original: Any = "@original"  # the wire's name for it; the library asks for a number, which may be unknown here
        try:
            async with asyncio.timeout(_PATIENCE):
                message_id = (await self._webhook.edit_message(original, **what)).id
            self._there = card.uploads
            return message_id
        except discord.HTTPException as error:
            if isinstance(error, discord.NotFound) or error.status == _UNAUTHORISED:
                raise TokenDead(gone=isinstance(error, discord.NotFound)) from error
            if passes(error):
                raise
            raise Undeliverable(error) from error

    def _with_uploads(self, card: Card) -> Card:
        """The card with the pictures it shows; one that leaves them as they are shows those of the card before."""
        if card.uploads is not None:
            self._uploads = card.uploads
        return replace(card, uploads=self._uploads, spoiler=self._job.reply.spoiler)

    async def _send_once(self, card: Card, elsewhere: str, nonce: str, *, perhaps_said: bool) -> int:
        """Send the card to the channel, unless it is there."""
        if self._perhaps_there or perhaps_said:
            view = self._view(card, self._job.id)
            there = await self._seen(says(view) if perhaps_said else shows(view))
            if there is not None:
                return there
        return await self._send(card, elsewhere, nonce)

    async def _answer_is_there(self) -> bool:
        return await self._insist(lambda: self._seen(answers(self._job.id))) is not None

    async def _seen(self, look: Look) -> int | None:
        """The id of a message where pictures go, made since the job was asked for, for which ``look`` says yes."""
        with refusals():
            return await trace(await self._elsewhere(), look, since=self._job.id)

    async def _send(self, card: Card, elsewhere: str, nonce: str) -> int:
        """Send the card as a message of its own; the nonce lets Discord recognise a second attempt for some minutes."""
        card = self._with_uploads(card)
        with refusals():
            async with asyncio.timeout(_PATIENCE):
                message = await (await self._elsewhere()).send(
                    files=files_of(card),
                    view=self._view(card, self._job.id, above=elsewhere),
                    nonce=nonce,
                    allowed_mentions=discord.AllowedMentions(users=[discord.Object(self._job.owner)]),
                )
                return message.id

    async def _elsewhere(self) -> discord.abc.Messageable:
        """Where to go when the answer cannot be edited: to the channel, or with a private job to its owner."""
        reply = self._job.reply
        if reply.private:
            return await self._rest.fetch_user(self._job.owner)
        return self._rest.get_partial_messageable(reply.channel_id, guild_id=reply.guild_id)
