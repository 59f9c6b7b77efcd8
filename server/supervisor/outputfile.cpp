// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/outputfile.h"

#include "common/protocol/outputmark.h"

namespace Hephaestus {

void OutputFile::write(OutputStream stream, QByteArrayView lines, OutputLine::Time time)
{
    const bool isMarked = stream == m_stream && time - m_markedAt < std::chrono::seconds(1);
    m_stream = stream;
    if (stream == OutputStream::Event)
        return m_file.write(lines);
    const std::optional<QByteArray> changed = withoutMarks(lines);
    const QByteArrayView text = changed ? QByteArrayView(*changed) : lines;
    if (isMarked)
        return m_file.write(text);
    m_markedAt = time;
    QByteArray marked = wireTime(time) + ' ' + wireName(stream).toLatin1() + ":\n";
    m_file.write(marked.append(text));
}

} // namespace Hephaestus
