# SPDX-License-Identifier: GPL-3.0-or-later
"""The names of before for FastAPI and Starlette under uvicorn: `Service(app, "orders", "2.1").run(port=8000)`.

For those who copied this file. It hands on to the package hephaestus_service, which must be installed or beside it; new programs
use that package.
"""
import os
import shutil
import sys

try:
    import hephaestus_service
except ImportError:  # not installed: the copy that came with the program `hephaestus`
    _program = os.path.realpath(os.environ.get("HEPHAESTUS") or shutil.which("hephaestus") or "/nowhere")
    _root = os.path.dirname(os.path.dirname(_program))
    for _place in (os.path.join(_root, "share/hephaestus/python"), os.path.join(_root, "../../resources/python")):
        if os.path.isdir(os.path.join(_place, "hephaestus_service")):
            sys.path.append(os.path.normpath(_place))
            break
    try:
        import hephaestus_service
    except ImportError:
        sys.exit("hephaestus_fastapi: needs the package hephaestus_service: apt-get install python3-hephaestus")

Dependency = hephaestus_service.Dependency


class Service(hephaestus_service.Service):
    """As hephaestus_service.Service, with the application as its first argument. `notice` and `drain` in seconds."""

    def __init__(self, app, name, version, notice=1, drain=30, **options):
        super().__init__(name, version, notice=notice, drain=drain, **options)
        self.app = app

    def run(self, **options):
        """Serves until a shutdown has ended, with uvicorn's options (host, port, fd, uds, …); returns the exit code."""
        return super().run(self.app, **options)
