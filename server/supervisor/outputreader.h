// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/filedescriptor.h"

#include <QByteArray>
#include <QObject>

#include <memory>

class QSocketNotifier;

namespace Hephaestus {

/// Reads a program's output from a pipe, in whole lines. A flood costs no more than one portion of memory. What is not
/// read yet waits in the pipe, and the program with it, until the event loop comes round again.
class OutputReader : public QObject
{
    Q_OBJECT

public:
    static constexpr qsizetype LongestLine = 16 * 1024; ///< longer ones are broken there
    static constexpr qsizetype Portion = 256 * 1024;    ///< read before the event loop has its turn

    /// `descriptor` must be non-blocking.
    explicit OutputReader(FileDescriptor descriptor, QObject *parent = nullptr);
    ~OutputReader() override;

    bool isOpen() const { return m_descriptor.isOpen(); }
    /// For another reader: a line that has begun is taken for whole.
    FileDescriptor release();

public Q_SLOTS:
    void read();
    /// What is in the pipe by now, the last line even if it has no end; then closes it.
    void finish();

Q_SIGNALS:
    void linesRead(const QByteArray &lines); ///< one or more, each with its '\n'

private:
    bool readPortion(qsizetype most);
    void take(const char *bytes, qsizetype size);

    FileDescriptor m_descriptor;
    std::unique_ptr<QSocketNotifier> m_notifier;
    QByteArray m_partial; ///< a line whose end has not come
};

} // namespace Hephaestus
