"""What is imported is pinned, and what is pinned is what runs."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = ("app", "editor", "engine")
# Bases of what we import, at the versions that those name; triton comes with builds of torch for GPUs alone.
BROUGHT_ALONG = {"starlette": "fastapi", "safetensors": "diffusers", "triton": "torch"}


def pins(path: Path) -> dict[str, str]:
    lines = (line for line in path.read_text().splitlines() if not line.startswith("#"))
    return {name.lower(): number for name, number in (line.split("==") for line in lines)}


RUN = pins(ROOT / "requirements.txt")
TEST = pins(ROOT / "tests" / "requirements.txt")
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
EXTRA = dict(line.split("==") for lines in EXTRAS.values() for line in lines)


def imported() -> set[str]:
    """Top-level names that our packages import, at any depth."""
    names = set()
    for path in (ROOT / "launch_app.py", *(path for package in OURS for path in (ROOT / package).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add(node.module.partition(".")[0])
    return names - set(OURS) - sys.stdlib_module_names


def test_everything_that_is_imported_is_pinned():
    distributions = packages_distributions()
    wanted = {BROUGHT_ALONG.get(name, name) for name in imported()}
    assert {name for name in wanted if not {d.lower() for d in distributions[name]} & {*RUN, *EXTRA}} == set()


def test_extras_are_tested_as_they_are_pinned():
    assert EXTRA.items() <= TEST.items()


@pytest.mark.parametrize(("name", "number"), [*RUN.items(), *TEST.items()])
def test_what_is_pinned_is_installed(name, number):
    assert re.sub(r"\+.*", "", version(name)) == number
