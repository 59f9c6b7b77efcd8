// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/listenermodel.h"

#include "dashboard/model/displaytext.h"
#include "dashboard/model/introduction.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QSet>

#include <algorithm>
#include <utility>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr int AtOnce = 8;

/// How a listener is reached from this machine.
QString urlOf(const ServiceAddress &address)
{
    ServiceAddress reached = address;
    if (address.host == "0.0.0.0"_L1)
        reached.host = u"127.0.0.1"_s;
    else if (address.host == "::"_L1)
        reached.host = u"::1"_s;
    return reached.url();
}

} // namespace

ListenerModel::ListenerModel(QObject *parent) : QAbstractTableModel(parent) {}

ListenerModel::~ListenerModel() = default;

void ListenerModel::find(const QList<PortHolder> &holders, const QStringList &known)
{
    beginResetModel();
    m_rows.clear();
    QSet<quint16> ports;
    for (const PortHolder &holder : holders) {
        const QString url = urlOf(holder.address);
        const bool isOurs = holder.pid == QCoreApplication::applicationPid();
        if (isOurs || known.contains(url) || ports.contains(holder.address.port)) // once, though on IPv4 and IPv6
            continue;
        ports << holder.address.port;
        Row row;
        row.holder = holder;
        row.url = url;
        m_rows.push_back(std::move(row));
    }
    m_open = int(m_rows.size());
    m_next = 0;
    m_found = m_ticked = 0;
    endResetModel();
    for (int i = 0; i < AtOnce; ++i)
        askNext();
    Q_EMIT changed();
}

void ListenerModel::askNext()
{
    if (m_next >= m_rows.size())
        return;
    const std::size_t line = m_next++;
    DialectClient *const client =
        (m_rows[line].client = std::make_unique<DialectClient>(ServiceTarget{m_rows[line].url, {}})).get();
    client->askStatus([this, line](const Answer<HealthReport> &answer) {
        Row &row = m_rows[line];
        row.answered = true;
        row.report = answer.value;
        row.dialect = row.client->dialect();
        row.client.release()->deleteLater();                                                // it calls us
        row.chosen = answer.value && row.holder.isOwn && row.dialect != Dialect::Reachable; // a page is no service yet
        --m_open;
        m_found += row.report.has_value();
        m_ticked += row.chosen;
        Q_EMIT dataChanged(index(int(line), 0), index(int(line), ColumnCount - 1));
        Q_EMIT changed();
        askNext();
    });
}

QList<FleetEntry> ListenerModel::chosen() const
{
    QList<FleetEntry> entries;
    QSet<QString> names;
    for (const Row &row : m_rows) {
        const Result<FleetEntry> entry = entryForUrl(row.url);
        if (!row.chosen || !entry)
            continue;
        entries << *entry;
        QString name = row.report ? visibleText(row.report->service, 80) : QString();
        if (name.isEmpty())
            name = QFileInfo(row.holder.command.section(u' ', 0, 0)).fileName() + u':'
                + QString::number(row.holder.address.port);
        if (names.contains(name))
            name += u':' + QString::number(row.holder.address.port);
        names.insert(name);
        entries.last().name = name;
    }
    return entries;
}

void ListenerModel::choose(int row, bool chosen)
{
    const bool before = std::exchange(m_rows[std::size_t(row)].chosen, chosen);
    m_ticked += int(chosen) - int(before);
    Q_EMIT dataChanged(index(row, 0), index(row, 0));
    Q_EMIT changed();
}

void ListenerModel::chooseAll(bool chosen)
{
    for (Row &row : m_rows)
        row.chosen = chosen && row.report;
    m_ticked = chosen ? m_found : 0;
    if (!m_rows.empty())
        Q_EMIT dataChanged(index(0, Port), index(rowCount() - 1, Port));
    Q_EMIT changed();
}

bool ListenerModel::hasForeign() const
{
    return std::ranges::any_of(m_rows, [](const Row &row) { return row.report && !row.holder.isOwn; });
}

QString ListenerModel::speaks(const Row &row) const
{
    if (!row.answered)
        return tr("is being asked…");
    if (!row.report)
        return tr("says nothing of its health");
    const QString who = visibleText((row.report->service + u' ' + row.report->version).trimmed(), 60);
    return who.isEmpty() ? dialectWord(row.dialect) : u"%1: %2"_s.arg(dialectWord(row.dialect), who);
}

int ListenerModel::rowCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : int(m_rows.size()); }

int ListenerModel::columnCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant ListenerModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Row &row = m_rows[std::size_t(index.row())];
    const PortHolder &holder = row.holder;
    switch (role) {
    case Qt::DisplayRole:
    case SortRole:
        switch (index.column()) {
        case Port:
            return role == SortRole ? QVariant(int(holder.address.port))
                                    : QVariant(QString::number(holder.address.port));
        case Speaks:
            return role == SortRole ? QString::number(row.report ? int(row.dialect) : 9) + speaks(row) : speaks(row);
        case Pid:
            return role == SortRole ? QVariant(holder.pid)
                                    : QVariant(holder.pid > 0 ? QString::number(holder.pid) : u"–"_s);
        case Command: return holder.pid > 0 ? visibleText(holder.command, 1000) : tr("a process of another user");
        case Directory: return visibleText(holder.directory, 300);
        default: return {};
        }
    case Qt::ToolTipRole:
        return row.report               ? introduce(row.dialect, *row.report)
            : index.column() == Command ? visibleText(holder.command, 2000)
                                        : speaks(row);
    case Qt::CheckStateRole:
        return index.column() == Port && row.report ? QVariant(row.chosen ? Qt::Checked : Qt::Unchecked) : QVariant();
    case CurrentRole: return row.report.has_value();
    default: return {};
    }
}

bool ListenerModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (role != Qt::CheckStateRole || index.column() != Port)
        return false;
    choose(index.row(), value.toInt() == Qt::Checked);
    return true;
}

Qt::ItemFlags ListenerModel::flags(const QModelIndex &index) const
{
    Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    if (index.column() == Port && m_rows[std::size_t(index.row())].report)
        flags |= Qt::ItemIsUserCheckable;
    return flags;
}

QVariant ListenerModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Port: return tr("Port");
    case Speaks: return tr("Speaks");
    case Pid: return tr("Pid");
    case Command: return tr("Command");
    case Directory: return tr("Started in");
    default: return {};
    }
}

} // namespace Hephaestus
