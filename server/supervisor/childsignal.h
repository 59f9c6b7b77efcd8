// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSocketNotifier>

#include <memory>

namespace Hephaestus {

/// SIGCHLD as a Qt signal: a child ended, was suspended or goes on, one's own or an adopted one. While nothing of that
/// happens nobody has to look. Main thread.
class ChildSignal : public QObject
{
    Q_OBJECT

public:
    /// The process' only one, which lives as long as somebody keeps it; then SIGCHLD has its default effect again.
    static std::shared_ptr<ChildSignal> instance();
    ~ChildSignal() override;

Q_SIGNALS:
    void arrived();

private:
    ChildSignal();

    QSocketNotifier m_notifier;
};

} // namespace Hephaestus
