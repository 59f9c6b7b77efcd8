# SPDX-License-Identifier: GPL-3.0-or-later
"""A program with a loop of its own, which answers while it sleeps: `loop.py PORT`."""
import sys

from common import ask, service

print("listening on http://" + service.listen(f"127.0.0.1:{sys.argv[1]}"), flush=True)
with service:
    while service.sleep(60):
        ask()
sys.exit(service.exit_code)
