# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts hephaestus_manifest in a Python program that knows nothing of it, then runs the sitecustomize there would have been without
this one. Leaves no trace in sys.path where it was put there for that."""

import os
import sys


def _begin():
    here = os.path.dirname(os.path.abspath(__file__))
    writes_none = sys.dont_write_bytecode
    try:
        # In the folder of `hephaestus run`, for all processes of the program: compiling takes some milliseconds.
        is_private = os.path.dirname(os.environ.get("HEPHAESTUS_MODULES", "")) == here and sys.pycache_prefix is None
        sys.dont_write_bytecode = writes_none and not is_private
        import hephaestus_manifest

        hephaestus_manifest.install()
    except Exception:  # noqa: BLE001: the program must not notice
        pass
    finally:
        sys.dont_write_bytecode = writes_none
    # It was put first. Where the user named it, it stays: a program that uses the package from the source tree.
    named = [os.path.abspath(entry) for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    if os.environ.get("HEPHAESTUS_MODULES") and named[:1] == [here] and named.count(here) < 2:
        sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]


def _chain():
    """An error in it is the program's own, and told as Python always does."""
    from _frozen_importlib import module_from_spec
    from _frozen_importlib_external import PathFinder

    here = os.path.dirname(os.path.abspath(__file__))
    spec = PathFinder.find_spec("sitecustomize", [entry for entry in sys.path if os.path.abspath(entry or ".") != here])
    if spec is None or spec.loader is None:
        return
    module = module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


_begin()
_chain()
