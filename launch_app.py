"""Opens Retake's window in the browser: `python launch_app.py`, or `make run`."""

import argparse
import errno
import getpass
import os
import socket
import sys
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import NoReturn

from engine.service.devices import lacks
from engine.service.shipped import SHIPPED, is_checkpoint

PASSWORD_VARIABLE = "RETAKE_PASSWORD"
ASSETS = Path(__file__).resolve().parent / "assets"
TOWN = ASSETS / "town"
DAYLIGHT = "scene-0201"  # of Town's scenes, the one to see first
BAD_INPUT = 2
SECONDS_TO_LEAVE = 2  # for open connections, once the server is to end


class Parser(argparse.ArgumentParser):
    """argparse, with one sentence instead of the usage text for what it cannot read."""

    def error(self, message: str) -> NoReturn:
        """Say it and end."""
        self.exit(BAD_INPUT, f"{self.prog}: {message}; --help says more\n")


def parser() -> Parser:
    """Everything that can be typed. There is no --password: what is typed here, everyone on the machine can read."""
    out = Parser(prog="launch_app.py", description=__doc__)
    about = "a data set in nuScenes format; the built-in Town without it"
    out.add_argument("--dataroot", type=Path, default=TOWN, metavar="FOLDER", help=about)
    out.add_argument("--version", metavar="NAME", help="the version folder in it, where there are several")
    out.add_argument("--scene", metavar="NAME", help="the scene to open first")
    out.add_argument("--host", default="127.0.0.1", help="the address to listen on; 127.0.0.1 is this machine alone")
    out.add_argument("--port", type=port, default=7860, help="the port to listen on; 0 takes any free one")
    out.add_argument("--workspace", type=Path, default=Path("workspace"), metavar="FOLDER", help="where takes are kept")
    out.add_argument("--device", default="cpu", help="what the model computes on: cpu, cuda or cuda:N")
    weights = out.add_mutually_exclusive_group()
    about = "the world model's weights; those in assets/checkpoint without it, where they are there"
    weights.add_argument("--checkpoint", type=Path, metavar="FOLDER", help=about)
    weights.add_argument("--drafts-only", action="store_true", help="no world model, even where there are weights")
    out.add_argument("--ask-password", action="store_true", help=f"ask for a password; or set {PASSWORD_VARIABLE}")
    return out


def port(text: str) -> int:
    """A port number."""
    if not (text.isdecimal() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r}; wanted 0 to 65535")
    return int(text)


class LaunchError(Exception):
    """A start that cannot be made; the sentence says why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the window until Ctrl+C; the exit code."""
    options = parser().parse_args(arguments)
    try:
        check_files(options)
        with listening(options.host, options.port) as door:
            serve(options, password(options), door)
    except KeyboardInterrupt:
        return 0
    except LaunchError as error:
        print(f"launch_app.py: {error}", file=sys.stderr)
        return BAD_INPUT
    return 0


def check_files(options: argparse.Namespace) -> None:
    """Refuse what can be known to fail before anything slow starts."""
    if not options.dataroot.is_dir():
        raise LaunchError(f"there is no data set {options.dataroot}")
    if options.checkpoint is not None and not is_checkpoint(options.checkpoint):
        raise LaunchError(f"there is no checkpoint in {options.checkpoint}; wanted a folder that Retake wrote weights into")
    if not options.drafts_only and (sentence := lacks(options.device)):
        raise LaunchError(sentence)
    try:
        options.workspace.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LaunchError(f"workspace {options.workspace} cannot be made: {error.strerror}") from error
    if not os.access(options.workspace, os.W_OK):
        raise LaunchError(f"workspace {options.workspace} cannot be written to")


def checkpoint(options: argparse.Namespace, shipped: Path = SHIPPED) -> Path | None:
    """The weights that were named, else the shipped ones; None where there are none, or drafts are all that is wanted."""
    if options.drafts_only:
        return None
    return options.checkpoint or (shipped if is_checkpoint(shipped) else None)


def password(options: argparse.Namespace) -> str | None:
    """What visitors must type, or None where everyone may enter."""
    if not options.ask_password:
        return os.environ.get(PASSWORD_VARIABLE) or None
    try:
        typed = getpass.getpass("Password for the window: ")
    except EOFError as error:
        raise LaunchError(f"no password was typed; {PASSWORD_VARIABLE} gives it where nobody can type") from error
    if not typed:
        raise LaunchError("the password is empty")
    return typed


def listening(host: str, port: int) -> socket.socket:
    """A socket at that address, taken before anything slow starts."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        door = socket.socket(family, kind)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(address)
        door.listen()
    except socket.gaierror as error:
        raise LaunchError(f"host {host} is not known") from error
    except OSError as error:
        reasons = {errno.EADDRINUSE: "is in use", errno.EACCES: "needs rights that you do not have"}
        reason = reasons.get(error.errno, f"cannot be had: {error.strerror}")
        raise LaunchError(f"port {port} of {host} {reason}; --port names another one") from error
    return door


def serve(options: argparse.Namespace, password: str | None, door: socket.socket) -> None:
    """Answer browsers until the process is told to end."""
    import uvicorn  # here, so that a wrong argument is answered at once

    from app.disk import DiskError
    from app.settings import Settings
    from app.window import create_app
    from editor.datasets.records import DataSetError

    is_local = ip_address(door.getsockname()[0]).is_loopback
    if password is None and not is_local:
        print(f"Whoever reaches this machine can open the window; {PASSWORD_VARIABLE} gives it a password.", file=sys.stderr)
    settings = Settings(
        dataroot=options.dataroot,
        version=options.version,
        scene=options.scene or (DAYLIGHT if options.dataroot == TOWN else None),
        workspace=options.workspace,
        device=options.device,
        checkpoint=checkpoint(options),
        password=password,
        is_local=is_local,
    )
    try:
        window = create_app(settings)
    except (DataSetError, DiskError) as error:
        raise LaunchError(str(error)) from error

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            print(f"Retake is open at {url(options.host, door)}  (Ctrl+C ends it)", flush=True)

    config = uvicorn.Config(window, log_level="warning", timeout_graceful_shutdown=SECONDS_TO_LEAVE)
    Server(config).run([door])


def url(host: str, door: socket.socket) -> str:
    """What to type into the browser."""
    name = {"0.0.0.0": "localhost", "::": "localhost"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{name}:{door.getsockname()[1]}"


if __name__ == "__main__":
    sys.exit(main())
