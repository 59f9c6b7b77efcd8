// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/logfeed.h"
#include "common/fleet/fleet.h"

namespace Hephaestus {

/// What a service has told of its output and itself.
struct ToldOutput
{
    QString file{};              ///< where its output is kept; empty: it does not say
    std::optional<qint64> pid{}; ///< nothing: no process of this machine
    QDateTime began{};           ///< invalid: not known
};

/// Follows the output of one service: what it tells at /health/logs, or the file in which a window or command keeps it.
/// Of a service that tells, but is gone, that file is read too, until it answers again. Lines have a position by which
/// earlier ones can be asked for. It looks five times a second while something comes, and not at all while it is
/// stopped. One thread; nothing blocks but reading a local file.
class LogFollower : public QObject
{
    Q_OBJECT

public:
    static constexpr int Lines = 1000;                   ///< of what was there before
    static constexpr qsizetype EarlierBytes = 256 << 10; ///< asked for at once

    /// `offers`: whether the service says that it has logs. `stateDirectory` as in launcher.h.
    LogFollower(const FleetEntry &entry, bool offers, const QString &stateDirectory, QObject *parent = nullptr);
    ~LogFollower() override;

    void start(); ///< looks at once
    void stop();
    /// The lines before this position: earlier() follows, if they can be had.
    void askEarlier(qint64 before);
    /// Where it comes from, as a sentence.
    QString source() const;
    /// A file that was written to before it began only is another instance's.
    void setTold(const ToldOutput &told) { m_told = told; }
    /// What was told stays, and no line comes twice: of a file only what comes after that, or all where nothing was
    /// told.
    void setOnce(bool once) { m_isOnce = once; }

Q_SIGNALS:
    /// The last ones may be unfinished, and come again. Once there may be none: it has begun.
    void appended(const QList<Hephaestus::OutputLine> &lines);
    void earlier(const QList<Hephaestus::OutputLine> &lines); ///< none: these were the first
    void noted(const QString &what);                          ///< for the reader, among the lines
    void begunAnew();                                         ///< positions of before mean nothing any more
    void replaced(); ///< what follows is all there is, from another source(): what came before goes
    /// Nothing can be had now, as a sentence; once for each reason. Empty: it can again.
    void failed(const QString &why);

private:
    void follow();
    void beginFile(const ServiceReply &reply);
    void endFile();
    void appendLastWords();
    bool hasEnded() const;
    bool hasFile() const;
    void chooseFile();
    void readFile();
    QString olderFile() const;
    QByteArray takeRotated();
    QByteArray readPart(qint64 from, qint64 size);
    void fail(const QString &why);

    FleetEntry m_entry;
    bool m_offers;
    QString m_stateDirectory;
    QString m_path;
    ToldOutput m_told;
    ClientError m_error = ClientError::None; ///< why its file is read
    bool m_isKept = false;                   ///< its file is read since it is gone
    bool m_isOnce = false;
    QList<OutputLine> m_latest; ///< that it told
    std::unique_ptr<LogFeed> m_feed;
    QTimer m_timer;
    QByteArray m_unfinished; ///< of the file: a line without its end
    qint64 m_position = -1;  ///< in the file; -1: not read yet
    quint64 m_inode = 0;
    quint64 m_olderInode = 0; ///< of the file before it
    QString m_failure;
};

} // namespace Hephaestus
