// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/silentinterpreters.h"

#include "common/base/printable.h"

#include <algorithm>

namespace Hephaestus {
namespace {

constexpr std::chrono::milliseconds TimeToReport{1'000}; ///< from a Python's start to its adapter's

/// What it runs is known otherwise.
bool isPython(const QByteArray &program) { return program.startsWith("python") || program.startsWith("pypy"); }

QString languageOf(const QByteArray &program)
{
    return program.startsWith("node") ? QStringLiteral("Node.js") : QStringLiteral("Python");
}

} // namespace

bool SilentInterpreters::isReporter(const QByteArray &program) const
{
    const auto isVersion = [](QByteArrayView rest) {
        return std::all_of(rest.begin(), rest.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
    };
    return std::any_of(m_reporters.begin(), m_reporters.end(), [&](const QByteArray &name) {
        return program.startsWith(name) && isVersion(QByteArrayView(program).sliced(name.size()));
    });
}

void SilentInterpreters::update(const QList<FamilyMember> &members, LoadedModules &modules,
                                const QHash<pid_t, QByteArray> &embedding)
{
    m_gaps.clear();
    m_unreported.clear();
    for (const qint64 pid : modules.loading())
        m_unreported = QStringLiteral("process %1 is still loading modules").arg(pid);
    const QMap<qint64, QByteArray> unexplained = modules.unexplained();
    for (auto each = unexplained.cbegin(); each != unexplained.cend(); ++each)
        m_gaps << QStringLiteral("process %1 executed code of which no file is known: %2")
                      .arg(each.key())
                      .arg(printablePath(each.value()));
    QHash<FamilyMember::Identity, Starting> starting;
    const auto now = std::chrono::steady_clock::now();
    for (const FamilyMember &member : members) {
        const ProcessEntry &process = member.entry;
        if (!isReporter(member.program) && !isPython(member.program) && embedding.contains(process.pid)
            && !modules.reports(process.pid, process.startTicks, member.image, {process.parent, member.parentTicket}))
            m_gaps << QStringLiteral("process %1 (%2) has Python in it (%3): what that imports is not known; "
                                     "name its files with --watch")
                          .arg(process.pid)
                          .arg(QString::fromUtf8(member.program), QString::fromUtf8(embedding.value(process.pid)));
        if (!isReporter(member.program)
            || modules.reports(process.pid, process.startTicks, member.image, {process.parent, member.parentTicket}))
            continue;
        Starting begun = m_starting.value(member.identity(), {member.image, now});
        if (begun.image != member.image)
            begun = {member.image, now};
        starting.insert(member.identity(), begun);
        if (now - begun.since < TimeToReport)
            m_unreported = QStringLiteral("process %1 (%2) has just begun, and did not report yet what it loads")
                               .arg(process.pid)
                               .arg(QString::fromUtf8(member.program));
        else
            m_gaps << QStringLiteral("process %1 (%2) runs without the %3 adapter: what it imported is not known")
                          .arg(process.pid)
                          .arg(QString::fromUtf8(member.program), languageOf(member.program));
    }
    m_starting = std::move(starting);
}

QString SilentInterpreters::nobodyReports() const
{
    return QStringLiteral("no %1 of this program has taken the adapter: what it imported is not known")
        .arg(languageOf(m_reporters.value(0)));
}

} // namespace Hephaestus
