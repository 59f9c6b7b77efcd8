// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "common/client/remotehost.h"
#include "common/protocol/serviceaddress.h"

#include <QHash>
#include <QObject>
#include <QPointer>
#include <QProcess>
#include <QTimer>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace Hephaestus {

/// The one connection of this program to a host: `ssh -N` as OpenSSH's multiplexing master, for any number of services
/// and commands there. It is opened when it is needed, and opened again when it is needed once more, after a pause that
/// grows. It never asks a person anything (BatchMode): what only a person can mend is its trouble().
///
/// Sockets and master live in a folder of this user alone (0700), which goes with the object. Agent and X11 are never
/// forwarded, nor what ssh_config would forward. One thread; needs an event loop.
class HostConnection : public QObject
{
    Q_OBJECT

public:
    /// The thread's connection to that host, made if there is none. It is kept for some minutes after its last user is
    /// gone, and ends with the thread or the application.
    static std::shared_ptr<HostConnection> to(const RemoteHost &host);

    /// Ends those of this thread that nobody uses any more, and forgets the others.
    static void endAll();

    explicit HostConnection(RemoteHost host);
    ~HostConnection() override;

    const RemoteHost &host() const { return m_host; }
    bool isOpen() const { return m_state == State::Open; }
    /// Why it is not open, as a sentence about ssh; empty: it is, or was never tried.
    const QString &trouble() const { return m_trouble; }

    /// Called once, perhaps before the call that takes it returns, unless `context` is gone by then.
    using Opened = std::function<void(const std::optional<Problem> &)>;
    using Forwarded = std::function<void(const Result<QString> &path)>;

    /// Opens it, unless it is open. While the pause after a failure lasts, the answer is the trouble of then.
    void open(QObject *context, Opened done);
    /// The path of a Unix socket that leads to `address` as that machine sees it. Opens the connection, if need be.
    void forward(const ServiceAddress &address, QObject *context, Forwarded done);

    /// What to run to have `words` run there: this program and arguments, over the connection, which must be open.
    /// `hephaestus` may also be in ~/.local/bin there.
    QStringList commandLine(const QStringList &words) const;
    /// Prepares a process for such a command: no terminal, no interrupt of ours, and its end with ours.
    static void prepare(QProcess &process);

    /// Why the far end could not be connected since `time`: `Connection refused`; empty: ssh did not say.
    QString refusedSince(std::chrono::steady_clock::time_point time);

    /// The next use may try at once.
    void retry();

Q_SIGNALS:
    /// isOpen() or trouble() is another.
    void changed();

private:
    enum class State { Closed, Opening, Open };
    struct Waiter
    {
        QPointer<QObject> context;
        Opened done;
    };
    struct Forward
    {
        QString path;
        bool isReady = false;
        bool isAsked = false; ///< a command that adds it runs
        std::vector<std::pair<QPointer<QObject>, Forwarded>> waiters{};
    };

    void begin();
    void check();
    void readLog();
    void opened();
    void ended();
    void closed(const QString &trouble, bool needsPerson);
    void addForwards();
    void forwardsAdded(const QStringList &addresses, const std::optional<Problem> &problem);
    std::optional<Problem> makeDirectory();
    QStringList controlOptions() const;

    const RemoteHost m_host;
    State m_state = State::Closed;
    QString m_trouble;
    QString m_directory; ///< empty: not made yet
    std::unique_ptr<QProcess> m_ssh;
    std::unique_ptr<QProcess> m_adding; ///< `ssh -O forward`
    QTimer m_checkTimer;
    std::chrono::steady_clock::time_point m_openingSince{};
    std::chrono::milliseconds m_openedIn{0}; ///< how long the latest opening took; 0: there was none
    QByteArray m_log;                        ///< what ssh said last
    std::vector<Waiter> m_waiters;
    QHash<QString, Forward> m_forwards; ///< by address
    int m_nextForward = 1;
    std::chrono::steady_clock::time_point m_notBefore{};
    std::chrono::milliseconds m_pause{0};
    std::chrono::steady_clock::time_point m_refused{};
    QString m_refusal;
};

/// The connection's trouble with the host's name before it, and what a person may do.
QString hostTrouble(const RemoteHost &host, const QString &trouble);

} // namespace Hephaestus
