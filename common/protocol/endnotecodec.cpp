// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/endnotecodec.h"

#include "common/protocol/jsonreader.h"

#include <QJsonDocument>

namespace Hephaestus {

using namespace Qt::StringLiterals;

QString wireName(EndReason reason)
{
    switch (reason) {
    case EndReason::Endpoint: return u"endpoint"_s;
    case EndReason::Terminal: return u"terminal"_s;
    case EndReason::ServiceManager: return u"service_manager"_s;
    case EndReason::Signal: return u"signal"_s;
    }
    Q_UNREACHABLE();
}

QByteArray encode(const EndNote &note)
{
    QJsonObject object{{u"instance_id"_s, note.instance},
                       {u"pid"_s, note.pid},
                       {u"reason"_s, wireName(note.reason)},
                       {u"by"_s, note.by},
                       {u"exit_code"_s, note.exitCode}};
    if (!note.isComplete)
        object.insert(u"complete"_s, false);
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

Result<EndNote> decodeEndNote(QByteArrayView json)
{
    return decodeObject(json, [](const JsonReader &reader) {
        EndNote note;
        reader.require("exit_code"_L1, "a whole number"_L1);
        reader.text("instance_id"_L1, note.instance);
        reader.count("pid"_L1, note.pid);
        reader.word("reason"_L1, note.reason, AllEndReasons);
        reader.text("by"_L1, note.by);
        reader.flag("complete"_L1, note.isComplete);
        qint64 exitCode = 0;
        reader.count("exit_code"_L1, exitCode);
        note.exitCode = int(exitCode);
        return note;
    });
}

} // namespace Hephaestus
