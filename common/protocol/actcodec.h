// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "common/protocol/act.h"

#include <QByteArrayView>

namespace Hephaestus {

QByteArray encode(const ActRecord &record);

Result<ActRecord> decodeActRecord(QByteArrayView json);

} // namespace Hephaestus
