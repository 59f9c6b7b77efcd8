// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"

#include <optional>

namespace Hephaestus {

/// Makes a folder for this user alone (0700), with those it is in; one that is there already, of an earlier version or
/// a looser umask, is mended. Not through a link in its place: that is a Problem, as whatever else is there. So is
/// another user's folder, but root's; root may use any, and leaves it as it is.
std::optional<Problem> makePrivateDirectory(const QString &path);

/// The same for a file of ours (0600): made empty if it is not there.
std::optional<Problem> makePrivateFile(const QString &path);

/// Removes a folder of ours and all in it. Links are removed, not what they lead to; neither is what a link in the
/// folder's own place leads to.
void removeDirectory(const QString &path);

} // namespace Hephaestus
