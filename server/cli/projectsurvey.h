// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/cli/foundprogram.h"

namespace Hephaestus {

/// The programs that the files of a project name, each name once, and what each still needs. Reads Procfile,
/// package.json, docker-compose.yml, and Python files three folders deep.
FoundPrograms surveyProject(const QString &directory);

/// The programs of this user that listen now and were started in that folder, or below it. Runs an event loop.
FoundPrograms surveyRunning(const QString &directory);

/// A fleet file of them, with a remark where each was found.
QByteArray fleetText(const FoundPrograms &found);

} // namespace Hephaestus
