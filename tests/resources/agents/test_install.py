# SPDX-License-Identifier: GPL-3.0-or-later
"""`hephaestus mcp install` and `hephaestus init --agents`: what they write, and what they leave as it is."""
import json
import os
import subprocess

import pytest

PROGRAM = os.environ["HEPHAESTUS"]
FILES = {"claude": (".claude.json", ".mcp.json"), "codex": (".codex/config.toml",) * 2, "vscode": (".config/Code/User/mcp.json", ".vscode/mcp.json")}


def run(place, *arguments):
    return subprocess.run([PROGRAM, *arguments], cwd=place, env={**os.environ, "HOME": str(place / "home")}, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("client", FILES)
@pytest.mark.parametrize("is_project", [False, True])
def test_an_entry_comes_and_goes(tmp_path, client, is_project):
    path = tmp_path / FILES[client][1] if is_project else tmp_path / "home" / FILES[client][0]
    options = ["--client", client] + ["--project"] * is_project
    shown = run(tmp_path, "mcp", "install", *options)
    assert shown.returncode == 1 and str(path) in shown.stdout and "hephaestus" in shown.stdout and not path.exists()
    assert run(tmp_path, "mcp", "install", *options, "--yes").returncode == 0
    first = path.read_text()
    assert '"mcp"' in first and ("hephaestus" in first)
    if path.suffix == ".json":
        table = json.loads(first)["servers" if client == "vscode" else "mcpServers"]
        assert table["hephaestus"]["args"] == ["mcp"] and os.path.basename(table["hephaestus"]["command"]) == "hephaestus"
    assert "as it should be" in run(tmp_path, "mcp", "install", *options, "--yes").stdout
    assert path.read_text() == first
    assert run(tmp_path, "mcp", "uninstall", *options, "--yes").returncode == 0
    assert "hephaestus" not in path.read_text()


OTHERS = {
    "claude": '{"projects": {"/a": {"cost": 1.10, "big": 12345678901234567890}},\n "mcpServers": {"other": {"command": "x"}}}\n',
    "vscode": '{\n  // ours\n  "servers": {"other": {"command": "x"}}, "inputs": [],\n}\n',
    "codex": 'model = "o"\n\n[mcp_servers.other]\ncommand = "x"\n',
}


@pytest.mark.parametrize("client", FILES)
def test_what_others_wrote_stays(tmp_path, client):
    path = tmp_path / FILES[client][1]
    path.parent.mkdir(exist_ok=True)
    path.write_text(OTHERS[client])
    path.chmod(0o600)
    assert run(tmp_path, "mcp", "install", "--client", client, "--project", "--yes").returncode == 0
    for line in OTHERS[client].rstrip("}\n").split("}"):
        assert line in path.read_text()
    assert run(tmp_path, "mcp", "uninstall", "--client", client, "--project", "--yes").returncode == 0
    assert path.read_text() == OTHERS[client] and path.stat().st_mode & 0o777 == 0o600


def test_what_is_no_configuration_is_left_alone(tmp_path):
    (tmp_path / ".mcp.json").write_text("{ not json")
    refused = run(tmp_path, "mcp", "install", "--client", "claude", "--project", "--yes")
    assert refused.returncode == 1 and "mend it" in refused.stderr and (tmp_path / ".mcp.json").read_text() == "{ not json"


@pytest.mark.parametrize("options", [[], ["--client", "emacs"], ["--client"]])
def test_a_client_must_be_named(tmp_path, options):
    assert run(tmp_path, "mcp", "install", *options).returncode == 2


@pytest.mark.parametrize("before", [{}, {"CLAUDE.md": "# Ours\n"}, {"AGENTS.md": "no end"}, {"CLAUDE.md": "a\n", "AGENTS.md": "b\n"}])
def test_agents_are_told_in_a_section(tmp_path, before):
    for name, text in before.items():
        (tmp_path / name).write_text(text)
    assert run(tmp_path, "init", "--agents").returncode == 1
    assert run(tmp_path, "init", "--agents", "--yes").returncode == 0
    names = before or {"AGENTS.md": ""}
    assert {path.name for path in tmp_path.glob("*.md")} == set(names)
    for name, text in names.items():
        now = (tmp_path / name).read_text()
        assert now.startswith(text) and now.count("<!-- hephaestus: begin") == 1 and "Never `kill -9`" in now
        (tmp_path / name).write_text(now.replace("Never `kill -9`", "Always").replace("<!-- hephaestus: end -->", "<!-- hephaestus: end -->\nmore"))
    assert run(tmp_path, "init", "--agents", "--yes").returncode == 0
    for name, text in names.items():
        now = (tmp_path / name).read_text()
        assert now.startswith(text) and now.endswith("more\n") and "Always" not in now and now.count("Never `kill -9`") == 1
    assert "as it should be" in run(tmp_path, "init", "--agents").stdout
