"""The page of a message shows what is in it, and nothing that somebody wrote becomes a part of the page."""

from tests.discord_server import Channel, Person, Upload
from tests.discord_server.page import page
from tests.discord_server.raw_client import RawClient
from tests.discord_server.sample_bot import png

BUTTON = {"type": 2, "style": 1, "label": "Again", "custom_id": "again"}
SELECT = {"type": 3, "custom_id": "s", "placeholder": "Take one", "options": [{"label": "one", "value": "1"}]}


async def test_every_part_of_a_card_is_on_its_page(raw: RawClient, pictures: Channel):
    gallery = {
        "type": 12,
        "items": [{"media": {"url": "attachment://a.png"}, "description": 'a "cat"', "spoiler": True}],
    }
    section = {"type": 9, "components": [{"type": 10, "content": "next"}], "accessory": {**BUTTON, "custom_id": "x"}}
    card = {
        "type": 17,
        "accent_color": 0x4F8A6B,
        "components": [
            {"type": 10, "content": "`a <cat>`\n-# 64 steps, **bold**, \\*not\\*"},
            gallery,
            section,
            {"type": 1, "components": [SELECT]},
            {"type": 1, "components": [BUTTON]},
        ],
    }
    body = {"flags": 1 << 15, "components": [card]}
    _, answer = await raw.request("POST", f"/channels/{pictures.id}/messages", body, Upload("a.png", png()))
    shown = page(pictures.messages[int(answer["id"])])
    for expected in (
        "--accent: #4f8a6b",
        "<code>a &lt;cat&gt;</code><br><small>64 steps, <b>bold</b>, *not*</small>",
        '<div class="spoiler"><img src="data:image/png;base64,',
        'alt="a &quot;cat&quot;"',
        '<div class="select">Take one</div>',
        '<div class="button primary">Again</div>',
        "next",
    ):
        assert expected in shown


async def test_what_somebody_wrote_is_only_read(pictures: Channel, ann: Person):
    shown = page(ann.posts(pictures, f"<script>alert(1)</script> {ann.mention}"))
    assert "<script>" not in shown
    assert '<span class="mention">@someone</span>' in shown
