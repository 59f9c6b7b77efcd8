// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/probes/probe.h"
#include "server/probes/sqlpool.h"

#include <QPointer>

namespace Hephaestus {

/// Does the database answer on one of the pool's connections that is free? A connection that does not in time is cut.
class SqlProbe : public Probe
{
    Q_OBJECT

public:
    /// In the pool's thread; a pool that goes first is an answer, too.
    SqlProbe(SqlPool &pool, std::chrono::milliseconds timeout, QObject *parent = nullptr);

protected:
    void ask() override;
    bool abandon() override;
    QString target() const override;

private:
    QPointer<SqlPool> m_pool;
    const SqlSettings m_settings;
    SqlPool::Job m_job = 0;
};

/// The class and the words of a database's error, by its SQLSTATE or error number, or else its text.
Outcome outcomeOf(const QSqlError &error, const SqlSettings &settings);

} // namespace Hephaestus
