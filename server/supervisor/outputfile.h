// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/logpage.h"
#include "server/supervisor/rotatedfile.h"

namespace Hephaestus {

/// A program's output on disk: its lines as they came. A line before them, `2026-01-31T12:00:00.000Z stdout:`, says
/// when and where they came from. A program's own line that reads so has a blank before it. There is one wherever the
/// stream changes, and otherwise one a second at most.
class OutputFile
{
public:
    explicit OutputFile(QString path) : m_file(std::move(path)) {}

    /// Whole lines; those of events say their time themselves.
    void write(OutputStream stream, QByteArrayView lines, OutputLine::Time time);

    const RotatedFile &file() const { return m_file; }
    QString flush() { return m_file.flush(); }

private:
    RotatedFile m_file;
    OutputStream m_stream = OutputStream::Event;
    OutputLine::Time m_markedAt;
};

} // namespace Hephaestus
