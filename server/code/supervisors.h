// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/code/filetable.h"
#include "server/code/loadedmodules.h"

namespace Hephaestus {

/// Processes that only start and watch others: what they imported runs nowhere. By rules for the reloaders of Werkzeug
/// (Flask) and Django and for uvicorn's supervisors; whatever else has children is no supervisor.
QSet<qint64> supervisorsAmong(const LoadedModules &modules, const FileTable &files);

} // namespace Hephaestus
