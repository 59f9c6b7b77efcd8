# SPDX-License-Identifier: GPL-3.0-or-later
import atexit
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "resources/python"))

_state = tempfile.TemporaryDirectory(prefix="hephaestus-state-")
os.environ["XDG_STATE_HOME"] = _state.name  # of what the tests start, too: notes of their ends are not this user's

from hephaestus_service import Service, process  # noqa: E402
from hephaestus_service.signals import Signals  # noqa: E402


# A shutdown that ends must not end the process of the tests, not even the watchdog that follows it later.
process.leave = lambda code: None
atexit.register = lambda function, *rest, **named: function
Service.end_others, Service._end_others = Service._end_others, lambda self: None  # those of the next test
Signals.hand_on = lambda self, exit_code, masters: None
Signals.take = lambda self, loop=None: None


@pytest.fixture
def eventually():
    def wait(holds, patience=30):
        deadline = time.monotonic() + patience
        pause = threading.Event()
        while not holds():
            assert time.monotonic() < deadline, "it never happened"
            pause.wait(0.005)
    return wait
