"""A survey: a study or a scan as it stands in the record, with its pictures, and what people say of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from PIL import Image

from bot.errors import Refused
from bot.studies.grid import draw_grid, sheet_of
from bot.studies.measures import Measures
from bot.studies.scan import Scan
from bot.studies.study import Label, Study
from bot.studies.written import read_scan, read_study
from bot.words import studies as words
from generation.spec import PromptSpec
from storage import records
from storage.records import StudyKind, StudyLabel, StudyPicture
from storage.studies import Studies

_SHEET_COLUMNS = 5


@dataclass(frozen=True, kw_only=True)
class Survey:
    """The record, what of it is drawn, by index, and the labels (of a scan there are none).

    ``pictures`` are all that are drawn, ``shown`` those that may be seen; nothing is said of any other.
    """

    record: records.Study
    pictures: Mapping[int, StudyPicture]
    labels: tuple[StudyLabel, ...] = ()

    @property
    def is_scan(self) -> bool:
        """Whether it is a scan."""
        return self.record.kind is StudyKind.SCAN

    @cached_property
    def scan(self) -> Scan:
        """The scan."""
        return read_scan(self.record.content)

    @cached_property
    def study(self) -> Study:
        """The study, with its labels and measures; raters are named by their ids."""
        return replace(
            read_study(self.record.content),
            measures=self.measures,
            labels=tuple(
                Label(index=label.index, rater=str(label.rater), category=label.category, shape=label.shape)
                for label in self.labels
            ),
        )

    @cached_property
    def shown(self) -> Mapping[int, StudyPicture]:
        """The pictures that may be seen."""
        return {index: picture for index, picture in self.pictures.items() if not picture.withheld}

    @property
    def measures(self) -> dict[int, Measures]:
        """What was measured of each picture."""
        return {
            index: Measures(brightness=picture.brightness, colourfulness=picture.colourfulness)
            for index, picture in self.shown.items()
        }

    def spec(self, index: int) -> PromptSpec:
        """The spec of one picture."""
        return self.scan.cells[index] if self.is_scan else self.study.picture_spec(index)

    @property
    def missing(self) -> dict[int, PromptSpec]:
        """The specs of what is not drawn yet."""
        return {index: self.spec(index) for index in range(self.record.samples) if index not in self.pictures}

    def unsorted_by(self, person: int) -> list[int]:
        """The drawn pictures that somebody has not sorted, in order."""
        done = {label.index for label in self.labels if label.rater == person}
        return [index for index in self.shown if index not in done]

    def label_of(self, person: int, index: int) -> StudyLabel | None:
        """What somebody has said of a picture."""
        return next((each for each in self.labels if each.rater == person and each.index == index), None)


async def read(studies: Studies, study_id: int) -> Survey:
    """Read a survey; raise Refused where there is none."""
    record = await studies.find(study_id)
    if record is None:
        raise Refused(words.GONE)
    pictures = {picture.index: picture for picture in await studies.pictures(study_id)}
    labels = await studies.labels(study_id) if record.kind is StudyKind.STUDY else ()
    return Survey(record=record, pictures=pictures, labels=labels)


def overview(survey: Survey, pictures: Mapping[int, Image.Image]) -> Image.Image | None:
    """One picture of all: a scan's labelled grid, a study's sheet; None where a study has no picture yet."""
    if survey.is_scan:
        return draw_grid(survey.scan, pictures)
    return sheet_of([picture for _, picture in sorted(pictures.items())], _SHEET_COLUMNS) if pictures else None
