// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/ui/ansicolours.h"

#include <QPlainTextEdit>

#include <deque>

namespace Hephaestus {

/// One line of a log, as it is shown.
struct LogLine
{
    static constexpr qint64 NoPosition = -1;

    qint64 position = NoPosition; ///< none: a note of ours, or a line from before the log began anew
    QString name{};               ///< whose it is, where several are shown; stands before the text
    StyledLine styled{};
};

/// Lines of a log, coloured, searched and filtered. It follows what is appended until somebody scrolls up or goes to a
/// match. One block of the text is one line, also where it is hidden.
class LogText : public QPlainTextEdit
{
    Q_OBJECT

public:
    static constexpr int FollowedLines = 20'000; ///< kept while it follows
    static constexpr int MostLines = 200'000;    ///< kept while somebody reads

    explicit LogText(QWidget *parent = nullptr);

    void clearLines();
    /// Whether it is known that nothing was written, while there is no line. If not, nothing is said.
    void setKnown(bool known);
    /// The last `unfinished` of them are taken back when more comes.
    void append(const QList<LogLine> &lines, int unfinished = 0);
    /// Earlier ones; what is read stays where it is.
    void prepend(const QList<LogLine> &lines);
    void forgetPositions();

    bool isFull() const { return int(m_lines.size()) >= MostLines; }
    /// Of the first line; NoPosition: there is none.
    qint64 firstPosition() const { return m_lines.empty() ? LogLine::NoPosition : m_lines.front().position; }

    bool isFollowing() const { return m_isFollowing; }
    void setFollowing(bool following);
    void setWanted(const QString &wanted); ///< what is searched for; empty: nothing is
    void setMatchesOnly(bool matchesOnly); ///< hides the lines without a match, while something is searched for
    void find(bool backward);              ///< goes to the next match, round the end, and stays there
    QString place() const;                 ///< `3 of 14` at a match; else, and while it follows, how many there are

Q_SIGNALS:
    void followingChanged(bool following);
    void trimmed(); ///< the first lines were dropped
    void topReached();
    void placeChanged();

protected:
    void resizeEvent(QResizeEvent *event) override;
    void changeEvent(QEvent *event) override;
    QMimeData *createMimeDataFromSelection() const override; ///< without what is hidden

private:
    /// What is known of one block.
    struct Shown
    {
        qint64 position;
        int matches;
        int nameLength;
        QList<StyledSpan> spans;
    };
    /// The line at the upper edge.
    struct Place
    {
        int block;
        int offset; ///< rows into it, where lines wrap
    };

    Shown shownAs(const LogLine &line) const;
    static QString textOf(const LogLine &line);
    QList<QTextLayout::FormatRange> formatsOf(const Shown &shown, const QString &text);
    void format(QTextBlock block, const Shown &shown);
    void dropUnfinished();
    void trim();
    Place upperEdge(int dropped = 0) const;
    void restore(Place place);
    void scrolled(int value);
    int matchesIn(QStringView text) const;
    bool isHidden(const Shown &shown) const;
    void hideOthers();
    void markMatches();

    AnsiColours m_colours;
    std::deque<Shown> m_lines; ///< one for each block of the text; empty: the text is
    QString m_wanted;
    bool m_matchesOnly = false;
    bool m_isFollowing = true;
    bool m_isScrolling = false; ///< it is us who scrolls
    int m_unfinished = 0;       ///< so many of the last ones come again
    int m_matches = 0;          ///< in all of them
};

} // namespace Hephaestus
