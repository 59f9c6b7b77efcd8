// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/graphpins.h"

#include <QSettings>

namespace Hephaestus {

using namespace Qt::StringLiterals;

GraphPins::GraphPins(QObject *parent) : QObject(parent)
{
    QSettings settings;
    const int count = settings.beginReadArray(u"pins"_s);
    for (int each = 0; each < count && each < Most; ++each) {
        settings.setArrayIndex(each);
        m_pins << GraphPin{settings.value(u"url"_s).toString(), settings.value(u"measure"_s).toString(),
                           settings.value(u"dependency"_s).toString()};
    }
    settings.endArray();
}

bool GraphPins::add(const GraphPin &pin)
{
    if (m_pins.contains(pin))
        return true;
    if (m_pins.size() >= Most)
        return false;
    m_pins << pin;
    write();
    Q_EMIT changed();
    return true;
}

void GraphPins::remove(const GraphPin &pin)
{
    if (!m_pins.removeOne(pin))
        return;
    write();
    Q_EMIT changed();
}

void GraphPins::write() const
{
    QSettings settings;
    settings.remove(u"pins"_s);
    settings.beginWriteArray(u"pins"_s, int(m_pins.size()));
    for (int each = 0; each < int(m_pins.size()); ++each) {
        settings.setArrayIndex(each);
        settings.setValue(u"url"_s, m_pins[each].url);
        settings.setValue(u"measure"_s, m_pins[each].measure);
        settings.setValue(u"dependency"_s, m_pins[each].dependency);
    }
    settings.endArray();
}

} // namespace Hephaestus
