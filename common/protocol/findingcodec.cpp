// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/findingcodec.h"

#include "common/protocol/jsonreader.h"

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

Result<QList<Finding>> decodeFindings(QByteArrayView json)
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(json.toByteArray(), &error);
    if (!document.isArray())
        return Problem{{}, u"expected a list of findings"_s};
    QList<Finding> findings;
    Problem problem;
    const QJsonArray list = document.array();
    for (qsizetype i = 0; i < list.size(); ++i) {
        const JsonReader reader(list[i].toObject(), u"[%1]"_s.arg(i), problem);
        Finding finding;
        QString grade;
        reader.text("grade"_L1, grade);
        reader.text("subject"_L1, finding.subject);
        reader.text("what"_L1, finding.what);
        reader.text("remedy"_L1, finding.remedy);
        finding.grade = Finding::Grade::Advice;
        for (const auto known : {Finding::Grade::Good, Finding::Grade::Bad}) {
            if (grade == wireName(known))
                finding.grade = known;
        }
        findings << finding;
    }
    if (!problem.what.isEmpty())
        return problem;
    return findings;
}

} // namespace Hephaestus
