// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/placeholders.h"

#include "common/protocol/configreader.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// A fleet file is read by people: `{port.databse}` is told with the name that was meant.
Problem unknown(const QString &name, const Placeholders &values)
{
    if (name == "port"_L1)
        return {{}, u"{port}: this entry has no port; write port = \"auto\", or a number"_s};
    if (name.startsWith("port."_L1)) {
        const QString service = name.sliced(5);
        const QString near = nearestName(service, values.ports.keys());
        return {{},
                u"{%1}: there is no service \"%2\" with a port%3"_s.arg(
                    name, service, near.isEmpty() ? QString() : u"; did you mean {port.%1}?"_s.arg(near))};
    }
    return {{},
            u"unknown placeholder {%1}; expected {port}, {port.NAME} or {directory}. For a brace write {{"_s.arg(
                name.left(60))};
}

} // namespace

Result<QString> Placeholders::fillIn(const QString &text) const
{
    QString filled;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar character = text[i];
        const bool isDoubled = i + 1 < text.size() && text[i + 1] == character;
        if ((character == u'{' || character == u'}') && isDoubled) {
            filled += character;
            ++i;
            continue;
        }
        if (character != u'{') {
            filled += character;
            continue;
        }
        const qsizetype end = text.indexOf(u'}', i);
        if (end < 0)
            return Problem{{}, u"\"%1\" has no end; for a brace write {{"_s.arg(text.sliced(i).left(60))};
        const QString name = text.sliced(i + 1, end - i - 1);
        i = end;
        if (name == "directory"_L1)
            filled += directory;
        else if (name == "port"_L1 && port)
            filled += QString::number(*port);
        else if (name.startsWith("port."_L1) && ports.contains(name.sliced(5)))
            filled += QString::number(ports.value(name.sliced(5)));
        else
            return unknown(name, *this);
    }
    return filled;
}

} // namespace Hephaestus
