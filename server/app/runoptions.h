// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/serviceclient.h"
#include "server/app/moduleadapter.h"
#include "server/app/readyrule.h"
#include "server/app/serviceconfig.h"
#include "server/core/log.h"
#include "server/supervisor/supervisor.h"

#include <variant>

namespace Hephaestus {

/// What `hephaestus run` was asked to do.
struct RunOptions
{
    ServiceConfig service; ///< name, addresses, access, the dependencies checked on the program's behalf
    SupervisorOptions supervisor;
    QStringList sockets;            ///< held for the program
    bool overlap = false;           ///< a restart starts the new program before it ends the old one
    QByteArrayList watch;           ///< patterns of files the program is made of, absolute
    QByteArrayList builtFrom;       ///< those of `watch` that name what it is built from
    bool isCheck = false;           ///< only to be checked: nothing is started
    ModuleLanguages adapters;       ///< whose programs report what they load
    std::optional<ReadyRule> ready; ///< when the program serves; nothing: when its upstream answers
    ServiceTarget upstream;         ///< the program's own endpoints; without a URL: it has none
    LogOptions log;
};

/// Reads the command line: `words` as Qt decoded it, from `run` on, and `bytes`, all of it as it came, for the
/// program's part behind `--`. All that is wrong is added to `problems`; the result is of use only if there is none.
/// Nothing: `--help` was answered.
std::optional<RunOptions> readRunOptions(const QStringList &words, const QByteArrayList &bytes,
                                         QList<Problem> &problems);

} // namespace Hephaestus
