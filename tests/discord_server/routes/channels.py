"""Channels and their messages, as the bot itself and not by an interaction's token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.discord_server.channels import Channel
from tests.discord_server.composing import Body, compose
from tests.discord_server.messages import EPHEMERAL, Message, without_content
from tests.discord_server.permissions import Permission
from tests.discord_server.refusals import (
    missing_access,
    missing_permissions,
    not_the_author,
    person_unreachable,
    too_old_to_delete_at_once,
    unknown_channel,
    unknown_message,
)
from tests.discord_server.routes.answering import Table, reply
from tests.discord_server.routes.bodies import read_body, read_json
from tests.discord_server.snowflakes import made_at
from tests.discord_server.validation.form import Form

if TYPE_CHECKING:
    from tests.discord_server.server import DiscordServer

_CHANNEL = "/channels/{channel:\\d+}"
_MESSAGE = _CHANNEL + "/messages/{message:\\d+}"
_FORTNIGHT = 14 * 24 * 3600
_MESSAGE_CONTENT = 1 << 15


def table(server: DiscordServer) -> Table:
    async def get_channel(request: web.Request) -> web.Response:
        return reply(_channel(server, request).payload())

    async def get_messages(request: web.Request) -> web.Response:
        channel = _channel(server, request)
        if not channel.permissions_of(server.bot) & Permission.READ_MESSAGE_HISTORY:
            return reply([])
        return reply([_read(server, message) for message in _page(channel, request)])

    async def get_message(request: web.Request) -> web.Response:
        channel = _channel(server, request, Permission.READ_MESSAGE_HISTORY)
        return reply(_read(server, _message(channel, request)))

    async def post_message(request: web.Request) -> web.Response:
        channel = _channel(server, request)
        _require(server, channel, channel.sending)
        return reply(_post(server, channel, await read_body(request)).payload())

    async def patch_message(request: web.Request) -> web.Response:
        channel = _channel(server, request)
        message = _message(channel, request)
        if message.author is not server.bot:
            raise not_the_author()
        message.become(compose(server, channel, await read_body(request), before=message.now))
        return reply(message.payload())

    async def delete_message(request: web.Request) -> web.Response:
        channel = _channel(server, request)
        message = _message(channel, request)
        if message.author is not server.bot:
            _require(server, channel, Permission.MANAGE_MESSAGES)
        message.delete()
        return reply()

    async def delete_messages(request: web.Request) -> web.Response:
        channel = _channel(server, request, Permission.MANAGE_MESSAGES)
        ids = (await read_json(request)).get("messages") or []
        form = Form()
        form["messages"].length(ids, 2, 100, required=True)
        form.refuse_if_wrong()
        if any(server.clock.now() - made_at(int(id)) > _FORTNIGHT for id in ids):
            raise too_old_to_delete_at_once()
        for id in ids:
            if message := channel.messages.get(int(id)):
                message.delete()
        return reply()

    async def type_in(request: web.Request) -> web.Response:
        channel = _channel(server, request)
        _require(server, channel, channel.sending)
        return reply()

    return [
        ("GET", _CHANNEL, get_channel),
        ("GET", _CHANNEL + "/messages", get_messages),
        ("POST", _CHANNEL + "/messages", post_message),
        ("POST", _CHANNEL + "/messages/bulk-delete", delete_messages),
        ("POST", _CHANNEL + "/typing", type_in),
        ("GET", _MESSAGE, get_message),
        ("PATCH", _MESSAGE, patch_message),
        ("DELETE", _MESSAGE, delete_message),
    ]


def _channel(server: DiscordServer, request: web.Request, permission: Permission | None = None) -> Channel:
    """The channel of a request; refuses one that is gone, hidden, or where the bot lacks the permission."""
    channel = server.channels.get(int(request.match_info["channel"]))
    if channel is None:
        raise unknown_channel()
    if not channel.permissions_of(server.bot) & Permission.VIEW_CHANNEL:
        raise missing_access()
    if permission is not None:
        _require(server, channel, permission)
    return channel


def _require(server: DiscordServer, channel: Channel, permission: Permission) -> None:
    if not channel.permissions_of(server.bot) & permission:
        raise missing_permissions()


def _message(channel: Channel, request: web.Request) -> Message:
    """The message of a request. Those that only one person sees cannot be reached this way."""
    message = channel.messages.get(int(request.match_info["message"]))
    if message is None or message.ephemeral:
        raise unknown_message()
    return message


def _page(channel: Channel, request: web.Request) -> list[Message]:
    """The messages that a request for a channel's history asks for, newest first."""
    form = Form()
    limit = int(request.query.get("limit", 50))
    form["limit"].number(limit, 1, 100)
    form.refuse_if_wrong()
    messages = [message for message in channel.messages.values() if not message.ephemeral]
    if after := request.query.get("after"):
        return [message for message in messages if message.id > int(after)][:limit][::-1]
    if before := request.query.get("before"):
        messages = [message for message in messages if message.id < int(before)]
    return messages[-limit:][::-1]


def _post(server: DiscordServer, channel: Channel, body: Body) -> Message:
    """Post a message, or give back the one that was made with the same nonce a short while ago."""
    if channel.person is not None and channel.person.closed_to_messages:
        raise person_unreachable()
    payload: dict[str, Any] = body.payload | {"flags": (body.payload.get("flags") or 0) & ~EPHEMERAL}
    if body.uploads:
        _require(server, channel, Permission.ATTACH_FILES)
    if payload.get("embeds"):
        _require(server, channel, Permission.EMBED_LINKS)
    nonce = payload.get("nonce")
    if nonce is not None and payload.get("enforce_nonce") and (made := server.with_nonce(str(nonce))):
        return made
    form = Form()
    reference = _reference(form["message_reference"], channel, payload.get("message_reference"))
    version = compose(server, channel, Body(payload, body.uploads), form=form)
    message = server.post(channel, server.bot, version, nonce=nonce, reference=reference)
    if nonce is not None:
        server.remember_nonce(str(nonce), message)
    return message


def _reference(form: Form, channel: Channel, reference: dict[str, Any] | None) -> dict[str, Any] | None:
    if not reference:
        return None
    if int(reference["message_id"]) in channel.messages:
        return reference | {"channel_id": str(channel.id)}
    if reference.get("fail_if_not_exists", True):
        form.wrong("MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message")
    return None


def _read(server: DiscordServer, message: Message) -> dict[str, Any]:
    if message.hidden_from(server.bot) and not server.privileged_intents & _MESSAGE_CONTENT:
        return without_content(message.payload())
    return message.payload()
