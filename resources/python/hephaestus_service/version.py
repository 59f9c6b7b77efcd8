# SPDX-License-Identifier: GPL-3.0-or-later
"""Of the package; the programs and the C++ library have the same."""
VERSION = "0.1.0"
