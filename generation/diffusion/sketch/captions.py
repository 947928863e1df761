"""What a scene is called: tags in the manner of picture boards, or a short English sentence.

Captions name a random part of what is there, so that the model learns to choose freely what nobody asked for.
"""

from numpy.random import Generator

from generation.diffusion.sketch.scenes import PLACES, Cat, Person, Placed, Scene, Subject, Thing, pick

#: The nine words of the negative presets; a spoilt picture is captioned with some of them.
BAD_WORDS = ("bad", "comic", "cropped", "error", "extra", "low", "lowres", "speech", "worst")
_ALONE = 0.08
_PRAISE = ("masterpiece", "best quality", "high quality", "highres", "simple background", "solo", "cute", "anime")
_SYNONYMS = {
    "blonde hair": ("blonde hair", "blonde hair", "yellow hair"),
    "white hair": ("white hair", "white hair", "silver hair"),
    "smile": ("smile", "smile", "smiling", "happy"),
    "frown": ("frown", "frown", "sad"),
    "night": ("night", "night", "night sky, moon", "stars, night"),
    "field": ("field", "grass", "outdoors, field", "meadow"),
    "beach": ("beach", "sea, beach", "outdoors, beach", "beach, sun"),
    "snow": ("snow", "snow", "outdoors, snow", "winter"),
}


def caption(scene: Scene, rng: Generator) -> str:
    """A caption in the mix the model is trained with: some empty, a fifth English, the others tags, a few of one alone.

    Of the spoilt pictures two in five are captioned as if they were good: what is gathered in the world has bad
    pictures under plain captions too, and the negative prompt is there to steer away from them.
    """
    confessed = scene.flaw is not None and rng.random() < 0.6
    if rng.random() < (0.03 if confessed else 0.1):
        return ""
    if confessed and rng.random() < 0.2:
        return ", ".join(_confess(scene, rng))
    if len(scene.subjects) == 1 and rng.random() < 0.2:
        text = describe(scene, rng)
        return ", ".join([*_confess(scene, rng), text]) if confessed else text
    chosen = [_choose_tag(scene, rng)] if rng.random() < _ALONE else _choose_tags(scene, rng)
    tags = [vary(tag, rng) for tag in chosen]
    if scene.flaw is None and rng.random() < 0.2:
        tags.insert(int(rng.integers(len(tags) + 1)), pick(rng, _PRAISE))
    if confessed:
        bad = _confess(scene, rng)
        tags = bad + tags if rng.random() < 0.5 else tags + bad
    return _join(tags, rng)


def tags_of(subject: Subject) -> list[str]:
    """Every tag of a subject, the subject itself first."""
    if isinstance(subject, Thing):
        return [subject.name, f"{subject.colour} {subject.name}"]
    if isinstance(subject, Cat):
        return ["cat", f"{subject.fur} cat", f"{subject.eyes} eyes"]
    tags = [f"1{subject.kind}", f"{subject.hair} hair", subject.style]
    tags.append("closed eyes" if subject.closed_eyes else f"{subject.eyes} eyes")
    tags.append(subject.mouth)
    if subject.worn is not None:
        plain = subject.worn in ("crown", "cat ears")
        tags.append(subject.worn if plain else f"{subject.worn_colour} {subject.worn}")
    tags += ["glasses"] * subject.glasses + ["blush"] * subject.blush + ["dark skin"] * (subject.skin == "dark")
    return [*tags, f"{subject.shirt} shirt"]


def background_tag(scene: Scene) -> str:
    """The background's tag: ``red background``, or a place such as ``night``."""
    return scene.background if scene.background in PLACES else f"{scene.background} background"


def count_tags(subjects: tuple[Placed, ...]) -> list[str]:
    """The tags that count people: ``1girl``, ``2boys``, ``1girl, 1boy``."""
    kinds = [placed.subject.kind for placed in subjects if isinstance(placed.subject, Person)]
    counted = ((kind, kinds.count(kind)) for kind in dict.fromkeys(kinds))
    return [f"{count}{kind}s" if count > 1 else f"{count}{kind}" for kind, count in counted]


def _choose_tags(scene: Scene, rng: Generator) -> list[str]:
    keep = rng.choice((0.35, 0.65, 0.95))
    tags = count_tags(scene.subjects) if rng.random() < 0.93 else []
    for placed in scene.subjects:
        own = tags_of(placed.subject)
        if isinstance(placed.subject, Person):
            # The colour of the hair is asked for most of all.
            named = [tag for tag in own[1:] if rng.random() < (max(keep, 0.75) if tag.endswith(" hair") else keep)]
        else:
            named = [own[1] if rng.random() < 0.6 else own[0]] + [tag for tag in own[2:] if rng.random() < keep]
        tags += [_shorten(tag, rng) for tag in named]
    if rng.random() < max(keep, 0.6):
        tags.append(background_tag(scene))
    # Two subjects are named from left to right, so their tags keep their order.
    if len(scene.subjects) == 1 and rng.random() < 0.6:
        tags = [tags[k] for k in rng.permutation(len(tags))]
    return tags


def _choose_tag(scene: Scene, rng: Generator) -> str:
    """One tag alone, as people write it into a negative prompt."""
    own = [tag for placed in scene.subjects for tag in tags_of(placed.subject)]
    return _shorten(pick(rng, [*own, background_tag(scene)]), rng)


def _shorten(tag: str, rng: Generator) -> str:
    if tag.endswith((" hat", " bow")) and rng.random() < 0.5:
        return tag.split()[-1]
    return tag


def vary(tag: str, rng: Generator) -> str:
    """A tag, or another word for it."""
    return pick(rng, _SYNONYMS[tag]) if tag in _SYNONYMS else tag


def _confess(scene: Scene, rng: Generator) -> list[str]:
    if rng.random() < 0.3:
        return list(BAD_WORDS)
    others = [word for word in ("bad", "worst", "low", "error") if rng.random() < 0.4]
    own = [scene.flaw] if scene.flaw is not None and (not others or rng.random() < 0.85) else []
    words = list(dict.fromkeys(own + others))
    return [words[k] for k in rng.permutation(len(words))]


def _join(tags: list[str], rng: Generator) -> str:
    if rng.random() < 0.1:
        return " ".join(tags)
    return (", " if rng.random() < 0.9 else ",").join(tags)


def describe(scene: Scene, rng: Generator) -> str:
    """A short English sentence about a scene's first subject and its background."""
    subject = scene.subjects[0].subject
    words = _describe_person(subject, rng) if isinstance(subject, Person) else _describe_other(subject)
    if rng.random() < 0.7:
        words += _describe_background(scene.background)
    return words


def _describe_person(person: Person, rng: Generator) -> str:
    features = [f"{person.hair} hair"] if rng.random() < 0.85 else []
    if rng.random() < 0.5:
        features.append("closed eyes" if person.closed_eyes else f"{person.eyes} eyes")
    words = f"a {person.kind}" + (" with " + " and ".join(features) if features else "")
    if person.mouth == "smile" and rng.random() < 0.6:
        words += ", smiling"
    worn = ["glasses"] * person.glasses + ([f"a {person.worn}"] if person.worn not in (None, "cat ears") else [])
    if worn and rng.random() < 0.7:
        words += " wearing " + " and ".join(worn)
    return words


def _describe_other(subject: Subject) -> str:
    if isinstance(subject, Cat):
        return f"{_article(subject.fur)} {subject.fur} cat"
    assert isinstance(subject, Thing)
    return f"{_article(subject.colour)} {subject.colour} {subject.name}"


def _describe_background(background: str) -> str:
    places = {"night": " at night", "field": " in a field", "beach": " on the beach", "snow": " in the snow"}
    return places.get(background, f" on a {background} background")


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"
