"""The configuration: from the environment, then ``.env``, then ``ninewords.toml``, read once, when a command begins.

Every field is a variable of that name in capitals (``DISCORD_TOKEN``), and a key of that name in the TOML file
(``discord_token``). Both files lie in the working folder, and neither needs to be there.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from generation.acceleration import Acceleration, Switch
from generation.drawing import DrawingProcess
from generation.errors import ModelUnavailable, NinewordsError
from generation.profiles import Profile, load_profiles

FILE = Path("ninewords.toml")

PROFILE_OF_ONES_OWN_MODEL = "anything-v3"
_SWITCHED = "must be auto, on or off"
_EXPECTED = {
    "home_guild": "must be the id of a server, a number of 17 to 20 digits",
    "database": "must be a database URL such as sqlite:///data/ninewords.sqlite",
    "pictures_gib": "must be a number of gibibytes above 0",
    "device": "must be auto, cpu, cuda, or cuda:1 and so on",
    "dtype": "must be auto, float32, float16 or bfloat16",
    "reproducible": "must be true or false",
    "channels_last": _SWITCHED,
    "compile": _SWITCHED,
    "cuda_graphs": _SWITCHED,
    "status_port": "must be a number from 1 to 65535, or off",
    "log_level": "must be DEBUG, INFO, WARNING or ERROR",
}


class WrongConfiguration(NinewordsError):
    """A value of the configuration that cannot be used, or a file of it that cannot be read."""


def _stripped(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _upper(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


def _none_where_off(value: object) -> object:
    return None if isinstance(value, str) and value.strip().casefold() == "off" else value


def _folder(value: object) -> Path:
    return Path(str(value).strip()).expanduser()


_Text = Annotated[str, BeforeValidator(_stripped)]


class Configuration(BaseSettings):
    """What the operator decides, for the bot and for the command line.

    ``discord_token`` is empty where there is none. ``model`` takes the place of the profile's own source.
    """

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        toml_file=FILE,
        extra="ignore",
        frozen=True,
        protected_namespaces=(),
    )

    discord_token: _Text = Field(default="", repr=False)
    home_guild: int | None = Field(default=None, ge=10**16, lt=10**20)
    model: _Text | None = None
    vae: _Text | None = None
    profile: _Text = "sketch"
    database: Annotated[_Text, Field(pattern=r"^[a-z0-9+]+://.+")] = "sqlite:///data/ninewords.sqlite"
    data_folder: Annotated[Path, BeforeValidator(_folder)] = Path("data")
    pictures_gib: float = Field(default=20.0, gt=0, allow_inf_nan=False)
    device: Annotated[_Text, Field(pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$")] = "auto"
    dtype: Literal["auto", "float32", "float16", "bfloat16"] = "auto"
    reproducible: bool = True
    channels_last: Switch = "auto"
    compile: Switch = "auto"
    cuda_graphs: Switch = "auto"
    status_host: _Text = "127.0.0.1"
    status_port: Annotated[Annotated[int, Field(ge=1, le=65535)] | None, BeforeValidator(_none_where_off)] = 9190
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = "INFO"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources, strongest first."""
        return init_settings, env_settings, dotenv_settings, TomlConfigSettingsSource(settings_cls)

    @model_validator(mode="before")
    @classmethod
    def follow(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Let what was not given follow from what was: the profile from the model, the database from the folder."""
        follows: dict[str, Any] = {"profile": PROFILE_OF_ONES_OWN_MODEL} if given.get("model") else {}
        if "data_folder" in given:
            follows["database"] = f"sqlite:///{_folder(given['data_folder'])}/ninewords.sqlite"
        return follows | given

    @property
    def pictures_budget(self) -> int:
        """How many bytes finished pictures may take before the oldest are let go."""
        return int(self.pictures_gib * 2**30)

    @property
    def acceleration(self) -> Acceleration:
        """What may be done to draw faster."""
        return Acceleration(channels_last=self.channels_last, compile=self.compile, cuda_graphs=self.cuda_graphs)

    @property
    def profiles_folder(self) -> Path:
        """Where the operator's own profiles are."""
        return self.data_folder / "profiles"


def read_configuration() -> Configuration:
    """Read the configuration of the working folder; raise WrongConfiguration for what cannot be used."""
    try:
        _check_names(_read_file())
        return Configuration()
    except ValidationError as fault:
        raise WrongConfiguration(" ".join(_sentences(fault))) from None  # what it quotes may be a secret


def _read_file() -> Mapping[str, object]:
    try:
        return tomllib.loads(FILE.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as fault:
        raise WrongConfiguration(f"{FILE} cannot be read: {fault}.") from fault


def _check_names(table: Mapping[str, object]) -> None:
    if unknown := sorted(table.keys() - Configuration.model_fields.keys()):
        known = ", ".join(Configuration.model_fields)
        raise WrongConfiguration(f"{FILE} sets {', '.join(unknown)}, which is nothing; there are {known}.")


def _sentences(fault: ValidationError) -> list[str]:
    return [
        f"{str(name).upper()} {_EXPECTED.get(str(name), 'must be text')}."
        for name in dict.fromkeys(error["loc"][0] for error in fault.errors(include_input=False))
    ]


def profile_of(configuration: Configuration) -> Profile:
    """The profile that is drawn with; raise ModelUnavailable for one that there is none of."""
    profiles = load_profiles(configuration.profiles_folder)
    if configuration.profile not in profiles:
        known = ", ".join(sorted(profiles))
        raise ModelUnavailable(f"There is no profile called {configuration.profile!r}. There are: {known}.")
    return profiles[configuration.profile]


def process_of(configuration: Configuration, profile: Profile) -> DrawingProcess:
    """Return the drawing process that is configured, not started yet."""
    return DrawingProcess(
        profile=profile,
        model=configuration.model,
        vae=configuration.vae,
        device=configuration.device,
        dtype=configuration.dtype,
        reproducible=configuration.reproducible,
        acceleration=configuration.acceleration,
    )
