// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/fleetsim/bodies.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

namespace Hephaestus {

struct SimOptions
{
    int services = 100;
    std::map<Fault, int> faults; ///< how many of the services have each; spread among the good ones
    int stale = 0;               ///< so many of the good ones, the last, say they run old code until they are restarted
    int dependencies = 6;
    std::string directory;  ///< of Unix sockets; empty: TCP on 127.0.0.1
    int firstPort = 10'000; ///< those in use are passed over
    int firstNumber = 1;    ///< in the names of each kind
    std::chrono::milliseconds restartTime{300};
};

/// Any number of services on loopback in one process and one thread, by epoll. Each has its port or Unix socket, and
/// speaks the protocol or fails as it is told to. A restart or shutdown asked for by POST happens to it alone; die()
/// and revive() happen to all.
class SimFleet
{
public:
    /// What came in since the start, of the good services and of the others.
    struct Side
    {
        std::int64_t connections = 0;
        std::int64_t requests = 0;
        std::int64_t shutdowns = 0;
        std::int64_t restarts = 0;
        std::int64_t bytesSent = 0;
    };
    struct Statistics
    {
        Side good;
        Side bad;
        int restartingNow = 0;
        int restartingAtMost = 0; ///< at one time
    };

    /// Listens at once; throws std::system_error if it cannot.
    explicit SimFleet(const SimOptions &options);
    ~SimFleet();

    int size() const;
    const std::string &name(int service) const;
    Fault fault(int service) const;
    std::string url(int service) const;
    const Statistics &statistics() const { return m_statistics; }

    /// The first `share` (0 to 1) of the services go without a word, or come back as new processes.
    void die(double share);
    void revive();

    /// Serves until `wait` is over or a byte can be read from `control` (-1: none); true if one can.
    bool serve(std::chrono::milliseconds wait, int control);

private:
    struct Service;
    struct Connection;
    using Clock = std::chrono::steady_clock;

    bool listenAgain(Service &service);
    void stopListening(Service &service);
    void beBorn(Service &service);
    SimulatedSelf self(const Service &service) const;
    void accept(int service);
    void readRequests(Connection &connection);
    void answer(Connection &connection, std::string_view method, std::string_view path);
    std::string answerOf(Service &service, std::string_view method, std::string_view path);
    void flush(Connection &connection);
    void refill(Connection &connection);
    void close(Connection &connection);
    void tick();
    void watch(int fd, std::uint64_t tag, std::uint32_t events, bool change = false);
    Side &side(const Service &service);

    SimOptions m_options;
    Bodies m_bodies;
    int m_epoll;
    std::vector<Service> m_services;
    std::vector<std::unique_ptr<Connection>> m_connections; ///< by descriptor
    std::vector<int> m_fillers;                             ///< connections that fill a backlog
    std::vector<int> m_timed; ///< descriptors of connections that do something at a later time
    std::uint32_t m_generation = 0;
    Clock::time_point m_nextTick;
    Statistics m_statistics;
};

} // namespace Hephaestus
