// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "common/protocol/toolcall.h"

#include <QByteArrayView>

/// The Model Context Protocol around the tools: who asks, which revision, what there is. Two eras: revisions with an
/// `initialize` handshake, and 2026-07-28, of which every request says its revision itself.
namespace Hephaestus {

inline constexpr char StatelessVersion[] = "2026-07-28";

/// All revisions that are spoken, newest first.
QStringList protocolVersions();
/// The revision that answers an `initialize` for `wanted`: that one if it is spoken by handshake, else the newest such.
QString negotiatedVersion(const QString &wanted);

/// Of the params of any request. Nothing in it is trusted to be well-formed.
RequestMeta readRequestMeta(QByteArrayView params);
/// Of `initialize`: the revision that is wanted, and the client's name.
RequestMeta readInitialize(QByteArrayView params);
/// The id, as JSON, that `notifications/cancelled` names; empty: none.
QByteArray readCancelled(QByteArrayView params);
/// Whether `tools/list` asks for a page; there is only one.
bool asksForPage(QByteArrayView params);

QByteArray encodeInitialized(const QString &version, const QString &program);
QByteArray encodeDiscovered();
QByteArray encodeTools();
/// A result as it is told in 2026-07-28, or in the revisions before.
QByteArray inRevision(const QByteArray &result, bool isStateless, const QString &program);
/// `data` of RpcCode::UnsupportedVersion.
QByteArray encodeUnsupported(const QString &requested);
QByteArray encodeProgress(const QByteArray &token, qint64 progress, const QString &message);

} // namespace Hephaestus
