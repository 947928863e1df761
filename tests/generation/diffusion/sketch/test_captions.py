"""Captions say what is in the picture and nothing else; some are empty, and most spoilt pictures own up."""

from dataclasses import replace

import numpy as np
import pytest

from generation.diffusion.sketch.captions import BAD_WORDS, background_tag, caption, count_tags, describe, tags_of
from generation.diffusion.sketch.scenes import OBJECTS, Person, Scene, Thing, sample_scene
from generation.presets import NINE_WORDS


def scenes(count: int, seed: int = 0) -> list[Scene]:
    rng = np.random.default_rng(seed)
    return [sample_scene(rng) for _ in range(count)]


def words_of(text: str) -> set[str]:
    return set(text.replace(",", " ").split())


def test_the_bad_words_are_those_of_the_negative_presets() -> None:
    assert BAD_WORDS == NINE_WORDS


def test_a_caption_names_no_colour_that_is_not_there() -> None:
    rng = np.random.default_rng(2)
    for scene in scenes(500):
        true = {word for placed in scene.subjects for tag in tags_of(placed.subject) for word in tag.split()}
        true |= set(background_tag(scene).split())
        named = words_of(caption(scene, rng))

        assert not (named & {"red", "blue", "green", "pink", "purple", "brown", "black", "grey"}) - true


def test_a_caption_names_no_object_that_is_not_there() -> None:
    rng = np.random.default_rng(3)
    for scene in scenes(500):
        there = {placed.subject.name for placed in scene.subjects if isinstance(placed.subject, Thing)}

        assert words_of(caption(scene, rng)) & set(OBJECTS) <= there


def test_some_captions_are_one_tag_alone() -> None:
    rng = np.random.default_rng(3)
    alone = {caption(scene, rng) for scene in scenes(6000)}

    assert {"smile", "night", "glasses", "hat"} <= alone


def test_about_a_tenth_of_the_captions_is_empty() -> None:
    rng = np.random.default_rng(4)
    empty = [caption(scene, rng) == "" for scene in scenes(2000)]

    assert 0.07 < np.mean(empty) < 0.13


def test_good_pictures_are_never_called_bad() -> None:
    rng = np.random.default_rng(5)
    good = [scene for scene in scenes(500) if scene.flaw is None]

    assert not any(words_of(caption(scene, rng)) & set(BAD_WORDS) for scene in good)


def test_three_fifths_of_the_spoilt_pictures_are_called_bad() -> None:
    rng = np.random.default_rng(6)
    spoilt = [scene for scene in scenes(6000) if scene.flaw is not None]
    called = [bool(words_of(caption(scene, rng)) & set(BAD_WORDS)) for scene in spoilt]

    assert 0.5 < np.mean(called) < 0.68


def test_people_are_counted() -> None:
    pairs = [scene.subjects for scene in scenes(400) if len(scene.subjects) == 2]
    counted = {", ".join(count_tags(pair)) for pair in pairs}

    assert {"2girls", "2boys", "1girl, 1boy", "1boy, 1girl"} <= counted


def test_two_subjects_are_named_from_left_to_right() -> None:
    rng = np.random.default_rng(7)
    for scene in scenes(2000):
        people = [placed.subject for placed in scene.subjects if isinstance(placed.subject, Person)]
        if len(people) < 2 or scene.flaw is not None or people[0].hair == people[1].hair:
            continue
        text = caption(scene, rng)
        places = [text.find(f"{person.hair} hair") for person in people]

        assert -1 in places or places == sorted(places)


@pytest.mark.parametrize(("colour", "article"), [("orange", "an orange"), ("red", "a red")])
def test_sentences_mind_the_article(colour: str, article: str) -> None:
    scene = next(scene for scene in scenes(200) if isinstance(scene.subjects[0].subject, Thing))
    fish = replace(scene.subjects[0], subject=Thing(name="fish", colour=colour))

    assert describe(replace(scene, subjects=(fish,)), np.random.default_rng(0)).startswith(f"{article} fish")
