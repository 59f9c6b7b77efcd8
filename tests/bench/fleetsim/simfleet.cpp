// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/fleetsim/simfleet.h"

#include <QDateTime>

#include <algorithm>
#include <array>
#include <system_error>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace Hephaestus {

using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t ListenerTag = 1ULL << 63;
constexpr std::uint64_t ControlTag = 1ULL << 62;
constexpr auto TickTime = 100ms;
constexpr int LastPort = 32'767; // those above are given to clients, and a client might connect to itself
constexpr std::size_t MaximumHead = 65'536;

[[noreturn]] void fail(const std::string &what) { throw std::system_error(errno, std::generic_category(), what); }

/// A listening socket at an address; -1 if the address is taken.
template <typename Address>
int listenAt(const Address &address, int backlog)
{
    const int fd = ::socket(address.sun_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        fail("socket");
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0 && ::listen(fd, backlog) == 0)
        return fd;
    const int why = errno;
    ::close(fd);
    errno = why;
    if (why != EADDRINUSE)
        fail("bind");
    return -1;
}

/// sockaddr_in with the field names the template above wants.
struct LoopbackAddress
{
    sa_family_t sun_family = AF_INET;
    in_port_t port;
    in_addr address{htonl(INADDR_LOOPBACK)};
    char rest[8]{};
};
static_assert(sizeof(LoopbackAddress) == sizeof(sockaddr_in));

sockaddr_un unixAddress(const std::string &path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        throw std::system_error(ENAMETOOLONG, std::generic_category(), path);
    path.copy(address.sun_path, path.size());
    return address;
}

} // namespace

struct SimFleet::Service
{
    std::string name;
    Fault fault = Fault::None;
    bool stale = false;
    std::string path; ///< of its Unix socket
    int port = 0;
    int listener = -1;
    unsigned instance = 0;
    std::string startTime;
    double startSeconds = 0;
    Clock::time_point born;
    std::optional<Clock::time_point> returns; ///< it is away until then
    bool restarting = false;
};

struct SimFleet::Connection
{
    int fd = -1;
    int service = 0;
    std::uint32_t generation = 0;
    std::string in;
    std::string out;
    std::size_t sent = 0;
    std::int64_t zeros = 0; ///< still to be sent after `out`; of a chunked body, without end
    bool writing = false;   ///< epoll tells when more can be sent
    bool closes = false;    ///< when all is sent
    bool drips = false;
    bool paused = false;                  ///< reads no further request
    std::size_t undripped = 0;            ///< how much of `out` goes at once
    std::optional<Clock::time_point> due; ///< what is in `out` waits until then
};

// ---- the fleet ---------------------------------------------------------------------------------------

SimFleet::SimFleet(const SimOptions &options)
    : m_options(options)
    , m_bodies(options.dependencies)
    , m_epoll(::epoll_create1(EPOLL_CLOEXEC))
    , m_nextTick(Clock::now() + TickTime)
{
    if (m_epoll < 0)
        fail("epoll_create1");
    m_services.resize(std::size_t(options.services));
    std::vector<Fault> faults;
    for (const auto &[fault, count] : options.faults)
        faults.insert(faults.end(), std::size_t(count), fault);
    for (std::size_t i = 0; i < faults.size(); ++i) // evenly among the good ones
        m_services[i * m_services.size() / faults.size()].fault = faults[i];
    int port = options.firstPort;
    int good = int(m_services.size() - faults.size());
    std::map<Fault, int> numbers;
    for (Service &service : m_services) {
        service.name = std::string(faultName(service.fault)) + '-'
            + std::to_string(options.firstNumber + numbers[service.fault]++);
        service.stale = service.fault == Fault::None && good-- <= options.stale;
        beBorn(service);
        if (!options.directory.empty())
            service.path = options.directory + '/' + service.name + ".sock";
        else
            service.port = port;
        while (!listenAgain(service)) {
            if (!service.path.empty() || ++port > LastPort)
                throw std::system_error(EADDRINUSE, std::generic_category(),
                                        service.path.empty() ? "no free port" : service.path);
            service.port = port;
        }
        ++port;
        if (service.fault == Fault::Dead)
            stopListening(service);
    }
}

SimFleet::~SimFleet()
{
    for (Service &service : m_services)
        stopListening(service);
    for (const int fd : m_fillers)
        ::close(fd);
    for (const auto &connection : m_connections) {
        if (connection)
            ::close(connection->fd);
    }
    ::close(m_epoll);
}

int SimFleet::size() const { return int(m_services.size()); }

const std::string &SimFleet::name(int service) const { return m_services[std::size_t(service)].name; }

Fault SimFleet::fault(int service) const { return m_services[std::size_t(service)].fault; }

std::string SimFleet::url(int service) const
{
    const Service &it = m_services[std::size_t(service)];
    return it.path.empty() ? "http://127.0.0.1:" + std::to_string(it.port) : "unix:" + it.path;
}

SimFleet::Side &SimFleet::side(const Service &service)
{
    return service.fault == Fault::None ? m_statistics.good : m_statistics.bad;
}

bool SimFleet::listenAgain(Service &service)
{
    const int backlog = service.fault == Fault::HangConnect ? 0 : 128;
    const LoopbackAddress loopback{.port = htons(in_port_t(service.port))};
    service.listener =
        service.path.empty() ? listenAt(loopback, backlog) : listenAt(unixAddress(service.path), backlog);
    if (service.listener < 0)
        return false;
    if (service.fault != Fault::HangConnect) {
        watch(service.listener, ListenerTag | std::uint64_t(&service - m_services.data()), EPOLLIN);
        return true;
    }
    // A backlog of 0 takes one or two connections; after that the kernel drops whoever knocks.
    for (int i = 0; i < 4; ++i) {
        const int filler =
            ::socket(service.path.empty() ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        const sockaddr_un local = service.path.empty() ? sockaddr_un{} : unixAddress(service.path);
        const void *address = service.path.empty() ? static_cast<const void *>(&loopback) : &local;
        (void)::connect(filler, static_cast<const sockaddr *>(address),
                        service.path.empty() ? sizeof loopback : sizeof local);
        m_fillers.push_back(filler);
    }
    return true;
}

void SimFleet::stopListening(Service &service)
{
    if (service.listener < 0)
        return;
    ::close(std::exchange(service.listener, -1));
    if (!service.path.empty())
        ::unlink(service.path.c_str());
}

void SimFleet::beBorn(Service &service)
{
    const QDateTime now = QDateTime::currentDateTimeUtc();
    service.born = Clock::now();
    service.startTime = now.toString(Qt::ISODateWithMs).toStdString();
    service.startSeconds = double(now.toMSecsSinceEpoch()) / 1000;
    ++service.instance;
}

SimulatedSelf SimFleet::self(const Service &service) const
{
    const std::chrono::duration<double> uptime = Clock::now() - service.born;
    return {service.name, service.instance, service.startTime, service.startSeconds, uptime.count(), service.stale};
}

void SimFleet::die(double share)
{
    const int last = int(share * size());
    for (int i = 0; i < last; ++i) {
        stopListening(m_services[std::size_t(i)]);
        m_services[std::size_t(i)].returns.reset();
    }
    for (const auto &connection : m_connections) {
        if (connection && connection->service < last)
            close(*connection);
    }
}

void SimFleet::revive()
{
    for (Service &service : m_services) {
        if (service.listener < 0 && service.fault != Fault::Dead)
            service.returns = Clock::now();
    }
    tick();
}

// ---- connections -------------------------------------------------------------------------------------

void SimFleet::watch(int fd, std::uint64_t tag, std::uint32_t events, bool change)
{
    epoll_event event{events, {.u64 = tag}};
    if (::epoll_ctl(m_epoll, change ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) != 0)
        fail("epoll_ctl");
}

void SimFleet::accept(int number)
{
    Service &service = m_services[std::size_t(number)];
    const int fd = ::accept4(service.listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return;
    ++side(service).connections;
    const int on = 1;
    if (service.path.empty())
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (std::size_t(fd) >= m_connections.size())
        m_connections.resize(std::size_t(fd) * 2 + 64);
    auto &connection = m_connections[std::size_t(fd)];
    connection = std::make_unique<Connection>();
    connection->fd = fd;
    connection->service = number;
    connection->generation = ++m_generation & 0x3fff'ffff;
    watch(fd, std::uint64_t(connection->generation) << 32 | std::uint32_t(fd), EPOLLIN);
    if (service.fault == Fault::NotHttp) {
        connection->out = m_bodies.broken(service.fault, self(service));
        flush(*connection);
    }
}

void SimFleet::readRequests(Connection &connection)
{
    std::array<char, 16'384> buffer;
    const ssize_t count = ::read(connection.fd, buffer.data(), buffer.size());
    if (count == 0 || (count < 0 && errno != EAGAIN))
        return close(connection);
    if (count < 0)
        return;
    connection.in.append(buffer.data(), std::size_t(count));
    const int fd = connection.fd;
    const std::uint32_t generation = connection.generation;
    while (!connection.paused) {
        const std::size_t end = connection.in.find("\r\n\r\n");
        if (end == std::string::npos)
            break;
        const std::string head = connection.in.substr(0, end);
        std::size_t body = 0;
        if (const std::size_t at = head.find("Content-Length: "); at != std::string::npos)
            body = std::size_t(std::strtoul(head.c_str() + at + 16, nullptr, 10));
        if (connection.in.size() < end + 4 + body)
            break;
        connection.in.erase(0, end + 4 + body);
        const std::size_t space = head.find(' ');
        const std::size_t second = space == std::string::npos ? space : head.find_first_of(" ?", space + 1);
        if (second == std::string::npos)
            return close(connection);
        answer(connection, head.substr(0, space), head.substr(space + 1, second - space - 1));
        const auto &still = m_connections[std::size_t(fd)];
        if (!still || still->generation != generation)
            return;
    }
    if (connection.in.size() > MaximumHead)
        close(connection);
}

void SimFleet::answer(Connection &connection, std::string_view method, std::string_view path)
{
    Service &service = m_services[std::size_t(connection.service)];
    ++side(service).requests;
    switch (service.fault) {
    case Fault::HangHead:
    case Fault::HangConnect:
    case Fault::NotHttp: connection.paused = true; return;
    default: break;
    }
    const std::string answer = service.fault == Fault::None || service.fault == Fault::Slow || method != "GET"
        ? answerOf(service, method, path)
        : m_bodies.broken(service.fault, self(service));
    connection.out += answer;
    switch (service.fault) {
    case Fault::Slow: connection.due = Clock::now() + 2s; break;
    case Fault::HangBody: connection.paused = true; break;
    case Fault::DripHead:
    case Fault::DripBody:
        connection.drips = connection.paused = true;
        connection.undripped = service.fault == Fault::DripBody ? answer.find("\r\n\r\n") + 4 : 0;
        break;
    case Fault::Endless:
    case Fault::Huge:
        connection.paused = true;
        connection.zeros = 1'073'741'824;
        break;
    case Fault::Truncated: connection.closes = true; break;
    default: break;
    }
    if (connection.due || connection.drips)
        m_timed.push_back(connection.fd);
    flush(connection);
}

std::string SimFleet::answerOf(Service &service, std::string_view method, std::string_view path)
{
    if (method == "GET" && path == "/health/status")
        return Bodies::response("200 OK", m_bodies.status(self(service)));
    if (method == "GET" && path == "/metrics")
        return Bodies::response("200 OK", m_bodies.metrics(self(service)), "text/plain; version=0.0.4; charset=utf-8");
    if (method == "GET" && (path == "/health/live" || path == "/health"))
        return Bodies::response("200 OK", m_bodies.live(self(service)));
    if (method == "POST" && (path == "/health/shutdown" || path == "/shutdown")) {
        ++side(service).shutdowns;
        service.returns = Clock::time_point::max();
        return Bodies::response("200 OK",
                                R"({"status":"shutdown_complete","cleanup_duration_seconds":0.001,"mode":"immediate"})",
                                "application/json", "Connection: close\r\n");
    }
    if (method == "POST" && path == "/health/restart") {
        ++side(service).restarts;
        service.returns = Clock::now() + m_options.restartTime;
        if (!std::exchange(service.restarting, true))
            m_statistics.restartingAtMost = std::max(m_statistics.restartingAtMost, ++m_statistics.restartingNow);
        return Bodies::response(
            "200 OK",
            R"({"status":"restart_scheduled","should_shutdown":true,"mode":"restart","instance_id":")" + service.name
                + '-' + std::to_string(service.instance) + "\"}",
            "application/json", "Connection: close\r\n");
    }
    return Bodies::response("404 Not Found", R"({"error":{"code":"not_found","message":"no such path"}})");
}

/// Sends what may be sent now.
void SimFleet::flush(Connection &connection)
{
    if (connection.due && *connection.due > Clock::now())
        return;
    connection.due.reset();
    for (;;) {
        refill(connection);
        const std::size_t end =
            connection.drips ? std::min(connection.out.size(), connection.undripped) : connection.out.size();
        if (connection.sent >= end)
            break;
        const ssize_t count =
            ::send(connection.fd, connection.out.data() + connection.sent, end - connection.sent, MSG_NOSIGNAL);
        if (count < 0 && errno != EAGAIN)
            return close(connection);
        if (count < 0) {
            if (!std::exchange(connection.writing, true))
                watch(connection.fd, std::uint64_t(connection.generation) << 32 | std::uint32_t(connection.fd),
                      EPOLLIN | EPOLLOUT, true);
            return;
        }
        connection.sent += std::size_t(count);
        side(m_services[std::size_t(connection.service)]).bytesSent += count;
    }
    if (std::exchange(connection.writing, false))
        watch(connection.fd, std::uint64_t(connection.generation) << 32 | std::uint32_t(connection.fd), EPOLLIN, true);
    if (connection.drips)
        return;
    connection.out.clear();
    connection.sent = 0;
    if (connection.closes || m_services[std::size_t(connection.service)].returns)
        close(connection);
}

/// The next piece of a body too long to be kept.
void SimFleet::refill(Connection &connection)
{
    if (connection.zeros == 0 || connection.sent < connection.out.size())
        return;
    const bool chunked = m_services[std::size_t(connection.service)].fault == Fault::Endless;
    const std::size_t count = std::size_t(std::min<std::int64_t>(connection.zeros, 65'536));
    connection.out = chunked ? "10000\r\n" + std::string(65'536, ' ') + "\r\n" : std::string(count, ' ');
    connection.sent = 0;
    connection.zeros -= chunked ? 0 : std::int64_t(count);
}

void SimFleet::close(Connection &connection)
{
    ::close(connection.fd);
    m_connections[std::size_t(connection.fd)].reset();
}

// ---- time --------------------------------------------------------------------------------------------

/// What happens by itself: drips, late answers, services that go and come.
void SimFleet::tick()
{
    const auto now = Clock::now();
    std::vector<int> timed;
    timed.swap(m_timed);
    for (const int fd : timed) {
        Connection *const connection = m_connections[std::size_t(fd)].get();
        if (!connection || !(connection->due || connection->drips))
            continue;
        ++connection->undripped;
        flush(*connection);
        if (m_connections[std::size_t(fd)])
            m_timed.push_back(fd);
    }
    for (std::size_t i = 0; i < m_services.size(); ++i) {
        Service &service = m_services[i];
        if (!service.returns)
            continue;
        if (service.listener >= 0) { // a shutdown or restart was asked for: whoever is connected is cut off
            stopListening(service);
            for (const auto &connection : m_connections) {
                if (connection && std::size_t(connection->service) == i)
                    close(*connection);
            }
        }
        if (*service.returns > now || !listenAgain(service))
            continue;
        beBorn(service);
        service.stale = false;
        service.returns.reset();
        m_statistics.restartingNow -= std::exchange(service.restarting, false);
    }
}

bool SimFleet::serve(std::chrono::milliseconds wait, int control)
{
    const auto end = Clock::now() + wait;
    bool told = false;
    if (epoll_event event{EPOLLIN, {.u64 = ControlTag}};
        control >= 0 && ::epoll_ctl(m_epoll, EPOLL_CTL_ADD, control, &event) != 0)
        return true; // a file, or /dev/null: it can always be read
    while (!told && Clock::now() < end) {
        const auto until = std::min(end, m_nextTick) - Clock::now();
        std::array<epoll_event, 256> events;
        const int count =
            ::epoll_wait(m_epoll, events.data(), int(events.size()),
                         int(std::max<std::int64_t>(0, std::chrono::ceil<std::chrono::milliseconds>(until).count())));
        if (count < 0 && errno != EINTR)
            fail("epoll_wait");
        if (count < 0)
            break; // a signal: let the caller look
        for (int i = 0; i < count; ++i) {
            const std::uint64_t tag = events[std::size_t(i)].data.u64;
            if (tag & ListenerTag) {
                accept(int(tag & 0xffff'ffff));
                continue;
            }
            if (tag & ControlTag) {
                told = true;
                continue;
            }
            const auto fd = std::size_t(tag & 0xffff'ffff);
            const auto generation = std::uint32_t(tag >> 32);
            const auto current = [&]() -> Connection * {
                Connection *const connection = m_connections[fd].get();
                return connection && connection->generation == generation ? connection : nullptr;
            };
            if (Connection *const connection = current(); connection && events[std::size_t(i)].events & EPOLLOUT)
                flush(*connection);
            if (Connection *const connection = current();
                connection && events[std::size_t(i)].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
                readRequests(*connection);
        }
        if (Clock::now() >= m_nextTick) {
            m_nextTick = Clock::now() + TickTime;
            tick();
        }
    }
    if (control >= 0)
        ::epoll_ctl(m_epoll, EPOLL_CTL_DEL, control, nullptr);
    return told;
}

} // namespace Hephaestus
