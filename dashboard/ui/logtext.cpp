// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/logtext.h"

#include "dashboard/ui/theme.h"

#include <QFontDatabase>
#include <QMimeData>
#include <QScopedValueRollback>
#include <QScrollBar>
#include <QTextBlock>

#include <algorithm>
#include <numeric>

namespace Hephaestus {

using namespace Qt::StringLiterals;

LogText::LogText(QWidget *parent) : QPlainTextEdit(parent), m_colours(palette())
{
    setReadOnly(true);
    setLayoutDirection(Qt::LeftToRight); // its lines begin at the left
    setFrameShape(QFrame::NoFrame);
    setLineWrapMode(NoWrap);
    setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    setTabChangesFocus(true);
    setUndoRedoEnabled(false);
    setAccessibleName(tr("The log"));
    setKnown(true);
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, &LogText::scrolled);
    connect(this, &QPlainTextEdit::cursorPositionChanged, this, &LogText::placeChanged);
}

void LogText::setKnown(bool known) { setPlaceholderText(known ? tr("There is no line yet.") : QString()); }

void LogText::clearLines()
{
    clear();
    m_lines.clear();
    m_unfinished = 0;
    m_matches = 0;
    Q_EMIT placeChanged();
}

void LogText::forgetPositions()
{
    for (Shown &line : m_lines)
        line.position = LogLine::NoPosition;
}

QString LogText::textOf(const LogLine &line) { return line.name + line.styled.text; }

LogText::Shown LogText::shownAs(const LogLine &line) const
{
    return {line.position, matchesIn(textOf(line)), int(line.name.size()), line.styled.spans};
}

// ---- what changes the text ------------------------------------------------------------------------------

void LogText::append(const QList<LogLine> &lines, int unfinished)
{
    const int down = verticalScrollBar()->value();
    const QScopedValueRollback scrolling(m_isScrolling, true);
    dropUnfinished();
    if (lines.isEmpty())
        return;
    QStringList texts;
    for (const LogLine &line : lines)
        texts << textOf(line);
    const auto first = int(m_lines.size());
    QTextCursor at(document());
    at.movePosition(QTextCursor::End);
    at.beginEditBlock();
    at.insertText((first == 0 ? QString() : u"\n"_s) + texts.join(u'\n'));
    QTextBlock block = document()->findBlockByNumber(first);
    for (const LogLine &line : lines) {
        m_lines.push_back(shownAs(line));
        m_matches += m_lines.back().matches;
        format(block, m_lines.back());
        block = block.next();
    }
    at.endEditBlock();
    m_unfinished = unfinished;
    verticalScrollBar()->setValue(m_isFollowing ? verticalScrollBar()->maximum() : down);
    trim();
    markMatches();
    Q_EMIT placeChanged();
}

/// Lines without their ends come again, with more of them.
void LogText::dropUnfinished()
{
    if (m_unfinished == 0)
        return;
    QTextCursor at(document());
    at.movePosition(QTextCursor::End);
    for (; m_unfinished > 0; --m_unfinished) {
        at.movePosition(QTextCursor::StartOfBlock, QTextCursor::KeepAnchor);
        at.removeSelectedText();
        at.deletePreviousChar();
        m_matches -= m_lines.back().matches;
        m_lines.pop_back();
    }
    if (!m_lines.empty())
        format(document()->lastBlock(), m_lines.back()); // two blocks became one
}

/// Drops the oldest lines. What is being read stays where it is.
void LogText::trim()
{
    const int most = m_isFollowing ? FollowedLines : MostLines;
    const int dropped = int(m_lines.size()) - most;
    if (dropped < most / 20) // a few more cost less than a removal each time
        return;
    const Place before = upperEdge(dropped);
    QTextCursor at(document());
    at.movePosition(QTextCursor::NextBlock, QTextCursor::KeepAnchor, dropped);
    at.removeSelectedText();
    for (int i = 0; i < dropped; ++i) {
        m_matches -= m_lines.front().matches;
        m_lines.pop_front();
    }
    format(document()->firstBlock(), m_lines.front());
    if (m_isFollowing)
        verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    else
        restore(before);
    Q_EMIT trimmed();
}

void LogText::prepend(const QList<LogLine> &lines)
{
    if (lines.isEmpty())
        return;
    QString text;
    for (const LogLine &line : lines)
        text += textOf(line) + u'\n';
    const Place before = upperEdge(-int(lines.size()));
    const QScopedValueRollback scrolling(m_isScrolling, true);
    QTextCursor at(document());
    at.beginEditBlock();
    at.insertText(text);
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
        m_lines.push_front(shownAs(*line));
        m_matches += m_lines.front().matches;
    }
    QTextBlock block = document()->firstBlock();
    for (qsizetype i = 0; i <= lines.size() && block.isValid(); ++i, block = block.next())
        format(block, m_lines[std::size_t(i)]);
    at.endEditBlock();
    restore(before);
    markMatches();
    Q_EMIT placeChanged();
}

// ---- colours --------------------------------------------------------------------------------------------

QList<QTextLayout::FormatRange> LogText::formatsOf(const Shown &shown, const QString &text)
{
    QList<QTextLayout::FormatRange> ranges;
    if (shown.nameLength > 0)
        ranges.append({0, shown.nameLength, m_colours.nameFormat()});
    for (const StyledSpan &span : shown.spans)
        ranges.append({shown.nameLength + span.begin, span.length, m_colours.format(span.style)});
    if (!shown.spans.isEmpty()) // the program has coloured it
        return ranges;
    if (const LevelWord word = levelIn(QStringView(text).sliced(shown.nameLength)); word.level != LogLevel::None)
        ranges.append({shown.nameLength + word.begin, word.length, m_colours.format(word.level)});
    return ranges;
}

/// Also hides it, or shows it again.
void LogText::format(QTextBlock block, const Shown &shown)
{
    if (const auto ranges = formatsOf(shown, block.text()); ranges != block.layout()->formats()) {
        block.layout()->setFormats(ranges);
        document()->markContentsDirty(block.position(), block.length());
    }
    if (const bool isVisible = !isHidden(shown); block.isVisible() != isVisible) {
        block.setVisible(isVisible);
        document()->markContentsDirty(block.position(), block.length());
    }
}

void LogText::changeEvent(QEvent *event)
{
    QPlainTextEdit::changeEvent(event);
    if (event->type() != QEvent::PaletteChange)
        return;
    m_colours = AnsiColours(palette());
    QTextCursor at(document());
    at.beginEditBlock();
    QTextBlock block = document()->firstBlock();
    for (const Shown &line : m_lines) {
        format(block, line);
        block = block.next();
    }
    at.endEditBlock();
    markMatches();
}

// ---- scrolling ------------------------------------------------------------------------------------------

/// As it will be called when `dropped` blocks before it are gone.
LogText::Place LogText::upperEdge(int dropped) const
{
    const QTextBlock block = firstVisibleBlock();
    return {block.blockNumber() - dropped, verticalScrollBar()->value() - block.firstLineNumber()};
}

void LogText::restore(Place place)
{
    const QTextBlock block = document()->findBlockByNumber(std::max(0, place.block));
    verticalScrollBar()->setValue(block.firstLineNumber() + (place.block < 0 ? 0 : place.offset));
}

void LogText::scrolled(int value)
{
    if (m_isScrolling)
        return;
    const bool isAtEnd = value >= verticalScrollBar()->maximum();
    if (std::exchange(m_isFollowing, isAtEnd) != isAtEnd) {
        Q_EMIT followingChanged(isAtEnd);
        Q_EMIT placeChanged();
    }
    if (value == verticalScrollBar()->minimum() && !isAtEnd)
        Q_EMIT topReached();
    markMatches();
}

void LogText::setFollowing(bool following)
{
    m_isFollowing = following;
    const QScopedValueRollback scrolling(m_isScrolling, true);
    if (following)
        verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    markMatches();
    Q_EMIT placeChanged();
}

void LogText::resizeEvent(QResizeEvent *event)
{
    const QScopedValueRollback scrolling(m_isScrolling, true);
    QPlainTextEdit::resizeEvent(event);
    if (m_isFollowing)
        verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    markMatches();
}

// ---- searching ------------------------------------------------------------------------------------------

int LogText::matchesIn(QStringView text) const
{
    return m_wanted.isEmpty() ? 0 : int(text.count(m_wanted, Qt::CaseInsensitive));
}

bool LogText::isHidden(const Shown &shown) const { return m_matchesOnly && !m_wanted.isEmpty() && shown.matches == 0; }

void LogText::setWanted(const QString &wanted)
{
    m_wanted = wanted;
    m_matches = 0;
    QTextBlock block = document()->firstBlock();
    for (Shown &line : m_lines) {
        line.matches = matchesIn(block.text());
        m_matches += line.matches;
        block = block.next();
    }
    hideOthers();
    markMatches();
    Q_EMIT placeChanged();
}

void LogText::setMatchesOnly(bool matchesOnly)
{
    m_matchesOnly = matchesOnly;
    hideOthers();
    markMatches();
}

void LogText::hideOthers()
{
    const Place before = upperEdge();
    const QScopedValueRollback scrolling(m_isScrolling, true);
    bool isChanged = false;
    QTextBlock block = document()->firstBlock();
    for (const Shown &line : m_lines) {
        if (const bool isVisible = !isHidden(line); block.isVisible() != isVisible) {
            block.setVisible(isVisible);
            isChanged = true;
        }
        block = block.next();
    }
    if (!isChanged)
        return;
    document()->markContentsDirty(0, document()->characterCount());
    if (m_isFollowing)
        verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    else
        restore(before);
    viewport()->update();
}

/// Those in view; a mark for every line would cost more the longer the log is.
void LogText::markMatches()
{
    QList<QTextEdit::ExtraSelection> marks;
    if (!m_wanted.isEmpty()) {
        QTextEdit::ExtraSelection mark;
        QColor colour = Theme::of(palette()).accent(ServiceState::ShuttingDown);
        colour.setAlphaF(0.35F);
        mark.format.setBackground(colour);
        const QTextBlock last = cursorForPosition(viewport()->rect().bottomLeft()).block();
        for (QTextBlock block = cursorForPosition({}).block(); block.isValid(); block = block.next()) {
            const QString text = block.isVisible() ? block.text() : QString();
            for (qsizetype at = text.indexOf(m_wanted, 0, Qt::CaseInsensitive); at >= 0;
                 at = text.indexOf(m_wanted, at + m_wanted.size(), Qt::CaseInsensitive)) {
                mark.cursor = QTextCursor(block);
                mark.cursor.setPosition(block.position() + int(at));
                mark.cursor.setPosition(block.position() + int(at + m_wanted.size()), QTextCursor::KeepAnchor);
                marks << mark;
            }
            if (block == last)
                break;
        }
    }
    setExtraSelections(marks);
}

QString LogText::place() const
{
    if (m_wanted.isEmpty())
        return {};
    const QTextCursor cursor = textCursor();
    if (m_isFollowing || cursor.selectedText().compare(m_wanted, Qt::CaseInsensitive) != 0)
        return m_matches == 0 ? tr("none") : tr("%1 found").arg(m_matches);
    const QTextBlock block = document()->findBlock(cursor.selectionStart());
    const auto here = m_lines.begin() + std::min<std::ptrdiff_t>(block.blockNumber(), std::ptrdiff_t(m_lines.size()));
    int number =
        std::accumulate(m_lines.begin(), here, 1, [](int sum, const Shown &line) { return sum + line.matches; });
    number += matchesIn(block.text().left(cursor.selectionStart() - block.position()));
    return tr("%1 of %2").arg(number).arg(m_matches);
}

void LogText::find(bool backward)
{
    if (m_wanted.isEmpty())
        return;
    const QTextDocument::FindFlags flags = backward ? QTextDocument::FindBackward : QTextDocument::FindFlags();
    QTextCursor from = textCursor();
    if (backward && m_isFollowing)
        from.movePosition(QTextCursor::End); // the newest
    QTextCursor found = document()->find(m_wanted, from, flags);
    if (found.isNull()) { // and round
        from.movePosition(backward ? QTextCursor::End : QTextCursor::Start);
        found = document()->find(m_wanted, from, flags);
    }
    if (found.isNull())
        return;
    found.setKeepPositionOnInsert(true); // at the end of the last line, too
    // It is read, also where it is among the last lines: the next ones do not move it away.
    const bool wasFollowing = std::exchange(m_isFollowing, false);
    {
        const QScopedValueRollback scrolling(m_isScrolling, true);
        setTextCursor(found);
    }
    if (wasFollowing)
        Q_EMIT followingChanged(false);
    if (verticalScrollBar()->value() == verticalScrollBar()->minimum())
        Q_EMIT topReached();
    markMatches();
    Q_EMIT placeChanged();
}

QMimeData *LogText::createMimeDataFromSelection() const
{
    const QTextCursor cursor = textCursor();
    QStringList lines;
    for (QTextBlock block = document()->findBlock(cursor.selectionStart());
         block.isValid() && block.position() <= cursor.selectionEnd(); block = block.next()) {
        const int begin = std::max(0, cursor.selectionStart() - block.position());
        if (block.isVisible())
            lines << block.text().left(cursor.selectionEnd() - block.position()).mid(begin);
    }
    auto *const data = new QMimeData;
    data->setText(lines.join(u'\n'));
    return data;
}

} // namespace Hephaestus
