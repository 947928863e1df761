"""Presets, from saving to sharing, on the loopback Discord with the real client and a real SQLite file."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
import pytest_asyncio

from bot import specs, words
from bot.application import Bot
from bot.errors import Refused
from bot.presets import Asker
from bot.words import explaining
from bot.words import presets as said
from storage.records import Drawn, JobState, Reply, Scope, ScopeKind
from tests.bot.specs import spec
from tests.bot.stage import PATIENCE, Stage, finished
from tests.discord_server import Message, OptionRefused, Permission, Person

pytestmark = pytest.mark.asyncio(loop_scope="module")

CODE = re.compile(r"`([2-9BCDFGHJKMNP-TV-XZ]{4}(-[2-9BCDFGHJKMNP-TV-XZ]{4}){2})`")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(stage: Stage) -> AsyncIterator[Bot]:
    """The bot without its drawing process, which starts when something is to be drawn."""
    async with stage.bot() as bot:
        yield bot


@dataclass
class Talk:
    """One person's commands, and what they are answered."""

    stage: Stage
    bot: Bot
    person: Person

    async def __call__(self, command: str, **options: object) -> str:
        return (await self.message(command, **options)).content

    async def message(self, command: str, **options: object) -> Message:
        interaction = await self.person.uses(command, channel=self.stage.channel, options=options)
        message = await interaction.message_when(within=PATIENCE)
        assert message.ephemeral
        return message

    async def suggested(self, command: str, text: str = "", option: str = "name") -> list[str]:
        found = await self.person.autocompletes(command, option=option, channel=self.stage.channel, text=text)
        return [choice.name for choice in found]

    async def steps(self, **options: object) -> str:
        """The steps that a picture would be drawn with, and where they are from."""
        lines = (await self("/settings explain", **options)).splitlines()
        return next((f"{line} {lines[at + 1]}" for at, line in enumerate(lines) if line.startswith("**steps**")), "")


@pytest.fixture
async def ann(stage: Stage, running: Bot) -> Talk:
    return Talk(stage, running, stage.guild.add_member("ann"))


@pytest.fixture
async def ben(stage: Stage, running: Bot) -> Talk:
    return Talk(stage, running, stage.guild.add_member("ben"))


@pytest.fixture
async def mod(stage: Stage, running: Bot) -> Talk:
    role = stage.guild.add_role("moderators", Permission.MANAGE_MESSAGES)
    return Talk(stage, running, stage.guild.add_member("mod", roles=[role]))


async def test_from_saving_to_a_picture(stage: Stage, ann: Talk) -> None:
    kept = await ann("/preset save", name="Soft  *Light*", prompt="{prompt}, soft", size="96x64", steps=2, cfg="auto")
    what, how = kept.splitlines()
    assert what == r"Kept for you as **Soft \*Light\***: prompt {prompt}, soft, size 96x64, steps 2, cfg auto."
    assert how == f"-# {said.HOW_TO_USE}"
    assert await ann.suggested("/imagine", "light", option="preset") == [
        "Soft *Light*: prompt {prompt}, soft, size 96x64, steps 2, cfg auto"
    ]
    options = {"prompt": "a cat", "preset": "soft *light*", "seed": 1, "steps": 1}
    message = await finished(await ann.person.uses("/imagine", channel=stage.channel, options=options))
    assert "a cat, soft" in message.text
    assert "96×64 · 1 step " in message.text, "an option lies over a preset"


async def test_every_field_is_kept_and_shown(ann: Talk) -> None:
    every = {
        "prompt": "one\ntwo @everyone",
        "negative_preset": "pure-0.105",
        "size": "wide",
        "steps": 9,
        "cfg": "7,5",
        "sampler": "Euler a",
        "seed": 2**53 - 1,
        "count": 2,
        "clip_skip": 2,
        "emphasis": "No norm",
        "noise": "cpu",
        "subseed": 4,
        "subseed_strength": 0.5,
        "eta": 0.25,
        "cfg_rescale": 0.7,
        "strength": 0.5,
        "larger": 1.5,
        "ensd": 31337,
    }
    assert (await ann("/preset save", name="all", **every)).startswith("Kept")
    shown = await ann("/preset show", name="ALL")
    assert shown.startswith("**all**\n-# yours\n- prompt: one\ntwo \\@everyone\n")
    for line in (
        "weight: 0.105",
        "size: wide",
        "cfg: 7.5",
        f"seed: {2**53 - 1}",
        "subseed strength: 0.5",
        "noise: cpu",
    ):
        assert f"- {line}" in shown
    assert len(shown.splitlines()) == 2 + len(every) + 2, "the negative is two choices, the prompt two lines"


async def test_a_long_preset_is_shown_as_a_file(ann: Talk) -> None:
    await ann("/preset save", name="long", prompt="very " * 600)
    message = await ann.message("/preset show", name="long")
    assert message.content == f"**long**\n-# yours\n{said.FILE}"
    assert message.attachments[0].bytes.decode() == f"long\nprompt: {'very ' * 600}"


async def test_saving_from_settings_and_from_a_picture(stage: Stage, running: Bot, ann: Talk) -> None:
    assert said.NO_SETTINGS in await ann("/preset save", name="mine", **{"from": "my settings"})
    assert said.NO_PICTURE in await ann("/preset save", name="mine", **{"from": "my last picture"})
    await ann("/settings set", steps=7, weight=0.5, size="wide")
    assert "size 96x64, steps 7" in await ann("/preset save", name="mine", **{"from": "my settings"}, size="96x64")
    drawn = spec(prompt="a dog", width=96, height=64, steps=3, guidance_scale=6.75, seed=11, clip_skip=2)
    await _picture_of(running, ann.person.id, specs.written(drawn))
    manner = await ann("/preset save", name="like it", **{"from": "my last picture"})
    assert "a dog" not in manner
    assert "seed" not in manner
    for each in (r"negative\_preset pure", "weight 0.0001", "size 96x64", "steps 3", "sampler Euler", r"clip\_skip 2"):
        assert each in manner
    whole = await ann("/preset save", name="it", **{"from": "my last picture"}, with_prompt=True, negative="red")
    assert "prompt a dog, negative red, size 96x64" in whole
    assert "seed 11" in whole


async def test_saving_from_a_spec(running: Bot, ann: Talk, forbidden: str) -> None:
    asker = Asker(ann.person.id, ann.stage.guild.id, keeper=False)
    drawn = spec(prompt="a dog", width=96, height=64, steps=3)
    await running.shelf.save_from_spec(asker, "like it", drawn)
    await running.shelf.save_from_spec(asker, "it", drawn, prompt=True, seed=True)
    assert "prompt" not in await ann("/preset show", name="like it")
    assert "- prompt: a dog\n" in await ann("/preset show", name="it")
    with pytest.raises(Refused):
        await running.shelf.save_from_spec(asker, "bad", replace(drawn, prompt=forbidden), prompt=True)
    with pytest.raises(Refused):
        await running.shelf.save_from_spec(asker, "it", drawn)


async def test_what_cannot_be_kept(ann: Talk, forbidden: str) -> None:
    await ann("/preset save", name="night", steps=2)
    for sentence, options in (
        ("called NIGHT already", {"name": "NIGHT", "steps": 2}),
        ("what the preset shall hold", {"name": "nothing"}),
        ("no multiple of 8", {"name": "odd", "size": "100x100"}),
        ("give one of them", {"name": "two", "negative": "a cat", "weight": 0.1}),
        ("must be greater than zero", {"name": "weightless", "weight": 0}),
        ("larger than this bot draws", {"name": "huge", "size": "8192x8192"}),
        ("stands for no preset", {"name": "None", "steps": 2}),
        ("one line of 1 to 50", {"name": " \n ", "steps": 2}),
        (words.NOT_ALLOWED, {"name": "meadow", "prompt": f"a meadow, {forbidden}"}),
        (words.NOT_ALLOWED, {"name": forbidden[:50], "steps": 2}),
        (said.ONLY_MODERATORS, {"name": "ours", "steps": 2, "server": True}),
    ):
        assert sentence in await ann("/preset save", **options), options
    assert await ann.suggested("/preset edit") == ["night: steps 2"]
    with pytest.raises(OptionRefused):
        await ann("/preset save", name="x" * 51, steps=2)


async def test_editing_changes_what_is_given_and_leaves_the_rest(ann: Talk) -> None:
    await ann("/preset save", name="night", steps=2, size="96x64", negative="red")
    assert said.NOTHING_TO_CHANGE in await ann("/preset edit", name="night")
    assert await ann("/preset edit", name="night", steps=3, weight=0.5, clear="size", rename="dusk") == (
        "**dusk** now holds: weight 0.5, steps 3."
    )
    assert await ann.suggested("/preset edit", "dus") == ["dusk: weight 0.5, steps 3"]
    assert "no preset called night" in await ann("/preset edit", name="night", steps=4)
    await ann("/preset edit", name="dusk", clear="weight")
    assert said.NOTHING_LEFT in await ann("/preset edit", name="dusk", clear="steps")
    await ann("/preset save", name="night", steps=1)
    assert "called NIGHT already" in await ann("/preset edit", name="dusk", rename="NIGHT")
    assert "comes with the bot" in await ann("/preset edit", name="pure", steps=4)


async def test_deleting_says_what_it_held(ann: Talk) -> None:
    await ann("/preset save", name="night", steps=2)
    assert await ann("/preset delete", name="night") == "Deleted **night**, which held: steps 2."
    assert "no preset called night" in await ann("/preset delete", name="night")


async def test_a_default_preset_holds_until_none_does(stage: Stage, ann: Talk, ben: Talk) -> None:
    await ann("/settings set", steps=5)
    await ann("/preset save", name="night", steps=3)
    assert (await ann.suggested("/preset use"))[:2] == ["none: no preset", "night: steps 3"]
    assert (await ann("/preset use", name="Night")).startswith("**night** holds for all your pictures")
    assert await ann.steps() == (
        "**steps** 3 -# from preset night, over 5 from your settings, 64 from the model sketch, 64 from the bot"
    )
    assert "A picture now: 64×64 · 3 steps" in await ann("/settings show")
    assert "(holds by itself)" in await ann("/preset list")
    await ann("/preset save", name="day", steps=4)
    assert (await ann.steps(preset="day")).startswith("**steps** 4 -# from preset day, over 5"), "one that is named"
    await ann("/preset edit", name="night", rename="dusk")
    assert (await ann.steps()).startswith("**steps** 3 -# from preset dusk")
    assert await ben.steps() == "", "nobody else's"
    assert await ann("/preset use", name="none") == said.DEFAULT_NONE
    assert (await ann.steps()).startswith("**steps** 5 -# from your settings")
    assert "no preset called nowhere" in await ann("/preset use", name="nowhere")


async def test_a_default_preset_that_is_not_there(stage: Stage, running: Bot, ann: Talk) -> None:
    await running.database.preferences.use(Scope(ScopeKind.PERSON, ann.person.id), "else*where")
    assert explaining.default_missing(r"else\*where") in await ann("/settings explain")
    assert "64 steps" in await ann("/settings show")


async def test_explaining_where_nothing_was_chosen(ann: Talk) -> None:
    told = await ann("/settings explain")
    assert told.startswith(explaining.ALL_ORDINARY)
    assert "By themselves: negative pure at 0.0001, size 64x64, steps 64, cfg auto" in told
    for each in ("sampler Euler", "count 1", "noise nv"):
        assert each in told


async def test_explaining_layer_over_layer(stage: Stage, running: Bot, ann: Talk) -> None:
    channel = stage.guild.add_channel("other")
    await running.database.preferences.choose(Scope(ScopeKind.CHANNEL, channel.id), {"steps": 8, "size": "wide"})
    await ann("/settings set", negative="blur, " * 40)
    interaction = await ann.person.uses("/settings explain", channel=channel)
    told = (await interaction.message_when(within=PATIENCE)).content
    assert "**steps** 8\n-# from this channel, over 64 from the model sketch" in told
    assert "**size** wide\n-# from this channel, over 64x64 from the model sketch" in told
    assert re.search(r"\*\*negative\*\* blur, .*…\n-# from your settings, over pure at 0\.0001", told)
    assert max(map(len, told.splitlines()[:-2])) < 200, "read on a phone"


async def test_the_servers_presets_are_kept_by_moderators(ann: Talk, mod: Talk) -> None:
    assert (await mod("/preset save", name="house", steps=4, server=True)).startswith("Kept for this server")
    assert (await ann.steps(preset="house")).startswith("**steps** 4")
    assert "This server's presets**\n- **house**: steps 4" in await ann("/preset list")
    for command, options in (("edit", {"steps": 1}), ("delete", {}), ("share", {"with": "a code"})):
        assert said.ONLY_MODERATORS in await ann(f"/preset {command}", name="house", **options)
    assert said.SERVERS_ALREADY in await mod("/preset share", name="house", **{"with": "this server"})
    await mod("/preset save", name="house", steps=9)
    await mod("/preset edit", name="house", steps=5, server=True)
    assert (await ann.steps(preset="house")).startswith("**steps** 5")
    assert (await mod.steps(preset="house")).startswith("**steps** 9"), "one's own comes first"
    assert "house: steps 5" in await mod.suggested("/preset delete", "house")
    await mod("/preset delete", name="house", server=True)
    assert await ann.suggested("/imagine", "house", option="preset") == []


async def test_d13_d17_nobody_touches_what_is_anothers(stage: Stage, ann: Talk, ben: Talk, mod: Talk) -> None:
    """Ids decide: ben is called as ann is, and has a preset called as hers is."""
    await ann("/preset save", name="night", steps=3)
    await ann("/preset share", name="night", **{"with": "this server"})
    ben.person.name = ann.person.name
    for talk in (ben, mod):
        for command, options in (("edit", {"steps": 1}), ("delete", {}), ("share", {"with": "a code"})):
            assert said.SOMEBODY_ELSES in await talk(f"/preset {command}", name="night", **options), command
        assert await talk.suggested("/preset edit", "night") == []
    assert said.SOMEBODY_ELSES in await ben("/preset share", name="night", **{"with": "nobody"})
    await ben("/preset save", name="night", steps=1)
    await ben("/preset delete", name="night")
    assert (await ann.steps(preset="night")).startswith("**steps** 3")


async def test_d10_neighbouring_ids_stay_apart(stage: Stage, running: Bot, ann: Talk) -> None:
    """An id read as a float would be its neighbour's too."""
    me = Scope(ScopeKind.PERSON, ann.person.id)
    neighbours = [Scope(ScopeKind.PERSON, ann.person.id + step) for step in (-1, 1)]
    assert all(float(neighbour.id) == float(me.id) for neighbour in neighbours)
    for neighbour in neighbours:
        await running.database.presets.save(neighbour, "theirs", {"steps": 1})
        await running.database.preferences.use(neighbour, "theirs")
        await running.database.preferences.choose(neighbour, {"steps": 9})
    await running.database.presets.save(Scope(ScopeKind.SERVER, stage.guild.id + 1), "theirs", {"steps": 1})
    assert "no preset called theirs" in await ann("/preset show", name="theirs")
    assert (await ann("/settings explain")).startswith(explaining.ALL_ORDINARY)


async def test_showing_a_preset_in_the_server(stage: Stage, ann: Talk, ben: Talk, mod: Talk) -> None:
    await ann("/preset save", name="glow", steps=3)
    assert "no preset called glow" in await ben("/preset show", name="glow")
    assert "All members of this server" in await ann("/preset share", name="glow", **{"with": "this server"})
    assert (await ben("/preset show", name="GLOW")).startswith("**glow**\n-# a member's, shown here\n- steps: 3")
    assert "**glow** (shown here): steps 3" in await ann("/preset list")
    assert "glow: steps 3" in await ben.suggested("/imagine", "glow", option="preset")
    await ann("/preset edit", name="glow", steps=4)
    assert (await ben.steps(preset="glow")).startswith("**steps** 4"), "as its holder keeps it"
    await ben("/preset save", name="Glow", steps=1)
    assert "called Glow already" in await ben("/preset share", name="glow", **{"with": "this server"})
    assert (await mod("/preset share", name="glow", **{"with": "nobody"})).startswith("**glow** is not shared")
    assert said.NOT_SHARED in await ann("/preset share", name="glow", **{"with": "nobody"})
    assert (await ann("/preset show", name="glow")).endswith("steps: 4"), "and still its holder's"
    await mod("/preset save", name="mist", steps=1, server=True)
    await ann("/preset save", name="mist", steps=2)
    assert "called mist already" in await ann("/preset share", name="mist", **{"with": "this server"})
    await mod("/preset delete", name="mist")


async def test_a_code_leads_to_a_frozen_copy(stage: Stage, ann: Talk, ben: Talk) -> None:
    await ann("/preset save", name="glow", steps=3, prompt="{prompt}, @everyone")
    found = CODE.search(await ann("/preset share", name="glow", **{"with": "a code"}))
    assert found
    code = found[1]
    assert code in await ann("/preset share", name="glow", **{"with": "a code"})
    await ann("/preset edit", name="glow", steps=4)
    copied = await ben("/preset import", code=code.lower().replace("-", " "))
    assert copied == r"You have a copy now, called **glow**: prompt {prompt}, \@everyone, steps 3."
    assert "called glow already" in await ben("/preset import", code=code)
    assert "called **again**" in await ben("/preset import", code=code, name="again")
    for wrong in (code[:-1], "ZZZZ-ZZZZ-ZZZZ", "%"):
        assert said.NO_SUCH_CODE in await ben("/preset import", code=wrong)
    await ann("/preset share", name="glow", **{"with": "nobody"})
    assert said.NO_SUCH_CODE in await ben("/preset import", code=code, name="late")
    assert (await ben.steps(preset="again")).startswith("**steps** 3"), "copies stay"


async def test_more_presets_than_a_list_shows(running: Bot, ann: Talk) -> None:
    me = Scope(ScopeKind.PERSON, ann.person.id)
    for number in range(98):
        await running.database.presets.save(me, f"look {number:03}", {"steps": 1})
    suggested = await ann.suggested("/imagine", option="preset")
    assert len(suggested) == 25
    assert "look 097: steps 1" not in suggested
    assert await ann.suggested("/imagine", "097", option="preset") == ["look 097: steps 1"]
    message = await ann.message("/preset list")
    assert message.labels == [said.NEXT]
    seen: list[str] = []
    while True:
        seen += re.findall(r"^- \*\*(.+?)\*\*", message.content, re.MULTILINE)
        number, pages = map(int, re.findall(r"Page (\d+) of (\d+)$", message.content)[0])
        if number == pages:
            break
        before = message.content
        await ann.person.clicks(message, said.NEXT)
        await message.when(lambda now: now.content != before, within=PATIENCE)  # noqa: B023  (awaited at once)
    assert [name for name in seen if name.startswith("look")] == [f"look {n:03}" for n in range(98)]
    assert seen[-5:] == ["pure", "pure-0.105", "24x\\[", "12x\\[", "none"]
    assert len(seen) == len(set(seen))
    assert message.labels == [said.BACK]
    assert (await ann("/preset save", name="look 098", steps=1)).startswith("Kept")
    assert (await ann("/preset save", name="look 099", steps=1)).startswith("Kept")
    assert "as many as this bot keeps" in await ann("/preset save", name="look 100", steps=1)


async def test_pages_turn_after_a_restart_and_when_they_are_gone(stage: Stage, running: Bot, ann: Talk) -> None:
    me = Scope(ScopeKind.PERSON, ann.person.id)
    kept = [await running.database.presets.save(me, f"*{'_' * 48}{n}", {"prompt": "`" * 300}) for n in range(12)]
    message = await ann.message("/preset list")
    assert len(message.content) <= 2000
    stage.server.faults.malform(lambda payload: payload.pop("id"), event="CHANNEL_CREATE")
    sessions = stage.server.commands.syncs
    stage.guild.add_channel("spoilt")
    await stage.server.until(lambda: stage.server.commands.syncs > sessions, what="a new client", within=PATIENCE)
    await stage.server.bot_ready(within=PATIENCE)
    for preset in kept:
        await running.database.presets.delete(preset)
    await ann.person.clicks(message, said.NEXT)
    await message.when(lambda now: now.content.endswith("Page 1 of 1"), within=PATIENCE)
    assert message.labels == []


async def _picture_of(bot: Bot, owner: int, held: dict[str, object]) -> None:
    reply = Reply(application_id=1, token="-", guild_id=1, channel_id=1, upload_limit=1)
    jobs = bot.database.jobs
    assert await jobs.accept(owner, owner=owner, spec=held, reply=reply)
    for state in (JobState.QUEUED, JobState.DRAWING):
        assert await jobs.move(owner, state)
    assert await bot.database.pictures.keep(owner, [Drawn(png=b"", recipe="", seed=1, width=8, height=8)])
    for state in (JobState.DELIVERING, JobState.DONE):
        assert await jobs.move(owner, state)
