# SPDX-License-Identifier: GPL-3.0-or-later
"""One question to one service."""
import time

from shared.jsonhttp import ask


def probe(url):
    """Seconds until it called itself alive. Raises OSError or ValueError if it did not."""
    began = time.monotonic()
    status = ask(url, timeout=2)["status"]
    if status != "healthy":
        raise OSError(f"{url} is {status}")
    return time.monotonic() - began
