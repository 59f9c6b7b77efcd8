// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/serviceclient.h"
#include "common/fleet/fleet.h"

#include <QFile>
#include <QTimer>

namespace Hephaestus {

/// Follows the output of one service: what it tells at /health/logs, or the file that it writes to when it was started
/// from here. Whole lines come as they are seen; a look a second, none while it is stopped. One thread; nothing blocks
/// but reading a local file's end.
class LogFollower : public QObject
{
    Q_OBJECT

public:
    static constexpr int Lines = 1000; ///< of what was there before

    /// `offers`: whether the service says that it has logs. `stateDirectory` as in launcher.h.
    LogFollower(const FleetEntry &entry, bool offers, const QString &stateDirectory, QObject *parent = nullptr);
    ~LogFollower() override;

    void start(); ///< looks at once
    void stop();
    bool offers() const { return m_offers; }
    /// Where it comes from, as a sentence.
    QString source() const;

    /// What of `current` is new after `previous`, both the last lines of one growing output. Old is the longest end
    /// of `previous` that `current` begins with.
    static QStringList newLines(const QStringList &previous, const QStringList &current);

Q_SIGNALS:
    void appended(const QStringList &lines);
    /// Nothing can be had now, as a sentence; once for each reason. Empty: it can again.
    void failed(const QString &why);

private:
    void look();
    void ask();
    void readFile();
    void fail(const QString &why);

    FleetEntry m_entry;
    bool m_offers;
    QString m_path;
    std::unique_ptr<ServiceClient> m_client;
    QTimer m_timer;
    QStringList m_previous;  ///< of the service
    QByteArray m_unfinished; ///< of the file: a line without its end
    qint64 m_position = -1;  ///< in the file; -1: not read yet
    quint64 m_inode = 0;
    QString m_failure;
    bool m_asking = false;
};

} // namespace Hephaestus
