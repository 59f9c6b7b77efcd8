// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "dashboard/model/servicerow.h"

#include <QProcess>
#include <QTimer>

namespace Hephaestus {

/// What of a file changed since the commit that a service was started from, as git tells it. It runs git once, without
/// a program of its configuration that would show or watch. git refuses repositories of other users. One thread;
/// nothing blocks.
class CodeDiff : public QObject
{
    Q_OBJECT

public:
    static constexpr std::chrono::seconds Timeout{10};
    static constexpr qsizetype MostBytes = 1 << 20;

    explicit CodeDiff(QObject *parent = nullptr);
    ~CodeDiff() override; ///< ends git

    /// Why nothing can be compared, as a sentence; empty: it can be tried.
    static QString whyNot(const ServiceRow &row, const QString &path);

    /// Of a row and path for which whyNot() has none.
    void start(const ServiceRow &row, const QString &path);

Q_SIGNALS:
    /// Exactly once: the patch; empty: git knows of no difference. A Problem says what git said.
    void finished(const Hephaestus::Result<QString> &patch);

private:
    void finish(const Result<QString> &patch);

    QProcess m_git;
    QTimer m_timer;
    bool m_isFinished = false;
};

} // namespace Hephaestus
