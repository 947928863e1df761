"""The runner of filter cases, on the cases kept beside this file."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.moderation.check import check, main

_CASES = Path(__file__).parent / "evasion_cases.json"


@pytest.mark.parametrize("case", json.loads(_CASES.read_text(encoding="utf-8")), ids=lambda case: case["pattern_name"])
def test_case(case: dict[str, object]) -> None:
    assert check(case) is None


def test_all_pass_says_so_and_exits_0() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot.moderation.check", str(_CASES)], capture_output=True, text=True, check=False
    )
    total = len(json.loads(_CASES.read_text(encoding="utf-8")))
    assert done.stdout.splitlines()[-1] == f"{total} of {total}"
    assert done.returncode == 0


def test_a_failure_is_printed_and_exits_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = {"pattern_name": "wrong", "blocklist": ["word"], "prompt": "a word", "expected_blocked": False}
    file = tmp_path / "cases.json"
    file.write_text(json.dumps([case, case | {"expected_blocked": True}]))
    assert main([str(file)]) == 1
    assert capsys.readouterr().out.splitlines() == ["wrong: blocked by 'word', as written", "1 of 2"]


@pytest.mark.parametrize("content", ["", "{}x", '[{"pattern_name": "no list"}]', "[3]"])
def test_what_is_no_file_of_cases_exits_2(tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "cases.json"
    file.write_text(content)
    assert main([str(file)]) == 2
    assert main([str(tmp_path / "absent.json")]) == 2
    assert main([]) == 2
    assert capsys.readouterr().out == ""
