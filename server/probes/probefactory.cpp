// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/probes/probefactory.h"

#include "server/probes/commandprobe.h"
#include "server/probes/fileprobe.h"
#include "server/probes/httpprobe.h"
#include "server/probes/redisprobe.h"
#include "server/probes/sqlprobe.h"
#include "server/probes/tcpprobe.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

struct MakeFactory
{
    std::chrono::milliseconds timeout;
    SqlPool *pool;

    ProbeFactory operator()(const SqlSettings &) const
    {
        return [*this] { return std::make_unique<SqlProbe>(*pool, timeout); };
    }
    ProbeFactory operator()(const HttpSettings &http) const
    {
        return [*this, http] { return std::make_unique<HttpProbe>(http, timeout); };
    }
    ProbeFactory operator()(const TcpSettings &tcp) const
    {
        return [*this, tcp] { return std::make_unique<TcpProbe>(tcp, timeout); };
    }
    ProbeFactory operator()(const CommandSettings &command) const
    {
        return [*this, command] { return std::make_unique<CommandProbe>(command, timeout); };
    }
    ProbeFactory operator()(const RedisSettings &redis) const
    {
        return [*this, redis] { return std::make_unique<RedisProbe>(redis, timeout); };
    }
    ProbeFactory operator()(const FileSettings &file) const
    {
        const auto busy = std::make_shared<std::atomic<bool>>(false);
        return [*this, file, busy] { return std::make_unique<FileProbe>(file, busy, timeout); };
    }
};

} // namespace

Patience patienceOf(const DependencySettings &settings)
{
    const auto *http = std::get_if<HttpSettings>(&settings);
    if (!http)
        return {};
    switch (http->service) {
    case HttpService::OpenAi:
    case HttpService::Anthropic:
    case HttpService::Groq: return Patience::ofPaid();
    case HttpService::Qdrant: // of one's own, or Qdrant's cloud
        return http->url.host().endsWith(".qdrant.io"_L1) ? Patience::ofPaid() : Patience();
    case HttpService::Plain:
    case HttpService::LmStudio: break;
    }
    return {};
}

ProbeFactory probeFactory(const DependencyConfig &config, SqlPool *pool)
{
    return std::visit(MakeFactory{config.timeout, pool}, config.settings);
}

} // namespace Hephaestus
