// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/filtercompletion.h"

#include <QMap>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// A blank would end the word.
QString quoted(const QString &name) { return name.contains(u' ') ? u'"' + name + u'"' : name; }

QStringList keys()
{
    return {u"state:"_s, u"dep:"_s, u"group:"_s, u"stale"_s, u"fresh"_s, u"favourite"_s, u"muted"_s, u"acknowledged"_s};
}

QStringList states()
{
    QStringList names;
    for (const ServiceState state : AllServiceStates)
        names << wireName(state);
    return names << u"down"_s << u"refused"_s << u"timeout"_s << u"dns"_s << u"tls"_s;
}

QStringList groups(const FleetModel &fleet)
{
    QMap<QString, bool> names;
    for (int line = 0; line < fleet.rowCount(); ++line)
        names.insert(fleet.row(line).entry.group, true);
    names.remove({});
    return names.keys();
}

QStringList dependencies(const FleetModel &fleet)
{
    QMap<QString, bool> names;
    for (int line = 0; line < fleet.rowCount(); ++line) {
        if (const ServiceRow &row = fleet.row(line); row.report) {
            for (const DependencyReport &each : row.report->dependencies)
                names.insert(each.name, true);
        }
    }
    return names.keys();
}

/// Where the word begins that ends at the end of `text`: blanks within double quotes end none.
qsizetype beginOfWord(const QString &text)
{
    qsizetype begin = 0;
    bool isQuoted = false;
    for (qsizetype each = 0; each < text.size(); ++each) {
        isQuoted ^= text[each] == u'"';
        if (text[each] == u' ' && !isQuoted)
            begin = each + 1;
    }
    return begin;
}

} // namespace

FilterCompletion completeFilter(const FleetModel &fleet, const QString &text, qsizetype cursor)
{
    const QString before = text.left(cursor);
    FilterCompletion found{beginOfWord(before), {}};
    if (before.mid(found.begin).startsWith(u'!'))
        ++found.begin;
    const QString word = before.mid(found.begin);
    const QString key = word.section(u':', 0, 0).toLower();
    QStringList all = keys();
    if (word.contains(u':')) {
        found.begin += key.size() + 1;
        if (key == "state"_L1) {
            found.begin = std::max(found.begin, before.lastIndexOf(u',') + 1);
            all = states();
        } else if (key == "group"_L1) {
            all = groups(fleet);
        } else if (key == "dep"_L1 && word.contains(u'=')) {
            found.begin = before.lastIndexOf(u'=') + 1;
            all = QStringList{u"working"_s, u"error"_s, u"unknown"_s, u"not_used"_s};
        } else {
            all = key == "dep"_L1 ? dependencies(fleet) : QStringList();
        }
    }
    const QString part = before.mid(found.begin).remove(u'"');
    if (part.isEmpty() && !word.contains(u':'))
        return found; // nobody has begun a word
    for (const QString &each : std::as_const(all)) {
        if (each.startsWith(part, Qt::CaseInsensitive) && each.size() > part.size())
            found.choices << quoted(each);
    }
    return found;
}

} // namespace Hephaestus
