// SPDX-License-Identifier: GPL-3.0-or-later
//
// A library to be loaded and upgraded; built twice, as two versions.
extern "C" int loadeeVersion() { return LOADEE_VERSION; }
