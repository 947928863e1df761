"""Profiles: the shipped ones, an operator's own, and sentences for those that cannot be read."""

from pathlib import Path

import pytest

from generation.errors import ModelUnavailable
from generation.profiles import Profile, load_profiles, read_profile

MINE = """
name = "mine"
source = "weights/mine.safetensors"
[native]
size = "640x512"
cfg_base = 7.0
[sizes]
Tall = "512x640"
[defaults]
steps = 28
"""


def written(folder: Path, text: str, name: str = "mine.toml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_anything_v3_follows_the_practice_around_it() -> None:
    profile = load_profiles()["anything-v3"]
    assert (profile.native_area, profile.cfg_base, profile.text_layers) == (512 * 512, 8.0, 12)
    assert dict(profile.defaults) == {"steps": 64, "sampler": "Euler", "clip_skip": 2, "negative_preset": "pure"}
    assert profile.sizes["wide"] == (1024, 576)
    assert profile.preview is not None
    assert len(profile.preview.weights) == 4


def test_every_shipped_profile_names_the_usual_sizes() -> None:
    for profile in load_profiles().values():
        assert profile.sizes.keys() >= {"square", "portrait", "landscape", "wide", "large"}


def test_a_folder_adds_profiles_and_replaces_them(tmp_path: Path) -> None:
    written(tmp_path, MINE)
    written(tmp_path, MINE.replace('"mine"', '"anything-v3"'), "theirs.toml")
    written(tmp_path, "not read", "notes.txt")
    profiles = load_profiles(tmp_path, tmp_path / "nowhere")
    assert profiles["mine"].sizes == {"tall": (512, 640)}
    assert profiles["anything-v3"].cfg_base == 7.0


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("./weights", "{}/weights"),
        ("../weights.ckpt", "{0.parent}/weights.ckpt"),
        ("somebody/model", "somebody/model"),
        ("/models/a.safetensors", "/models/a.safetensors"),
    ],
)
def test_a_source_with_a_dot_is_seen_from_the_profile(tmp_path: Path, source: str, seen: str) -> None:
    file = written(tmp_path, MINE.replace("weights/mine.safetensors", source))
    assert read_profile(file).source == seen.format(tmp_path)


@pytest.mark.parametrize(
    ("instead", "sentence"),
    [
        (('name = "mine"', ""), "it has no 'name'"),
        (('"mine"', '"two words"'), "'two words' is no name"),
        (('"mine"', '"512x512"'), "'512x512' is no name"),
        (("[native]", "[naive]"), "it has no 'native'"),
        (('"640x512"', '"640"'), "'640' is no size like 512x512"),
        (('"640x512"', "640"), "640 is no size like 512x512"),
        (('"640x512"', '"640x0"'), "'640x0' is no size"),
        (("7.0", "nan"), "nan is no number"),
        (("7.0", '"eight"'), "could not convert"),
        (('Tall = "512x640"', "Tall = []"), "no size"),
        (("steps = 28", "steps ="), "Invalid value"),
        (("[sizes]", "[[sizes]]"), "cannot be read"),
    ],
)
def test_a_profile_that_cannot_be_read(tmp_path: Path, instead: tuple[str, str], sentence: str) -> None:
    written(tmp_path, MINE.replace(*instead))
    with pytest.raises(ModelUnavailable, match=sentence) as raised:
        load_profiles(tmp_path)
    assert str(raised.value).startswith("The profile mine.toml cannot be read: ")


def test_a_profile_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ModelUnavailable, match=r"mine\.toml cannot be read"):
        load_profiles(tmp_path)


@pytest.mark.parametrize(
    ("size", "word"),
    [
        ((512, 512), None),
        ((768, 768), None),
        ((1024, 576), None),
        ((256, 256), "small"),
        ((1024, 1024), "large"),
        ((1152, 384), "long"),
    ],
)
def test_a_size_far_from_the_native_one_is_explained(size: tuple[int, int], word: str | None) -> None:
    profile = Profile(name="p", description="", source="s", native_width=512, native_height=512, cfg_base=8.0)
    remark = profile.remark_on(*size)
    assert remark is None if word is None else (remark is not None and word in remark and "\n" not in remark)


def test_whether_a_model_heeds_words_that_count(tmp_path: Path) -> None:
    shipped = load_profiles()
    assert not shipped["anything-v3"].heeds_counting
    assert shipped["sketch"].heeds_counting
    assert read_profile(written(tmp_path, MINE)).heeds_counting
    with pytest.raises(ModelUnavailable, match="heeds_counting is true or false, not 'yes'"):
        read_profile(written(tmp_path, f'heeds_counting = "yes"{MINE}'))
