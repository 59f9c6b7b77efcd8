// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/fleetsim/bodies.h"

#include "common/protocol/healthcodec.h"

#include <QTimeZone>

#include <cstdio>

namespace Hephaestus {
namespace {

using namespace std::string_literals;

enum Hole { Name, Instance, StartTime, StartSeconds, Uptime, Checks, Age, Cpu, Verdict };

// Numbers no real body has, so that the encoder shows where they stand.
constexpr double UptimeMark = 770001.25;
constexpr qint64 ChecksMark = 770002;
constexpr double SinceMark = 770003.25;
constexpr double CpuMark = 770004.25;

const std::vector<std::pair<std::string, int>> marks{
    {"@name@", Name},          {"@instance@", Instance}, {"2001-02-03T04:05:06.007Z", StartTime},
    {"@start@", StartSeconds}, {"770001.25", Uptime},    {"770002", Checks},
    {"770003.25", Age},        {"770004.25", Cpu},       {"\"verdict\":\"fresh\"", Verdict},
};

void number(std::string &text, double value)
{
    char buffer[32];
    text.append(buffer, std::size_t(std::snprintf(buffer, sizeof buffer, "%.6f", value)));
}

std::string dependencyName(int i)
{
    static const char *const names[]{"database", "qdrant", "openai", "anthropic",
                                     "lmstudio", "queue",  "cache",  "search"};
    return i < int(std::size(names)) ? names[i] : "backend-" + std::to_string(i);
}

HealthReport report(int dependencies)
{
    HealthReport report;
    report.service = QStringLiteral("@name@");
    report.version = QStringLiteral("1.4.0");
    report.instanceId = QStringLiteral("@instance@");
    report.startTime = QDateTime(QDate(2001, 2, 3), QTime(4, 5, 6, 7), QTimeZone::utc());
    report.uptime = Seconds(UptimeMark);
    for (int i = 0; i < dependencies; ++i) {
        report.dependencies << DependencyReport{QString::fromStdString(dependencyName(i)),
                                                DependencyStatus::Working,
                                                {},
                                                Seconds(SinceMark),
                                                {},
                                                ChecksMark,
                                                0,
                                                {{QStringLiteral("pool_size"), 5}}};
    }
    report.dependencies << DependencyReport{QStringLiteral("groq"), DependencyStatus::NotUsed, {}, {}, {}, 0, 0, {}}
                        << DependencyReport{QStringLiteral("mail"), DependencyStatus::NotUsed, {}, {}, {}, 0, 0, {}};
    report.resources = {1, 6, 0, 24, 3, 38'000'000, CpuMark, {}, {}};
    report.capabilities = QStringList{QStringLiteral("ready"), QStringLiteral("restart"), QStringLiteral("check"),
                                      QStringLiteral("code")};
    report.code = CodeReport{CodeVerdict::Fresh, {}, Seconds(SinceMark), 0};
    return report;
}

/// As server/core/metrics.cpp writes them, with the samples that move.
std::string metricsText(int dependencies)
{
    std::string text =
        "# HELP hephaestus_service_info What runs here; always 1.\n# TYPE hephaestus_service_info gauge\n"
        "hephaestus_service_info{service=\"@name@\",version=\"1.4.0\",instance_id=\"@instance@\"} 1\n";
    const auto gauge = [&](const std::string &name, const std::string &help, const std::string &value,
                           const char *type = "gauge") {
        text += "# HELP " + name + ' ' + help + "\n# TYPE " + name + ' ' + type + '\n' + name + ' ' + value + '\n';
    };
    gauge("hephaestus_start_time_seconds", "When the service started, in Unix time.", "@start@");
    gauge("hephaestus_uptime_seconds", "How long it has been running.", "770001.25");
    gauge("hephaestus_shutting_down", "1 from the moment a shutdown is asked for.", "0");
    gauge("hephaestus_in_flight_requests", "Requests accepted and not yet answered.", "0");
    gauge("hephaestus_open_connections", "Connections open to this service.", "1");
    gauge("hephaestus_background_tasks", "Running tasks of the service.", "6");
    gauge("process_open_fds", "Number of open file descriptors.", "24");
    gauge("process_threads", "Number of OS threads.", "3");
    gauge("process_resident_memory_bytes", "Resident memory size in bytes.", "38000000");
    gauge("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", "770004.25", "counter");
    const auto family = [&](const std::string &name, const char *type, const char *help, auto line) {
        text += "# HELP " + name + ' ' + help + "\n# TYPE " + name + ' ' + type + '\n';
        for (int i = 0; i < dependencies; ++i)
            line("{dependency=\"" + dependencyName(i) + '"');
    };
    const std::string operations = "hephaestus_dependency_operations_total";
    family(operations, "counter", "Operations on a dependency, real calls and checks together.",
           [&](const std::string &label) {
               text += operations + label + ",result=\"success\"} 770002\n" + operations + label
                   + ",result=\"failure\"} 0\n";
           });
    family("hephaestus_dependency_up", "gauge", "Whether the latest operation on a dependency succeeded.",
           [&](const std::string &label) { text += "hephaestus_dependency_up" + label + "} 1\n"; });
    family("hephaestus_dependency_last_success_age_seconds", "gauge", "Time since the last success of a dependency.",
           [&](const std::string &label) {
               text += "hephaestus_dependency_last_success_age_seconds" + label + "} 770003.25\n";
           });
    return text;
}

/// A gzip file of zeros (RFC 1952), as much as fits in 64 KiB; its checksum is wrong, which one knows only after
/// unpacking it.
std::string gzipBomb()
{
    const QByteArray deflated =
        qCompress(QByteArray(64'000'000, '\0'), 9); // 4 bytes of length and a zlib wrapper around it
    return "\x1f\x8b\x08\0\0\0\0\0\x02\xff"s + deflated.sliced(6, deflated.size() - 10).toStdString()
        + "\0\0\0\0\0\x90\xd0\x03"s;
}

} // namespace

Bodies::Bodies(int dependencies)
    : m_status(encode(report(dependencies)).toStdString(), marks)
    , m_live(encode(static_cast<const BasicHealth &>(report(dependencies))).toStdString(), marks)
    , m_metrics(metricsText(dependencies), marks)
    , m_bomb(gzipBomb())
{
}

void Bodies::fill(const SimulatedSelf &self, int hole, std::string &text)
{
    const double age = self.uptime - 10 * double(int(self.uptime / 10)); // a check every ten seconds
    switch (hole) {
    case Name: text += self.name; break;
    case Instance: text += self.name + '-' + std::to_string(self.instance); break;
    case StartTime: text += self.startTime; break;
    case StartSeconds: number(text, self.startSeconds); break;
    case Uptime: number(text, self.uptime); break;
    case Checks: text += std::to_string(1 + int(self.uptime / 10)); break;
    case Age: number(text, age); break;
    case Cpu: number(text, self.uptime / 100); break;
    case Verdict: text += self.stale ? R"("verdict":"stale")" : R"("verdict":"fresh")"; break;
    default: break;
    }
}

std::string Bodies::status(const SimulatedSelf &self) const
{
    return m_status.with([&](int hole, std::string &text) { fill(self, hole, text); });
}

std::string Bodies::live(const SimulatedSelf &self) const
{
    return m_live.with([&](int hole, std::string &text) { fill(self, hole, text); });
}

std::string Bodies::metrics(const SimulatedSelf &self) const
{
    return m_metrics.with([&](int hole, std::string &text) { fill(self, hole, text); });
}

std::string Bodies::response(std::string_view status, std::string_view body, std::string_view type,
                             std::string_view more)
{
    std::string text = "HTTP/1.1 ";
    text.append(status).append("\r\nContent-Type: ").append(type).append("\r\nContent-Length: ");
    text.append(std::to_string(body.size())).append("\r\n").append(more).append("\r\n").append(body);
    return text;
}

std::string Bodies::broken(Fault fault, const SimulatedSelf &self) const
{
    const std::string whole = response("200 OK", status(self));
    switch (fault) {
    case Fault::HangBody:
    case Fault::Truncated: return whole.substr(0, whole.size() / 2);
    case Fault::Endless:
        return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    case Fault::Huge: return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1073741824\r\n\r\n";
    case Fault::GzipBomb: return response("200 OK", m_bomb, "application/json", "Content-Encoding: gzip\r\n");
    case Fault::WrongTypes:
        return response(
            "200 OK",
            R"({"status":"healthy","uptime_seconds":"long","start_time":7,"version":[],"dependencies":[1,2,3],)"
            R"("resources":"many","should_shutdown":{"a":null}})");
    case Fault::Deep: return response("200 OK", std::string(100'000, '[') + std::string(100'000, ']'));
    case Fault::DeepSmall: return response("200 OK", std::string(30'000, '[') + std::string(30'000, ']'));
    case Fault::Redirect: return response("302 Found", "", "text/plain", "Location: /health/status\r\n");
    case Fault::LongNames:
        return response("200 OK",
                        R"({"status":"healthy","dependencies":{")" + std::string(1'000'000, 'n')
                            + R"(":{"status":"working"}}})");
    case Fault::WideNames:
        return response("200 OK", R"({"status":"healthy","service":")" + std::string(60'000, 'W') + R"("})");
    case Fault::NotHttp: return "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n";
    case Fault::ServerError:
        return response("500 Internal Server Error", R"({"error":{"code":"internal","message":"it broke"}})");
    case Fault::Unauthorized:
        return response("401 Unauthorized", R"({"error":{"code":"unauthorized","message":"who are you?"}})");
    default: return whole;
    }
}

} // namespace Hephaestus
