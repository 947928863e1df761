"""The tiny model, loaded, and the loop around it without a process."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import torch

from generation.diffusion.assembly import assemble
from generation.diffusion.budget import Budget
from generation.diffusion.conditioning import TextEncoder
from generation.diffusion.engine import Engine
from generation.diffusion.gate.picture_gate import PictureGate
from generation.diffusion.loading import Model, load
from generation.ledger import Ledger
from generation.messages import Draw, Drawn, Failed, Load, Message, Priority, Stepped
from generation.spec import PromptSpec


def load_request(source: Path | str, **changes: object) -> Load:
    """What the bot's side asks of the drawing process, with everything that can be left open left open."""
    asked: dict[str, object] = {
        "name": "tiny",
        "source": str(source),
        "vae": None,
        "device": "cpu",
        "dtype": "auto",
        "threads": None,
        "download": False,
        "reproducible": True,
        "preview": None,
    }
    return Load(**(asked | changes))  # pyright: ignore[reportArgumentType]  (each test gives the right types)


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def model(tiny_folder: Path) -> Model:
    return load(load_request(tiny_folder))


@pytest.fixture(scope="session")
def text_encoder(model: Model) -> TextEncoder:
    return TextEncoder(model.tokenizer, model.text_encoder)


@dataclass
class Loop:
    """An engine, and what it has told so far, by job."""

    engine: Engine
    told: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))
    faults: list[BaseException] = field(default_factory=list)

    def draw(
        self,
        spec: PromptSpec,
        key: str = "job",
        owner: str = "somebody",
        body: bytes = b"",
        priority: Priority = "normal",
    ) -> None:
        self.engine.draw(Draw(key=key, owner=owner, spec=spec, priority=priority, body=body))

    def run(self, ticks: int = 10_000) -> None:
        """Tick until there is nothing left to do, and wait for the encoder."""
        for _ in range(ticks):
            if not self.engine.tick():
                break
        self.engine.settle()
        assert not self.faults

    def pngs(self, key: str = "job") -> list[bytes]:
        drawn = sorted((m for m in self.told[key] if isinstance(m, Drawn)), key=lambda m: m.index)
        return [message.body for message in drawn]

    def failures(self, key: str = "job") -> list[str]:
        return [message.sentence for message in self.told[key] if isinstance(message, Failed)]

    def steps(self, key: str = "job") -> list[Stepped]:
        return [message for message in self.told[key] if isinstance(message, Stepped)]


@pytest.fixture
def make_loop(model: Model) -> Callable[..., Loop]:
    def make(*, of: Model = model, reproducible: bool = True, gate: PictureGate | None = None) -> Loop:
        told: dict[str, list[Message]] = defaultdict(list)
        faults: list[BaseException] = []

        def report(message: Message) -> None:
            told[getattr(message, "key", "")].append(message)

        engine = assemble(
            of,
            preview=None,
            reproducible=reproducible,
            gate=gate,
            report=report,
            fault=faults.append,
            ledger=Ledger(),
            budget=Budget(1e12),
        )
        return Loop(engine, told, faults)

    return make


@pytest.fixture
def loop(make_loop: Callable[..., Loop]) -> Loop:
    return make_loop()
