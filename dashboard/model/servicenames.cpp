// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/servicenames.h"

#include "dashboard/model/displaytext.h"

#include <QSettings>

#include <utility>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr int LongestName = 200; // as in a fleet file

/// An address is no key of a settings file.
QString keyOf(const QString &url, const QString &what)
{
    return u"names/"_s + QString::fromLatin1(url.toUtf8().toHex()) + u'/' + what;
}

QString shortened(const QString &name) { return visibleText(name.simplified(), LongestName); }

} // namespace

ServiceNames::ServiceNames(FleetSession &session, QObject *parent) : QObject(parent), m_session(session)
{
    FleetModel &fleet = session.fleet();
    // Once the row's address is known to the session: it tells whose name comes from a file.
    connect(
        &fleet, &QAbstractItemModel::rowsInserted, this,
        [this](const QModelIndex &, int first, int last) { begin(first, last); }, Qt::QueuedConnection);
    connect(&fleet, &FleetModel::answered, this, &ServiceNames::applyTold);
    connect(&session, &FleetSession::describedByFile, this, &ServiceNames::applyFile);
    begin(0, fleet.rowCount() - 1);
}

/// Rows may have gone before this is called.
void ServiceNames::begin(int first, int last)
{
    const QSettings settings;
    const FleetModel::Batch together(m_session.fleet());
    for (int line = first; line <= last && line < m_session.fleet().rowCount(); ++line) {
        const ServiceRow &row = m_session.fleet().row(line);
        if (!whyNot(row.id).isEmpty())
            continue;
        if (const QString group = settings.value(keyOf(row.entry.url, u"group"_s)).toString(); !group.isEmpty())
            m_session.setGroup(row.id, group);
        const QString own = settings.value(keyOf(row.entry.url, u"own"_s)).toString();
        const QString told = settings.value(keyOf(row.entry.url, u"told"_s)).toString();
        if (!own.isEmpty()) {
            m_session.rename(row.id, own);
        } else if (row.entry.name == row.entry.url && !m_byFiles.contains(row.id)) {
            m_unnamed << row.id;
            if (!told.isEmpty())
                m_session.rename(row.id, distinct(row.id, told));
            applyTold(row.id);
        }
    }
}

QString ServiceNames::whyNot(ServiceId id) const
{
    const ServiceRow *const row = m_session.fleet().find(id);
    if (!row)
        return tr("Select one service.");
    const QString file = m_session.fleetFileOf(id);
    return file.isEmpty() ? QString() : tr("Its name and group are in %1.").arg(visibleText(file, 200));
}

void ServiceNames::rename(ServiceId id, const QString &name)
{
    if (!whyNot(id).isEmpty())
        return;
    const QString url = m_session.fleet().find(id)->entry.url;
    QSettings settings;
    if (const QString own = shortened(name); !own.isEmpty()) {
        m_unnamed.remove(id);
        settings.setValue(keyOf(url, u"own"_s), own);
        return m_session.rename(id, own);
    }
    settings.remove(keyOf(url, u"own"_s));
    if (m_byFiles.contains(id))
        return m_session.rename(id, m_byFiles.value(id));
    m_session.rename(id, url);
    m_unnamed << id;
    applyTold(id);
}

void ServiceNames::setGroup(ServiceId id, const QString &group)
{
    if (!whyNot(id).isEmpty())
        return;
    const QString key = keyOf(m_session.fleet().find(id)->entry.url, u"group"_s);
    const QString wanted = shortened(group);
    if (wanted.isEmpty())
        QSettings().remove(key);
    else
        QSettings().setValue(key, wanted);
    m_session.setGroup(id, wanted);
}

void ServiceNames::applyTold(ServiceId id)
{
    if (!m_unnamed.contains(id))
        return;
    const ServiceRow *const row = m_session.fleet().find(id);
    if (!row)
        return (void)m_unnamed.remove(id);
    const QString told = row->report ? shortened(row->report->service) : QString();
    if (!row->isCurrent() || told.isEmpty())
        return;
    const QString name = distinct(id, told);
    if (row->entry.name == name)
        return;
    QSettings().setValue(keyOf(row->entry.url, u"told"_s), told);
    m_session.rename(id, name);
}

/// A name that it only tells gives way to the file's, and so does none.
void ServiceNames::applyFile(ServiceId id, const QString &fleetFile, const FleetEntry &entry)
{
    const QSettings settings;
    m_unnamed.remove(id);
    const QString before = std::exchange(m_byFiles[id], entry.name);
    if (!settings.contains(keyOf(entry.url, u"group"_s)))
        m_session.setGroup(id, entry.group);
    const QString own = settings.value(keyOf(entry.url, u"own"_s)).toString();
    if (own.isEmpty())
        return m_session.rename(id, entry.name);
    if (own != entry.name && before != entry.name)
        m_session.journal().append(
            {Clock::machine().wall(), id, own, EventKind::Information,
             tr("%1 names it %2; here it keeps the name that you gave it (F2)").arg(fleetFile, entry.name)});
}

/// Two that tell the same name are told apart by their places.
QString ServiceNames::distinct(ServiceId id, const QString &name) const
{
    const FleetModel &fleet = m_session.fleet();
    const FleetEntry &own = fleet.find(id)->entry;
    const bool isTaken = fleet.countNamed(name) > (own.name == name ? 1 : 0);
    return isTaken ? tr("%1 (%2)").arg(name, placeOf(own)) : name;
}

} // namespace Hephaestus
