"""Making the next version of a message out of the body of a request."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.discord_server.attachments import Attachment, Upload, media_of, store
from tests.discord_server.kinds import Part
from tests.discord_server.messages import COMPONENTS_V2, EPHEMERAL, LOADING, SILENT, SUPPRESS_EMBEDS, Version
from tests.discord_server.people import Person
from tests.discord_server.refusals import empty_message, too_large
from tests.discord_server.validation.components import walk
from tests.discord_server.validation.form import Form
from tests.discord_server.validation.messages import check_message

if TYPE_CHECKING:
    from tests.discord_server.channels import Channel
    from tests.discord_server.server import DiscordServer

_SETTABLE = SUPPRESS_EMBEDS | EPHEMERAL | SILENT | COMPONENTS_V2
_SETTABLE_LATER = SUPPRESS_EMBEDS | COMPONENTS_V2
_MENTION = re.compile(r"<@!?(\d+)>")


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a request: its JSON, and the files that came with it by their index."""

    payload: dict[str, Any]
    uploads: Mapping[int, Upload]

    def inner(self, key: str) -> Body:
        """The body whose JSON is under a key of this one."""
        return Body(self.payload.get(key) or {}, self.uploads)


def compose(
    server: DiscordServer, channel: Channel, body: Body, *, before: Version | None = None, form: Form | None = None
) -> Version:
    """The version that a message has after this request, `before` being the one that it edits.

    Raises Refusal: 50035 with the errors under `form`, 50006 for an empty message, 40005 for a file that is too large.
    """
    form = form or Form()
    payload = body.payload
    limit = server.filesize_limit_of(channel)
    if any(len(upload.bytes) > limit for upload in body.uploads.values()):
        raise too_large()
    kept = _kept(form["attachments"], body, before)
    merged = _merged(payload, before)
    flags = _flags(payload.get("flags") or 0, before)
    names = [attachment.filename for attachment in kept] + [upload.filename for upload in body.uploads.values()]
    check_message(form, merged, flags=flags, filenames=names)
    form.refuse_if_wrong()
    if not (merged["content"] or merged["embeds"] or merged["components"] or names):
        raise empty_message()
    added = _stored(server, channel, body, ephemeral=bool(flags & EPHEMERAL))
    attachments = {attachment.filename: attachment for attachment in kept} | added
    embeds, components = copy.deepcopy(merged["embeds"]), copy.deepcopy(merged["components"])
    _resolve(server, [embeds, components], attachments, in_components=bool(flags & COMPONENTS_V2))
    _number(components)
    text = merged["content"] + "".join(part.get("content") or "" for _, part in walk(components))
    return Version(
        at=server.clock.now(),
        content=merged["content"],
        embeds=tuple({"type": "rich"} | embed for embed in embeds),
        components=tuple(components),
        attachments=(*kept, *added.values()),
        flags=flags,
        mentions=mentioned(server, text, payload.get("allowed_mentions")),
    )


def _kept(form: Form, body: Body, before: Version | None) -> list[Attachment]:
    """The attachments of the version before that stay: all when the request has no list of them, else those listed."""
    listed = body.payload.get("attachments")
    present = {attachment.id: attachment for attachment in before.attachments} if before else {}
    if listed is None:
        return list(present.values())
    kept = []
    for index, entry in enumerate(listed):
        id = int(entry["id"])
        if id in present:
            kept.append(present[id].described(entry))
        elif id not in body.uploads:
            form[index].wrong("ATTACHMENT_NOT_FOUND", "The referenced attachment was not found")
    return kept


def _merged(payload: dict[str, Any], before: Version | None) -> dict[str, Any]:
    """What the message would say: null and absent differ, as absent leaves what was there."""
    merged = dict(payload)
    for key, nothing in (("content", ""), ("embeds", []), ("components", [])):
        if key in payload:
            merged[key] = payload[key] if payload[key] is not None else nothing
        else:
            merged[key] = getattr(before, key) if before else nothing
    return merged | {"embeds": list(merged["embeds"]), "components": list(merged["components"])}


def _flags(asked: int, before: Version | None) -> int:
    if before is None:
        return asked & _SETTABLE
    lasting = before.flags & ~LOADING
    return lasting & ~SUPPRESS_EMBEDS | asked & _SETTABLE_LATER if asked else lasting


def _stored(server: DiscordServer, channel: Channel, body: Body, *, ephemeral: bool) -> dict[str, Attachment]:
    """The files of the request, kept, by the names under which the request speaks of them."""
    entries = {int(entry["id"]): entry for entry in body.payload.get("attachments") or []}
    return {
        upload.filename: store(
            server,
            channel.id,
            upload,
            description=entries.get(index, {}).get("description"),
            ephemeral=ephemeral,
            spoiler=bool(entries.get(index, {}).get("is_spoiler")),
        )
        for index, upload in body.uploads.items()
    }


def _resolve(
    server: DiscordServer, tree: list[Any], attachments: Mapping[str, Attachment], *, in_components: bool
) -> None:
    """Put the CDN's addresses where the request wrote `attachment://`."""
    for media in media_of(tree):
        attachment = attachments.get(media["url"].removeprefix("attachment://"))
        if attachment is None or not media["url"].startswith("attachment://"):
            continue
        media["url"] = media["proxy_url"] = server.signed(attachment.path)
        media |= {"width": attachment.width, "height": attachment.height, "content_type": attachment.content_type}
        if in_components:
            media |= {"attachment_id": str(attachment.id), "loading_state": 2, "flags": 0}


def _number(components: list[dict[str, Any]]) -> None:
    """Give every component that has none an id, in order."""
    taken = {part.get("id") for _, part in walk(components)}
    free = (number for number in range(1, 1 << 31) if number not in taken)
    for _, part in walk(components):
        if not part.get("id"):
            part["id"] = next(free)
        if part["type"] == Part.GALLERY:
            for item in part["items"]:
                item.setdefault("spoiler", False)


def mentioned(server: DiscordServer, text: str, allowed: dict[str, Any] | None = None) -> tuple[Person, ...]:
    """Those whom a text notifies; without allowed_mentions everybody whom it names."""
    named = [server.people[int(id)] for id in _MENTION.findall(text) if int(id) in server.people]
    if allowed is not None and "users" not in (allowed.get("parse") or []):
        permitted = {int(id) for id in allowed.get("users") or []}
        named = [person for person in named if person.id in permitted]
    return tuple(dict.fromkeys(named))
