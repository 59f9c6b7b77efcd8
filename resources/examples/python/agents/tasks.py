# SPDX-License-Identifier: GPL-3.0-or-later
"""What agents can do."""
import os
import shutil
import time


def look_at_the_load():
    return "load %.2f" % os.getloadavg()[0]


def look_at_the_disk():
    free = shutil.disk_usage("/")
    return f"{free.free * 100 // free.total} % of the disk is free"


def look_at_the_clock():
    return time.strftime("it is %H:%M")


TASKS = {"load": look_at_the_load, "disk": look_at_the_disk, "clock": look_at_the_clock}
