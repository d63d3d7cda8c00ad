"""`serve` as a process: it answers, says when its port is taken, and ends cleanly."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

pytestmark = pytest.mark.usefixtures("fuxing")
PATIENCE = 90.0


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextmanager
def serving(environment: dict[str, str], port: int, *flags: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-P", "-m", "api.cli", *flags, "serve", "--port", str(port)]
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def ask(port: int, path: str) -> bytes:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                found: bytes = answer.read()
                return found
        except OSError as error:
            answered = isinstance(error, urllib.error.HTTPError) and error.code != 503
            if answered or time.monotonic() > deadline:
                raise
            time.sleep(0.2)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_it_answers_and_ends_when_told(environment: dict[str, str], number: signal.Signals, code: int) -> None:
    port = free_port()
    with serving(environment, port) as process:
        assert b'"fuxing"' in ask(port, "/readyz")
        process.send_signal(number)
        assert process.wait(30) == code


def test_a_taken_port_is_told(environment: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with serving(environment, taken.getsockname()[1]) as process:
            _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 3
    assert "已被占用" in err.decode()


def test_several_workers_serve_the_same(environment: dict[str, str]) -> None:
    port = free_port()
    with serving({**environment, "PARTYGRAPH_WORKERS": "2"}, port) as process:
        answers = {ask(port, "/api/v1/coverage") for _ in range(6)}
        assert len(answers) == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
