"""/config and /filter through the loopback Discord: what is decided holds, is logged, and is worded when wrong."""

import tomllib
from typing import Any

import pytest
import pytest_asyncio

from bot import words
from bot.application import Bot
from bot.moderation.policy import Rule
from bot.words import config as config_words
from bot.words import filter as filter_words
from storage.moderation.records import CaseState, ReviewMode, ServerConfiguration
from storage.records import JobState, Scope, ScopeKind
from tests.bot.stage import PATIENCE, Stage
from tests.discord_server import Message, NotOffered, OptionRefused, Permission, Upload

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def told(stage: Stage, command: str, who: Any = None, **options: Any) -> Message:
    """What the owner, or somebody else, is told in answer."""
    interaction = await (who or stage.guild.owner).uses(command, channel=stage.channel, options=options)
    message = await interaction.message_when(within=PATIENCE)
    assert message.ephemeral
    return message


async def says(stage: Stage, command: str, **options: Any) -> str:
    return (await told(stage, command, **options)).content


async def decided(stage: Stage, bot: Bot) -> ServerConfiguration:
    return await bot.database.configurations.of(stage.guild.id)


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def nothing_decided(stage: Stage, bot: Bot) -> None:
    """Each test begins in a server that has decided nothing."""
    rulebook, server, by = bot.oversight.rulebook, stage.guild.id, stage.guild.owner.id
    await rulebook.replace(server, ServerConfiguration(), by=by)
    for entry in await rulebook.entries(server):
        await rulebook.remove(server, entry.kind, entry.text, by=by, channel_id=entry.channel_id)
    await bot.database.preferences.forget(Scope(ScopeKind.SERVER, server))
    await bot.database.preferences.forget(Scope(ScopeKind.CHANNEL, stage.channel.id))


async def test_the_commands_are_for_those_who_manage_and_moderate(stage: Stage, bot: Bot) -> None:
    for command in ("/config show", "/filter list"):
        with pytest.raises(NotOffered):
            await stage.ann.uses(command, channel=stage.channel)
    moderator = stage.guild.add_member("mo", roles=[stage.guild.add_role("mods", Permission.MANAGE_MESSAGES)])
    assert (await told(stage, "/filter list", who=moderator)).content.startswith(filter_words.EMPTY)
    with pytest.raises(NotOffered):
        await moderator.uses("/config show", channel=stage.channel)


async def test_each_kind_of_decision_is_kept_shown_and_logged(stage: Stage, bot: Bot) -> None:
    assert await says(stage, "/config show") == config_words.NOTHING_DECIDED
    mods = stage.guild.add_channel("mods")
    artists = stage.guild.add_role("artists")
    await says(stage, "/config limits", steps=40, side=768, count=2, cfg=12.5)
    await says(stage, "/config pace", daily=20, cooldown=30, waiting=3, brake=False)
    await says(stage, "/config review", mode="everything", explicit=0.25, suggestive=0.5, channel=mods, reporters=2)
    await says(stage, "/config strikes", most=2, days=10)
    await says(stage, "/config age_restricted", explicit=True)
    await says(stage, "/config negative", text="gore, *blood*")
    await says(stage, "/config negative", text="text", channel=stage.channel)
    await says(stage, "/config channels add", channel=stage.channel)
    await says(stage, "/config roles set", role=artists, daily=50, draws=True, moderates=False)
    shown = await says(stage, "/config show")
    assert "- steps at most: 40\n" in shown
    assert f"- moderators' channel: <#{mods.id}>" in shown
    assert "gore, \\*blood\\*" in shown
    assert f"- pictures a day: 50 (<@&{artists.id}>)" in shown
    configuration = await decided(stage, bot)
    assert configuration.review is ReviewMode.EVERYTHING
    assert configuration.roles[artists.id].moderates is None
    assert not [name for name in ServerConfiguration.__slots__ if getattr(configuration, name) in (None, {})]
    entries = await bot.database.log.newest(stage.guild.id, limit=9)
    assert {entry.actor for entry in entries} == {stage.guild.owner.id}
    assert {entry.decision for entry in entries} == {"configured"}
    assert entries[-1].detail["changes"]["steps"] == [None, 40]
    assert (await bot.database.log.verify()).broken_at is None


async def test_decisions_are_taken_back(stage: Stage, bot: Bot) -> None:
    await says(stage, "/config limits", steps=40)
    await says(stage, "/config negative", text="text", channel=stage.channel)
    await says(stage, "/config channels add", channel=stage.channel)
    await says(stage, "/config reset", decision="steps")
    await says(stage, "/config reset", decision="negative", channel=stage.channel)
    assert await says(stage, "/config channels remove", channel=stage.channel) == config_words.EVERYWHERE
    role = stage.guild.add_role("guests")
    await says(stage, "/config roles set", role=role, cooldown=9)
    await says(stage, "/config roles clear", role=role)
    assert await decided(stage, bot) == ServerConfiguration()
    assert config_words.NOTHING_GIVEN.split(";")[0] in await says(stage, "/config limits")


async def test_numbers_out_of_bounds_never_arrive(stage: Stage, bot: Bot) -> None:
    for command, options in (
        ("/config limits", {"steps": 0}),
        ("/config limits", {"steps": 151}),
        ("/config review", {"explicit": 1.5}),
        ("/config review", {"mode": "sometimes"}),
        ("/config pace", {"daily": -1}),
        ("/filter add", {"entry": "x" * 61}),
    ):
        with pytest.raises(OptionRefused):
            await stage.guild.owner.uses(command, channel=stage.channel, options=options)


async def test_what_is_decided_holds_for_the_next_request(stage: Stage, bot: Bot) -> None:
    await says(stage, "/config limits", steps=40)
    assert "40 steps at most" in await says(stage, "/imagine", who=stage.ann, steps=41)
    await says(stage, "/config reset", decision="steps")
    other = stage.guild.add_channel("other")
    await says(stage, "/config channels add", channel=other)
    assert "does not answer in this channel" in await says(stage, "/imagine", who=stage.ann)
    await says(stage, "/config channels remove", channel=other)
    role = stage.guild.add_role("painters")
    await says(stage, "/config roles set", role=role, draws=True)
    assert "certain roles" in await says(stage, "/imagine", who=stage.ann)
    await says(stage, "/config roles clear", role=role)
    await says(stage, "/config pace", daily=2)
    assert "2 pictures within 24 hours" in await says(stage, "/imagine", who=stage.ann, count=3)


async def test_what_is_added_to_the_negative_prompt_is_drawn_with(stage: Stage, bot: Bot) -> None:
    await says(stage, "/config negative", text="gore")
    await says(stage, "/config negative", text="letters", channel=stage.channel)
    interaction = await stage.ann.uses("/imagine", channel=stage.channel, options={"negative": "red", "steps": 1})
    await interaction.acknowledged(within=PATIENCE)
    job = await bot.database.jobs.find(interaction.id)
    assert job is not None
    assert job.spec["negative_prompt"] == "red, gore, letters"


async def test_defaults_of_the_server_and_of_a_channel(stage: Stage, bot: Bot, forbidden: str) -> None:
    assert "steps 3" in await says(stage, "/config defaults", steps=3)
    await says(stage, "/config defaults", steps=2, channel=stage.channel)
    assert "· 2 steps" in await says(stage, "/settings show", who=stage.ann)
    await says(stage, "/config reset", decision="defaults", channel=stage.channel)
    assert "· 3 steps" in await says(stage, "/settings show", who=stage.ann)
    assert words.NOT_ALLOWED in await says(stage, "/config defaults", prompt=forbidden)
    entries = await bot.database.log.newest(stage.guild.id, limit=3)
    assert [entry.detail for entry in entries] == [
        {"defaults": [], "channel": stage.channel.id},
        {"defaults": ["steps"], "channel": stage.channel.id},
        {"defaults": ["steps"]},
    ]


async def test_out_as_a_file_and_in_again(stage: Stage, bot: Bot) -> None:
    role, place = stage.guild.add_role("regulars"), stage.guild.add_channel("studio")
    await says(stage, "/config limits", steps=40, cfg=7.5)
    await says(stage, "/config review", mode="flagged", channel=place)
    await says(stage, "/config roles set", role=role, daily=7)
    await says(stage, "/config negative", text='"quoted" \\ gore', channel=place)
    before = await decided(stage, bot)
    (file,) = (await told(stage, "/config export")).attachments
    table = tomllib.loads(file.bytes.decode())
    assert table["moderators_channel"] == str(place.id)
    assert table["roles"] == {str(role.id): {"daily": 7}}
    await bot.oversight.rulebook.replace(stage.guild.id, ServerConfiguration(count=1), by=1)
    upload = Upload("server.toml", file.bytes)
    assert await says(stage, "/config import", file=upload) == config_words.IMPORTED
    assert await decided(stage, bot) == before
    entry, *_ = await bot.database.log.newest(stage.guild.id, limit=1)
    assert entry.detail["changes"]["count"] == [1, None]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("steps = ", "no TOML"),
        ("steps = 0", "steps must be a whole number from 1 to 150"),
        ("steps = 1.5", "steps must be a whole number"),
        ("steps = true", "steps must be a whole number"),
        ("explicit = nan", "explicit must be a number from 0 to 1"),
        ('review = "never"', "review must be one of: off, flagged, everything"),
        ("floor = false", "Nothing is called floor"),
        ("age_restricted = 1", "age\\_restricted must be true or false"),
        ("negative = ''", "negative must be a text"),
        ("moderators_channel = 1.0", "none of this server's"),
        ("[channels.5]\nanswers = true", "channels names 5, which is none"),
        ("[roles.x]\ndaily = 1", "roles names x, which is none"),
        ("channels = 3", "channels must be a table"),
        ("[roles]\nfloor = 1", "roles names floor"),
        ("#" * 70_000, "64 KiB at most"),
    ],
)
async def test_a_file_that_is_wrong_changes_nothing(stage: Stage, bot: Bot, content: str, sentence: str) -> None:
    await says(stage, "/config limits", steps=40)
    assert sentence in await says(stage, "/config import", file=Upload("server.toml", content.encode()))
    assert await decided(stage, bot) == ServerConfiguration(steps=40)


async def test_entries_are_added_tested_listed_and_removed(stage: Stage, bot: Bot) -> None:
    assert "on the block list from now on" in await says(stage, "/filter add", entry="*castle*")
    assert "on the block list already" in await says(stage, "/filter add", entry="*CASTLE*")
    assert "would find nothing" in await says(stage, "/filter add", entry="***")
    await says(stage, "/filter add", entry="sandcastle", list="allow")
    await says(stage, "/filter add", entry="moon", channel=stage.channel)
    assert await says(stage, "/filter test", text="a quiet lake") == filter_words.NO_HIT
    assert "\\*castle\\*: by its star" in await says(stage, "/filter test", text="a c\u200bastlé")
    assert await says(stage, "/filter test", text="a sandcastle") == filter_words.NO_HIT
    assert "moon: as written" in await says(stage, "/filter test", text="the moon")
    elsewhere = stage.guild.add_channel("elsewhere")
    assert await says(stage, "/filter test", text="the moon", channel=elsewhere) == filter_words.NO_HIT
    assert f"- moon (<#{stage.channel.id}>)" in await says(stage, "/filter list")
    assert "- sandcastle" in await says(stage, "/filter list", list="allow")
    choices = await stage.guild.owner.autocompletes("/filter remove", option="entry", channel=stage.channel, text="cas")
    assert [choice.value for choice in choices] == ["*castle*", "sandcastle"]
    assert "no longer on" in await says(stage, "/filter remove", entry="*Castle*")
    assert filter_words.NOT_LISTED in await says(stage, "/filter remove", entry="*castle*")
    assert filter_words.NOT_LISTED in await says(stage, "/filter remove", entry="moon")
    assert "no longer on" in await says(stage, "/filter remove", entry="moon", channel=stage.channel)


async def test_a_prompt_on_the_list_is_refused_and_is_a_case(stage: Stage, bot: Bot) -> None:
    await says(stage, "/filter add", entry="castle")
    refused = await says(stage, "/imagine", who=stage.ann, prompt="[sky:c\u0430stle:0.5], a red meadow")
    assert "castle is on its list" in refused
    assert "meadow" not in refused
    case, *_ = await bot.database.cases.newest(stage.guild.id, [CaseState.REFUSED])
    assert (case.rule, case.person) == (Rule.LIST, stage.ann.id)


async def test_many_at_once_and_a_page_at_a_time(stage: Stage, bot: Bot) -> None:
    lines = ["# ours", *(f"word number {k}" for k in range(40)), "", "x" * 61, "***", "WORD number 3"]
    upload = Upload("list.txt", "\n".join(lines).encode())
    answer = await says(stage, "/filter import", file=upload, entries="two words, three")
    assert answer == "42 entries added, 1 there already, 2 left out, longer than 60 characters or saying nothing."
    assert "43 there already" in await says(stage, "/filter import", file=upload, entries="two words, three")
    assert filter_words.NOTHING_TO_IMPORT in await says(stage, "/filter import")
    assert filter_words.NO_TEXT in await says(stage, "/filter import", file=Upload("list.txt", b"\xff\xfe\x00"))
    first = await told(stage, "/filter list")
    assert "page 1 of 3" in first.content
    assert first.labels == ["Next"]
    await stage.guild.owner.clicks(first, "Next")
    await first.until(lambda: "page 2 of 3" in first.content, what="the second page", within=PATIENCE)
    assert first.labels == ["Back", "Next"]
    many = Upload("list.txt", "\n".join(f"entry {k}" for k in range(1000)).encode())
    assert "1,000 entries at most" in await says(stage, "/filter import", file=many)
    assert len(await bot.oversight.rulebook.entries(stage.guild.id)) == 42


def automod_rule(stage: Stage, name: str, *, enabled: bool = True, **metadata: Any) -> dict[str, Any]:
    return {
        "id": str(stage.server.snowflake()),
        "guild_id": str(stage.guild.id),
        "name": name,
        "creator_id": str(stage.guild.owner.id),
        "event_type": 1,
        "trigger_type": 1,
        "trigger_metadata": {"keyword_filter": [], "regex_patterns": [], "allow_list": []} | metadata,
        "actions": [{"type": 1, "metadata": {}}],
        "enabled": enabled,
        "exempt_roles": [],
        "exempt_channels": [],
    }


async def test_automods_words_are_taken_over(stage: Stage, bot: Bot) -> None:
    assert config_words.NO_PERMISSION_FOR_AUTOMOD in await says(stage, "/config automod")
    stage.guild.give_role(stage.server.bot, stage.guild.add_role("bots", Permission.MANAGE_GUILD))
    stage.guild.automod_rules[:] = []
    assert config_words.NO_AUTOMOD in await says(stage, "/config automod")
    stage.guild.automod_rules[:] = [
        automod_rule(stage, "words", keyword_filter=["*castle*", "moon", "x" * 61], regex_patterns=["a+"]),
        automod_rule(stage, "more", keyword_filter=["moon"], allow_list=["sandcastle"]),
        automod_rule(stage, "off", keyword_filter=["sun"], enabled=False),
    ]
    answer = await says(stage, "/config automod")
    assert answer.startswith("Taken over from AutoMod: 2 new entries to block and 1 to allow. 2 could not")
    texts = [entry.text for entry in await bot.oversight.rulebook.entries(stage.guild.id)]
    assert texts == ["*castle*", "moon", "sandcastle"]


async def test_the_floor_is_closed_in_every_command_that_takes_a_prompt(stage: Stage, bot: Bot, forbidden: str) -> None:
    """Found in what is registered, so that one added later is tried too; for the owner, with everything flung open."""
    lax = {"explicit": 1.0, "suggestive": 1.0, "review": "off", "brake": False}
    await bot.oversight.rulebook.change(stage.guild.id, lax, by=1)
    for text in forbidden.split():
        await says(stage, "/filter add", entry=text, list="allow")
    tried = [line for line, options in _leaves(stage) if "prompt" in options]
    assert {"/imagine", "/config defaults", "/preset save"} <= set(tried)
    await bot.database.presets.save(Scope(ScopeKind.PERSON, stage.guild.owner.id), "x", {"steps": 2}, most=9)
    before = await bot.database.jobs.among(set(JobState))
    for line, options in _leaves(stage):
        if "prompt" not in options:
            continue
        needed = {name: "x" for name, each in options.items() if each.get("required") and name != "prompt"}
        needed |= {name: axis for name, axis in (("across", "cfg=1,2"), ("down", "steps=1,2")) if name in options}
        answer = await says(stage, line, prompt=forbidden, **needed)
        assert answer.startswith(words.NOT_ALLOWED), line
    assert await bot.database.jobs.among(set(JobState)) == before


def _leaves(stage: Stage) -> list[tuple[str, dict[str, Any]]]:
    """Every command that can be used, with its options by name."""
    found: list[tuple[str, dict[str, Any]]] = []

    def walk(line: str, options: list[dict[str, Any]]) -> None:
        inner = [each for each in options if each["type"] in (1, 2)]
        if not inner:
            found.append((line, {each["name"]: each for each in options}))
        for each in inner:
            walk(f"{line} {each['name']}", each.get("options", []))

    for command in stage.server.commands.of(stage.guild.id):
        if command["type"] == 1:
            walk(f"/{command['name']}", command.get("options", []))
    return found
