// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/favourites.h"

#include <QSettings>

namespace Hephaestus {

using namespace Qt::StringLiterals;

Favourites::Favourites(FleetModel &fleet, QObject *parent) : QObject(parent), m_fleet(fleet)
{
    const QStringList urls = QSettings().value(u"favourites"_s).toStringList();
    m_urls = QSet<QString>(urls.cbegin(), urls.cend());
    connect(&fleet, &QAbstractItemModel::rowsInserted, this, &Favourites::apply);
    connect(&fleet, &QAbstractItemModel::dataChanged, this, &Favourites::take);
    apply();
}

void Favourites::apply()
{
    for (const ServiceId id : m_fleet.ids())
        m_fleet.setFavourite(id, m_urls.contains(m_fleet.find(id)->entry.url));
}

void Favourites::take(const QModelIndex &first, const QModelIndex &last)
{
    bool changed = false;
    for (int line = first.row(); line <= last.row(); ++line) {
        const ServiceRow &row = m_fleet.row(line);
        if (row.favourite == m_urls.contains(row.entry.url))
            continue;
        row.favourite ? (void)m_urls.insert(row.entry.url) : (void)m_urls.remove(row.entry.url);
        changed = true;
    }
    if (changed)
        QSettings().setValue(u"favourites"_s, QStringList(m_urls.cbegin(), m_urls.cend()));
}

} // namespace Hephaestus
