// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "common/protocol/receipt.h"

#include <QByteArray>
#include <QByteArrayView>

namespace Hephaestus {

/// The receipt as one line of JSON: durations in seconds, times in ISO 8601, what is not known left out.
QByteArray encode(const Receipt &receipt);

Result<Receipt> decodeReceipt(QByteArrayView json);

/// One line of `--json --steps`, before the receipt.
QByteArray encode(const ActNews &news);

/// A Problem for what is a receipt, or anything else.
Result<ActNews> decodeActNews(QByteArrayView json);

} // namespace Hephaestus
