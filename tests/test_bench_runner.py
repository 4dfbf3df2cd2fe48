"""`make bench`: what is finished is not measured again, and what is no number is not written."""

import json
import math

import pytest

from engine.metrics.intervals import mean_of
from tests.bench import __main__ as runner
from tests.bench import parts, results
from tests.bench.parts import Part
from tests.bench.row import Missing, Row


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "KEPT", tmp_path / "bench")
    monkeypatch.setattr(results, "REPORT", tmp_path / "bench.json")


def part(rows, name="real") -> Part:
    return Part(name, name, lambda quick: iter(rows))


def test_rows_are_printed_kept_and_reported(tmp_path, capsys):
    row = Row("real.a_db", 1.5, "dB", 40)
    assert runner.run(part([row, Missing("real.b_db", "no data")]), True, "now")
    assert results.kept("real", True, "now") == [row, Missing("real.b_db", "no data")]
    out = capsys.readouterr().out
    assert "real.a_db" in out
    assert "left out: no data" in out
    results.report([row], quick=True)
    assert json.loads((tmp_path / "bench.json").read_text())["rows"] == [
        {"name": "real.a_db", "value": 1.5, "unit": "dB", "samples": "40 (QUICK)"}
    ]


def test_a_finished_part_is_not_measured_again():
    def never(quick):
        raise AssertionError

    runner.run(part([Row("a", 1.0, "", 1)]), False, "now")
    assert runner.run(Part("real", "real", never), False, "now")
    assert results.kept("real", True, "now") is None
    assert results.kept("real", False, "after a change") is None


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_left_out(value):
    assert isinstance(results.writable(Row("a", value, "", 1)), Missing)


def test_a_broken_part_is_not_kept(capsys):
    def breaks(quick):
        yield Row("a", 1.0, "", 1)
        raise RuntimeError("no picture")

    assert not runner.run(Part("real", "real", breaks), False, "now")
    assert results.kept("real", False, "now") is None
    assert "no picture" in capsys.readouterr().err


def test_only_names_parts():
    every = (part([], "real"), part([], "town"), part([], "latency"))
    assert parts.chosen(every, "") == every
    assert [p.part for p in parts.chosen(every, "town, real")] == ["real", "town"]
    with pytest.raises(ValueError, match="there are latency, real, town"):
        parts.chosen(every, "speed")


def test_every_part_says_how_it_is_measured():
    for found in parts.found():
        assert found.part
        assert callable(found.rows)


def test_the_measured_code_and_data_have_a_hash():
    assert results.measured_on() == results.measured_on()


def test_weights_and_list_can_be_named_and_must_be_there(monkeypatch, tmp_path):
    before = results.measured_on()
    monkeypatch.setenv("LIST", "full")
    assert results.listing_name(quick=False) == "full"
    assert results.listing_name(quick=True) == "quick"
    assert results.measured_on() != before
    monkeypatch.setenv("LIST", "whole")
    with pytest.raises(ValueError, match="LIST=whole: there are full, small, quick"):
        results.listing_name(quick=False)
    monkeypatch.setenv("CHECKPOINT", str(tmp_path))
    with pytest.raises(ValueError, match="there is no retake.json"):
        results.weights()


def test_a_mean_brings_its_interval(capsys):
    row = Row.of("a", mean_of([1.0, 3.0]), "dB")
    assert (row.value, row.samples) == (2.0, 2)
    assert row.low < row.value < row.high
    runner.table("a", [row])
    assert "over 2, 1 to 3" in capsys.readouterr().out
    results.report([row, Row("b", 1.0, "", 1)], quick=False)
    shown = json.loads(results.REPORT.read_text())["rows"]
    assert [set(fields) & {"low", "high"} for fields in shown] == [{"low", "high"}, set()]


def test_arguments_are_refused_before_anything_is_measured(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["bench", "--help"])
    assert runner.main() == 2
    assert "--help given to the bench; wanted nothing" in capsys.readouterr().err
