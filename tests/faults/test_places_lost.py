"""The place where a picture should go is lost while it is drawn: Discord is asked once, and the job is closed."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.application import Bot
from storage.records import JobState
from tests.bot.stage import PATIENCE, Stage, eventually
from tests.discord_server import Channel, Interaction, Permission
from tests.faults.conftest import quick_drawer
from tests.faults.figures import Figures
from tests.faults.kills import crowd

_REFUSED = 400


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    quick_drawer(monkeypatch, seconds=0.02)
    async with Stage.set_up(tmp_path) as stage:
        stage.server.acknowledge_within = 60.0
        yield stage


def delete(stage: Stage, channel: Channel) -> None:
    channel.delete()


def forbid(stage: Stage, channel: Channel) -> None:
    channel.deny(stage.server.bot, Permission.SEND_MESSAGES | Permission.VIEW_CHANNEL)


def leave(stage: Stage, channel: Channel) -> None:
    stage.guild.remove_bot()


async def asked(stage: Stage, channel: Channel, jobs: int) -> list[Interaction]:
    """Requests for pictures that take so long that all are on their way at once."""
    made = []
    for person in crowd(stage, jobs):
        made.append(await person.uses("/imagine", channel=channel, prompt="slow", size="64x64"))
        await made[-1].acknowledged(within=PATIENCE)
    return made


async def test_the_job_is_closed_after_one_call_each(stage: Stage, full: bool, figures: Figures) -> None:
    jobs, calls, states = 30 if full else 4, [], []
    async with stage.bot() as bot:
        for lose in (delete, forbid, leave):  # the last takes the server with it
            channel = stage.guild.add_channel(lose.__name__)
            interactions = await asked(stage, channel, jobs)
            lose(stage, channel)
            for each in interactions[::2]:
                stage.server.expire(each)  # of the others, the answer itself may still be edited
            before = len(stage.server.requests)
            await eventually(lambda: asyncio.sleep(0, bot.queue.on_the_way() == 0))
            calls += _calls(stage, before, interactions, channel)
            states += [await _state(bot, each) for each in interactions]
    refused = max(each[0] for each in calls), max(each[1] for each in calls)
    figures.note(
        "channel deleted, permission lost, server left",
        jobs=len(states),
        delivered_nevertheless=states.count(JobState.DONE),
        failed=states.count(JobState.FAILED),
        most_edits_refused_to_one_job=refused[0],
        messages_refused_to_one_job=refused[1],
    )
    assert set(states) <= {JobState.DONE, JobState.FAILED}
    assert states.count(JobState.FAILED) >= len(states) // 2
    assert max(refused) <= 1


def _calls(stage: Stage, before: int, interactions: list[Interaction], channel: Channel) -> list[tuple[float, float]]:
    """For each job, how many edits and, of each job's share of the channel's, how many messages were refused."""
    since = [each for each in list(stage.server.requests)[before:] if each.status >= _REFUSED]
    sent = sum(f"/channels/{channel.id}" in each.path for each in since) / len(interactions)
    return [(sum(job.token in each.path for each in since), sent) for job in interactions]


async def _state(bot: Bot, interaction: Interaction) -> JobState:
    job = await bot.database.jobs.find(interaction.id)
    assert job is not None
    return job.state
