"""What people, and a platform that is not well, may send: prompts, options, files and payloads that no one should."""

import io
import random
import re
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from PIL import Image, PngImagePlugin

from tests.discord_server import Upload

_LONGEST = 6000
_SIGNS = "()[]{}<>|:;,\\/\"'`*_~#@&%$!?-+=.0123456789 \n\t"
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202e\u2066\u0301\u0489\ufe0f"
_ODD = ("\0", "\ud800", "\uffff", "\U0010ffff", "🐈‍⬛", "ﷺ", "𝖈𝖆𝖙", "猫", "قط", "ß", "İ")
_WORDS = ("cat", "roof", "AND", "BREAK", "masterpiece", "<lora:x:1e9>", "(cat:1e309)", "(cat:-nan)", "[a:b:1e99]")

Payload = dict[str, Any]


def prompt(chance: random.Random) -> str:
    """A prompt of up to 6,000 letters that is meant to break a parser, or to take it for ever."""
    return chance.choice(_PROMPTS)(chance)[: chance.choice((1, 60, 600, _LONGEST, _LONGEST))] or " "


def _letters(chance: random.Random) -> str:
    return "".join(chance.choices("abcdefghijklmnopqrstuvwxyz ", k=_LONGEST))


def _signs(chance: random.Random) -> str:
    return "".join(chance.choices(_SIGNS, k=_LONGEST))


def _nested(chance: random.Random) -> str:
    opening, closing = chance.choice(("()", "[]", "<>", "{}"))
    depth = chance.randint(1, _LONGEST // 2)
    return opening * depth + "cat" + closing * chance.randint(0, depth)


def _schedules(chance: random.Random) -> str:
    return "[" * 500 + "a" + "".join(f":b:{chance.random():.2f}]" for _ in range(500))


def _alternatives(chance: random.Random) -> str:
    return "".join(f"[{'|'.join('abcdefg')}]" for _ in range(chance.randint(1, 350)))


def _compositions(chance: random.Random) -> str:
    weights = ("", ":1", ":0", ":-1", ":1e308", ":nan", ":inf", ":1e-320", "::", ":0x1")
    return " AND ".join(f"a cat {chance.choice(weights)}" for _ in range(chance.randint(2, 500)))


def _soup(chance: random.Random) -> str:
    letters = chance.choices("a cat(:1.1)", k=1500)
    return "".join(letter + "".join(chance.choices(_INVISIBLE, k=3)) for letter in letters)


def _strange(chance: random.Random) -> str:
    return "".join(chance.choices((*_ODD, *_WORDS, " ", ", "), k=1500))


_PROMPTS: Sequence[Callable[[random.Random], str]] = (
    *(_letters, _signs, _nested, _schedules, _alternatives, _compositions, _soup, _strange),
)


def options(chance: random.Random) -> dict[str, Any]:
    """Options of /imagine that Discord's client lets through and nobody means."""
    drawn: dict[str, Any] = {
        "prompt": prompt(chance),
        "negative": prompt(chance),
        "regions": prompt(chance),
        "preset": chance.choice(("", "no such", "\u202ex", "'; DROP TABLE jobs; --", "🐈" * 20)) or None,
        "size": chance.choice(("0x0", "-64x64", "1e9x1e9", "x", "64x64x64", "٦٤x٦٤", "64×64", "99999999x1", "64x64")),
        "cfg": chance.choice(("nan", "inf", "-1e308", "auto", "", "7,5", "0x7", "७", "1e-320")) or None,
        "sampler": chance.choice(("euler", "Euler a", "nobody", "__class__", "\0", "DPM++ 2M")),
        "weight": chance.choice((0, -1.0, 1e15, 1e-320, 0.5)),
        "seed": chance.choice((-1, 0, 2**53 - 1)),
        "count": chance.choice((1, 10)),
        "clip_skip": chance.choice((1, 12)),
        "balance": chance.uniform(-1, 1),
    }
    kept = chance.sample(sorted(drawn), chance.randint(1, 4))
    return {"size": "64x64", "steps": 2} | {name: drawn[name] for name in kept if drawn[name] is not None}


def spoiler(chance: random.Random) -> Callable[[Payload], None]:
    """What spoils the payload of an interaction: keys are gone, or hold what they never should."""

    def spoil(payload: Payload) -> None:
        for _ in range(chance.randint(1, 3)):
            holder, key = chance.choice(list(_places(payload)))
            if isinstance(holder, dict) and chance.random() < 0.4:
                del holder[key]
            else:
                holder[key] = chance.choice(_VALUES)

    return spoil


def respelled(chance: random.Random) -> Callable[[Payload], None]:
    """What gives a control's press another identity: numbers that no id can be, words that no control has."""

    def respell(payload: Payload) -> None:
        before = name = payload["data"]["custom_id"]
        numbers = ("0", "-1", "9" * 30, str(2**63), str(2**64), "٣", "007", "", "1e9")
        found = _digits.findall(name)
        for number in chance.sample(found, chance.randint(0, len(found))):
            name = name.replace(number, chance.choice(numbers))
        if chance.random() < 0.2:
            parts = name.split(":")
            parts[chance.randrange(len(parts))] = chance.choice(("nobody", "", ":", "\0", "recipe"))
            name = ":".join(parts)
        for holder, key in _places(payload):  # in the message too, where the library looks for it
            if holder[key] == before:
                holder[key] = name

    return respell


_digits = re.compile(r"[0-9]+")

_VALUES: Sequence[Any] = (
    *(None, True, 0, -1, 10**400, 1.5, float("nan"), "", "nonsense", "9" * 5000, "\ud800"),
    *([], [None], {}, {"id": None}),
)


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a payload: what holds it, and its key or index."""
    held = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in list(held):
        yield tree, key
        yield from _places(value)


def upload(chance: random.Random) -> Upload:
    """A file that says it is a picture."""
    name = chance.choice(("a.png", "a.PNG", "a.jpg", "a.webp", "SPOILER_a.png", "..png", "a.png.webp", "\u202egnp.png"))
    return Upload(
        name,
        chance.choice(_FILES)(chance),
        content_type=chance.choice((None, "image/png", "text/html", "", "video/mp4", "image/svg+xml")),
        claimed_size=chance.choice((None, None, -1, 0, 10**15)),
    )


def _picture(chance: random.Random) -> bytes:
    file, recipe = io.BytesIO(), PngImagePlugin.PngInfo()
    recipe.add_text("parameters", prompt(chance).encode("utf-8", "replace").decode())
    Image.new("RGB", (8, 8)).save(file, "PNG", pnginfo=recipe)
    return file.getvalue()


def _torn(chance: random.Random) -> bytes:
    whole = _picture(chance)
    return whole[: chance.randrange(len(whole))]


def _flipped(chance: random.Random) -> bytes:
    content = bytearray(_picture(chance))
    for _ in range(chance.randint(1, 20)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    return bytes(content)


def _noise(chance: random.Random) -> bytes:
    return chance.randbytes(chance.choice((0, 1, 100, 10_000)))


def _claims(chance: random.Random) -> bytes:
    """Sides that are not there."""
    sides = chance.choice(((2**31 - 1, 2**31 - 1), (0, 0), (100_000, 1), (4097, 4097)))
    return _png(*sides, zlib.compress(b"\0" * 100))


@cache
def _unfolding(side: int) -> bytes:
    """Some kilobytes that are hundreds of megabytes of pixels."""
    squeeze, row = zlib.compressobj(9), b"\0" * (3 * side + 1)
    return _png(side, side, b"".join(squeeze.compress(row) for _ in range(side)) + squeeze.flush())


@cache
def _spaces(mebibytes: int) -> bytes:
    squeeze = zlib.compressobj(9)
    return b"".join(squeeze.compress(b" " * 2**20) for _ in range(mebibytes)) + squeeze.flush()


def _unfolding_text(chance: random.Random) -> bytes:
    """A recipe that is a hundred megabytes of spaces."""
    kind, head = chance.choice(((b"zTXt", b"parameters\0\0"), (b"iTXt", b"parameters\0\1\0\0\0")))
    return _png(8, 8, zlib.compress(b"\0" * 25 * 8), _chunk(kind, head + _spaces(chance.choice((8, 100)))))


def _moving(chance: random.Random) -> bytes:
    file = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), (number, 0, 0)) for number in range(200)]
    frames[0].save(file, chance.choice(("PNG", "WEBP", "GIF")), save_all=True, append_images=frames[1:])
    return file.getvalue()


def _pixels(chance: random.Random) -> bytes:
    return _unfolding(chance.choice((4096, 4097, 12_800)))


def _page(chance: random.Random) -> bytes:
    return b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>" * chance.randint(1, 100)


_FILES: Sequence[Callable[[random.Random], bytes]] = (
    *(_picture, _torn, _torn, _flipped, _flipped, _noise, _claims, _pixels, _unfolding_text, _moving, _page),
)


def _png(width: int, height: int, pixels: bytes, *more: bytes) -> bytes:
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
