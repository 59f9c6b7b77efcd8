# SPDX-License-Identifier: GPL-3.0-or-later
"""`ps` asks every listener of the machine: these tests do so in a network of their own, where that is permitted."""
import ctypes
import fcntl
import os
import socket
import struct

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCSIFFLAGS, IFF_UP = 0x8914, 1


def enter_own_network():
    user = os.geteuid()
    if ctypes.CDLL(None).unshare(CLONE_NEWNET if user == 0 else CLONE_NEWUSER | CLONE_NEWNET) != 0:
        return
    if user != 0:
        with open("/proc/self/uid_map", "w") as table:
            table.write(f"{user} {user} 1\n")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


enter_own_network()
