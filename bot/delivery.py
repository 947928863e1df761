"""A job's one message: edited while the job runs, and completed for certain at the end.

Delivery has a REST session of its own, so that a gateway connection that dies takes no picture with it, and edits
through the interaction's token, which works after a restart too. When that token is dead the last card goes to the
channel as a message with a nonce, so that a message whose answer was lost is not sent twice. Where the card may be
there already, sent by an attempt that was not answered or by an earlier run, the channel is looked through first.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from typing import Any, Protocol, Self

import aiohttp
import discord
import structlog

from bot.board import NETWORK_ERRORS, Board
from bot.breaker import Breaker
from bot.errors import TokenRefused
from bot.presenting import Card, Upload
from bot.traces import Look, answers, shows, trace
from bot.uploads import files_of
from storage.records import Job, JobState

_log = structlog.get_logger(__name__)

#: Seconds between two edits of one message. Discord allows a little more.
EDIT_PAUSE = 1.75
_PATIENCE = 60.0
_LAST_EDIT_PATIENCE = 5.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_UNAUTHORISED, _TOO_MANY, _TOO_LARGE, _ENTITY_TOO_LARGE = 401, 429, 413, 40005


class ViewMaker(Protocol):
    """Lays a card out for Discord, with the buttons of one job; ``above`` is said before it."""

    def __call__(self, card: Card, job_id: int, *, above: str = "") -> discord.ui.LayoutView: ...


class Undeliverable(Exception):
    """Discord will not take it, now or later. ``too_large``: a smaller file may be taken."""

    def __init__(self, cause: discord.HTTPException) -> None:
        super().__init__(f"Discord answered {cause.status} ({cause.code}).")
        self.too_large = cause.status == _TOO_LARGE or cause.code == _ENTITY_TOO_LARGE


class _TokenDead(Exception):
    """The interaction's token, or the message behind it, is no more; ``gone`` where Discord says so of the message."""

    def __init__(self, *, gone: bool) -> None:
        super().__init__()
        self.gone = gone


class Delivery:
    """The way to people's messages. ``view`` lays a card out."""

    def __init__(
        self, rest: discord.Client, *, view: ViewMaker, breaker: Breaker, edit_pause: float = EDIT_PAUSE
    ) -> None:
        self._rest = rest
        self._view = view
        self._breaker = breaker
        self._edit_pause = edit_pause

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        token: str,
        *,
        view: ViewMaker,
        breaker: Breaker | None = None,
        trace: aiohttp.TraceConfig | None = None,
        edit_pause: float = EDIT_PAUSE,
    ) -> AsyncIterator[Self]:
        """Sign in to Discord's REST API, without a gateway; keep trying while the network is away.

        ``trace`` is told of every request; while ``breaker`` is open nothing is sent. Raises TokenRefused for a token
        that Discord does not know.
        """
        async with discord.Client(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            http_trace=trace or aiohttp.TraceConfig(),
        ) as rest:
            await _sign_in(rest, token)
            yield cls(rest, view=view, breaker=breaker or Breaker(), edit_pause=edit_pause)

    @property
    def board(self) -> Board:
        """The way to the bot's own messages in channels."""
        return Board(self._rest)

    def message_of(self, job: Job) -> "JobMessage":
        """The message of one job."""
        return JobMessage(job, self._rest, view=self._view, breaker=self._breaker, edit_pause=self._edit_pause)


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
            except _TokenDead as dead:
                return not dead.gone and (self._job.reply.private or await self._answer_is_there())
        except Undeliverable:
            return False
        return True

    async def complete(self, card: Card, *, elsewhere: str) -> int:
        """Show the last card, whatever it takes, and return the message's id.

        Where the message can no longer be edited the card goes to the channel, ``elsewhere`` above it, and its owner
        is mentioned; that of a private job goes to its owner directly. Raises Undeliverable where Discord takes it in
        neither place.
        """
        await self._stop_editing()
        if not self._token_dead:
            try:
                return await self._insist(lambda: self._edit(card))
            except _TokenDead:
                self._token_dead = True
        return await self._insist(lambda: self._send_once(card, elsewhere))

    async def _edit_on(self) -> None:
        """Edit whenever there is something new, with a pause in between."""
        shown: Card | None = None
        while not self._token_dead:
            await self._changed.wait()
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
        except _TokenDead:
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
        """Repeat ``attempt`` until it is done or cannot be, with a growing, jittered pause."""
        pause = _FIRST_PAUSE
        while True:
            await self._breaker.closed()
            try:
                return await attempt()
            except (*NETWORK_ERRORS, discord.HTTPException) as error:
                self._perhaps_there = self._perhaps_there or isinstance(error, NETWORK_ERRORS)
                _log.warning("delivery waits for Discord", job=self._job.id, kind=type(error).__name__)
                await asyncio.sleep(max(_asked_pause(error), pause * random.uniform(0.5, 1.5)))
                pause = min(_LONGEST_PAUSE, 2 * pause)

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
                raise _TokenDead(gone=isinstance(error, discord.NotFound)) from error
            if _passes(error):
                raise
            raise Undeliverable(error) from error

    def _with_uploads(self, card: Card) -> Card:
        """The card with the pictures it shows; one that leaves them as they are shows those of the card before."""
        if card.uploads is not None:
            self._uploads = card.uploads
        return replace(card, uploads=self._uploads, spoiler=self._job.reply.spoiler)

    async def _send_once(self, card: Card, elsewhere: str) -> int:
        """Send the card to the channel, unless it is there."""
        if self._perhaps_there:
            there = await self._seen(shows(self._view(card, self._job.id)))
            if there is not None:
                return there
        return await self._send(card, elsewhere)

    async def _answer_is_there(self) -> bool:
        return await self._insist(lambda: self._seen(answers(self._job.id))) is not None

    async def _seen(self, look: Look) -> int | None:
        """The id of a message where pictures go, made since the job was asked for, for which ``look`` says yes."""
        with _refusals():
            return await trace(await self._elsewhere(), look, since=self._job.id)

    async def _send(self, card: Card, elsewhere: str) -> int:
        """Send the card as a message of its own; the nonce lets Discord recognise a second attempt for some minutes."""
        card = self._with_uploads(card)
        with _refusals():
            async with asyncio.timeout(_PATIENCE):
                message = await (await self._elsewhere()).send(
                    files=files_of(card),
                    view=self._view(card, self._job.id, above=elsewhere),
                    nonce=str(self._job.id),
                    allowed_mentions=discord.AllowedMentions(users=[discord.Object(self._job.owner)]),
                )
                return message.id

    async def _elsewhere(self) -> discord.abc.Messageable:
        """Where to go when the answer cannot be edited: to the channel, or with a private job to its owner."""
        reply = self._job.reply
        if reply.private:
            return await self._rest.fetch_user(self._job.owner)
        return self._rest.get_partial_messageable(reply.channel_id, guild_id=reply.guild_id)


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what Discord will never take into Undeliverable; what it may take later is raised as it is."""
    try:
        yield
    except discord.HTTPException as error:
        if _passes(error):
            raise
        raise Undeliverable(error) from error


async def _sign_in(rest: discord.Client, token: str) -> None:
    pause = _FIRST_PAUSE
    while True:
        try:
            return await rest.login(token)
        except discord.LoginFailure as refusal:
            raise TokenRefused from refusal
        except (*NETWORK_ERRORS, discord.HTTPException) as error:
            _log.warning("signing in waits for Discord", kind=type(error).__name__, seconds=pause)
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(_LONGEST_PAUSE, 2 * pause)


def _passes(error: discord.HTTPException) -> bool:
    """Whether the same request may be taken later."""
    return isinstance(error, discord.DiscordServerError) or error.status == _TOO_MANY


def _asked_pause(error: Exception) -> float:
    """The pause in seconds that Discord, or what stands before it, asked for."""
    if not isinstance(error, discord.HTTPException) or error.status != _TOO_MANY:
        return 0.0
    try:
        return min(600.0, float(error.response.headers.get("Retry-After", 0)))
    except (TypeError, ValueError):
        return 0.0
