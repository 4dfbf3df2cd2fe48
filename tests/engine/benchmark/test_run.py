"""Runs: what was judged stays judged, what changed is judged anew, and the page and the command line say what came of it."""

import json
from dataclasses import replace

import pytest

from engine.benchmark import beside, cases
from engine.benchmark.__main__ import main
from engine.benchmark.page import write_page
from engine.benchmark.report import markdown, rows
from engine.benchmark.run import Run, run
from tests.engine.benchmark.worlds import TINY

RECORDED = "tests.engine.benchmark.engines:RECORDED"
LISTING = replace(TINY, kinds=("delete", "recolour"))


def verdicts(steps):
    return [step.verdict for step in steps if step.verdict is not None]


def times(what):
    return {path.name: path.stat().st_mtime_ns for path in what.results.glob("*.json")}


def test_a_run_resumes_where_it_was_broken_off(world, folder):
    what = Run(RECORDED, replace(LISTING, name="resumed"), folder)
    steps = run(what)
    assert next(step for step in steps if step.verdict).verdict.case.kind == "delete"
    steps.close()
    before = times(what)
    assert list(before) == ["3-delete.json"]
    assert [v.case.kind for v in verdicts(run(what))] == ["delete", "recolour"]
    assert before.items() < times(what).items()
    whole = times(what)
    assert len(verdicts(run(what))) == 2
    assert times(what) == whole


def test_another_version_of_an_engine_is_judged_anew(world, folder, monkeypatch):
    what = Run(RECORDED, replace(LISTING, name="versions"), folder)
    list(run(what))
    before = times(what)
    monkeypatch.setattr("tests.engine.benchmark.engines.RECORDED", _newer())
    list(run(what))
    assert not before.items() & times(what).items()


def _newer():
    from tests.engine.benchmark.engines import NEWER_RECORDED

    return NEWER_RECORDED


def test_two_processes_reach_the_same_verdicts(world, folder):
    alone = verdicts(run(Run(RECORDED, replace(LISTING, name="alone"), folder)))
    together = verdicts(run(Run(RECORDED, replace(LISTING, name="together"), folder), processes=2))
    assert {replace(v, seconds=0.0) for v in alone} == {replace(v, seconds=0.0) for v in together}


def test_progress_says_how_far_it_is(world, folder):
    steps = [s for s in run(Run(RECORDED, replace(LISTING, name="told"), folder)) if s.what == "cases"]
    assert [(s.done, s.total) for s in steps] == [(1, 2), (2, 2)]
    assert steps[-1].seconds_left == 0


def test_a_page_gets_a_section_and_the_section_is_replaced(world, folder, tmp_path):
    what = Run(RECORDED, replace(LISTING, name="page"), folder)
    found, page = verdicts(run(what)), tmp_path / "page.md"
    page.write_text("# Before\n\n")
    write_page(page, what, found)
    once = page.read_text()
    assert once.startswith("# Before")
    assert markdown(rows(found)) in once
    assert (tmp_path / f"page-{what.name}.jpg").is_file()
    page.write_text(once + "\nAfter.\n")
    write_page(page, what, found[:1])
    assert "| `recolour` |" in once
    assert "| `recolour` |" not in page.read_text()
    assert page.read_text().endswith("\nAfter.\n")
    assert beside.markdown(beside.pairs(found, found)) not in page.read_text()
    write_page(page, what, found, found)
    assert beside.markdown(beside.pairs(found, found)) in page.read_text()


def test_the_command_prints_a_table_or_json(world, folder, monkeypatch, capsys):
    monkeypatch.setitem(cases.LISTS, "small", TINY)
    asked = ["--engine", RECORDED, "--out", str(folder), "--kinds", "delete", "--processes", "1"]
    assert main(asked) == 0
    assert "| `delete` | 1 |" in capsys.readouterr().out
    assert main([*asked, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert row["kind"] == "delete"
    assert row["inside"]["psnr_db"]["cases"] == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--kinds", "paint"], "paint; wanted some of move"),
        (["--processes", "0"], "0 processes; wanted 1 or more"),
        (["--engine", "dream"], "engine 'dream'; wanted draft"),
        (["--list", "huge"], "invalid choice: 'huge'"),
    ],
)
def test_bad_arguments_get_one_sentence(arguments, sentence, capsys):
    try:
        code = main(arguments)
    except SystemExit as end:
        code = end.code
    assert code == 2
    assert sentence in capsys.readouterr().err


def test_no_room_is_said(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["--out", str(tmp_path / "file"), "--engine", RECORDED, "--kinds", "delete", "--processes", "1"]) == 2
    error = capsys.readouterr().err
    assert "file" in error
    assert "Traceback" not in error
