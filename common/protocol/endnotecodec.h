// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "common/protocol/endnote.h"

#include <QByteArrayView>

namespace Hephaestus {

QByteArray encode(const EndNote &note);

Result<EndNote> decodeEndNote(QByteArrayView json);

} // namespace Hephaestus
