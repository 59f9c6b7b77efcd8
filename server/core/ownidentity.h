// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/health.h"

namespace Hephaestus {

/// Of this process, as it is now: call it before the directory changes. Reads a few small files; whether the work tree
/// is dirty is not looked up.
ServiceIdentity ownIdentity();

} // namespace Hephaestus
