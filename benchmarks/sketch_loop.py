"""The loop of the sketch model without a process around it, and the machine it runs on: what the benchmarks share."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
import transformers

from generation.acceleration import Acceleration
from generation.diffusion.assembly import assemble
from generation.diffusion.engine import Engine
from generation.diffusion.loading import Model, load
from generation.ledger import Ledger
from generation.messages import Draw, Drawn, Failed, Load, Message
from generation.profiles import Profile, load_profiles
from generation.spec import PromptSpec, resolve

PROFILE = "sketch"
_AUTOMATIC = Acceleration()


def sketch_profile() -> Profile:
    return load_profiles()[PROFILE]


def sketch_model() -> Model:
    """Load the committed model, on the processor in fp32, with as many threads as torch is set to."""
    transformers.logging.disable_progress_bar()
    wanted = Load(
        name=PROFILE,
        source=sketch_profile().source,
        vae=None,
        device="cpu",
        dtype="float32",
        threads=None,
        download=False,
        reproducible=True,
        preview=None,
    )
    return load(wanted)


def spec_of(prompt: str, **choices: object) -> PromptSpec:
    return resolve(choices | {"prompt": prompt, "model": PROFILE}, profiles={PROFILE: sketch_profile()})


class Loop:
    """An engine, and the pictures it has told of, in the order in which they were finished; none is checked."""

    def __init__(self, model: Model, *, reproducible: bool = True, acceleration: Acceleration = _AUTOMATIC) -> None:
        self.drawn: list[Drawn] = []
        self.engine: Engine = assemble(
            model,
            preview=None,
            reproducible=reproducible,
            acceleration=acceleration,
            gate=None,
            report=self._hear,
            fault=_raise,
            ledger=Ledger(),
        )

    def draw(self, spec: PromptSpec, key: str, owner: str) -> None:
        self.engine.draw(Draw(key=key, owner=owner, spec=spec))

    def run(self) -> None:
        """Tick until there is nothing left to do, and wait for the encoder."""
        while self.engine.tick():
            pass
        self.engine.settle()

    def _hear(self, message: Message) -> None:
        if isinstance(message, Failed):
            raise RuntimeError(f"{message.key}: {message.sentence}")
        if isinstance(message, Drawn):
            self.drawn.append(message)


def _raise(fault: BaseException) -> None:
    raise fault


def machine() -> dict[str, Any]:
    """Where figures come from: processor, its load when this is asked, threads, versions."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load average": round(os.getloadavg()[0], 1),
        "torch threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "python": platform.python_version(),
    }


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    lines = described.read_text(encoding="utf-8").splitlines() if described.exists() else []
    name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return f"{name or platform.processor() or 'unknown'} ({platform.machine()})"


def parse_arguments(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Read the arguments every benchmark takes beside its own, and set torch's threads."""
    parser.add_argument("--full", action="store_true", help="longer, and closer to what is drawn in earnest")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    parser.add_argument("--threads", type=int, default=1, help="torch's threads (1)")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    return arguments


def publish(title: str, figures: Mapping[str, Any], tables: Sequence[str], file: Path | None) -> None:
    """Print the tables under the machine's name; write the figures to ``file``, if there is one."""
    where = machine()
    head = ", ".join(f"{name}: {value}" for name, value in where.items())
    sys.stdout.write("\n\n".join([f"{title}\n{head}", *tables]) + "\n")
    if file is not None:
        written = {"title": title, "machine": where, **figures}
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Lay rows out under a head, as a table that Markdown understands as well."""
    cells = [[str(cell) for cell in row] for row in (head, ["---"] * len(head), *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = (" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells)
    return "\n".join(f"| {line} |" for line in lines)
