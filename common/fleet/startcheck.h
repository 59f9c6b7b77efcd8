// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleet.h"

#include <QObject>

#include <memory>

class QProcess;
class QProcessEnvironment;

namespace Hephaestus {

/// Finds what would keep a command from starting, before anything is stopped for it: its directory, its program file,
/// its environment files, and, of `hephaestus serve` and `run`, all that their own `--check` finds (options,
/// configuration, the program).
///
/// Nothing is started but that check, which is killed after 5 s; what it did not find by then counts as in order.
class StartCheck : public QObject
{
    Q_OBJECT

public:
    explicit StartCheck(RestartByCommand command, QObject *parent = nullptr);
    ~StartCheck() override;

    void start();

Q_SIGNALS:
    /// Once, from the event loop: a sentence, or nothing if it can be started as far as is known.
    void finished(const QString &failure);

private:
    void runOwnCheck(qsizetype word, const QProcessEnvironment &environment);
    void conclude(const QString &why);

    const RestartByCommand m_command;
    std::unique_ptr<QProcess> m_process; ///< null: there is no check of its own
};

} // namespace Hephaestus
