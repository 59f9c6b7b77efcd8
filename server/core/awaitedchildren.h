// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

/// The children of this process that somebody here waits for. Who reaps all others, as process 1 must, leaves these
/// alone. Main thread only.
namespace Hephaestus::AwaitedChildren {

void add(pid_t pid);
void remove(pid_t pid);
bool contains(pid_t pid);

} // namespace Hephaestus::AwaitedChildren
