"""The dashboard asks only for figures that there are."""

import json
import os
import re
from pathlib import Path

from bot.breaker import Breaker
from bot.metrics import Metrics

DASHBOARD = Path(__file__).parents[2] / "docs" / "grafana.json"


def test_every_figure_of_the_dashboard_is_served() -> None:
    metrics = Metrics(breaker=Breaker(), waiting=lambda: 0, drawer=os.getpid, pulse=lambda: None)
    served = {sample for family in metrics.registry.collect() for sample in _names(family.name, family.type)}
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    asked = {
        name
        for panel in panels
        for target in panel["targets"]
        for name in re.findall(r"\b(?:ninewords|process)_\w+", target["expr"])
    }
    assert asked
    assert asked <= served


def _names(name: str, kind: str) -> list[str]:
    endings = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}
    return [name + ending for ending in endings.get(kind, [""])]
