"""Who may import whom, checked by reading the source; and that importing anything of ours does nothing."""

import ast
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = ("app", "editor", "engine", "launch_app", "tests")
MAY_IMPORT = {
    "editor": ["editor"],
    "engine": ["engine", "editor"],
    "app": ["app", "editor", "engine.service", "engine.requests"],  # what goes through a service, in values
    "launch_app.py": ["app", "editor", "engine.service"],
}
DRAWING = (
    "engine/draft", "engine/model", "engine/diffusion", "engine/gbuffer.py", "engine/pipeline.py", "engine/rollout.py",
    "engine/requests.py",
)  # fmt: skip
MUST_NOT_IMPORT = {
    "editor": ["torch", "diffusers", "transformers", "gradio", "plotly"],
    "engine": ["gradio", "plotly", "editor.history", "editor.take", "editor.files"],
    "app": ["torch", "diffusers", "transformers", "open3d", "nuscenes"],
    "engine/town": ["engine.service"],
}
# What draws the recordings of any drive.
MUST_NOT_IMPORT |= dict.fromkeys(DRAWING, ["engine.town", "engine.service"])
# The cases of the benchmark are take files.
MAY_ALL_THE_SAME = {"engine/benchmark": ["editor.take", "editor.files"]}
# What training needs where nothing else is installed: it may import these and the standard library, at any depth.
CORE = ("scene", "tracks", "geometry", "cameras", "conditions", "map")
BLOCKED = ("open3d", "nuscenes", "pydantic", "gradio", "torch", "diffusers", "plotly", "diskcache", "av")


# What only a machine with a GPU imports, since only builds of torch for GPUs bring triton along.
GPU_ALONE = () if find_spec("triton") else (ROOT / "engine/town/kernel.py",)


def imports(path):
    """Dotted names of everything that a file imports, at any depth."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name, packages):
    return any(f"{name}.".startswith(f"{package}.") for package in packages)


def excepted(path, name):
    return any(path.is_relative_to(folder) and within(name, names) for folder, names in MAY_ALL_THE_SAME.items())


def sources(package, root=ROOT):
    path = root / package
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def offences(package, root=ROOT):
    """Every import that a package ought not to make, with the file that makes it."""
    for path in sources(package, root):
        for name in imports(path):
            allowed = not within(name, OURS) or package not in MAY_IMPORT or within(name, MAY_IMPORT[package])
            banned = within(name, MUST_NOT_IMPORT.get(package, ())) and not excepted(path.relative_to(root), name)
            if not allowed or banned:
                yield f"{path.relative_to(root)} imports {name}"


def modules():
    """Every module of the three packages, by its dotted name; entry points are not for importing."""
    for package in ("app", "editor", "engine"):
        for path in sources(package):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if parts[-1] != "__main__" and path not in GPU_ALONE:
                yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("package", sorted({*MAY_IMPORT, *MUST_NOT_IMPORT}))
def test_packages_keep_to_their_layer(package):
    assert not list(offences(package))


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("editor/a.py", "import engine.draft"),
        ("editor/a.py", "from torch import nn"),
        ("editor/deep/a.py", "def f():\n    import gradio as gr"),
        ("engine/a.py", "from app import ui"),
        ("engine/a.py", "from editor import history"),
        ("engine/a.py", "from editor.take import Take"),
        ("engine/benchmark/a.py", "from editor import history"),
        ("engine/draft/a.py", "from engine.town.streets import Street"),
        ("engine/rollout.py", "import engine.town"),
        ("app/a.py", "from engine import model"),
        ("app/a.py", "from engine.draft.draft import draft"),
        ("app/a.py", "import torch.nn"),
    ],
)
def test_offences_are_found(tmp_path, file, line):
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(line)
    found = [
        o for package in {*MAY_IMPORT, *MUST_NOT_IMPORT} if (tmp_path / package).exists() for o in offences(package, tmp_path)
    ]
    assert len(found) == 1
    assert found[0].startswith(f"{file} imports ")


def run(code, cwd):
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=cwd,
        env={"PYTHONPATH": str(ROOT), "HOME": str(cwd), "PATH": ""},
        capture_output=True,
        text=True,
    )


def test_the_editors_core_needs_numpy_and_opencv_alone(tmp_path):
    wanted = ", ".join(f"editor.{name}" for name in CORE)
    result = run(f"import sys\nfor name in {BLOCKED!r}:\n    sys.modules[name] = None\nimport {wanted}\n", tmp_path)
    assert result.returncode == 0, result.stderr


def test_the_editors_core_works_without_the_rest(tmp_path):
    """Not only imports: conditions are made, so that nothing is missing at the first call."""
    code = (
        f"import sys\nfor name in {BLOCKED!r}:\n    sys.modules[name] = None\n"
        "from editor.conditions import conditions\nfrom editor.map import StreetMap\nfrom editor.scene import recorded\n"
        "from tests.editor.made import made_scene\n"
        "got = conditions(recorded(made_scene()), StreetMap(), 3, 'CAM_FRONT', (224, 128))\nassert got.actor.any()\n"
    )
    result = run(code, tmp_path)
    assert result.returncode == 0, result.stderr


def test_the_service_loads_nothing_heavy_before_it_is_asked(tmp_path):
    code = "import sys, engine.service.local, engine.requests, engine.service.store\n"
    code += "print(*sorted({'torch', 'open3d', 'diffusers', 'nuscenes', 'gradio'} & set(sys.modules)))"
    result = run(code, tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == ""


def test_importing_a_module_does_nothing(tmp_path):
    """All modules, in one fresh process: no output, no file, no thread, no changed environment, no process started."""
    names = list(modules())
    assert len(names) > 20
    code = f"""
import importlib, os, sys, threading
opened = []
def watch(event, args):
    if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        opened.append(str(args[0]))
    elif event in ("subprocess.Popen", "socket.connect", "os.mkdir"):
        opened.append(event + " " + str(args[0]))
sys.dont_write_bytecode = True
third_parties = {sorted(_third_parties())!r}
for name in third_parties:
    importlib.import_module(name)
before, environment = threading.active_count(), dict(os.environ)
path = list(sys.path)
sys.addaudithook(watch)
for name in {names!r}:
    importlib.import_module(name)
assert not opened, opened
assert threading.active_count() == before, threading.enumerate()
assert dict(os.environ) == environment
assert sys.path == path
"""
    result = run(code, tmp_path)
    assert result.returncode == 0, result.stderr[-2000:]
    assert result.stdout == ""
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix == ".json"]


def _third_parties():
    """Other people's packages that ours import at module level; what those do when imported is theirs."""
    for package in ("app", "editor", "engine"):
        for path in (path for path in sources(package) if path not in GPU_ALONE):
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom) and node.level == 0:
                    names = [node.module]
                else:
                    continue
                yield from (n for n in names if not within(n, OURS) and n.split(".")[0] not in sys.stdlib_module_names)


def test_every_folder_of_ours_is_a_package_with_a_sentence():
    """So that `import` finds everything, and a reader knows what a folder is for."""
    for package in ("app", "editor", "engine"):
        for path in sources(package):
            folder = path.parent / "__init__.py"
            assert folder.exists(), folder.relative_to(ROOT)
            assert ast.get_docstring(ast.parse(path.read_text())), f"{path.relative_to(ROOT)} has no docstring"


def test_no_relative_imports():
    for package in ("app", "editor", "engine", "tests"):
        for path in sources(package):
            tree = ast.parse(path.read_text())
            assert not [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.level], path.relative_to(ROOT)
