"""The limits of embeds (resources/message, "Embed Limits")."""

from __future__ import annotations

from typing import Any

from tests.discord_server.validation.form import Form

EMBEDS, FIELDS, TOTAL = 10, 25, 6000


def check_embeds(form: Form, embeds: list[dict[str, Any]]) -> None:
    """Note what is wrong with a message's embeds."""
    form.length(embeds, 0, EMBEDS)
    total = 0
    for index, embed in enumerate(embeds):
        total += _check_embed(form[index], embed)
    if total > TOTAL:
        form.wrong("MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {TOTAL}")


def _check_embed(form: Form, embed: dict[str, Any]) -> int:
    """The number of characters that count towards the limit of all embeds together."""
    form["title"].text(embed.get("title"), 0, 256)
    form["description"].text(embed.get("description"), 0, 4096)
    footer, author = embed.get("footer") or {}, embed.get("author") or {}
    form["footer", "text"].text(footer.get("text"), 0, 2048)
    form["author", "name"].text(author.get("name"), 0, 256)
    for name in ("image", "thumbnail"):
        if embed.get(name):
            _check_address(form[name, "url"], embed[name].get("url"))
    form["color"].number(embed.get("color"), 0, 0xFFFFFF)
    fields = embed.get("fields") or []
    form["fields"].length(fields, 0, FIELDS)
    for index, field in enumerate(fields):
        form["fields", index, "name"].text(field.get("name"), 1, 256, required=True)
        form["fields", index, "value"].text(field.get("value"), 1, 1024, required=True)
    texts = [embed.get("title"), embed.get("description"), footer.get("text"), author.get("name")]
    texts += [field.get(key) for field in fields for key in ("name", "value")]
    return sum(len(text) for text in texts if isinstance(text, str))


def _check_address(form: Form, address: Any) -> None:
    if not isinstance(address, str) or not address.startswith(("http://", "https://", "attachment://")):
        form.wrong(
            "URL_TYPE_INVALID_SCHEME",
            f"Scheme \"{str(address).partition(':')[0]}\" is not supported. Scheme must be one of ('http', 'https').",
        )
