// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/serviceclient.h"
#include "common/fleet/fleet.h"

namespace Hephaestus {

/// What is known of a service's output at one moment.
struct LogState
{
    FleetEntry entry;
    QString stateDirectory{}; ///< as for logFileOf()
    std::optional<ServiceTarget> target{};
    QList<OutputLine> lines{};     ///< oldest first: what the service tells, and before that what its file keeps
    std::optional<LogPage> page{}; ///< the latest one that the service told; nothing: it does not answer
    QString failure{};             ///< why it does not
    QString file{};                ///< where the output is kept on this machine; empty: nowhere
};

/// What the file of `state` keeps now.
QList<OutputLine> keptLines(const LogState &state, qint64 bytes);

/// Reads the output of one service once: back from its last lines until there are enough, and then what its file keeps.
/// Nothing blocks but reading a local file; one thread.
class LogReader : public QObject
{
    Q_OBJECT

public:
    /// The last `most` lines, or all that are kept where that many are not.
    LogReader(const FleetEntry &entry, qint64 most, const QString &stateDirectory = {}, QObject *parent = nullptr);
    ~LogReader() override;

    void start();
    const LogState &state() const { return m_state; }

Q_SIGNALS:
    void finished(); ///< exactly once; in start() if it cannot be asked

private:
    void ask(LogQuery query);
    void take(const Answer<LogPage> &answer);
    void refuse(const QString &why);
    void finish();

    LogState m_state;
    const qint64 m_most;
    qint64 m_before = 0; ///< the position that the latest page was asked to end before
    int m_pages = 0;
    qsizetype m_bytes = 0; ///< of all lines that came
    std::unique_ptr<ServiceClient> m_client;
};

} // namespace Hephaestus
