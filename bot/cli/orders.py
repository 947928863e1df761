"""Many orders of one person: the same options each time, but for what an axis or a study changes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.cli.exits import CommandFailed, Exit
from bot.cli.order import Order, Wishes, place_order
from bot.configuration import read_configuration
from bot.moderation.floor import Floor
from generation.profiles import Profile, load_profiles
from generation.spec import PromptSpec


class Orders:
    """Places orders that differ from ``wishes`` only in their choices. Raises as :func:`place_order` does."""

    def __init__(self, wishes: Wishes) -> None:
        self._configuration = read_configuration()
        self._profiles = load_profiles(self._configuration.profiles_folder)
        self._floor = Floor.load()
        self._wishes = wishes

    def place(self, choices: Mapping[str, Any]) -> Order:
        """Place an order for ``choices``, in place of those of the wishes."""
        weight = None if choices.get("preset_weight") is not None else self._wishes.weight
        wishes = replace(self._wishes, choices=choices, weight=weight)
        return place_order(wishes, self._configuration, self._profiles, floor=self._floor)

    def spec(self, choices: Mapping[str, Any]) -> PromptSpec:
        """The spec of such an order."""
        return self.place(choices).spec

    def process_order(self, model: str) -> Order:
        """An order that says with what to draw specs of ``model`` that were made before."""
        return self.place({"model": model} if model in self._profiles else {})

    def judge(self, spec: PromptSpec) -> None:
        """Raise CommandFailed for a spec from a file that is never drawn: what is read is judged like what is typed."""
        if refusal := self._floor.judge_spec(spec):
            raise CommandFailed(Exit.REFUSED, refusal.reason)

    def profile(self, choices: Mapping[str, Any]) -> Profile:
        """The profile that ``choices`` are for."""
        return self._profiles[self.spec(choices).model]
