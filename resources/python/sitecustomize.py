# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts hephaestus_manifest in a Python program that knows nothing of it, then runs the sitecustomize there would have been without
this one. Leaves no trace in sys.path where it was put there for that."""

import os
import sys


def _begin():
    here = os.path.dirname(os.path.abspath(__file__))
    try:
        _follow(os.environ.get("HEPHAESTUS_MODULES", ""), here)
    except Exception:  # noqa: BLE001: the program must not notice
        pass
    # It was put first. Where the user named it, it stays: a program that uses the package from the source tree.
    first, *others = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if os.environ.get("HEPHAESTUS_MODULES") and first and os.path.abspath(first) == here and here not in map(os.path.abspath, others):
        sys.path[:] = [entry for entry in sys.path if entry != here]


def _follow(target, here):
    """By hephaestus_audit, in machine code, where that is beside this and this Python takes it; it loads hephaestus_manifest when it must."""
    if not target:
        return
    import _imp
    from _frozen_importlib import ModuleSpec

    path = here + "/_hephaestus_audit.abi3.so"
    try:
        # Python would take one of another kind of interpreter, so the name is asked for
        if ".abi3.so" not in _imp.extension_suffixes() or _imp.check_hash_based_pycs == "never":
            raise ImportError(path)
        native = _imp.create_dynamic(ModuleSpec("_hephaestus_audit", None, origin=path))
        _imp.exec_dynamic(native)
        native.begin(target, __file__, lambda *collections: _manifest(target, here).attach(native, *collections))
        sys.modules["_hephaestus_audit"] = native
    except Exception:  # noqa: BLE001: of another interpreter, or on a file system from which nothing is executed
        _manifest(target, here).install()


def _manifest(target, here):
    """hephaestus_manifest, wherever the program looks for modules."""
    from _frozen_importlib import module_from_spec
    from _frozen_importlib_external import spec_from_file_location

    writes_none = sys.dont_write_bytecode
    try:
        # In the folder of `hephaestus run`, for all processes of the program: compiling takes some milliseconds.
        is_private = os.path.dirname(target) == here and sys.pycache_prefix is None
        sys.dont_write_bytecode = writes_none and not is_private
        spec = spec_from_file_location("hephaestus_manifest", here + "/hephaestus_manifest.py")
        module = module_from_spec(spec)
        sys.modules.setdefault("hephaestus_manifest", module)  # the program's package may have brought its own
        spec.loader.exec_module(module)
        return module
    finally:
        sys.dont_write_bytecode = writes_none


def _chain():
    """An error in it is the program's own, and told as Python always does."""
    from _frozen_importlib import module_from_spec
    from _frozen_importlib_external import PathFinder

    here = os.path.dirname(os.path.abspath(__file__))
    spec = PathFinder.find_spec("sitecustomize", [entry for entry in sys.path if entry != here])  # they are absolute
    if spec is None or spec.loader is None:
        return
    module = module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


_begin()
_chain()
