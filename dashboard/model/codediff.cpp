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
    connect(&m_git, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            finish(Problem{u"git"_s, m_git.errorString()});
    });
    connect(&m_git, &QProcess::finished, this, [this](int code, QProcess::ExitStatus status) {
        const QByteArray said = m_git.readAllStandardError().left(1000).trimmed();
        if (status != QProcess::NormalExit || code != 0)
            return finish(Problem{u"git"_s, QString::fromUtf8(said)});
        finish(QString::fromUtf8(m_git.readAllStandardOutput().left(MostBytes)));
    });
}

CodeDiff::~CodeDiff()
{
    m_git.disconnect(this);
    m_git.kill();
    m_git.waitForFinished(1000);
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
    if (QStandardPaths::findExecutable(u"git"_s).isEmpty())
        return tr("git is not installed.");
    return {};
}

void CodeDiff::start(const ServiceRow &row, const QString &path)
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const QString &name : environment.keys()) {
        if (name.startsWith("GIT_"_L1))
            environment.remove(name);
    }
    environment.insert(u"GIT_OPTIONAL_LOCKS"_s, u"0"_s);
    environment.insert(u"LC_ALL"_s, u"C.UTF-8"_s);
    m_git.setProcessEnvironment(environment);
    m_git.setWorkingDirectory(QFileInfo(path).path());
    m_timer.start(Timeout);
    m_git.start(u"git"_s,
                {u"--no-pager"_s, u"--literal-pathspecs"_s, u"-c"_s, u"core.fsmonitor=false"_s, u"-c"_s,
                 u"core.hooksPath=/dev/null"_s, u"diff"_s, u"--no-ext-diff"_s, u"--no-textconv"_s, u"--no-color"_s,
                 row.report->identity->commit, u"--"_s, path},
                QIODevice::ReadOnly);
    m_git.closeWriteChannel();
}

void CodeDiff::finish(const Result<QString> &patch)
{
    if (std::exchange(m_isFinished, true))
        return;
    m_timer.stop();
    Q_EMIT finished(patch);
}

} // namespace Hephaestus
