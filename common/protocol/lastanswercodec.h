// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "common/protocol/lastanswer.h"

#include <QByteArrayView>

namespace Hephaestus {

QByteArray encode(const KnownAnswers &answers);

Result<KnownAnswers> decodeKnownAnswers(QByteArrayView json);

} // namespace Hephaestus
