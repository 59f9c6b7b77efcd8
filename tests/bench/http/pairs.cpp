// SPDX-License-Identifier: GPL-3.0-or-later
//
// How fast several servers answer, one after the other by turns of less than a millisecond, so that whatever else the
// machine does meets all alike.
//
//   pairs SECONDS NAME PORT PATH [NAME PORT PATH]...
//
// A turn is one request on each of 32 connections of a server, until all are answered; then it is the next server's.
// Every second turn goes the other way round. A line for each: its name, turns, the median of a turn in microseconds,
// and the bytes of an answer.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr int Connections = 32;
using Clock = std::chrono::steady_clock;

[[noreturn]] void give(const std::string &why)
{
    std::fprintf(stderr, "pairs: %s\n", why.c_str());
    std::exit(1);
}

/// The bytes of the first answer in `text`, all of it; 0: it is not all there.
std::size_t answerSize(std::string_view text)
{
    const std::size_t end = text.find("\r\n\r\n");
    if (end == std::string_view::npos)
        return 0;
    constexpr std::string_view field = "\r\nContent-Length: ";
    const std::size_t length = text.find(field);
    if (!text.starts_with("HTTP/1.1 200 ") || length == std::string_view::npos || length > end)
        give("an answer is not as expected: " + std::string(text.substr(0, 200)));
    const std::size_t size = end + 4 + std::strtoul(text.data() + length + field.size(), nullptr, 10);
    return text.size() >= size ? size : 0;
}

class Server
{
public:
    Server(std::string name, int port, const std::string &path)
        : m_name(std::move(name))
        , m_request("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
    {
        for (pollfd &connection : m_connections) {
            sockaddr_in address{};
            address.sin_family = AF_INET;
            address.sin_port = htons(std::uint16_t(port));
            address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            connection.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
            const int on = 1;
            ::setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            if (::connect(connection.fd, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0)
                give(m_name + " does not listen");
        }
    }

    void takeTurn()
    {
        const Clock::time_point began = Clock::now();
        for (pollfd &connection : m_connections) {
            connection.events = POLLIN;
            if (::send(connection.fd, m_request.data(), m_request.size(), MSG_NOSIGNAL) != ssize_t(m_request.size()))
                give(m_name + " takes no request");
        }
        for (int left = Connections; left > 0;) {
            if (::poll(m_connections.data(), Connections, 10'000) <= 0)
                give(m_name + " does not answer");
            for (std::size_t i = 0; i < Connections; ++i) {
                if (m_connections[i].revents && read(i)) {
                    m_connections[i].events = 0;
                    --left;
                }
            }
        }
        m_turns.push_back(std::chrono::duration<double, std::micro>(Clock::now() - began).count());
    }

    /// What was measured up to now does not count.
    void begin() { m_turns.clear(); }

    void tell()
    {
        const auto middle = m_turns.begin() + std::ptrdiff_t(m_turns.size() / 2);
        std::nth_element(m_turns.begin(), middle, m_turns.end());
        std::printf("%s\t%zu\t%.3f\t%zu\n", m_name.c_str(), m_turns.size(), *middle, m_size);
    }

private:
    /// True once the connection has its answer.
    bool read(std::size_t i)
    {
        std::array<char, 64 * 1024> piece;
        const ssize_t size = ::recv(m_connections[i].fd, piece.data(), piece.size(), MSG_DONTWAIT);
        if (size <= 0)
            give(m_name + " closes a connection");
        std::string &rest = m_rests[i];
        if (rest.empty() && (m_size = answerSize({piece.data(), std::size_t(size)})) != 0)
            return true;
        rest.append(piece.data(), std::size_t(size));
        if ((m_size = answerSize(rest)) == 0)
            return false;
        rest.clear();
        return true;
    }

    const std::string m_name;
    const std::string m_request;
    std::array<pollfd, Connections> m_connections{};
    std::array<std::string, Connections> m_rests;
    std::vector<double> m_turns;
    std::size_t m_size = 0;
};

void takeTurns(std::vector<Server> &servers, double seconds)
{
    const auto end = Clock::now() + std::chrono::duration<double>(seconds);
    while (Clock::now() < end) {
        for (Server &server : servers)
            server.takeTurn();
        for (auto server = servers.rbegin(); server != servers.rend(); ++server)
            server->takeTurn();
    }
}

} // namespace

int main(int argc, char **argv)
{
    if (argc < 5 || (argc - 2) % 3 != 0)
        give("expected SECONDS, then NAME PORT PATH of each server");
    std::vector<Server> servers;
    for (int i = 2; i < argc; i += 3)
        servers.emplace_back(argv[i], std::atoi(argv[i + 1]), argv[i + 2]);
    takeTurns(servers, 0.5);
    for (Server &server : servers)
        server.begin();
    takeTurns(servers, std::atof(argv[1]));
    for (Server &server : servers)
        server.tell();
    return 0;
}
