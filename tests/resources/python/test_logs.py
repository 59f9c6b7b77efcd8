# SPDX-License-Identifier: GPL-3.0-or-later
import os
import subprocess

import pytest
from hephaestus_service import Service
from hephaestus_service.logs import LineRing


def texts(page):
    return [line.text for line in page[0]]


def test_positions_count_lines():
    ring = LineRing()
    for text in ("one", "two words", "", "é"):
        ring.add(text)
    lines, end = ring.tail(10)
    assert [line.position for line in lines] == [0, 1, 2, 3]
    assert end == 4
    assert texts(ring.page(1, limit=13)) == ["two words", ""]
    assert ring.page(1, limit=13)[1] == 3
    assert texts(ring.before(2)) == ["one", "two words"]


def test_positions_go_on_where_lines_are_dropped():
    ring = LineRing(most_bytes=20)
    for number in range(10):
        ring.add(f"line {number}")
    lines, end = ring.page(0)
    assert [line.position for line in lines] == [8, 9]
    assert end == 10


def test_another_process_has_another_numbering():
    ring = LineRing()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, ring.id.encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(write)
    with os.fdopen(read) as pipe:
        assert pipe.read() not in ("", ring.id)
    assert LineRing().id != ring.id


@pytest.mark.skipif("HEPHAESTUS" not in os.environ, reason="needs the command, which ctest names")
def test_the_command_reads_them(tmp_path):
    service = Service("orders", "1")
    for number in range(300):
        service.ring.add(f"line {number}")
    address = service.listen("127.0.0.1:0")
    with service:
        done = subprocess.run([os.environ["HEPHAESTUS"], "logs", "--grep", "^line (0|299)$", "http://" + address],
                              capture_output=True, text=True, timeout=60, cwd=tmp_path,
                              env={**os.environ, "XDG_STATE_HOME": str(tmp_path)})
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "line 0\nline 299\n"
