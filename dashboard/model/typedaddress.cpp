// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/typedaddress.h"

#include <QDir>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

QString urlOfTyped(const QString &typed)
{
    const QString text = typed.trimmed();
    if (text.isEmpty() || text.contains(u' ') || text.contains("://"_L1) || text.startsWith("unix:"_L1))
        return text;
    if (text.startsWith(u'/'))
        return u"unix:"_s + text;
    if (text.startsWith("~/"_L1))
        return u"unix:"_s + QDir::homePath() + text.mid(1);
    const QString port = text.section(u'/', 0, 0);
    const bool isPort = !port.isEmpty() && std::ranges::all_of(port, [](QChar each) { return each.isDigit(); });
    if (isPort)
        return u"http://127.0.0.1:"_s + text;
    return text.startsWith(u':') ? u"http://127.0.0.1"_s + text : u"http://"_s + text;
}

} // namespace Hephaestus
