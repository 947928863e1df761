"""The directions of import hold: bot on top, generation and storage never touching, torch in one room."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "generation", "storage")

#: For files below a folder: what they may not import. The longest matching folder decides.
FORBIDDEN = {
    "bot": {"torch", "diffusers", "transformers", "sqlalchemy", "alembic"},
    "generation": {"torch", "diffusers", "transformers", "discord", "sqlalchemy", "alembic", "bot", "storage", "typer"},
    "generation/diffusion": {"discord", "sqlalchemy", "alembic", "bot", "storage", "typer"},
    "storage": {"discord", "generation", "bot", "torch", "diffusers", "transformers"},
}

#: Only these may import torch although they live in ``bot``, and only inside a function.
LAZY_TORCH = "bot/cli/"


def source_files() -> list[Path]:
    return sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))


def imports(tree: ast.AST) -> Iterator[tuple[str, bool]]:
    """Every imported top-level module, and whether the import stands inside a function."""
    inside = {
        child
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node in inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module or "", node in inside


def forbidden_for(relative: str) -> set[str]:
    folder = max((folder for folder in FORBIDDEN if relative.startswith(folder + "/")), key=len)
    return FORBIDDEN[folder]


@pytest.mark.parametrize("file", source_files(), ids=lambda file: str(file.relative_to(ROOT)))
def test_imports_only_what_its_room_may(file: Path) -> None:
    relative = file.relative_to(ROOT).as_posix()
    forbidden = forbidden_for(relative)
    wrong = [
        module
        for module, lazy in imports(ast.parse(file.read_text(encoding="utf-8")))
        if module.split(".")[0] in forbidden
        and not (lazy and relative.startswith(LAZY_TORCH) and module.split(".")[0] == "torch")
    ]
    assert not wrong, f"{relative} imports {', '.join(wrong)}"


def test_no_import_cycle() -> None:
    graph = {module_name(file): internal_imports(file) for file in source_files()}
    done: set[str] = set()

    def walk(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " → ".join((*path[path.index(module) :], module))
        if module not in done:
            for imported in graph.get(module, ()):
                walk(imported, (*path, module))
            done.add(module)

    for module in graph:
        walk(module, ())


def internal_imports(file: Path) -> set[str]:
    """Modules of ours that ``file`` imports when it is itself imported; a package stands for its ``__init__``."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            submodules = {f"{node.module}.{alias.name}" for alias in node.names}
            ours = {name for name in submodules if module_file(name)}
            found |= ours if len(ours) == len(submodules) else ours | {node.module}
    return {name for name in found if name.split(".")[0] in PACKAGES and name != module_name(file)}


def module_file(name: str) -> Path | None:
    base = ROOT / name.replace(".", "/")
    return next((file for file in (base.with_suffix(".py"), base / "__init__.py") if file.exists()), None)


def module_name(file: Path) -> str:
    relative = file.relative_to(ROOT).with_suffix("")
    parts = relative.parts[:-1] if relative.name == "__init__" else relative.parts
    return ".".join(parts)


def test_no_catch_all_files() -> None:
    names = {file.stem for file in source_files()} | {file.parent.name for file in source_files()}
    assert not names & {"utils", "util", "common", "helpers", "helper", "misc", "manager", "handler"}
