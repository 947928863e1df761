"""The configuration: where it comes from, what it defaults to, and a sentence for every wrong value."""

from pathlib import Path

import pytest

from bot.configuration import Configuration, WrongConfiguration, read_configuration
from generation.acceleration import Acceleration


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in Configuration.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return tmp_path


def test_nothing_needs_to_be_configured() -> None:
    configuration = read_configuration()
    assert configuration.discord_token == ""
    assert configuration.home_guild is None
    assert configuration.model is None
    assert configuration.profile == "sketch"
    assert configuration.database == "sqlite:///data/ninewords.sqlite"
    assert configuration.data_folder == Path("data")
    assert (configuration.device, configuration.dtype, configuration.log_level) == ("auto", "auto", "INFO")


def test_the_environment_goes_before_the_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "ninewords.toml").write_text('device = "cuda:1"\ndtype = "float16"\nlog_level = "debug"\n')
    (folder / ".env").write_text("DTYPE=bfloat16\nDEVICE=cuda\nSOMETHING_ELSE=1\n")
    monkeypatch.setenv("DEVICE", "cpu")
    configuration = read_configuration()
    assert (configuration.device, configuration.dtype, configuration.log_level) == ("cpu", "bfloat16", "DEBUG")


def test_pictures_are_reproducible_unless_somebody_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_configuration().reproducible
    monkeypatch.setenv("REPRODUCIBLE", "false")
    assert not read_configuration().reproducible
    monkeypatch.setenv("REPRODUCIBLE", "perhaps")
    with pytest.raises(WrongConfiguration, match="REPRODUCIBLE must be true or false"):
        read_configuration()


def test_each_acceleration_has_a_switch(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_configuration().acceleration == Acceleration()
    monkeypatch.setenv("COMPILE", "off")
    monkeypatch.setenv("CHANNELS_LAST", "on")
    assert read_configuration().acceleration == Acceleration(compile="off", channels_last="on")
    monkeypatch.setenv("CUDA_GRAPHS", "maybe")
    with pytest.raises(WrongConfiguration, match="CUDA_GRAPHS must be auto, on or off"):
        read_configuration()


def test_what_is_empty_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "")
    monkeypatch.setenv("HOME_GUILD", "")
    assert read_configuration() == Configuration()


def test_what_follows_from_other_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL", "/models/mine.safetensors")
    monkeypatch.setenv("DATA_FOLDER", "/srv/ninewords")
    configuration = read_configuration()
    assert configuration.profile == "anything-v3"
    assert configuration.database == "sqlite:////srv/ninewords/ninewords.sqlite"
    assert configuration.profiles_folder == Path("/srv/ninewords/profiles")
    monkeypatch.setenv("PROFILE", "mine")
    monkeypatch.setenv("DATABASE", "postgresql://bot@db/ninewords")
    assert read_configuration().profile == "mine"
    assert read_configuration().database == "postgresql://bot@db/ninewords"


def test_the_token_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", " secret-token\n")
    configuration = read_configuration()
    assert configuration.discord_token == "secret-token"
    assert "secret" not in repr(configuration)
    assert "secret" not in str(configuration)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("HOME_GUILD", "my server", "HOME_GUILD must be the id of a server, a number of 17 to 20 digits."),
        ("HOME_GUILD", "12", "HOME_GUILD must be the id of a server, a number of 17 to 20 digits."),
        ("DEVICE", "gpu", "DEVICE must be auto, cpu, cuda, or cuda:1 and so on."),
        ("DTYPE", "fp16", "DTYPE must be auto, float32, float16 or bfloat16."),
        ("DATABASE", "data.db", "DATABASE must be a database URL such as sqlite:///data/ninewords.sqlite."),
        ("LOG_LEVEL", "loud", "LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR."),
    ],
)
def test_wrong_values(monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongConfiguration) as raised:
        read_configuration()
    assert str(raised.value) == sentence


def test_several_wrong_values_are_all_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVICE", "gpu")
    monkeypatch.setenv("DTYPE", "fp16")
    with pytest.raises(WrongConfiguration, match=r"DEVICE must .*\. DTYPE must .*\."):
        read_configuration()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('modell = "x"', r"ninewords\.toml sets modell, which is nothing; there are discord_token, home_guild, "),
        ("model = ", r"ninewords\.toml cannot be read: Invalid value"),
        ("discord_token = 5", "DISCORD_TOKEN must be text"),
    ],
)
def test_a_wrong_file(folder: Path, text: str, sentence: str) -> None:
    (folder / "ninewords.toml").write_text(text)
    with pytest.raises(WrongConfiguration, match=sentence):
        read_configuration()


def test_a_secret_is_not_in_what_is_raised(folder: Path) -> None:
    (folder / "ninewords.toml").write_text('discord_token = ["secret"]')
    with pytest.raises(WrongConfiguration) as raised:
        read_configuration()
    assert raised.value.__cause__ is None
    assert "secret" not in str(raised.value)
