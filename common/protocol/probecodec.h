// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"

#include <QByteArrayView>

/// The little that health checks read out of other services' JSON. Stateless, safe from every thread.
namespace Hephaestus {

/// Qdrant's `GET /collections`: how many `result.collections` lists.
Result<qint64> decodeCollectionCount(QByteArrayView json);

/// `GET /v1/models` as OpenAI, Anthropic, Groq and LM Studio answer it: how many `data` lists.
Result<qint64> decodeModelCount(QByteArrayView json);

/// The stable word of an error body, `error.code` or else `error.type` (`insufficient_quota`); empty if there is none,
/// or if it is no plain word. Never the message, which may quote a key.
QString decodeErrorWord(QByteArrayView json);

} // namespace Hephaestus
