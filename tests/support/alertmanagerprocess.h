// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>

namespace Hephaestus::Test {

/// A real Alertmanager at a free port, which notifies nobody. Killed with the object.
class AlertmanagerProcess
{
public:
    ~AlertmanagerProcess() { stop(); }

    /// Starts it and waits until it listens; at the same port as before, if there is one.
    bool start()
    {
        QFile config(m_directory.filePath(QStringLiteral("alertmanager.yml")));
        if (!config.open(QIODevice::WriteOnly))
            return false;
        config.write("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n");
        config.close();
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(QStringLiteral("prometheus-alertmanager"),
                      {QStringLiteral("--config.file=") + config.fileName(),
                       QStringLiteral("--storage.path=") + m_directory.path(),
                       QStringLiteral("--cluster.listen-address="),
                       QStringLiteral("--web.listen-address=127.0.0.1:%1").arg(m_port)});
        static const QRegularExpression line(QStringLiteral("[Ll]istening[^\\n]*address=127\\.0\\.0\\.1:(\\d+)\\n"));
        while (process.state() != QProcess::NotRunning && process.waitForReadyRead(60'000)) {
            output += QString::fromUtf8(process.readAll());
            for (auto matches = line.globalMatch(output); matches.hasNext();) {
                if (const uint port = matches.next().captured(1).toUInt()) {
                    m_port = quint16(port);
                    return true;
                }
            }
        }
        return false;
    }

    void stop()
    {
        if (process.state() == QProcess::NotRunning)
            return;
        process.kill();
        process.waitForFinished();
        output.clear();
    }

    QString url() const { return QStringLiteral("http://127.0.0.1:%1").arg(m_port); }

    QProcess process;
    QString output;

private:
    QTemporaryDir m_directory;
    quint16 m_port = 0;
};

} // namespace Hephaestus::Test
