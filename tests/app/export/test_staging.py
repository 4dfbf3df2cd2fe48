"""A folder appears whole or not at all."""

import errno
import os
import shutil
import signal
import subprocess
import sys

import pytest

from app.export.staging import ExportError, staged


def test_a_finished_folder_stands_under_its_name_alone(tmp_path):
    with staged(tmp_path / "out") as folder:
        (folder / "a").write_text("1")
        assert not (tmp_path / "out").exists()
    assert (tmp_path / "out" / "a").read_text() == "1"
    assert os.listdir(tmp_path) == ["out"]


def test_parents_are_made(tmp_path):
    with staged(tmp_path / "new" / "out"):
        pass
    assert (tmp_path / "new" / "out").is_dir()


@pytest.mark.parametrize("broken_by", [KeyError("x"), KeyboardInterrupt(), GeneratorExit()])
def test_a_broken_off_block_leaves_nothing(tmp_path, broken_by):
    def export():
        with staged(tmp_path / "out") as folder:
            (folder / "a").write_text("1")
            raise broken_by

    with pytest.raises(type(broken_by)):
        export()
    assert os.listdir(tmp_path) == []


def test_a_folder_with_something_in_it_is_never_written_into(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("1")
    with pytest.raises(ExportError, match="is there already"), staged(tmp_path / "out"):
        pass
    assert os.listdir(tmp_path / "out") == ["mine"]


def test_a_full_disk_is_said_in_a_sentence(tmp_path):
    with pytest.raises(ExportError, match="is full"), staged(tmp_path / "out"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert os.listdir(tmp_path) == []


def test_a_file_that_cannot_be_read_is_not_called_a_target_that_cannot_be_written_to(tmp_path):
    gone = tmp_path / "gone.jpg"
    with pytest.raises(ExportError, match=r"gone\.jpg cannot be read \(No such file"), staged(tmp_path / "out") as folder:
        shutil.copyfile(gone, folder / "a.jpg")
    with pytest.raises(ExportError, match="cannot be written to"), staged(tmp_path / "out") as folder:
        (folder / "missing" / "b").write_text("")
    assert os.listdir(tmp_path) == []


def test_an_export_whose_name_begins_alike_is_another(tmp_path):
    with staged(tmp_path / "run.v2") as other:
        with staged(tmp_path / "run"):
            assert other.is_dir()
        assert other.is_dir()
    assert sorted(os.listdir(tmp_path)) == ["run", "run.v2"]


def test_a_parent_that_is_a_file_is_said_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="cannot be written"), staged(tmp_path / "file" / "out"):
        pass


def test_two_exports_to_one_target_do_not_meet(tmp_path):
    with staged(tmp_path / "out") as first:
        with pytest.raises(ExportError, match="is running"), staged(tmp_path / "out"):
            pass
        assert first.is_dir()
    assert (tmp_path / "out").is_dir()


def test_what_a_killed_export_left_is_removed_by_the_next(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from app.export.staging import staged\n"
        f"with staged(Path({str(tmp_path / 'out')!r})) as folder:\n"
        "    (folder / 'report.json').write_text('{}'); print('at work', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"at work\n"
        process.send_signal(signal.SIGKILL)
    left = os.listdir(tmp_path)
    assert len(left) == 1
    assert left[0].startswith(".")
    with staged(tmp_path / "out"):
        pass
    assert os.listdir(tmp_path) == ["out"]


def test_other_hidden_folders_beside_the_target_stay(tmp_path):
    for name in (".out", ".outer.1.unfinished", ".git"):
        (tmp_path / name).mkdir()
    with staged(tmp_path / "out"):
        pass
    assert sorted(os.listdir(tmp_path)) == [".git", ".out", ".outer.1.unfinished", "out"]
