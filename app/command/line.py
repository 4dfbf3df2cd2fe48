"""The command line as a whole: which commands there are, and how they say that something is wrong."""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from app.command import check, export, join, render, scenes, takes, town, vary
from app.command.opening import CommandError
from app.export.staging import ExportError
from editor.datasets.records import DataSetError
from editor.edits import EditError
from editor.files import TakeFileError
from editor.scene import SceneError
from engine.requests import RenderError

COMMANDS = (scenes, takes, vary, render, check, export, join, town)
SAID_IN_A_SENTENCE = (CommandError, DataSetError, EditError, ExportError, RenderError, SceneError, TakeFileError)
BAD_INPUT, BROKEN_OFF = 2, 130


class Parser(argparse.ArgumentParser):
    """argparse, with one sentence instead of the usage text for what it cannot read."""

    def error(self, message: str) -> NoReturn:
        """Say it and end."""
        self.exit(BAD_INPUT, f"{self.prog}: {message}; {self.prog} --help says more\n")


def parser() -> Parser:
    """Everything that can be typed."""
    whole = Parser(prog="python -m app", description=__doc__)
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in COMMANDS:
        module.add_to(commands)
    return whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    options = parser().parse_args(arguments)
    try:
        return options.run(options)
    except SAID_IN_A_SENTENCE as error:
        print(f"python -m app {options.command}: {error}", file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:  # whoever read our output has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return BROKEN_OFF
