"""The drawing program: the same scene is the same picture, its colours are where they should be, its flaws show."""

from dataclasses import replace

import numpy as np
import pytest

from generation.diffusion.sketch import palette
from generation.diffusion.sketch.drawing import draw
from generation.diffusion.sketch.scenes import (
    FLAWS,
    LARGE,
    NATIVE,
    OBJECTS,
    PLACES,
    SIZES,
    Person,
    Placed,
    Scene,
    Thing,
    sample_scene,
)

GIRL = Person(
    kind="girl",
    hair="red",
    style="long hair",
    eyes="blue",
    closed_eyes=False,
    mouth="smile",
    worn=None,
    worn_colour="red",
    glasses=False,
    blush=False,
    skin="light",
    shirt="white",
)


def portrait(person: Person = GIRL, **changes: object) -> Scene:
    placed = Placed(subject=person, x=32, y=34, scale=1.0)
    scene = Scene(width=64, height=64, background="green", subjects=(placed,), flaw=None, detail=1)
    return replace(scene, **changes)  # pyright: ignore[reportArgumentType]  (each test gives the right types)


def has(scene: Scene, colour: palette.Colour) -> bool:
    pixels = np.asarray(draw(scene).picture, np.int16)
    return bool((np.abs(pixels - colour).max(axis=-1) < 3).sum() > 12)


@pytest.mark.parametrize("size", SIZES)
def test_a_scene_is_always_the_same_picture_of_its_size(size: tuple[int, int]) -> None:
    first, again = (sample_scene(np.random.default_rng(5), size) for _ in range(2))

    assert first == again
    assert draw(first).picture.tobytes() == draw(again).picture.tobytes()
    assert draw(first).picture.size == size


def test_scenes_differ_by_seed() -> None:
    pictures = {draw(sample_scene(np.random.default_rng(seed))).picture.tobytes() for seed in range(20)}

    assert len(pictures) == 20


@pytest.mark.parametrize("hair", palette.HAIR)
def test_hair_has_its_colour(hair: str) -> None:
    assert has(portrait(replace(GIRL, hair=hair)), palette.HAIR[hair])


@pytest.mark.parametrize("eyes", palette.EYES)
def test_eyes_have_their_colour_unless_they_are_closed(eyes: str) -> None:
    girl = replace(GIRL, eyes=eyes, hair="white")

    assert has(portrait(girl, background="grey"), palette.EYES[eyes])
    assert not has(portrait(replace(girl, closed_eyes=True), background="grey"), palette.EYES[eyes])


@pytest.mark.parametrize("background", palette.BACKGROUNDS)
def test_the_corner_has_the_colour_of_the_background(background: str) -> None:
    assert draw(portrait(background=background)).picture.getpixel((1, 1)) == palette.BACKGROUNDS[background]


@pytest.mark.parametrize("name", OBJECTS)
def test_objects_have_their_colour(name: str) -> None:
    thing = Placed(subject=Thing(name=name, colour="purple"), x=32, y=32, scale=1.0)

    assert has(portrait(subjects=(thing,), background="white"), palette.THINGS["purple"])


@pytest.mark.parametrize("place", PLACES)
def test_places_differ_from_plain_colours(place: str) -> None:
    corners = {draw(portrait(background=place)).picture.getpixel(at) for at in ((30, 1), (1, 62))}

    assert not corners & set(palette.BACKGROUNDS.values()) - {palette.PAPER}


@pytest.mark.parametrize("flaw", FLAWS)
def test_flaws_change_the_picture_and_keep_its_size(flaw: str) -> None:
    good, spoilt = draw(portrait()).picture, draw(portrait(flaw=flaw)).picture

    assert spoilt.size == good.size
    assert np.mean(np.asarray(good) != np.asarray(spoilt)) > 0.05


def test_eyes_and_mouth_matter_more_than_the_background() -> None:
    weight = draw(portrait()).weight

    assert weight.shape == (16, 16)
    assert weight[0, 0] == 1
    assert weight[9, 6] > 1


def test_two_subjects_stand_left_and_right() -> None:
    rng = np.random.default_rng(0)
    pairs = [scene for scene in (sample_scene(rng, LARGE) for _ in range(200)) if len(scene.subjects) == 2]

    assert 15 < len(pairs) < 60
    assert all(left.x < scene.width / 2 < right.x for scene in pairs for left, right in [scene.subjects])


def test_scenes_hold_everything_there_is() -> None:
    rng = np.random.default_rng(1)
    scenes = [sample_scene(rng, NATIVE) for _ in range(3000)]
    people = [p.subject for s in scenes for p in s.subjects if isinstance(p.subject, Person)]

    assert {person.hair for person in people} == set(palette.HAIR)
    assert {person.eyes for person in people} == set(palette.EYES)
    assert {scene.flaw for scene in scenes} == {None, *FLAWS}
    assert {scene.background for scene in scenes} == {*palette.BACKGROUNDS, *PLACES}
    assert 0.09 < np.mean([scene.flaw is not None for scene in scenes]) < 0.15
