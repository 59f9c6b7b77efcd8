// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/codediff.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QRegularExpression>
#include <QStandardPaths>

namespace Hephaestus {

using namespace Qt::StringLiterals;

CodeDiff::CodeDiff(QObject *parent) : QObject(parent)
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        finish(Problem{u"git"_s, tr("did not answer in %1 s").arg(Timeout.count())});
    });
    connect(&m_git, &QProcess::readyReadStandardOutput, this, &CodeDiff::readBlob);
    whenOver(m_git, this, [this](const ProcessOutcome &outcome) { compare(outcome); });
    whenOver(m_diff, this, [this](const ProcessOutcome &outcome) { end(outcome); });
}

CodeDiff::~CodeDiff()
{
    for (QProcess *const process : {&m_git, &m_diff}) {
        process->disconnect(this);
        process->kill();
        process->waitForFinished(1000);
    }
}

QString CodeDiff::whyNot(const ServiceRow &row, const QString &path)
{
    static const QRegularExpression hash(u"^[0-9a-f]{7,64}$"_s); // it becomes an argument
    const ServiceIdentity identity = row.report && row.report->identity ? *row.report->identity : ServiceIdentity();
    if (!QFileInfo(path).isAbsolute() || !QFileInfo(QFileInfo(path).path()).isDir())
        return tr("It is no file in a folder of this machine.");
    if (!hash.match(identity.commit).hasMatch())
        return tr("The service does not say from which commit of git it was started.");
    if (identity.worktree.isEmpty() || !(QFileInfo(path).path() + u'/').startsWith(identity.worktree + u'/'))
        return tr("The file is not in the work tree that the service was started in.");
    for (const QString &program : {u"git"_s, u"diff"_s}) {
        if (QStandardPaths::findExecutable(program).isEmpty())
            return tr("%1 is not installed.").arg(program);
    }
    return {};
}

void CodeDiff::start(const ServiceRow &row, const QString &path)
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const QString &name : environment.keys()) {
        if (name.startsWith("GIT_"_L1))
            environment.remove(name);
    }
    // A repository that lacks the object would have it fetched, by a program of its own choice.
    environment.insert(u"GIT_NO_LAZY_FETCH"_s, u"1"_s);
    environment.insert(u"GIT_ALLOW_PROTOCOL"_s, u"none"_s);
    environment.insert(u"GIT_OPTIONAL_LOCKS"_s, u"0"_s);
    environment.insert(u"LC_ALL"_s, u"C.UTF-8"_s);
    const ServiceIdentity &identity = *row.report->identity;
    m_path = path;
    m_name = path.mid(identity.worktree.size() + 1);
    for (QProcess *const process : {&m_git, &m_diff}) {
        process->setProcessEnvironment(environment);
        process->setWorkingDirectory(QFileInfo(path).path());
    }
    m_timer.start(Timeout);
    m_git.start(u"git"_s,
                {u"--no-pager"_s, u"-c"_s, u"core.fsmonitor=false"_s, u"-c"_s, u"core.hooksPath=/dev/null"_s,
                 u"cat-file"_s, u"blob"_s, identity.commit + u":./"_s + QFileInfo(path).fileName()},
                QIODevice::ReadOnly);
    m_git.closeWriteChannel();
}

void CodeDiff::readBlob()
{
    m_blob += m_git.readAllStandardOutput();
    if (m_blob.size() > LargestFile)
        finish(Problem{u"git"_s, tr("the file is larger than %1 MiB").arg(LargestFile >> 20)});
}

void CodeDiff::compare(const ProcessOutcome &git)
{
    if (m_isFinished)
        return;
    if (!git.whyNotStarted.isEmpty())
        return finish(Problem{u"git"_s, git.whyNotStarted});
    if (git.code != 0)
        return finish(Problem{u"git"_s, QString::fromUtf8(m_git.readAllStandardError().left(1000).trimmed())});
    m_blob += m_git.readAllStandardOutput();
    m_diff.start(u"diff"_s, {u"-u"_s, u"-L"_s, u"a/"_s + m_name, u"-L"_s, u"b/"_s + m_name, u"--"_s, u"-"_s, m_path});
    m_diff.write(m_blob);
    m_diff.closeWriteChannel();
}

void CodeDiff::end(const ProcessOutcome &diff)
{
    if (!diff.whyNotStarted.isEmpty())
        return finish(Problem{u"diff"_s, diff.whyNotStarted});
    const QByteArray said = m_diff.readAllStandardError().left(1000).trimmed();
    if (!diff.hasExited || !said.isEmpty())
        return finish(Problem{u"diff"_s, QString::fromUtf8(said)});
    finish(QString::fromUtf8(m_diff.readAllStandardOutput().left(MostBytes)));
}

void CodeDiff::finish(const Result<QString> &patch)
{
    if (std::exchange(m_isFinished, true))
        return;
    m_timer.stop();
    m_git.kill();
    m_diff.kill();
    Q_EMIT finished(patch);
}

} // namespace Hephaestus
