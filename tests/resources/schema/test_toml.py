# SPDX-License-Identifier: GPL-3.0-or-later
"""The schemas of fleet.toml and hephaestus.toml say what their readers say: the same keys, and of each example the same verdict."""
import json
import os
import pathlib
import re
import subprocess
import tomllib

import jsonschema
import pytest

PROGRAM = os.environ["HEPHAESTUS"]
ROOT = pathlib.Path(__file__).parents[3]
WRONG = "zzzzzzzzzzzz"


def schema(name):
    found = json.loads((ROOT / "resources" / "schema" / f"{name}.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(found)
    return found


FLEET = schema("fleet.toml")
CONFIG = schema("hephaestus.toml")


@pytest.fixture
def read(tmp_path):
    """Reads a file as the program does: whether it is good, and what it says."""
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state"), "XDG_CONFIG_HOME": str(tmp_path / "config"), "HOME": str(tmp_path)}

    def reading(name, text):
        file = tmp_path / name
        file.write_text(text)
        done = subprocess.run([PROGRAM, "check-config", str(file)], env=environment, capture_output=True, text=True, timeout=60)
        return done.returncode == 0, done.stdout + done.stderr
    return reading


def keys_told(said):
    """By path, the keys that the reader says there are, where it found one that it does not know."""
    return {path: set(keys.split(", ")) for path, keys in re.findall(rf": ([\w.\[\]]*{WRONG}): unknown key; expected one of (.*)$", said, re.M)}


def test_every_key_of_a_fleet_file(read):
    entry = '[[service]]\nname = "{0}"\nurl = "http://127.0.0.1:1"\n'
    methods = {each["properties"]["method"]["const"]: set(each["properties"]) for each in FLEET["definitions"]["service"]["properties"]["restart"]["oneOf"]}
    text = f"{WRONG} = 1\n" + entry.format("x") + f"{WRONG} = 1\n" + f"[[hook]]\n{WRONG} = 1\n[[host]]\n{WRONG} = 1\n"
    text += "".join(entry.format(method) + f'restart = {{ method = "{method}", command = ["true"], {WRONG} = 1 }}\n' for method in methods)
    told = keys_told(read("fleet.toml", text)[1])
    assert told.pop(WRONG) == set(FLEET["properties"])
    assert told.pop(f"service[0].{WRONG}") == set(FLEET["definitions"]["service"]["properties"])
    for table in ("hook", "host"):
        assert told.pop(f"{table}[0].{WRONG}") == set(FLEET["definitions"][table]["properties"]), table
    assert list(told.values()) == list(methods.values())
    listed = re.search(r"method: expected one of ([a-z, ]+), found", read("fleet.toml", entry.format("x") + f'restart = {{ method = "{WRONG}" }}\n')[1])
    assert listed[1].split(", ") == list(methods)


def test_every_key_of_a_configuration(read):
    sections = set(CONFIG["properties"])
    kinds = CONFIG["definitions"]["dependency"]["properties"]["kind"]["enum"]
    text = f"{WRONG} = 1\n" + "".join(f"[{name}]\n{WRONG} = 1\n" for name in sections if name != "dependencies")
    text += "".join(f'[dependencies.d{kind}]\nkind = "{kind}"\n{WRONG} = 1\n' for kind in kinds)
    told = keys_told(read("x.toml", text)[1])
    assert told.pop(WRONG) == sections
    for name in sections - {"dependencies"}:
        assert told.pop(f"{name}.{WRONG}") == set(CONFIG["properties"][name]["properties"]), name
    for kind in kinds:
        assert told.pop(f"dependencies.d{kind}.{WRONG}") == set(CONFIG["definitions"][kind]["properties"]), kind
    assert not told
    listed = re.search(r"expected one of ([a-z0-9, ]+), found", read("x.toml", f'[dependencies.x]\nkind = "{WRONG}"\n')[1])
    assert listed[1].split(", ") == kinds


SERVICE = '[[service]]\nname = "a"\nurl = "http://127.0.0.1:1"\n'
HOST = SERVICE + 'host = "h"\n[[host]]\n'
HOOK = SERVICE + '[[hook]]\nname = "h"\n'
FLEETS = {
    HOST + 'name = "h"\n': True, HOST + 'name = "h"\nssh = "deploy@build1:22"\n': True, HOST + 'ssh = "build1"\n': False,
    HOST + 'name = "h"\nssh = "-oProxyCommand=x"\n': False, HOST + 'name = "h"\nssh = "a b"\n': False, HOST + 'name = "-h"\n': False,
    "": True, SERVICE: True, '[[service]]\nname = "a"\n': False, '[[service]]\nurl = "http://127.0.0.1:1"\n': False,
    SERVICE + 'interval = "1h 30m"\n': True, SERVICE + 'interval = "0.5s"\n': True, SERVICE + "interval = 5\n": False, SERVICE + 'interval = "5"\n': False,
    SERVICE + "intervall = 1\n": False, SERVICE + "port = 1\n": True, SERVICE + "port = 0\n": False, SERVICE + 'port = "any"\n': False,
    '[[service]]\nname = "a"\nport = "auto"\nrun = ["x", "{port}"]\n': True, SERVICE + 'run = ["x"]\nsuccess_exit = [3, "SIGINT"]\nwatch = ["*.py"]\n': True,
    SERVICE + "run = []\n": False, SERVICE + 'run = "make"\n': False, SERVICE + 'run = ["x"]\nrestart = { method = "service" }\n': False,
    SERVICE + 'ready = "x"\n': False, SERVICE + 'run = ["x"]\nsuccess_exit = [300]\n': False, SERVICE + 'build = ["make"]\n': False,
    SERVICE + 'build = ["make"]\nrun = ["x"]\n': True, SERVICE + 'env_file = [".env"]\n': False, SERVICE + 'profile = []\n': False,
    SERVICE + 'restart = { method = "magic" }\n': False, SERVICE + 'restart = { method = "command" }\n': False,
    SERVICE + 'restart = { method = "command", command = ["x"], environment = { A = "1" }, directory = "d" }\nenv_file = [".env"]\n': True,
    SERVICE + 'restart = { method = "systemd", unit = "x.service", scope = "system" }\n': True, SERVICE + 'restart = { method = "systemd" }\n': False,
    SERVICE + 'restart = { method = "systemd", unit = "x", scope = "global" }\n': False, SERVICE + 'restart = { method = "service", unit = "x" }\n': False,
    SERVICE + 'restart = { method = "container", engine = "podman", name = "x" }\n': True, SERVICE + 'restart = { method = "kubernetes", workload = "deployment/x" }\n': True,
    SERVICE + "restart_on_stale = true\n": False, SERVICE + 'restart_on_stale = true\nrun = ["x"]\n': True,
    HOOK + 'on = ["down", "stale"]\ncommand = ["x"]\n': True, HOOK + 'on = ["restart_failed"]\nntfy = "https://ntfy.sh/x"\ndebounce = "0"\n': True,
    HOOK + 'on = ["up"]\ncommand = ["x"]\n': False, HOOK + 'on = []\ncommand = ["x"]\n': False, HOOK + 'on = ["down"]\n': False,
    HOOK + 'on = ["down"]\ncommand = ["x"]\nntfy = "https://x"\n': False, HOOK + 'on = ["down"]\nwebhook = "ftp://x"\n': False,
    HOOK + 'command = ["x"]\n': False, HOOK + 'on = ["down"]\ncommand = ["x"]\nservices = []\n': False,
}
CONFIGS = {
    "": True, '[service]\nname = "a"\nlisten = ["127.0.0.1:0"]\n': True, "[service]\nlisten = []\n": False, '[service]\nname = "a/b"\n': False, '[service]\nname = 1\n': False,
    "[servce]\n": False, '[shutdown]\nnotice = "5s"\n': True, "[shutdown]\nnotice = 5\n": False, '[log]\nlevel = "debug"\n': True, '[log]\nlevel = "loud"\n': False,
    "[limits]\nconnections = 10\n": True, "[limits]\nconnections = 0\n": False, '[access]\ninsecure = "yes"\n': False, '[access]\ntls_key = "k"\n': False,
    '[checks]\ninterval = "1m"\n': True, '[code]\nwatch = ["*.py"]\n': True, '[code]\nwatch = "*.py"\n': False,
    '[dependencies.database]\ndatabase = "/tmp/x.db"\n': True, '[dependencies.database]\nhost = "h"\ndatabase = "x"\n': False,
    '[dependencies.database]\ndriver = "QPSQL"\nhost = "h"\nport = 5432\ndatabase = "x"\n': True, "[dependencies.database]\n": False,
    "[dependencies.qdrant]\n": True, '[dependencies.qdrant]\nurl = "nowhere"\n': False, '[dependencies.openai]\nembedding_model = "m"\n': True,
    '[dependencies.anthropic]\nprovider = "p"\n': True, "[dependencies.groq]\nembedding_model = 1\n": False, "[dependencies.x]\n": False,
    '[dependencies.x]\nkind = "tcp"\nport = 1\n': True, '[dependencies.x]\nkind = "tcp"\n': False, '[dependencies.x]\nkind = "redis"\n': True,
    '[dependencies.x]\nkind = "http"\nurl = "http://h/"\nexpect_status = 204\n': True, '[dependencies.x]\nkind = "http"\nurl = "http://h/"\nexpect_status = 99\n': False,
    '[dependencies.x]\nkind = "http"\nurl = "http://h/"\napi_key_env = "A"\napi_key_file = "b"\n': False,
    '[dependencies.x]\nkind = "command"\nargv = ["true"]\n': True, '[dependencies.x]\nkind = "command"\nargv = []\n': False,
    '[dependencies.x]\nkind = "file"\npath = "/tmp"\nfree_bytes = 1\n': True, '[dependencies.x]\nkind = "magic"\n': False,
    '[dependencies.database]\nkind = "file"\npath = "/tmp"\n': True, '[dependencies."a b"]\nkind = "redis"\n': False,
}


@pytest.mark.parametrize("name, of, text, good", [("fleet.toml", FLEET, *each) for each in FLEETS.items()]
                         + [("hephaestus.toml", CONFIG, *each) for each in CONFIGS.items()])
def test_a_schema_judges_as_the_reader_does(read, name, of, text, good):
    assert jsonschema.Draft7Validator(of).is_valid(tomllib.loads(text)) == good
    is_good, said = read(name, text)
    assert is_good == good, said


@pytest.mark.parametrize("path", sorted(each.relative_to(ROOT) for each in (ROOT / "resources").rglob("*.toml")), ids=str)
def test_the_files_of_this_project(path):
    content = tomllib.loads((ROOT / path).read_text())
    if "project" not in content:
        jsonschema.validate(content, FLEET if "service" in content and isinstance(content["service"], list) else CONFIG, jsonschema.Draft7Validator)
