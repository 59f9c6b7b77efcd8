// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QStringList>
#include <QTimer>

#include <chrono>
#include <memory>

namespace Hephaestus {

/// Asks the system for the addresses of a host, with a time-out of its own.
///
/// A lookup cannot be cancelled: name servers that are silent hold getaddrinfo() for half a minute and more. It runs in
/// a thread that nobody waits for, not even the end of the program (QHostInfo's threads are waited for). All who ask
/// for one name at a time share one such thread. Lives in the thread of its caller, which needs an event loop.
class HostLookup : public QObject
{
    Q_OBJECT

public:
    enum class Outcome { Found, NoSuchHost, TimedOut };

    explicit HostLookup(QObject *parent = nullptr);
    ~HostLookup() override;

    /// Leads to finished() once, never from within the call. A second call forgets the first.
    void start(const QString &host, std::chrono::milliseconds timeout);

    /// The same for a thread that may wait, and has no event loop.
    static Outcome wait(const QString &host, std::chrono::milliseconds timeout);

    /// True for what needs no lookup: an address in numbers, as `1.2.3.4`, `127.1` or `::1`.
    static bool isNumeric(const QString &host);

Q_SIGNALS:
    /// `addresses` are numeric, in the order they should be tried; empty unless Found.
    void finished(Hephaestus::HostLookup::Outcome outcome, const QStringList &addresses);

private:
    struct Ticket;
    friend class HostQueries;

    void answer(const Ticket *ticket, Outcome outcome, const QStringList &addresses);

    std::shared_ptr<Ticket> m_ticket; ///< of the lookup under way
    QTimer m_timer;
};

} // namespace Hephaestus
