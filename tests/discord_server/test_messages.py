"""Messages of the bot itself: permissions, nonces, history, files."""

from __future__ import annotations

import io
from collections.abc import Mapping

import discord
import pytest

from tests.discord_server import Channel, DiscordServer, Guild, Message, Permission, Person, Upload
from tests.discord_server.attachments import id_in, media_of
from tests.discord_server.raw_client import RawClient, errors_of
from tests.discord_server.sample_bot import SampleBot, png, running

PICTURE = Upload("a.png", png())


async def post(raw: RawClient, channel: Channel, body: Mapping[str, object], *files: Upload) -> Message:
    status, answer = await raw.request("POST", f"/channels/{channel.id}/messages", body, *files)
    assert status == 200, answer
    return channel.messages[int(answer["id"])]


async def test_a_nonce_makes_one_message_for_some_minutes(server: DiscordServer, raw: RawClient, pictures: Channel):
    body = {"content": "done", "nonce": "job-1", "enforce_nonce": True}
    first = await post(raw, pictures, body)
    assert await post(raw, pictures, body) is first
    server.clock.advance(server.nonce_lifetime)
    assert await post(raw, pictures, body) is not first
    assert len(pictures.messages) == 2
    status, answer = await raw.request("POST", f"/channels/{pictures.id}/messages", body | {"nonce": "x" * 26})
    assert (status, errors_of(answer)) == (400, {"nonce": ["BASE_TYPE_MAX_LENGTH"]})


async def test_a_nonce_alone_forbids_nothing(raw: RawClient, pictures: Channel):
    body: dict[str, object] = {"content": "done", "nonce": "job-1"}
    assert await post(raw, pictures, body) is not await post(raw, pictures, body)


@pytest.mark.parametrize(
    ("denied", "body", "files", "code"),
    [
        (Permission.VIEW_CHANNEL, {"content": "x"}, (), 50001),
        (Permission.SEND_MESSAGES, {"content": "x"}, (), 50013),
        (Permission.ATTACH_FILES, {}, (PICTURE,), 50013),
        (Permission.EMBED_LINKS, {"embeds": [{"title": "x"}]}, (), 50013),
    ],
)
async def test_what_the_bot_may_not_do_is_forbidden(
    server: DiscordServer,
    raw: RawClient,
    pictures: Channel,
    denied: Permission,
    body: dict[str, object],
    files: tuple[Upload, ...],
    code: int,
):
    pictures.deny(server.bot, denied)
    status, answer = await raw.request("POST", f"/channels/{pictures.id}/messages", body, *files)
    assert (status, answer["code"]) == (403, code)
    pictures.allow(server.bot, denied)
    await post(raw, pictures, body, *files)


async def test_a_channel_that_is_gone_is_unknown(raw: RawClient, pictures: Channel, guild: Guild):
    message = await post(raw, pictures, {"content": "x"})
    pictures.delete()
    for method, path in (("POST", ""), ("PATCH", f"/{message.id}"), ("GET", ""), ("DELETE", f"/{message.id}")):
        status, answer = await raw.request(method, f"/channels/{pictures.id}/messages{path}", {"content": "y"})
        assert (status, answer["code"]) == (404, 10003)
    other = guild.add_channel("other")
    guild.remove_bot()
    status, answer = await raw.request("POST", f"/channels/{other.id}/messages", {"content": "x"})
    assert (status, answer["code"]) == (403, 50001)


async def test_messages_of_others_stay_theirs(server: DiscordServer, raw: RawClient, pictures: Channel, ann: Person):
    message = ann.posts(pictures, "mine")
    path = f"/channels/{pictures.id}/messages/{message.id}"
    assert (await raw.request("PATCH", path, {"content": "yours"}))[1]["code"] == 50005
    assert (await raw.request("DELETE", path))[1]["code"] == 50013
    pictures.allow(server.bot, Permission.MANAGE_MESSAGES)
    assert (await raw.request("DELETE", path))[0] == 204
    assert (await raw.request("DELETE", path))[1]["code"] == 10008
    assert ann.sees(pictures) == []


async def test_a_channels_history_is_read_in_pages(raw: RawClient, pictures: Channel, ann: Person):
    for number in range(5):
        ann.posts(pictures, str(number))
    mine = await post(raw, pictures, {"content": "mine"})
    path = f"/channels/{pictures.id}/messages"
    _, newest = await raw.request("GET", f"{path}?limit=2")
    assert [message["content"] for message in newest] == ["mine", ""], "what others wrote is hidden without the intent"
    _, before = await raw.request("GET", f"{path}?before={mine.id}&limit=2")
    _, after = await raw.request("GET", f"{path}?after={before[-1]['id']}")
    assert [message["id"] for message in after] == [str(mine.id), before[0]["id"]]
    assert (await raw.request("GET", f"{path}?limit=101"))[0] == 400


async def test_files_stay_go_and_come_as_an_edit_lists_them(raw: RawClient, pictures: Channel):
    listed = {"attachments": [{"id": 0, "filename": "a.png", "description": "a cat"}, {"id": 1, "filename": "b.png"}]}
    message = await post(raw, pictures, listed, PICTURE, Upload("b.png", png((3, 4))))
    first, second = message.attachments
    assert (first.description, second.width, second.height) == ("a cat", 3, 4)
    path = f"/channels/{pictures.id}/messages/{message.id}"
    await raw.request("PATCH", path, {"content": "only words change"})
    assert message.attachments == (first, second)
    await raw.request("PATCH", path, {"attachments": [{"id": str(second.id), "description": "new words"}]})
    assert [(each.id, each.description) for each in message.attachments] == [(second.id, "new words")]
    body = {"attachments": [{"id": 0, "filename": "c.png"}]}
    await raw.request("PATCH", path, body, Upload("c.png", png()))
    assert [each.filename for each in message.attachments] == ["c.png"]
    status, answer = await raw.request("PATCH", path, {"attachments": [{"id": str(first.id)}]})
    assert (status, errors_of(answer)) == (400, {"attachments.0": ["ATTACHMENT_NOT_FOUND"]})
    assert (await raw.request("PATCH", path, {"content": "", "attachments": []}))[1]["code"] == 50006
    assert [len(version.attachments) for version in message.history] == [2, 2, 1, 1]


async def test_a_file_can_be_too_large_for_the_guild(server: DiscordServer, raw: RawClient, pictures: Channel):
    large = Upload("large.png", bytes(10 * 1024 * 1024 + 1))
    status, answer = await raw.request("POST", f"/channels/{pictures.id}/messages", {}, large)
    assert (status, answer["code"]) == (413, 40005)
    await post(raw, server.add_guild("boosted", boost_tier=2).add_channel(), {}, large)


@pytest.mark.parametrize(
    "body",
    [
        {"embeds": [{"title": "A cat", "image": {"url": "attachment://a.png"}}]},
        {
            "flags": 1 << 15,
            "components": [
                {"type": 12, "items": [{"media": {"url": "attachment://a.png"}, "description": "A cat"}]},
            ],
        },
    ],
)
async def test_files_inside_embeds_and_components_are_not_listed(
    raw: RawClient, pictures: Channel, body: dict[str, object]
):
    message = await post(raw, pictures, body, PICTURE)
    assert message.payload()["attachments"] == []
    (picture,) = message.attachments
    (media,) = media_of([*message.embeds, *message.components])
    assert id_in(media["url"]) == picture.id
    assert (media["width"], media["height"], message.text) == (8, 8, "A cat")


async def test_the_cdns_addresses_expire(server: DiscordServer, bot: SampleBot, pictures: Channel):
    channel = bot.get_channel(pictures.id)
    assert isinstance(channel, discord.TextChannel)
    message = await channel.send(file=discord.File(io.BytesIO(png()), "a.png", description="a cat"))
    assert await message.attachments[0].read() == png()
    server.clock.advance(24 * 3600 + 1)
    with pytest.raises(discord.NotFound):
        await message.attachments[0].read()


async def test_a_mention_notifies_whom_it_is_allowed_to(raw: RawClient, pictures: Channel, ann: Person, ben: Person):
    text = f"{ann.mention} {ben.mention}"
    assert (await post(raw, pictures, {"content": text})).mentions == (ann, ben)
    only_ann = {"parse": [], "users": [str(ann.id)]}
    assert (await post(raw, pictures, {"content": text, "allowed_mentions": only_ann})).mentions == (ann,)
    assert (await post(raw, pictures, {"content": text, "allowed_mentions": {"parse": []}})).mentions == ()


async def test_a_reply_needs_the_message_it_answers(raw: RawClient, pictures: Channel, ann: Person):
    message = ann.posts(pictures, "hello")
    reference: dict[str, object] = {"message_id": str(message.id)}
    reply = await post(raw, pictures, {"content": "hi", "message_reference": reference})
    assert reply.payload()["message_reference"]["message_id"] == str(message.id)
    ann.deletes(message)
    body = {"content": "hi", "message_reference": reference}
    status, answer = await raw.request("POST", f"/channels/{pictures.id}/messages", body)
    assert (status, errors_of(answer)) == (400, {"message_reference": ["MESSAGE_REFERENCE_UNKNOWN_MESSAGE"]})


async def test_many_messages_are_deleted_at_once(server: DiscordServer, raw: RawClient, pictures: Channel, ann: Person):
    ids = [str(ann.posts(pictures, "x").id) for _ in range(3)]
    path = f"/channels/{pictures.id}/messages/bulk-delete"
    pictures.allow(server.bot, Permission.MANAGE_MESSAGES)
    assert (await raw.request("POST", path, {"messages": ids[:1]}))[1]["code"] == 50035
    assert (await raw.request("POST", path, {"messages": ids[:2]}))[0] == 204
    assert len(pictures.messages) == 1
    server.clock.advance(15 * 24 * 3600)
    assert (await raw.request("POST", path, {"messages": ids}))[1]["code"] == 50034


async def test_the_real_client_writes_to_a_person(bot: SampleBot, ann: Person, ben: Person):
    user = await bot.fetch_user(ann.id)
    message = await user.send("your picture is ready")
    assert [each.content for each in ann.sees(ann.direct)] == ["your picture is ready"]
    assert ben.sees(ann.direct) == []
    await message.edit(content="gone")
    assert [version.content for version in ann.sees(ann.direct)[0].history] == ["your picture is ready", "gone"]
    ann.closed_to_messages = True
    with pytest.raises(discord.Forbidden) as raised:
        await user.send("again")
    assert raised.value.code == 50007


async def test_a_bot_reads_what_it_has_the_intent_for(server: DiscordServer, pictures: Channel, ann: Person):
    called = f"{server.bot.mention} hello"
    for granted, read in ((0, ["", called, "hello"]), (1 << 15, ["hello", called, "hello"])):
        server.privileged_intents = granted
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=bool(granted))
        bot = SampleBot(intents=intents)
        async with running(server, bot):
            ann.posts(pictures, "hello")
            ann.posts(pictures, called)
            ann.posts(ann.direct, "hello")
            await bot.read(3)
        assert bot.seen == read


LAID_OUT = {"flags": 1 << 15, "components": [{"type": 10, "content": "new"}]}


async def test_a_message_that_has_content_is_laid_out_anew_only_without_it(raw: RawClient, pictures: Channel):
    message = await post(raw, pictures, {"content": "old"})
    path = f"/channels/{pictures.id}/messages/{message.id}"
    status, answer = await raw.request("PATCH", path, LAID_OUT)
    refused = {"content": ["MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"]}
    assert (status, errors_of(answer)) == (400, refused)
    assert (await raw.request("PATCH", path, {"content": None} | LAID_OUT))[0] == 200
    assert message.text == "new"
    assert errors_of((await raw.request("PATCH", path, {"content": "old again"}))[1]) == refused, "there is no way back"


async def test_a_picture_that_stays_may_be_named_again(raw: RawClient, pictures: Channel):
    gallery = {"type": 12, "items": [{"media": {"url": "attachment://a.png"}}]}
    message = await post(raw, pictures, {"flags": 1 << 15, "components": [gallery]}, PICTURE)
    path = f"/channels/{pictures.id}/messages/{message.id}"
    text = {"type": 10, "content": "and words"}
    assert (await raw.request("PATCH", path, {"components": [gallery, text]}))[0] == 200
    assert [each.filename for each in message.attachments] == ["a.png"]
    status, answer = await raw.request("PATCH", path, {"components": [gallery], "attachments": []})
    lost = {"components.0.items.0.media.url": ["UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"]}
    assert (status, errors_of(answer)) == (400, lost)


async def test_what_a_text_display_says_mentions_whom_it_may(
    raw: RawClient, pictures: Channel, ann: Person, ben: Person
):
    body = {
        "flags": 1 << 15,
        "components": [{"type": 10, "content": f"{ann.mention} {ben.mention}"}],
        "allowed_mentions": {"parse": [], "users": [str(ann.id)]},
    }
    assert (await post(raw, pictures, body)).mentions == (ann,)
