// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/hostlookup.h"

#include "common/base/post.h"

#include <QHash>

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

#include <netdb.h>
#include <sys/socket.h>

namespace Hephaestus {

namespace {

QStringList resolve(const QByteArray &host, int flags)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags;
    addrinfo *found = nullptr;
    if (::getaddrinfo(host.constData(), nullptr, &hints, &found) != 0)
        return {};
    QStringList addresses;
    for (const addrinfo *each = found; each; each = each->ai_next) {
        char text[NI_MAXHOST];
        if (::getnameinfo(each->ai_addr, each->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) == 0)
            addresses << QString::fromLatin1(text);
    }
    ::freeaddrinfo(found);
    addresses.removeDuplicates();
    return addresses;
}

} // namespace

/// Who waits. The lookup's thread and the HostLookup both hold it, and may each be gone before the other.
struct HostLookup::Ticket
{
    std::mutex mutex;
    HostLookup *owner; ///< null: gone, not interested any more, or waiting for `outcome`
    std::condition_variable told;
    std::optional<Outcome> outcome;

    explicit Ticket(HostLookup *who) : owner(who) {}

    void forget()
    {
        const std::lock_guard lock(mutex);
        owner = nullptr;
    }

    static void tell(const std::shared_ptr<Ticket> &ticket, Outcome outcome, const QStringList &addresses)
    {
        const std::lock_guard lock(ticket->mutex); // so that the owner lives until the call is queued
        ticket->outcome = outcome;
        ticket->told.notify_all();
        if (ticket->owner)
            post(ticket->owner, [ticket, outcome, addresses] {
                if (ticket->owner)
                    ticket->owner->answer(ticket.get(), outcome, addresses);
            });
    }
};

/// The lookups under way, by name.
class HostQueries
{
public:
    /// Never destroyed: a thread may still look up when the program ends.
    static HostQueries &instance()
    {
        static auto *const queries = new HostQueries;
        return *queries;
    }

    using Tickets = std::vector<std::shared_ptr<HostLookup::Ticket>>;

    void add(const QByteArray &host, const std::shared_ptr<HostLookup::Ticket> &ticket)
    {
        const std::lock_guard lock(m_mutex);
        Tickets &waiting = m_waiting[host];
        waiting.push_back(ticket);
        if (waiting.size() > 1)
            return;
        try {
            std::thread([this, host] { run(host); }).detach();
        } catch (const std::system_error &) { // no more threads
            m_waiting.remove(host);
            HostLookup::Ticket::tell(ticket, HostLookup::Outcome::NoSuchHost, {});
        }
    }

private:
    void run(const QByteArray &host)
    {
        sigset_t all; // signals are for the main thread
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
        const QStringList addresses = resolve(host, 0);
        Tickets waiting;
        {
            const std::lock_guard lock(m_mutex);
            waiting = m_waiting.take(host);
        }
        for (const auto &ticket : waiting)
            HostLookup::Ticket::tell(
                ticket, addresses.isEmpty() ? HostLookup::Outcome::NoSuchHost : HostLookup::Outcome::Found, addresses);
    }

    std::mutex m_mutex;
    QHash<QByteArray, Tickets> m_waiting;
};

HostLookup::HostLookup(QObject *parent) : QObject(parent)
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, [this] { answer(m_ticket.get(), Outcome::TimedOut, {}); });
}

HostLookup::~HostLookup()
{
    if (m_ticket)
        m_ticket->forget();
}

void HostLookup::start(const QString &host, std::chrono::milliseconds timeout)
{
    if (m_ticket)
        m_ticket->forget();
    m_ticket = std::make_shared<Ticket>(this);
    m_timer.start(timeout);
    if (const QStringList numeric = resolve(host.toUtf8(), AI_NUMERICHOST); !numeric.isEmpty())
        Ticket::tell(m_ticket, Outcome::Found, numeric);
    else
        HostQueries::instance().add(host.toUtf8(), m_ticket);
}

HostLookup::Outcome HostLookup::wait(const QString &host, std::chrono::milliseconds timeout)
{
    if (isNumeric(host))
        return Outcome::Found;
    const auto ticket = std::make_shared<Ticket>(nullptr);
    HostQueries::instance().add(host.toUtf8(), ticket);
    std::unique_lock lock(ticket->mutex);
    ticket->told.wait_for(lock, timeout, [&ticket] { return ticket->outcome.has_value(); });
    return ticket->outcome.value_or(Outcome::TimedOut);
}

bool HostLookup::isNumeric(const QString &host) { return !resolve(host.toUtf8(), AI_NUMERICHOST).isEmpty(); }

void HostLookup::answer(const Ticket *ticket, Outcome outcome, const QStringList &addresses)
{
    if (!ticket || ticket != m_ticket.get())
        return; // of an earlier start()
    m_ticket->forget();
    m_ticket.reset();
    m_timer.stop();
    Q_EMIT finished(outcome, addresses); // may destroy this
}

} // namespace Hephaestus
