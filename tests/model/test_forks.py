"""A process that is forked while another thread simulates can simulate itself; Ctrl-C is quiet while a command starts."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import pytest

import ranklsys as rk


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
def test_a_fork_beside_a_thread_that_simulates() -> None:
    model = rk.compose("mouse")
    over = threading.Event()

    def simulate() -> None:
        while not over.is_set():
            model.simulate("200 d", points=500, columns=["RANKL"])

    thread = threading.Thread(target=simulate)
    thread.start()
    try:
        children = [child(model) for _ in range(5)]
        assert [ended(pid) for pid in children] == [0] * 5
    finally:
        over.set()
        thread.join()


def child(model: rk.Model) -> int:
    time.sleep(0.02)
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            model.simulate("1 d", points=3, columns=["RANKL"])
            code = 0
        finally:
            os._exit(code)
    return pid


def ended(pid: int) -> int:
    for _ in range(600):
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    return -1


@pytest.mark.parametrize("name", ["/usr/bin/ranklsys", "-m"])
def test_ctrl_c_while_a_command_starts_prints_no_traceback(name: str) -> None:
    """The signal comes in the middle of the imports."""
    program = (
        f"import os, signal, sys; sys.argv = [{name!r}]\n"
        "import importlib.abc\n"
        "class Interrupt(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == 'ranklsys.units': os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupt())\n"
        "from ranklsys.cli import main\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == -2
    assert done.stderr == ""


def test_a_script_that_imports_ranklsys_keeps_its_own_ctrl_c() -> None:
    program = "import signal, ranklsys; assert signal.getsignal(signal.SIGINT) is signal.default_int_handler"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_ctrl_c_in_a_command_says_stopped() -> None:
    program = (
        "import os, signal, sys; sys.argv = ['ranklsys', 'list']\n"
        "from ranklsys.cli import main, inventory\n"
        "inventory.inventory = lambda registry: os.kill(os.getpid(), signal.SIGINT)\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 130
    assert done.stderr.endswith("stopped\n")
