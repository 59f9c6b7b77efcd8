// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/favourites.h"

#include <QSettings>

namespace Hephaestus {

using namespace Qt::StringLiterals;

Favourites::Favourites(FleetModel &fleet, QObject *parent) : QObject(parent), m_fleet(fleet)
{
    const QStringList urls = QSettings().value(u"favourites"_s).toStringList();
    m_urls = QSet<QString>(urls.cbegin(), urls.cend());
    connect(&fleet, &QAbstractItemModel::rowsInserted, this,
            [this](const QModelIndex &, int first, int last) { apply(first, last); });
    connect(&fleet, &QAbstractItemModel::dataChanged, this, &Favourites::take);
    apply(0, fleet.rowCount() - 1);
}

void Favourites::apply(int first, int last)
{
    QList<ServiceId> favourites;
    for (int line = first; !m_urls.isEmpty() && line <= last; ++line) {
        if (const ServiceRow &row = m_fleet.row(line); m_urls.contains(row.entry.url))
            favourites << row.id;
    }
    m_fleet.setFavourites(favourites, true);
}

void Favourites::take(const QModelIndex &first, const QModelIndex &last)
{
    if (first.column() > FleetModel::Service || last.column() < FleetModel::Service)
        return; // that cell shows it
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
