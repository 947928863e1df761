"""A message as a page: roughly what Discord's client would show of it, for people to look at.

It knows the parts that messages here are made of, and the little markdown in them. It is a drawing of Discord, and no
proof of how Discord looks.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterable
from typing import Any

from tests.discord_server.attachments import Attachment, id_in
from tests.discord_server.kinds import SELECTS, ButtonStyle, Part
from tests.discord_server.messages import Message

PHONE, DESKTOP = 400, 620

_STYLE = """
* { box-sizing: border-box; }
body { margin: 0; padding: 16px; background: #313338; color: #dbdee1;
  font: 15px/1.38 "Noto Sans", "DejaVu Sans", sans-serif; }
.message { display: flex; gap: 14px; }
.face { flex: none; width: 40px; height: 40px; border-radius: 50%; background: #5b6ee1; color: #fff; font-weight: 600;
  display: flex; align-items: center; justify-content: center; }
.body { flex: 1; min-width: 0; }
.name { color: #f2f3f5; font-weight: 600; margin-bottom: 4px; }
.name span { background: #5865f2; color: #fff; font-size: 10px; border-radius: 3px; padding: 1px 4px;
  margin-left: 4px; }
.container { background: #2b2d31; border: 1px solid #3f4147; border-left: 4px solid var(--accent, #3f4147);
  border-radius: 8px; padding: 14px; display: flex; flex-direction: column; gap: 8px; max-width: 560px; }
.text { overflow-wrap: anywhere; }
.text small { color: #949ba4; font-size: 12px; }
.text code { background: #1e1f22; border-radius: 4px; padding: 1px 4px; font: 13px "DejaVu Sans Mono", monospace; }
.mention { background: #3c4270; color: #c9cdfb; border-radius: 3px; padding: 0 2px; }
.gallery { display: grid; gap: 4px; border-radius: 8px; overflow: hidden; }
.gallery.many { grid-template-columns: 1fr 1fr; }
.gallery img { width: 100%; display: block; object-fit: cover; image-rendering: auto; }
.gallery.one img { max-height: 350px; width: auto; max-width: 100%; border-radius: 8px; min-width: 256px; }
.spoiler { position: relative; }
.spoiler img { filter: blur(30px); }
.spoiler::after { content: "SPOILER"; position: absolute; inset: 0; margin: auto; width: 90px; height: 32px;
  line-height: 32px; text-align: center; background: #000a; border-radius: 16px; font-size: 12px; font-weight: 700; }
.row { display: flex; flex-wrap: wrap; gap: 8px; }
.button { border-radius: 8px; padding: 5px 14px; background: #4e5058; color: #fff; font-size: 14px;
  font-weight: 500; }
.primary { background: #5865f2; } .danger { background: #da373c; } .success { background: #248046; }
.select { flex: 1; background: #1e1f22; border: 1px solid #3f4147; border-radius: 8px; padding: 8px 12px;
  color: #949ba4; }
.select::after { content: "▾"; float: right; }
.section { display: flex; gap: 12px; align-items: flex-start; justify-content: space-between; }
.only { color: #949ba4; font-size: 12px; margin-top: 4px; }
.gap { height: 20px; }
"""
_STYLES = {ButtonStyle.PRIMARY: "primary", ButtonStyle.SUCCESS: "success", ButtonStyle.DANGER: "danger"}


def page(*messages: Message, width: int = DESKTOP) -> str:
    """The page with these messages, one below the other, ``width`` pixels wide."""
    shown = '<div class="gap"></div>'.join(map(_message, messages))
    style = f"{_STYLE} body {{ width: {width}px; }}"
    return f'<!doctype html><html><head><meta charset="utf-8"><style>{style}</style></head><body>{shown}</body></html>'


def _message(message: Message) -> str:
    files = {attachment.id: attachment for attachment in message.attachments}
    said = f'<div class="text">{_markdown(message.content)}</div>' if message.content else ""
    parts = _parts(message.components, files)
    loose = "" if message.components else _loose(message.attachments)
    only = '<div class="only">Only you can see this</div>' if message.ephemeral else ""
    name = html.escape(message.author.name)
    badge = "<span>APP</span>" if message.author.bot else ""
    face = f'<div class="face">{name[:1].upper()}</div>'
    body = f'<div class="body"><div class="name">{name}{badge}</div>{said}{parts}{loose}{only}</div>'
    return f'<div class="message">{face}{body}</div>'


def _parts(parts: Iterable[dict[str, Any]], files: dict[int, Attachment]) -> str:
    return "".join(_part(part, files) for part in parts)


def _part(part: dict[str, Any], files: dict[int, Attachment]) -> str:
    inner = _parts(part.get("components", []), files)
    match part["type"]:
        case Part.CONTAINER:
            colour = part.get("accent_color")
            accent = "" if colour is None else f' style="--accent: #{colour:06x}"'
            return f'<div class="container"{accent}>{inner}</div>'
        case Part.TEXT:
            return f'<div class="text">{_markdown(part["content"])}</div>'
        case Part.GALLERY:
            kind = "one" if len(part["items"]) == 1 else "many"
            return f'<div class="gallery {kind}">{"".join(_picture(item, files) for item in part["items"])}</div>'
        case Part.ROW:
            return f'<div class="row">{inner}</div>'
        case Part.SECTION:
            return f'<div class="section"><div>{inner}</div>{_part(part["accessory"], files)}</div>'
        case Part.BUTTON:
            return f'<div class="button {_STYLES.get(part["style"], "")}">{html.escape(part.get("label") or "")}</div>'
        case kind if kind in SELECTS:
            chosen = [option["label"] for option in part.get("options", []) if option.get("default")]
            return f'<div class="select">{html.escape(", ".join(chosen) or part.get("placeholder") or "")}</div>'
    return inner


def _picture(item: dict[str, Any], files: dict[int, Attachment]) -> str:
    file = files.get(id_in(item["media"]["url"]) or 0)
    source = html.escape(item["media"]["url"]) if file is None else _inline(file)
    words = html.escape(item.get("description") or "", quote=True)
    covered = ' class="spoiler"' if item.get("spoiler") else ""
    return f'<div{covered}><img src="{source}" alt="{words}"></div>'


def _loose(attachments: Iterable[Attachment]) -> str:
    return "".join(
        f'<div class="gallery one"><img src="{_inline(file)}" alt="{html.escape(file.description or "")}"></div>'
        for file in attachments
        if file.width is not None
    )


def _inline(file: Attachment) -> str:
    return f"data:{file.content_type};base64,{base64.b64encode(file.bytes).decode()}"


def _markdown(text: str) -> str:
    """Small lines, code, bold, italics, mentions and escaped characters; nothing else is drawn."""
    return "<br>".join(map(_line, text.split("\n")))


def _line(line: str) -> str:
    small = line.startswith("-# ")
    pieces = re.split(r"(`[^`]+`)", line.removeprefix("-# ") if small else line)
    shown = "".join(
        f"<code>{html.escape(piece[1:-1])}</code>" if piece.startswith("`") and len(piece) > 2 else _inflected(piece)
        for piece in pieces
    )
    return f"<small>{shown}</small>" if small else shown


def _inflected(piece: str) -> str:
    kept = re.sub(r"\\(.)", lambda found: f"\0{ord(found[1])}\0", piece)
    shown = html.escape(kept)
    shown = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", shown)
    shown = re.sub(r"\*(.+?)\*", r"<i>\1</i>", shown)
    shown = re.sub(r"&lt;@(\d+)&gt;", r'<span class="mention">@someone</span>', shown)
    return re.sub("\0(\\d+)\0", lambda found: html.escape(chr(int(found[1]))), shown)
