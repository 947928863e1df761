"""The examination of the sketch model: what it was asked for against what the grader sees, with intervals.

Seeds and prompts are fixed. Pictures are drawn by the product's own conditioning, sampler tables and stepper, in fewer
steps than people take, since colours and shapes are settled early.
"""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from torch import Tensor

from generation.diffusion.sketch import palette
from generation.diffusion.sketch.easel import Atelier, Easel, plain_spec
from generation.diffusion.sketch.grader import OwnGrade, grade_grader, load_grader
from generation.diffusion.sketch.intervals import paired_difference, share_interval
from generation.diffusion.sketch.model import FOLDER
from generation.diffusion.sketch.report import Line, Report
from generation.diffusion.sketch.scenes import MOUTHS, OBJECTS, WORN
from generation.presets import NINE_WORDS, pure_negative
from generation.spec import PromptSpec

CURVE = (1.0, 2.0, 3.0, 4.0, 6.0, 9.0, 13.0, 20.0)
PICTURES = 200
STEPS = 12
AVOIDED = {
    "glasses": ("glasses", "glasses"),
    "smile": ("mouth", "smile"),
    "cat ears": ("worn", "cat ears"),
    "red hair": ("hair", "red"),
    "night": ("background", "night"),
}
_NEGATIVES = {"empty": "", "nine words": ", ".join(NINE_WORDS), "pure, 0.0001": pure_negative(1e-4)}
#: The parts of an examination in the order of its report, and how many pictures each draws for every one of a line.
PARTS = {
    "grader": 0,
    "hair": 1,
    "background": 1,
    "object": 1,
    "eyes": 1,
    "mouth": 1,
    "worn": 1,
    "pairs": 1,
    "curve": len(CURVE),
    "emphasis": 2,
    "avoided": 2 + len(AVOIDED),
    "bad, prompted": 2 * len(_NEGATIVES),
    "bad, unprompted": 2 * len(_NEGATIVES),
    "time": 0,
}
#: With fewer bad pictures than this to begin with, nothing can be said about halving their share.
_ENOUGH_BAD = 10
_SEED = 1000

Asked = dict[str, str]
Answers = list[dict[str, str]]


class Examination:
    """One model before one grader; ``advance`` hears how many pictures have been drawn."""

    def __init__(
        self,
        folder: Path = FOLDER,
        *,
        guidance_scale: float,
        pictures: int = PICTURES,
        steps: int = STEPS,
        device: str = "auto",
        workers: int = 2,
        advance: Callable[[int], None] | None = None,
    ) -> None:
        self._easel, self._grader = Atelier(folder, workers=workers, device=device), load_grader()
        self._folder, self._device = folder, device
        self._scale, self._pictures, self._steps, self._advance = guidance_scale, pictures, steps, advance

    @property
    def settings(self) -> dict[str, float]:
        """What the figures depend on."""
        return {"guidance_scale": self._scale, "steps": self._steps, "pictures": self._pictures}

    def run(self, parts: Collection[str] = tuple(PARTS)) -> Report:
        """Hold the examination, or some of `PARTS` of it; once."""
        report = Report(self.settings)
        with self._easel:
            for part in PARTS:
                if part in parts:
                    report.lines.extend(replace(line, part=part) for line in self._measure(part, report))
        return report

    def _measure(self, part: str, report: Report) -> Iterable[Line]:
        """The lines of a part; what it finds beside them is put into the report."""
        if part in _ASKED:
            return [self._ask(*_ASKED[part])]
        if part == "grader":
            report.grader.extend(grade_grader(self._grader, pictures=max(2000, self._pictures)))
            return _judge_grader(report.grader)
        if part == "curve":
            report.curve.update({f"{scale:g}": self._agreement(scale) for scale in CURVE})
            return [_judge_curve(report.curve, self._pictures)]
        if part in _CLEANED:
            return self._clean(*_CLEANED[part])
        return {"emphasis": self._emphasise, "avoided": self._avoid, "time": self._time}[part]()

    def _ask(self, what: str, prompts: list[tuple[str, Asked]], least: float | None) -> Line:
        asked, answers = self._examine(prompts, self._scale)
        hits = [want.items() <= seen.items() for want, seen in zip(asked, answers, strict=True)]
        return _share_line(1, what, hits, least)

    def _agreement(self, scale: float) -> float:
        """The share of all asked attributes that are there, over people and objects."""
        asked, answers = self._examine(_mixed_prompts(), scale)
        hits = [seen[key] == value for want, seen in zip(asked, answers, strict=True) for key, value in want.items()]
        return sum(hits) / len(hits)

    def _emphasise(self) -> Iterator[Line]:
        strong, weak = (self._draw_one(f"1girl, (red hair:{weight}), white background") for weight in (1.4, 0.6))
        moved = {
            f"(red hair:1.4) less (red hair:0.6), {what}": paired_difference(measure(strong), measure(weak))
            for what, measure in (("share of red hair", self._red_hair), ("picture that is red", _redness))
        }
        any_moved = any(low > 0 for _, (low, _) in moved.values())
        for what, (difference, interval) in moved.items():
            # One of the two has to move; the other says nothing when the first has.
            met = True if interval[0] > 0 else None if any_moved else False
            yield Line(3, what, difference, interval, len(strong), "either interval above 0", met)

    def _red_hair(self, pixels: Tensor) -> list[float]:
        return [float(seen["hair"] == "red") for seen in self._grader.look(pixels)]

    def _avoid(self) -> Iterator[Line]:
        plain = self._grader.look(self._draw_one("1girl", pictures=2 * self._pictures))
        for word, (question, answer) in AVOIDED.items():
            avoided = self._grader.look(self._draw_one("1girl", negative_prompt=word))
            before = _rate(plain, question, answer)
            line = _share_line(
                4,
                f"{word} in the negative prompt ({before:.1%} without)",
                (seen[question] == answer for seen in avoided),
            )
            yield replace(line, wanted="at most a third", met=line.value <= before / 3)

    def _clean(self, kind: str, prompts: list[tuple[str, Asked]]) -> Iterator[Line]:
        bad: dict[str, int] = {}
        for name, negative in _NEGATIVES.items():
            _, answers = self._examine(prompts, self._scale, 2 * self._pictures, negative_prompt=negative)
            flawed = [seen["flaw"] == "flaw" for seen in answers]
            bad[name] = sum(flawed)
            line = _share_line(5, f"bad pictures {kind}, negative: {name}", flawed)
            if name == "nine words":
                met = bad[name] <= bad["empty"] / 2 if bad["empty"] >= _ENOUGH_BAD else None
                line = replace(line, wanted="at most half of the empty one's", met=met)
            yield line

    def _time(self) -> Iterator[Line]:
        began = time.perf_counter()
        easel = Easel(self._folder, device=self._device)
        loaded = time.perf_counter() - began
        began = time.perf_counter()
        easel.draw([plain_spec("1girl, red hair", 1, steps=64, guidance_scale=self._scale)])
        drawn = time.perf_counter() - began
        yield Line(6, "seconds to load", loaded, None, 1, "under 3", loaded < 3)
        yield Line(6, "seconds to draw 64x64 in 64 steps", drawn, None, 1, "at most 20", drawn <= 20)

    def _examine(
        self, prompts: list[tuple[str, Asked]], scale: float, pictures: int | None = None, **choices: object
    ) -> tuple[list[Asked], Answers]:
        """Draw the prompts in turn, each picture with a seed of its own; what was asked for, and what is seen."""
        chosen = [prompts[k % len(prompts)] for k in range(pictures or self._pictures)]
        specs = [self._spec(prompt, k, guidance_scale=scale, **choices) for k, (prompt, _) in enumerate(chosen)]
        return [asked for _, asked in chosen], self._grader.look(self._easel.draw(specs, self._advance))

    def _draw_one(self, prompt: str, *, pictures: int | None = None, **choices: object) -> Tensor:
        specs = [self._spec(prompt, k, **choices) for k in range(pictures or self._pictures)]
        return self._easel.draw(specs, self._advance)

    def _spec(self, prompt: str, index: int, **choices: object) -> PromptSpec:
        return plain_spec(prompt, _SEED + index, **({"steps": self._steps, "guidance_scale": self._scale} | choices))


def pictures_drawn(pictures: int = PICTURES, parts: Iterable[str] = tuple(PARTS)) -> int:
    """How many pictures an examination draws, or some parts of it do."""
    return pictures * sum(PARTS[part] for part in parts)


def _hair_prompts() -> list[tuple[str, Asked]]:
    return [(f"{kind}, {colour} hair", {"hair": colour}) for kind in ("1girl", "1boy") for colour in palette.HAIR]


def _background_prompts() -> list[tuple[str, Asked]]:
    return [
        (f"{subject}, {colour} background", {"background": colour})
        for subject in ("1girl", "1boy", "cat")
        for colour in palette.BACKGROUNDS
    ]


def _object_prompts() -> list[tuple[str, Asked]]:
    return [(name, {"subject": name}) for name in OBJECTS]


def _girls(asked: Mapping[str, Asked]) -> list[tuple[str, Asked]]:
    return [(f"1girl, {words}", want) for words, want in asked.items()]


def _pair_prompts() -> list[tuple[str, Asked]]:
    hair = list(palette.HAIR)
    pairs = ((left, hair[(place + apart) % len(hair)]) for apart in (1, 4) for place, left in enumerate(hair))
    return [(f"2girls, {left} hair, {right} hair", {"left hair": left, "right hair": right}) for left, right in pairs]


def _mixed_prompts() -> list[tuple[str, Asked]]:
    """People with hair and background, and objects with colour and background, in turn."""
    hair, backgrounds, colours = list(palette.HAIR), list(palette.BACKGROUNDS), list(palette.THINGS)
    prompts: list[tuple[str, Asked]] = []
    for k in range(90):
        kind, ground = ("girl", "boy")[k % 2], backgrounds[(k + k // 9) % 9]
        asked = {"subject": kind, "hair": hair[k % 9], "background": ground}
        prompts.append((f"1{kind}, {asked['hair']} hair, {ground} background", asked))
        thing = {"subject": OBJECTS[k % 10], "colour": colours[k % 7], "background": ground}
        prompts.append((f"{thing['colour']} {thing['subject']}, {ground} background", thing))
    return prompts


def _rate(answers: Answers, question: str, answer: str) -> float:
    return sum(seen[question] == answer for seen in answers) / len(answers)


def _redness(pixels: Tensor) -> list[float]:
    """The share of each picture that is saturated red: red at least twice green and blue, and not dark."""
    red, green, blue = ((pixels + 1) / 2).unbind(1)
    return ((red > 0.5) & (red > 2 * green) & (red > 2 * blue)).float().mean((1, 2)).tolist()


def _share_line(item: int, what: str, hits: Iterable[bool], least: float | None = None) -> Line:
    """A line on how often something was so, with the least share that is wanted, where there is one."""
    counted = list(hits)
    share = sum(counted) / len(counted)
    wanted, met = ("as it comes out", None) if least is None else (f"at least {least:.0%}", share >= least)
    return Line(item, what, share, share_interval(sum(counted), len(counted)), len(counted), wanted, met)


def _judge_grader(grades: list[OwnGrade]) -> Iterator[Line]:
    worst = min(grades, key=lambda grade: grade.right)
    fooled = max(grades, key=lambda grade: grade.false)
    right = f"grader right, worst question: {worst.question}"
    false = f"grader's false positives, worst question: {fooled.question}"
    yield Line(0, right, worst.right, None, worst.pictures, "at least 98%", worst.right >= 0.98)
    yield Line(0, false, fooled.false, None, fooled.pictures, "at most 2%", fooled.false <= 0.02)


def _judge_curve(curve: dict[str, float], pictures: int) -> Line:
    least, best = curve["1"], max(curve.values())
    closed = (best - least) / (1 - least) if least < 1 else 1.0
    what = f"gap to 100% closed from CFG 1 ({least:.1%}) to the best ({best:.1%})"
    return Line(2, what, closed, None, pictures * len(curve), "at least half", closed >= 0.5)


#: What is asked for, a part each: its line, the prompts, and the least share that is wanted.
_ASKED: dict[str, tuple[str, list[tuple[str, Asked]], float | None]] = {
    "hair": ("asked colour of hair", _hair_prompts(), 0.90),
    "background": ("asked background", _background_prompts(), 0.90),
    "object": ("asked object", _object_prompts(), 0.85),
    "eyes": ("asked colour of eyes", _girls({f"{eyes} eyes": {"eyes": eyes} for eyes in palette.EYES}), None),
    "mouth": ("asked mouth", _girls({mouth: {"mouth": mouth} for mouth in MOUTHS}), None),
    "worn": ("asked hat, crown, ears or bow", _girls({worn: {"worn": worn} for worn in WORN}), None),
    "pairs": ("two asked colours of hair, left and right", _pair_prompts(), None),
}
_CLEANED = {
    "bad, prompted": ("with prompts", _mixed_prompts()),
    "bad, unprompted": ("without a prompt", [("", {})]),
}
