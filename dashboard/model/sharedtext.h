// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

namespace Hephaestus {

/// A sentence of the parts that the window shares with the command `hephaestus`, in the window's language: why there is
/// no answer, what a restart does, why it failed. Such parts speak English, since they also write logs and bodies.
/// What is not known here is given back as it came: a service's own words, and diagnoses of files.
QString translated(const QString &sentence);

/// What translated() knows, with `%1` for what varies; for tests.
QStringList knownSentences();

} // namespace Hephaestus
