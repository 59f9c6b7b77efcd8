# SPDX-License-Identifier: GPL-3.0-or-later
"""Two machines with a slow and lossy link between them, and an ssh server on the far one; for tests and measurements.

Each machine is a network namespace. The link is a TUN device in each, and a thread here carries the packets over: each
one later, and some never. The kernel's own TCP meets the delay and the loss, as with tc's netem, which is not in every
kernel. Needs root and /dev/net/tun.
"""
import ctypes
import fcntl
import heapq
import os
import random
import selectors
import shutil
import socket
import struct
import subprocess
import threading
import time
from pathlib import Path

DESK, HOST = "10.77.0.1", "10.77.0.2"
CLONE_NEWNET = 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
SIOCGIFFLAGS, SIOCSIFFLAGS, SIOCSIFADDR, SIOCSIFDSTADDR, IFF_UP = 0x8913, 0x8914, 0x8916, 0x8918, 0x1

libc = ctypes.CDLL(None, use_errno=True)


def why_not():
    """Why there can be no such link here; empty: it can be."""
    if os.geteuid() != 0:
        return "network namespaces of its own need root"
    if not os.path.exists("/dev/net/tun"):
        return "there is no /dev/net/tun"
    if not shutil.which("nsenter") or not os.path.exists("/usr/sbin/sshd"):
        return "nsenter or sshd is not installed"
    return ""


def enter(path):
    with open(path, "rb") as namespace:
        if libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"setns {path}")


def set_up(name, own=None, peer=None):
    """Brings a device of this namespace up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for request, address in ((SIOCSIFADDR, own), (SIOCSIFDSTADDR, peer)):
            if address:
                wanted = struct.pack("=16sHH4s8x", name.encode(), socket.AF_INET, 0, socket.inet_aton(address))
                fcntl.ioctl(control, request, wanted)
        flags = struct.unpack("=16sh", fcntl.ioctl(control, SIOCGIFFLAGS, struct.pack("=16sh", name.encode(), 0)))[1]
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("=16sh", name.encode(), flags | IFF_UP))


def make_tun(name, own, peer):
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("=16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    set_up("lo")
    set_up(name, own, peer)
    return tun


class SlowLink:
    """`delay`: seconds each way; `loss`: the share of packets lost each way. down() and up() cut it and mend it."""

    def __init__(self, delay, loss):
        self.delay, self.loss, self.is_down = delay, loss, False
        self.carried = self.lost = 0
        self._holders = [subprocess.Popen(["unshare", "-n", "sleep", "infinity"]) for _ in range(2)]
        self._tuns = []
        home = "/proc/self/ns/net"
        with open(home, "rb") as before:
            own = os.stat(home).st_ino
            for holder, addresses in zip(self._holders, ((DESK, HOST), (HOST, DESK))):
                path = f"/proc/{holder.pid}/ns/net"
                while os.stat(path).st_ino == own:
                    time.sleep(0.01)
                try:
                    enter(path)
                    self._tuns.append(make_tun("link", *addresses))
                finally:
                    libc.setns(before.fileno(), CLONE_NEWNET)
        self._stop = os.pipe()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def at(self, machine):
        """What a command is begun with to run at "desk" or "host"."""
        return ["nsenter", f"--net=/proc/{self._holders[machine == 'host'].pid}/ns/net"]

    def down(self):
        self.is_down = True

    def up(self):
        self.is_down = False

    def close(self):
        os.write(self._stop[1], b"x")
        self._thread.join()
        for descriptor in (*self._tuns, *self._stop):
            os.close(descriptor)
        for holder in self._holders:
            holder.kill()
            holder.wait()

    def _carry(self):
        ways = selectors.DefaultSelector()
        for tun, other in (self._tuns, self._tuns[::-1]):
            ways.register(tun, selectors.EVENT_READ, other)
        ways.register(self._stop[0], selectors.EVENT_READ)
        late, number = [], 0
        while True:
            timeout = max(0.0, late[0][0] - time.monotonic()) if late else None
            for key, _ in ways.select(timeout):
                if key.data is None:
                    return
                try:
                    packet = os.read(key.fd, 65536)
                except BlockingIOError:
                    continue
                if self.is_down or random.random() < self.loss:
                    self.lost += 1
                    continue
                number += 1
                heapq.heappush(late, (time.monotonic() + self.delay, number, key.data, packet))
            while late and late[0][0] <= time.monotonic():
                _, _, tun, packet = heapq.heappop(late)
                if self.is_down: # it was on its way
                    self.lost += 1
                    continue
                try:
                    os.write(tun, packet)
                    self.carried += 1
                except OSError:
                    self.lost += 1


class Server:
    """An ssh server on that machine, `build1` for the ssh of environment(), with a home and a state of its own."""

    def __init__(self, folder, programs, machine=(), address="127.0.0.1", port=22022):
        """`machine`: what a command is begun with to run there. `programs`: a folder that is first in PATH there."""
        self.folder = Path(folder)
        self.home = self.folder / "home"
        for each in ("bin", "home/.config/hephaestus", "state", "run"):
            (self.folder / each).mkdir(parents=True, mode=0o700)
        for key in ("host_key", "user_key"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / key], check=True)
        self._write("authorized_keys", (self.folder / "user_key.pub").read_text())
        self._write("known_hosts", f"[{address}]:{port} " + (self.folder / "host_key.pub").read_text())
        self._write("login", "#!/bin/sh\n"
                    f"export HOME='{self.home}' XDG_STATE_HOME='{self.folder}/state' PATH='{programs}':/usr/bin:/bin\n"
                    "unset XDG_CONFIG_HOME XDG_RUNTIME_DIR HEPHAESTUS_FLEET\ncd\n"
                    '[ -n "$SSH_ORIGINAL_COMMAND" ] || exit 0\nexec /bin/sh -c "$SSH_ORIGINAL_COMMAND"\n', 0o700)
        self._write("sshd_config", f"Port {port}\nListenAddress {address}\nHostKey {self.folder}/host_key\n"
                    f"AuthorizedKeysFile {self.folder}/authorized_keys\nStrictModes no\nUsePAM no\n"
                    "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\nPidFile none\n"
                    f"ForceCommand {self.folder}/login\nMaxSessions 100\nMaxStartups 100\nUseDNS no\n")
        self._write("ssh_config", f"Host build1\n HostName {address}\n Port {port}\n"
                    f" IdentityFile {self.folder}/user_key\n IdentitiesOnly yes\n"
                    f" UserKnownHostsFile {self.folder}/known_hosts\n GlobalKnownHostsFile none\n")
        self._write("bin/ssh", f"#!/bin/sh\nexec /usr/bin/ssh -F '{self.folder}/ssh_config' \"$@\"\n", 0o700)
        Path("/run/sshd").mkdir(exist_ok=True)
        self._log = open(self.folder / "sshd.log", "wb")
        self._sshd = subprocess.Popen([*machine, "/usr/sbin/sshd", "-D", "-e", "-f", self.folder / "sshd_config"],
                                      stderr=self._log)

    def environment(self):
        """For a command at the desk."""
        own = dict(os.environ, PATH=f"{self.folder}/bin:{os.environ['PATH']}", XDG_RUNTIME_DIR=str(self.folder / "run"),
                   XDG_STATE_HOME=str(self.folder / "desk"), XDG_CONFIG_HOME=str(self.folder / "desk"))
        own.pop("HEPHAESTUS_FLEET", None)
        return own

    def close(self):
        children = Path(f"/proc/{self._sshd.pid}/task/{self._sshd.pid}/children").read_text().split()
        self._sshd.kill()
        self._sshd.wait()
        for child in children:
            try:
                os.kill(int(child), 15)
            except ProcessLookupError:
                pass
        self._log.close()

    def _write(self, name, text, mode=0o600):
        path = self.folder / name
        path.write_text(text)
        path.chmod(mode)

