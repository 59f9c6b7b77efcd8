// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/app/commitwatch.h"

#include "common/base/gitstate.h"

#include <QFile>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

CommitWatch::CommitWatch(FleetSession &session, QObject *parent) : QObject(parent), m_session(session)
{
    connect(&m_timer, &QTimer::timeout, this, &CommitWatch::look);
    m_timer.start(5s);
}

void CommitWatch::look()
{
    if (!m_session.history())
        return;
    QHash<QByteArray, GitState> states; // several services often share a work tree
    for (const ServiceId id : m_session.fleet().ids()) {
        const ServiceRow &row = *m_session.fleet().find(id);
        if (!row.isCurrent() || !row.report->pid || !m_session.history()->isLocal(id))
            continue;
        const QByteArray directory = QFile::encodeName(QFile::symLinkTarget(u"/proc/%1/cwd"_s.arg(*row.report->pid)));
        if (directory.isEmpty())
            continue;
        if (!states.contains(directory))
            states.insert(directory, GitState::of(directory));
        const GitState &state = states[directory];
        const auto before = m_seen.value(id);
        m_seen[id] = {state.directory, state.commit};
        if (state.commit.isEmpty() || before.first != state.directory || before.second.isEmpty()
            || before.second == state.commit)
            continue;
        const QString commit = QString::fromLatin1(state.commit.left(7));
        const QString branch = QString::fromUtf8(state.branch).remove(u"refs/heads/"_s);
        m_session.history()->publish({Clock::machine().wall(),
                                      id,
                                      row.entry.name,
                                      EventKind::Information,
                                      branch.isEmpty()
                                          ? tr("its work tree is at commit %1 now").arg(commit)
                                          : tr("its work tree is at commit %1 of %2 now").arg(commit, branch),
                                      {},
                                      tr("commit %1").arg(commit)});
    }
}

} // namespace Hephaestus
