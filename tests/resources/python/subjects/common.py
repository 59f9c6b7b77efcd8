# SPDX-License-Identifier: GPL-3.0-or-later
"""A service for the conformance suite, and its one slow route."""
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[4] / "resources/python"))

from hephaestus_service import Service  # noqa: E402

service = Service("subject", "1.0.0", token_file=os.environ.get("SUBJECT_TOKEN_FILE"))
database = service.dependency("database", pool_size=5)
service.dependency("groq", enabled=False)


@service.check(database, interval=60)
def ask():
    time.sleep(0.001)


def seconds_of(text):
    return min(float(text), 60)
