// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/processoutcome.h"
#include "common/base/result.h"
#include "dashboard/model/servicerow.h"

#include <QProcess>
#include <QTimer>

namespace Hephaestus {

/// What of a file changed since the commit that a service was started from. git hands out what the commit has, as it
/// is, and diff(1) compares that with the file: nothing that the configuration of a repository names is run. So what
/// git's filters would make of either (line ends, large files) is not seen through. git refuses repositories of other
/// users. One thread; nothing blocks.
class CodeDiff : public QObject
{
    Q_OBJECT

public:
    static constexpr std::chrono::seconds Timeout{10};
    static constexpr qsizetype MostBytes = 1 << 20;    ///< of the patch
    static constexpr qsizetype LargestFile = 32 << 20; ///< in the commit

    explicit CodeDiff(QObject *parent = nullptr);
    ~CodeDiff() override; ///< ends git

    /// Why nothing can be compared, as a sentence; empty: it can be tried.
    static QString whyNot(const ServiceRow &row, const QString &path);

    /// Of a row and path for which whyNot() has none.
    void start(const ServiceRow &row, const QString &path);

Q_SIGNALS:
    /// Exactly once: the patch; empty: there is no difference. A Problem says what git said.
    void finished(const Hephaestus::Result<QString> &patch);

private:
    void readBlob();
    void compare(const ProcessOutcome &git);
    void end(const ProcessOutcome &diff);
    void finish(const Result<QString> &patch);

    QProcess m_git;
    QProcess m_diff;
    QByteArray m_blob; ///< what the commit has
    QString m_path;
    QString m_name; ///< of the file in its work tree
    QTimer m_timer;
    bool m_isFinished = false;
};

} // namespace Hephaestus
