// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

namespace Hephaestus {

/// Identifies a service for as long as the process runs; no id is given twice. URLs and names may change or repeat.
using ServiceId = quint32;
inline constexpr ServiceId NoService = 0;

} // namespace Hephaestus
