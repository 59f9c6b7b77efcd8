// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace Hephaestus {

/// What is wrong with a simulated service. Every kind but None is something a poller must survive.
enum class Fault {
    None,
    Slow,         ///< answers after two seconds
    HangConnect,  ///< its backlog is full: the connection is never made
    HangHead,     ///< takes the request, says nothing
    HangBody,     ///< a whole head, half a body, then nothing
    DripHead,     ///< one byte of the answer every 100 ms, from the first
    DripBody,     ///< the head at once, then one byte of the body every 100 ms
    Endless,      ///< a chunked body that does not end, as fast as it is taken
    Huge,         ///< a body of 1 GB, announced and sent
    GzipBomb,     ///< 64 KiB of gzip that would unpack to 64 MB, although nobody asked for a coding
    Truncated,    ///< closes in the middle of the body
    WrongTypes,   ///< the protocol's fields with the wrong types
    Deep,         ///< JSON nested 100,000 deep
    DeepSmall,    ///< nested as deep as fits in 60 KiB
    Redirect,     ///< 302 to itself
    LongNames,    ///< a dependency with a name of 1 MB
    WideNames,    ///< a service with a name of 60,000 characters: what a reader of 64 KiB still takes
    NotHttp,      ///< greets as an SSH server
    ServerError,  ///< 500
    Unauthorized, ///< 401
    Dead,         ///< nothing listens
};

struct FaultName
{
    Fault fault;
    std::string_view name;
};

inline constexpr std::array<FaultName, 20> FaultNames{{
    {Fault::Slow, "slow"},
    {Fault::HangConnect, "hang-connect"},
    {Fault::HangHead, "hang-head"},
    {Fault::HangBody, "hang-body"},
    {Fault::DripHead, "drip-head"},
    {Fault::DripBody, "drip-body"},
    {Fault::Endless, "endless"},
    {Fault::Huge, "huge"},
    {Fault::GzipBomb, "gzip-bomb"},
    {Fault::Truncated, "truncated"},
    {Fault::WrongTypes, "wrong-types"},
    {Fault::Deep, "deep"},
    {Fault::DeepSmall, "deep-small"},
    {Fault::Redirect, "redirect"},
    {Fault::LongNames, "long-names"},
    {Fault::WideNames, "wide-names"},
    {Fault::NotHttp, "not-http"},
    {Fault::ServerError, "server-error"},
    {Fault::Unauthorized, "unauthorized"},
    {Fault::Dead, "dead"},
}};

constexpr std::string_view faultName(Fault fault)
{
    for (const FaultName &each : FaultNames) {
        if (each.fault == fault)
            return each.name;
    }
    return "good";
}

constexpr std::optional<Fault> faultNamed(std::string_view name)
{
    for (const FaultName &each : FaultNames) {
        if (each.name == name)
            return each.fault;
    }
    return std::nullopt;
}

} // namespace Hephaestus
