// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/findingcodec.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace Hephaestus {

using namespace Qt::StringLiterals;

QString wireName(Finding::Grade grade)
{
    switch (grade) {
    case Finding::Grade::Good: return u"good"_s;
    case Finding::Grade::Advice: return u"advice"_s;
    case Finding::Grade::Bad: return u"bad"_s;
    }
    Q_UNREACHABLE();
}

QByteArray encode(const QList<Finding> &findings, const QString &fleet)
{
    QJsonArray array;
    for (const Finding &finding : findings) {
        QJsonObject object{{u"grade"_s, wireName(finding.grade)},
                           {u"subject"_s, finding.subject},
                           {u"what"_s, finding.what},
                           {u"remedy"_s, finding.remedy.isEmpty() ? QJsonValue() : QJsonValue(finding.remedy)}};
        if (!fleet.isEmpty())
            object["fleet"_L1] = fleet;
        array.append(object);
    }
    return QJsonDocument(array).toJson(QJsonDocument::Indented);
}

} // namespace Hephaestus
