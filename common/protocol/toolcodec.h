// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/death.h"
#include "common/protocol/rpcmessage.h"
#include "common/protocol/servicesnapshot.h"
#include "common/protocol/toolcall.h"

#include <QByteArrayView>

#include <variant>

/// What goes in and comes out of a tool. The schemas are in tooldefinitions.h.
namespace Hephaestus {

struct ToolRequest
{
    QString tool;
    ToolArguments arguments;

    bool operator==(const ToolRequest &) const = default;
};

/// Of the params of `tools/call`. Arguments that are not as the tool's schema wants them are a ToolFailure, which an
/// agent reads; a tool that is not there is an RpcError.
std::variant<ToolRequest, ToolFailure, RpcError> readToolRequest(QByteArrayView params);

/// As a result of `tools/call`, of at most `most` bytes: the list of the answer is cut, and whatever else is too long.
QByteArray encode(const ToolAnswer &answer, qsizetype most);
QByteArray encode(const ToolFailure &failure);

/// JSON of one value.
QByteArray jsonText(const QString &text);
QByteArray jsonText(const QStringList &texts);
QByteArray jsonText(bool flag);
QByteArray jsonText(qint64 number);
/// The objects of a JSON list, and the value of a field of a JSON object.
QByteArrayList jsonItems(QByteArrayView list);
QByteArray jsonField(QByteArrayView object, const QString &field);

// An object each.
QByteArrayList encodeBrief(const QList<ServiceSnapshot> &snapshots);
QByteArrayList encodeCode(const QList<ServiceSnapshot> &snapshots);
QByteArrayList encode(const QList<Death> &deaths);
QByteArrayList encode(const QList<PlannedAct> &acts);

} // namespace Hephaestus
