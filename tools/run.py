"""`make run`: brings the database up, loads the demo, then runs pages and worker until Ctrl-C or until one ends.

Everything is kept in `var/` of the folder it is started from; a second run finds it there.
"""

import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
STUDIEDAG: Final = [sys.executable, "-c", "from service.cli import main; main()"]
GUNICORN: Final = [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "gunicorn.conf.py")]
DEMO_ORGANISER: Final = "Brussels School of Governance"
DEMO_STAFF: Final = "admin@studiedag.example"
SECONDS_TO_START: Final = 30
SECONDS_TO_END: Final = 25

Processes = dict[str, subprocess.Popen[bytes]]


def main() -> int:
    """0 after Ctrl-C, 1 when something ended that should have gone on."""
    os.umask(0o077)  # what is in var/ is personal
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    port = os.environ.setdefault("PORT", "8000")
    if not port.isdigit() or _is_taken(int(port)):
        print(f"PORT={port} is in use or no port. Choose another: make run PORT=8001", file=sys.stderr)
        return 1
    os.environ.setdefault("SECRET_KEY", secret_key(Path("var/secret-key")))
    os.environ.setdefault("ORGANISER_NAME", DEMO_ORGANISER)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    for arguments in (["db", "upgrade"], ["demo"]):
        if status := subprocess.run([*STUDIEDAG, *arguments], check=False, start_new_session=True).returncode:
            return status
    return 0 if stop.is_set() else serve(int(port), stop)


def secret_key(path: Path) -> str:
    """The key of this copy: made once, for its owner's eyes only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
    return path.read_text(encoding="ascii").strip()


def serve(port: int, stop: threading.Event) -> int:
    """Start both, tell where they are, wait, end both."""
    processes: Processes = {}
    try:
        # Sessions of their own: Ctrl-C reaches this process alone, which then ends them in good order.
        processes["The web server"] = subprocess.Popen([*GUNICORN, "--log-level", "warning"], start_new_session=True)
        processes["The worker"] = subprocess.Popen([*STUDIEDAG, "worker"], start_new_session=True)
        if _wait_for_pages(port, processes, stop):
            _tell(port)
        while not stop.wait(0.2) and not _ended(processes):
            pass
        for line in _ended(processes):
            print(line, file=sys.stderr)
        return 0 if stop.is_set() else 1
    finally:
        _end(processes)


def _wait_for_pages(port: int, processes: Processes, stop: threading.Event) -> bool:
    until = time.monotonic() + SECONDS_TO_START
    while not stop.wait(0.1) and not _ended(processes):
        if _answers(port):
            return True
        if time.monotonic() > until:
            print(f"No page after {SECONDS_TO_START} seconds; still waiting.", file=sys.stderr)
            until = float("inf")
    return False


def _tell(port: int) -> None:
    base = f"http://127.0.0.1:{port}"
    print("\nStudiedag runs.\n")
    print(f"  Study days  {base}/")
    print(f"  Desk        {_sign_in_link() or base + '/desk/'}")
    print(f"  API         {base}/api/v1/openapi.json")
    if not os.environ.get("MAIL_SERVER"):
        print("  Mail        var/mail (no mail leaves this machine)")
    print("\nThe link to the desk signs in one person once. Ctrl-C stops all; var/ keeps the data.", flush=True)


def _sign_in_link() -> str | None:
    command = [*STUDIEDAG, "staff", "add", DEMO_STAFF, "--role", "admin"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, start_new_session=True)
    if done.returncode:
        print(done.stderr, end="", file=sys.stderr)
        return None
    return done.stdout.splitlines()[-1]


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return True
    return False


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _ended(processes: Processes) -> list[str]:
    return [
        f"{name} ended (status {process.returncode})."
        for name, process in processes.items()
        if process.poll() is not None
    ]


def _end(processes: Processes) -> None:
    until = time.monotonic() + SECONDS_TO_END
    for process in processes.values():
        process.terminate()
    for process in processes.values():
        try:
            process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
