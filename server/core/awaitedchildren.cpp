// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/awaitedchildren.h"

#include <QSet>

namespace Hephaestus {
namespace {

QSet<pid_t> &awaited()
{
    static QSet<pid_t> pids;
    return pids;
}

} // namespace

void AwaitedChildren::add(pid_t pid) { awaited().insert(pid); }

void AwaitedChildren::remove(pid_t pid) { awaited().remove(pid); }

bool AwaitedChildren::contains(pid_t pid) { return awaited().contains(pid); }

} // namespace Hephaestus
