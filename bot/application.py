"""The composition root: makes every part, hands each what it needs, and takes all down in the right order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import structlog

from bot import forms, layout, survey_layout
from bot.actions import DEEDS
from bot.bench import Bench
from bot.breaker import Breaker
from bot.client import Client
from bot.commands import COMMANDS
from bot.condition import Condition
from bot.configuration import Configuration, process_of, profile_of
from bot.controls import CONTROLS
from bot.delivery import Delivery
from bot.desk import Desk
from bot.drafts import Drafts
from bot.found import Findings
from bot.gallery import Gallery
from bot.holding import Holding
from bot.housekeeping import keep_house
from bot.lifetime import settle, take_turns, until_told
from bot.metrics import Metrics
from bot.moderation.floor import Floor
from bot.moderation.rulebook import Rulebook
from bot.observatory import serving
from bot.office import Office
from bot.overpainting import Overpainting
from bot.oversight import Oversight
from bot.pace import Pace
from bot.policy import Policy, uphold
from bot.presets import Shelf
from bot.privacy import Privacy
from bot.queue import Queue
from bot.remarks import Remarks
from bot.remixing import FOUND_DEEDS
from bot.reports import Reports
from bot.research import Research
from bot.review import Review
from bot.scrutiny import Scrutiny
from bot.supervision import keep_connected
from bot.translation import Translator
from bot.whereabouts import Gateway
from generation.drawing import DrawingProcess
from generation.profiles import Profile
from storage.database import Database
from storage.occupancy import occupied

_log = structlog.get_logger(__name__)

_DRAIN_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """The parts, put together."""

    configuration: Configuration
    database: Database
    process: DrawingProcess
    queue: Queue
    desk: Desk
    shelf: Shelf
    privacy: Privacy
    research: Research
    gallery: Gallery
    drafts: Drafts
    findings: Findings
    metrics: Metrics
    condition: Condition
    oversight: Oversight
    review: Review
    office: Office
    gateway: Gateway
    overpainting: Overpainting

    def client(self) -> Client:
        """Make a new gateway client."""
        client = Client(
            desk=self.desk,
            shelf=self.shelf,
            privacy=self.privacy,
            oversight=self.oversight,
            review=self.review,
            office=self.office,
            overpainting=self.overpainting,
            queue=self.queue,
            research=self.research,
            jobs=self.database.jobs,
            pictures=self.database.pictures,
            log=self.database.log,
            favourites=self.database.favourites,
            history=self.database.history,
            gallery=self.gallery,
            drafts=self.drafts,
            findings=self.findings,
            commands=COMMANDS,
            buttons=CONTROLS,
            deeds=DEEDS,
            found_deeds=FOUND_DEEDS,
            forms=forms.submitted,
            translator=Translator.read(),
            trace=self.metrics.trace(),
            home_guild=self.configuration.home_guild,
        )
        self.gateway.follow(client)
        return client


async def run(configuration: Configuration) -> None:
    """Run the bot until SIGTERM or SIGINT, then let what is being drawn finish.

    Raises FloorDamaged, DatabaseUnfit, ModelUnavailable or TokenRefused where it must not, or cannot, start, and
    DatabaseBusy where another bot has its data folder.
    """
    async with opened(configuration) as bot, _observed(bot):
        settle()
        await until_told(
            bot.process.start(),
            keep_connected(bot.condition.following(bot.client), configuration.discord_token),
            keep_house(bot.database.retention, budget=configuration.pictures_budget),
        )
    _log.info("closed")


@asynccontextmanager
async def opened(configuration: Configuration) -> AsyncIterator[Bot]:
    """Put the parts together and take up what the last run left; at the end, drain and close them."""
    take_turns()
    floor = Floor.load()
    profile = profile_of(configuration)
    with occupied(configuration.data_folder):
        async with _put_together(configuration, profile, floor) as bot:
            yield bot


@asynccontextmanager
async def _observed(bot: Bot) -> AsyncIterator[None]:
    """Serve the operator's figures, where a port is set."""
    port = bot.configuration.status_port
    with bot.metrics.counting_events():
        if port is None:
            yield
            return
        async with serving(
            host=bot.configuration.status_host,
            port=port,
            metrics=bot.metrics,
            complaints=bot.condition.complaints,
            status=bot.condition.status,
        ):
            yield


@asynccontextmanager
async def _put_together(configuration: Configuration, profile: Profile, floor: Floor) -> AsyncIterator[Bot]:
    permit = partial(uphold, floor)
    breaker = Breaker()
    metrics = Metrics(
        breaker=breaker,
        waiting=lambda: queue.on_the_way(),
        drawer=lambda: process.pid,
        pulse=lambda: process.pulse,
    )
    async with (
        Database.open(configuration.database, pictures=configuration.data_folder / "pictures") as database,
        process_of(configuration, profile) as process,
        Delivery.open(
            configuration.discord_token, view=layout.view, breaker=breaker, trace=metrics.trace()
        ) as delivery,
    ):
        _log.info("opened", database=database.description, profile=profile.name)
        remarks = Remarks(profile=profile, preferences=database.preferences)
        gallery = Gallery(pictures=database.pictures, remarks=remarks)
        pace, gateway = Pace(), Gateway()
        rulebook = Rulebook(configurations=database.configurations, entries=database.entries)
        cases, jobs, board = database.cases, database.jobs, delivery.board
        holding = Holding(cases=cases, jobs=jobs, rulebook=rulebook, gallery=gallery, board=board)
        reports = Reports(cases=cases, jobs=jobs, rulebook=rulebook, gallery=gallery, holding=holding, board=board)
        scrutiny = Scrutiny(
            whereabouts=delivery.whereabouts(gateway),
            rulebook=rulebook,
            pictures=database.pictures,
            cases=database.cases,
            rejections=database.rejections,
            look=process.score,
        )
        queue = Queue(
            jobs=database.jobs,
            pictures=database.pictures,
            given=database.given,
            process=process,
            delivery=delivery,
            gallery=gallery,
            permit=permit,
            pace=pace,
            scrutiny=scrutiny,
            holding=holding,
        )
        review = Review(
            cases=cases, jobs=jobs, rulebook=rulebook, holding=holding, delivery=delivery, queue=queue, reports=reports
        )
        office = Office.open(database, rulebook=rulebook, board=board, holding=holding, reports=reports, queue=queue)
        policy = Policy()
        oversight = Oversight(floor=floor, rulebook=rulebook, histories=database.histories, cases=database.cases)
        desk = Desk(
            profile=profile,
            preferences=database.preferences,
            presets=database.presets,
            permit=permit,
            policy=policy,
            oversight=oversight,
            queue=queue,
            spending=database.spending,
        )
        shelf = Shelf(desk=desk, presets=database.presets, shares=database.shares, policy=policy)
        privacy = Privacy(people=database.people, studies=database.studies, queue=queue)
        condition = Condition(database=database, process=process, queue=queue, breaker=breaker)
        bench = Bench(
            studies=database.studies,
            process=process,
            board=delivery.board,
            view=survey_layout.survey_view,
            permit=permit,
            withholds=oversight.withholds,
            pace=pace,
        )
        await queue.recover()
        await bench.recover()
        resuming = [
            asyncio.create_task(privacy.resume(), name="erasures"),
            asyncio.create_task(review.keep(), name="review"),
            asyncio.create_task(office.keep(), name="office"),
        ]
        try:
            yield Bot(
                configuration=configuration,
                database=database,
                process=process,
                queue=queue,
                desk=desk,
                shelf=shelf,
                privacy=privacy,
                research=Research(studies=database.studies, bench=bench),
                gallery=gallery,
                drafts=Drafts(),
                findings=Findings(jobs=database.jobs, pictures=database.pictures),
                metrics=metrics,
                condition=condition,
                oversight=oversight,
                review=review,
                office=office,
                gateway=gateway,
                overpainting=Overpainting(given=database.given, process=process, oversight=oversight, profile=profile),
            )
        finally:
            for task in resuming:
                task.cancel()
            await asyncio.gather(*resuming, return_exceptions=True)
            await review.close()
            await office.hearings.close()
            await bench.close()
            await queue.drain(_DRAIN_SECONDS)
