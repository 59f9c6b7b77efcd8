// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/supervisors.h"

#include "common/base/processentry.h"
#include "server/code/processorigin.h"

namespace Hephaestus {

QSet<qint64> supervisorsAmong(const LoadedModules &modules, const FileTable &files)
{
    const QSet<qint64> pids = modules.pids();
    QSet<qint64> found;
    // The reloaders of Werkzeug and Django start themselves once more, with a variable that says so.
    const auto hasMark = [](qint64 pid, QByteArrayView mark) {
        return ('\0' + ProcessOrigin::environmentOf(pid_t(pid)).value_or(QByteArray())).contains(mark);
    };
    for (const qint64 child : pids) {
        const auto process = readProcess(child);
        if (!process || !pids.contains(process->parent))
            continue;
        for (const QByteArrayView mark :
             {QByteArrayView("\0WERKZEUG_RUN_MAIN=true", 23), QByteArrayView("\0RUN_MAIN=true", 14)}) {
            if (hasMark(child, mark) && !hasMark(process->parent, mark))
                found.insert(process->parent);
        }
    }
    // A uvicorn that serves has loaded an HTTP protocol; one that only starts workers, or watches, has not.
    const auto holdersIn = [&](const char *folder) {
        QSet<quint32> within;
        for (const auto &[path, directory] : files.directories()) {
            if (QByteArrayView(path.data(), qsizetype(path.size())).endsWith(folder)) {
                for (const LoadedFile &file : directory.files)
                    within.insert(file.name);
            }
        }
        QSet<qint64> holders;
        for (const QList<qint64> &each : modules.holders(within))
            holders.unite(QSet<qint64>(each.cbegin(), each.cend()));
        return holders;
    };
    found.unite(holdersIn("/uvicorn/supervisors") - holdersIn("/uvicorn/protocols/http"));
    return found;
}

} // namespace Hephaestus
