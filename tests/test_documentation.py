"""The documentation is true: it names what is there, and what it names is there."""

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from app.actions import ACTIONS
from app.command import join, takes
from app.command.line import COMMANDS, parser
from app.version import VERSION
from editor.edits import Edit
from editor.files import edit_from_json, loads
from engine.training.recipes import RECIPES

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
TAKE_FORMAT = (ROOT / "docs" / "take-format.md").read_text()
WINDOW = (ROOT / "docs" / "window.md").read_text()
BENCHMARK = (ROOT / "docs" / "benchmark.md").read_text()
CHECKPOINT = ROOT / "assets" / "checkpoint" / "README.md"
TREE = re.search(r"```\n(app/.*?)```", README, re.DOTALL)


def named_in_tree():
    """Paths that the README's tree names, from its indentation."""
    parents = []
    for line in TREE.group(1).splitlines():
        indent, name = len(line) - len(line.lstrip()), line.split()[0]
        parents = [(i, p) for i, p in parents if i < indent]
        parents.append((indent, name.rstrip("/")))
        yield "/".join(p for _, p in parents)


def packages():
    """Every folder of ours that holds Python."""
    modules = [path for name in ("app", "editor", "engine") for path in (ROOT / name).rglob("*.py")]
    return sorted({str(path.parent.relative_to(ROOT)) for path in modules})


def test_the_tree_names_only_what_is_there():
    assert [name for name in named_in_tree() if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("package", packages())
def test_the_tree_names_every_package(package):
    assert package in set(named_in_tree())


@pytest.mark.parametrize("module", sorted(p.name for p in (ROOT / "editor").glob("*.py") if p.name != "__init__.py"))
def test_the_tree_names_every_module_of_the_editors_language(module):
    assert f"editor/{module}" in set(named_in_tree())


@pytest.mark.parametrize("edit", get_args(Edit))
def test_every_kind_of_edit_is_documented_with_its_fields(edit):
    kind = edit.__dataclass_fields__["kind"].default
    row = next((line for line in TAKE_FORMAT.splitlines() if line.startswith(f"| `{kind}` |")), "")
    assert row, f"docs/take-format.md does not name {kind}"
    for field in (field.name for field in fields(edit)):
        assert field == "kind" or f"`{field}`" in row, f"{kind}'s field {field} is not in its row"


def test_the_take_formats_example_is_a_take():
    example = re.search(r"```json\n(.*?)```", TAKE_FORMAT, re.DOTALL).group(1)
    assert len(loads(example).edits) == 2


@pytest.mark.parametrize("module", COMMANDS, ids=lambda module: module.__name__.rpartition(".")[2])
def test_every_command_is_in_the_readme(module):
    assert f"python -m app {module.__name__.rpartition('.')[2]}" in README


@pytest.mark.parametrize("module", COMMANDS, ids=lambda module: module.__name__.rpartition(".")[2])
def test_every_command_has_help(module, capsys):
    with pytest.raises(SystemExit) as end:
        parser().parse_args([module.__name__.rpartition(".")[2], "--help"])
    assert end.value.code == 0
    assert {takes: "--workspace", join: "--out"}.get(module, "--dataroot") in capsys.readouterr().out


def shown(key: str) -> str:
    """A key as a person writes it: "shift+arrowleft" is "Shift+←"."""
    arrows = {"arrowleft": "←", "arrowright": "→", "arrowup": "↑", "arrowdown": "↓"}
    names = arrows | {"delete": "Del", "escape": "Esc", "pagedown": "PgDn", "pageup": "PgUp"}
    return "+".join(names.get(part, part.capitalize()) for part in key.split("+")) if key != "+" else "+"


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_every_action_is_documented_with_its_keys(action):
    assert f"| {action.label} | {', '.join(f'`{shown(key)}`' for key in action.keys)} |" in WINDOW


def test_every_make_target_is_in_the_readme():
    targets = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert [target for target in targets if f"make {target}" not in README and target not in ("help", "setup-test")] == []


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_is_in_the_page_on_training(name):
    assert name in (ROOT / "docs" / "training.md").read_text()


def test_files_that_the_documents_link_to_are_there():
    for document in [ROOT / "README.md", CHECKPOINT, *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text()):
            assert (document.parent / link).exists(), f"{document.name} links to {link}"


def judged(listing: str) -> dict[str, tuple[str, str, str]]:
    """By kind of edit what the benchmark's page has: the draft's PSNR, the model's, and the gain, in dB to one place."""
    part = re.search(rf"<!-- model-{listing} -->(.*?)<!-- end of model-{listing} -->", BENCHMARK, re.DOTALL).group(1)
    rows = re.findall(r"^\| `?(\w+)`? \| \d+ \| (?:([\d.]+) → ([\d.]+) )?\| ([+-][\d.]+) \(", part, re.MULTILINE)
    return {kind: (draft, model, f"{float(gain):.1f}".replace("-0.0", "0.0")) for kind, draft, model, gain in rows}


def test_what_the_model_gains_is_the_same_on_every_page():
    small, full = ({kind: gain for kind, (_, _, gain) in judged(listing).items()} for listing in ("small", "full"))
    day, weather, geometric = small["time_of_day"], small["weather"], small["geometric"]
    gains = f"it gains {day}, {weather} and {geometric}, and on the full list of 24 worlds {full['time_of_day']} on time of day"
    assert f"{gains} and {full['weather']} on weather" in README
    training = (ROOT / "docs" / "training.md").read_text()
    assert f"(+{day} and +{weather} dB over the draft" in training
    assert f"faults of drafts of edited actors not ({geometric})" in training


def test_what_the_model_draws_is_as_good_on_every_page():
    card, small, full = CHECKPOINT.read_text(), judged("small"), judged("full")
    for kind, words in (("time_of_day", "time of day"), ("weather", "weather")):
        draft, model, _ = small[kind]
        assert re.search(rf"\| \*\*{words}\*\*, .* \| {draft} dB \| \*\*{model}\*\* dB \|", README)
        assert f"| {words} | {draft} dB | {model} dB |" in card
        draft, model, _ = full[kind]
        assert re.search(rf"\| {words}, `full` list.* \| {draft} dB \| {model} dB \|", card)


@pytest.mark.parametrize(
    "kind", ["move", "rotate", "resize", "path", "delete", "add", "duplicate", "relabel", "recolour", "ego_path"]
)
def test_the_readme_has_the_benchmarks_decibels(kind):
    draft, model, _ = judged("small")[kind]
    assert f"| {kind.replace('_', ' ')} | {draft} dB | {model} dB |" in README


def test_the_version_is_one_number():
    assert f'version = "{VERSION}"' in (ROOT / "pyproject.toml").read_text()


def test_the_added_actor_of_the_take_format_can_be_read():
    (written,) = re.findall(r"```\n(\{.edit.*?)```", TAKE_FORMAT, re.DOTALL)
    step = json.loads(written)
    added = edit_from_json(json.dumps(step["edit"]).encode())
    assert (added.kind, added.look.colour, len(added.track)) == ("add", "#a3191f", 2)
    assert step["gesture"]
