// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/outputfile.h"

namespace Hephaestus {

void OutputFile::write(OutputStream stream, QByteArrayView lines, OutputLine::Time time)
{
    const bool isMarked = stream == m_stream && time - m_markedAt < std::chrono::seconds(1);
    m_stream = stream;
    if (stream == OutputStream::Event || isMarked)
        return m_file.write(lines);
    m_markedAt = time;
    QByteArray marked = wireTime(time) + ' ' + wireName(stream).toLatin1() + ":\n";
    m_file.write(marked.append(lines));
}

} // namespace Hephaestus
