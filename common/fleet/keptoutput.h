// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/logpage.h"

namespace Hephaestus {

/// What is kept on disk of a service's output: `logs/NAME.output.log` of a wrapped program, with what its wrapper said
/// after that; or `logs/NAME.log` of another one that was started from here. Older, rotated files belong to it.
struct KeptOutput
{
    static constexpr qint64 MostBytes = 8 << 20; ///< read from its end

    QString path;            ///< of the newest file; empty: there is none
    QList<OutputLine> lines; ///< oldest first; times are those of the latest mark before a line, a second old at most
};

/// `stateDirectory` as for logFileOf(). Reads files; `bytes` from their end at most.
KeptOutput readKeptOutput(const QString &name, const QString &stateDirectory = {},
                          qint64 bytes = KeptOutput::MostBytes);
/// The lines of a part of such a file, which begins with a whole one; their positions are those of their first bytes.
QList<OutputLine> readOutputText(QByteArrayView text);
/// Those of one file and its older ones, FILE.1, FILE.2, …
QList<OutputLine> readOutputFiles(const QString &path, qint64 bytes);

/// Makes what is in FILE FILE.1 once it is larger than `most` bytes, and FILE empty, while others go on appending to
/// it. Of a much larger one the last four times `most` are kept: a start must not wait for a copy of gigabytes. Where
/// the file system can cut a file at its front (ext4, XFS) nothing is lost; elsewhere what is written in the moment of
/// the cut may be.
void boundOutput(const QString &path, qint64 most = 10 << 20);

/// Whether an instance of the service, or of the program it wraps, begins with this line.
bool beginsInstance(const OutputLine &line);
/// The lines from where the instance begins that started as one of these processes, up to the begin of another. None
/// tells of such a start: those of the latest instance. Nothing: no line tells where one begins.
std::optional<QList<OutputLine>> linesOfInstance(const QList<OutputLine> &lines, const QList<qint64> &pids);
/// Those of a program whose wrapper went on and started others after it. None tells of its start: what is before the
/// first start of another, for its own was earlier. Nothing: no line tells of a start, so that it may be anybody's.
std::optional<QList<OutputLine>> linesOfProgram(const QList<OutputLine> &lines, qint64 pid);
/// Those of a wrapper that has ended: from the start of this program of it, with all that it started after that. None
/// tells of that start: from the latest. Nothing: no line tells of a start.
std::optional<QList<OutputLine>> linesOfWrapper(const QList<OutputLine> &lines, const QList<qint64> &pids);
/// The lines of the instance before the latest one; empty: there is none.
QList<OutputLine> previousInstance(const QList<OutputLine> &lines);

/// The lines of `older` up to where `newer` begins in it, and then those: what a file keeps, and what the service
/// tells. Only `newer` if it is nowhere in there: the file may be another's.
QList<OutputLine> joined(const QList<OutputLine> &older, const QList<OutputLine> &newer);

} // namespace Hephaestus
