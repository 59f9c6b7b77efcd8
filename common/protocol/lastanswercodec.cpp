// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/lastanswercodec.h"

#include "common/protocol/jsonreader.h"

#include <QJsonDocument>

namespace Hephaestus {

using namespace Qt::StringLiterals;

QByteArray encode(const KnownAnswers &answers)
{
    QJsonObject object;
    for (auto each = answers.cbegin(); each != answers.cend(); ++each)
        object.insert(each.key(),
                      QJsonObject{{u"service"_s, each->service},
                                  {u"instance_id"_s, each->instance},
                                  {u"pid"_s, each->pid},
                                  {u"at"_s, each->at}});
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

Result<KnownAnswers> decodeKnownAnswers(QByteArrayView json)
{
    return decodeObject(json, [](const JsonReader &reader) {
        KnownAnswers answers;
        reader.eachField([&answers](const QString &address, const JsonReader &told) {
            LastAnswer answer;
            told.text("service"_L1, answer.service);
            told.text("instance_id"_L1, answer.instance);
            told.count("pid"_L1, answer.pid);
            told.count("at"_L1, answer.at);
            answers.insert(address, answer);
        });
        return answers;
    });
}

} // namespace Hephaestus
