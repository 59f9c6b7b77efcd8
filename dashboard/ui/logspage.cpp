// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/logspage.h"

#include "dashboard/model/displaytext.h"
#include "dashboard/ui/theme.h"

#include <QCheckBox>
#include <QFontDatabase>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QTextBlock>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <numeric>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr int LongestLine = 4000; ///< characters shown of it

QString textOf(const OutputLine &line)
{
    QString text = QString::fromUtf8(line.text);
    if (text.endsWith(u'\n'))
        text.chop(1);
    return visibleText(text.replace(u'\t', u"    "_s), LongestLine);
}

} // namespace

LogsPage::LogsPage(QString stateDirectory, QWidget *parent)
    : QWidget(parent)
    , m_stateDirectory(std::move(stateDirectory))
    , m_search(new QLineEdit)
    , m_count(new QLabel)
    , m_next(new QToolButton)
    , m_previous(new QToolButton)
    , m_follow(new QCheckBox(tr("F&ollow")))
    , m_text(new QPlainTextEdit)
    , m_note(new QLabel)
{
    m_search->setPlaceholderText(tr("Search in the log"));
    m_search->setAccessibleName(tr("Search in the log"));
    m_search->setClearButtonEnabled(true);
    m_search->setMaxLength(500);
    m_previous->setArrowType(Qt::UpArrow);
    m_previous->setAccessibleName(tr("Previous match"));
    m_previous->setToolTip(tr("Previous match (Shift+F3)"));
    m_next->setArrowType(Qt::DownArrow);
    m_next->setAccessibleName(tr("Next match"));
    m_next->setToolTip(tr("Next match (F3)"));
    m_follow->setChecked(true);
    m_follow->setToolTip(tr("Keep the newest lines in view."));
    for (QLabel *const label : {m_count, m_note})
        label->setTextFormat(Qt::PlainText);
    m_note->setWordWrap(true);
    m_text->setReadOnly(true);
    m_text->setFrameShape(QFrame::NoFrame);
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_text->setTabChangesFocus(true);
    m_text->setUndoRedoEnabled(false);
    m_text->setAccessibleName(tr("The log"));
    m_text->setPlaceholderText(tr("Nothing has been written yet."));

    connectSearch();
    layOut();
    setFocusProxy(m_text);
    search();
}

void LogsPage::connectSearch()
{
    connect(m_search, &QLineEdit::textChanged, this, &LogsPage::search);
    connect(m_search, &QLineEdit::returnPressed, this, [this] { find(true); }); // from the newest backwards
    connect(m_next, &QToolButton::clicked, this, [this] { find(false); });
    connect(m_previous, &QToolButton::clicked, this, [this] { find(true); });
    connect(m_follow, &QCheckBox::clicked, this, &LogsPage::setFollowing);
    connect(m_text->verticalScrollBar(), &QScrollBar::valueChanged, this, &LogsPage::scrolled);
    connect(m_text, &QPlainTextEdit::cursorPositionChanged, this, &LogsPage::countMatches);
}

void LogsPage::layOut()
{
    auto *const bar = new QHBoxLayout;
    bar->setSpacing(spacing(fontMetrics(), 2));
    bar->addWidget(m_search, 1);
    bar->addWidget(m_count);
    bar->addWidget(m_previous);
    bar->addWidget(m_next);
    bar->addWidget(m_follow);
    auto *const layout = new QVBoxLayout(this);
    const int margin = spacing(fontMetrics(), 2);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->addLayout(bar);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_note);
}

void LogsPage::show(const ServiceRow &row)
{
    // What it offers is known once it has answered, and stays when it is gone.
    const bool offers = row.report ? row.offers("logs"_L1) : m_service == row.id && m_offers;
    if (m_service == row.id && m_offers == offers && m_name == row.entry.name && m_follower)
        return;
    m_service = row.id;
    m_offers = offers;
    m_name = row.entry.name;
    begin(row);
}

void LogsPage::begin(const ServiceRow &row)
{
    m_text->clear();
    m_lines.clear();
    m_unfinished = 0;
    m_matches = 0;
    m_isAtBegin = false;
    m_follow->setChecked(true);
    m_follower = std::make_unique<LogFollower>(row.entry, m_offers, m_stateDirectory);
    m_note->setText(visibleText(m_follower->source()));
    connect(m_follower.get(), &LogFollower::appended, this, &LogsPage::append);
    connect(m_follower.get(), &LogFollower::earlier, this, &LogsPage::prepend);
    connect(m_follower.get(), &LogFollower::noted, this, &LogsPage::note);
    connect(m_follower.get(), &LogFollower::begunAnew, this, [this] {
        for (Shown &line : m_lines)
            line.position = -1;
    });
    connect(m_follower.get(), &LogFollower::failed, this, [this](const QString &why) {
        m_note->setText(visibleText(why.isEmpty() ? m_follower->source() : why, 1000));
    });
    if (isVisible())
        m_follower->start();
}

void LogsPage::append(const QList<OutputLine> &lines)
{
    dropUnfinished();
    QStringList texts;
    for (const OutputLine &line : lines) {
        texts << textOf(line);
        m_lines.push_back(shownAs(line.position, texts.last()));
        m_matches += m_lines.back().matches;
        m_unfinished += line.isUnfinished() ? 1 : 0;
    }
    appendTexts(texts);
}

void LogsPage::note(const QString &what)
{
    dropUnfinished();
    const QString text = u"— "_s + what + u" —"_s;
    m_lines.push_back(shownAs(-1, text));
    m_matches += m_lines.back().matches;
    appendTexts({text});
}

/// Of lines that are in m_lines already.
void LogsPage::appendTexts(const QStringList &texts)
{
    if (texts.isEmpty())
        return;
    const int down = m_text->verticalScrollBar()->value();
    m_scrolling = true;
    m_text->appendPlainText(texts.join(u'\n'));
    if (m_follow->isChecked())
        m_text->verticalScrollBar()->setValue(m_text->verticalScrollBar()->maximum());
    else
        m_text->verticalScrollBar()->setValue(down);
    m_scrolling = false;
    trim();
    markMatches();
    countMatches();
}

/// Lines without their ends come again, with more of them.
void LogsPage::dropUnfinished()
{
    if (m_unfinished == 0)
        return;
    QTextCursor at(m_text->document());
    at.movePosition(QTextCursor::End);
    for (; m_unfinished > 0; --m_unfinished) {
        at.movePosition(QTextCursor::StartOfBlock, QTextCursor::KeepAnchor);
        at.removeSelectedText();
        at.deletePreviousChar();
        m_matches -= m_lines.back().matches;
        m_lines.pop_back();
    }
}

/// Drops the oldest lines. What is being read stays where it is.
void LogsPage::trim()
{
    const int most = m_follow->isChecked() ? FollowedLines : MostLines;
    const int dropped = int(m_lines.size()) - most;
    if (dropped < most / 20) // a few more cost less than a removal each time
        return;
    const int down = m_text->verticalScrollBar()->value();
    QTextCursor at(m_text->document());
    at.movePosition(QTextCursor::NextBlock, QTextCursor::KeepAnchor, dropped);
    m_scrolling = true;
    at.removeSelectedText();
    m_text->verticalScrollBar()->setValue(std::max(0, down - dropped));
    m_scrolling = false;
    for (int i = 0; i < dropped; ++i) {
        m_matches -= m_lines.front().matches;
        m_lines.pop_front();
    }
    m_isAtBegin = false;
}

void LogsPage::prepend(const QList<OutputLine> &lines)
{
    if (m_lines.empty() || lines.isEmpty() || lines.last().position >= m_lines.front().position) {
        m_isAtBegin = m_isAtBegin || lines.isEmpty();
        return;
    }
    QString text;
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
        const QString shown = textOf(*line);
        m_lines.push_front(shownAs(line->position, shown));
        m_matches += m_lines.front().matches;
        text.prepend(shown + u'\n');
    }
    const int down = m_text->verticalScrollBar()->value();
    QTextCursor at(m_text->document());
    m_scrolling = true;
    at.insertText(text);
    m_text->verticalScrollBar()->setValue(down + int(lines.size()));
    m_scrolling = false;
    markMatches();
    countMatches();
}

void LogsPage::scrolled(int value)
{
    if (m_scrolling)
        return;
    m_follow->setChecked(value >= m_text->verticalScrollBar()->maximum());
    if (value == m_text->verticalScrollBar()->minimum() && !m_follow->isChecked())
        loadEarlier();
    markMatches();
}

void LogsPage::loadEarlier()
{
    const bool isFull = int(m_lines.size()) >= MostLines;
    if (m_follower && !m_isAtBegin && !isFull && !m_lines.empty() && m_lines.front().position > 0)
        m_follower->askEarlier(m_lines.front().position);
}

void LogsPage::setFollowing(bool following)
{
    m_follow->setChecked(following);
    if (following)
        m_text->verticalScrollBar()->setValue(m_text->verticalScrollBar()->maximum());
}

// ---- searching ------------------------------------------------------------------------------------------

void LogsPage::focusSearch()
{
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

int LogsPage::matchesIn(const QString &text) const
{
    const QString wanted = m_search->text();
    return wanted.isEmpty() ? 0 : int(text.count(wanted, Qt::CaseInsensitive));
}

LogsPage::Shown LogsPage::shownAs(qint64 position, const QString &text) const { return {position, matchesIn(text)}; }

void LogsPage::search()
{
    const bool any = !m_search->text().isEmpty();
    m_next->setEnabled(any);
    m_previous->setEnabled(any);
    m_matches = 0;
    QTextBlock block = m_text->document()->firstBlock();
    for (Shown &line : m_lines) {
        line.matches = matchesIn(block.text());
        m_matches += line.matches;
        block = block.next();
    }
    markMatches();
    countMatches();
}

/// Those in view; a mark for every line would cost more the longer the log is.
void LogsPage::markMatches()
{
    const QString wanted = m_search->text();
    QList<QTextEdit::ExtraSelection> marks;
    if (!wanted.isEmpty()) {
        QTextEdit::ExtraSelection mark;
        QColor colour = Theme::of(palette()).accent(ServiceState::ShuttingDown);
        colour.setAlphaF(0.35F);
        mark.format.setBackground(colour);
        const QTextBlock last = m_text->cursorForPosition(m_text->viewport()->rect().bottomLeft()).block();
        for (QTextBlock block = m_text->cursorForPosition({}).block(); block.isValid(); block = block.next()) {
            const QString text = block.text();
            for (qsizetype at = text.indexOf(wanted, 0, Qt::CaseInsensitive); at >= 0;
                 at = text.indexOf(wanted, at + wanted.size(), Qt::CaseInsensitive)) {
                mark.cursor = QTextCursor(block);
                mark.cursor.setPosition(block.position() + int(at));
                mark.cursor.setPosition(block.position() + int(at + wanted.size()), QTextCursor::KeepAnchor);
                marks << mark;
            }
            if (block == last)
                break;
        }
    }
    m_text->setExtraSelections(marks);
}

/// `3 of 14` where a match is selected.
void LogsPage::countMatches()
{
    const QString wanted = m_search->text();
    if (wanted.isEmpty())
        return m_count->clear();
    const QTextCursor cursor = m_text->textCursor();
    if (cursor.selectedText().compare(wanted, Qt::CaseInsensitive) != 0)
        return m_count->setText(m_matches == 0 ? tr("none") : tr("%1 found").arg(m_matches));
    const QTextBlock block = m_text->document()->findBlock(cursor.selectionStart());
    const auto here = m_lines.begin() + std::min<std::ptrdiff_t>(block.blockNumber(), std::ptrdiff_t(m_lines.size()));
    int number =
        std::accumulate(m_lines.begin(), here, 1, [](int sum, const Shown &line) { return sum + line.matches; });
    number += matchesIn(block.text().left(cursor.selectionStart() - block.position()));
    m_count->setText(tr("%1 of %2").arg(number).arg(m_matches));
}

void LogsPage::find(bool backward)
{
    const QString wanted = m_search->text();
    if (wanted.isEmpty())
        return;
    const QTextDocument::FindFlags flags = backward ? QTextDocument::FindBackward : QTextDocument::FindFlags();
    if (backward && !m_text->textCursor().hasSelection() && m_follow->isChecked())
        m_text->moveCursor(QTextCursor::End);
    if (m_text->find(wanted, flags))
        return;
    const QTextCursor place = m_text->textCursor();
    m_text->moveCursor(backward ? QTextCursor::End : QTextCursor::Start); // and round
    if (!m_text->find(wanted, flags))
        m_text->setTextCursor(place);
}

void LogsPage::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_F3)
        find(event->modifiers().testFlag(Qt::ShiftModifier));
    else if (event->matches(QKeySequence::Find) || event->text() == "/"_L1)
        focusSearch();
    else if (event->key() == Qt::Key_Escape && m_search->hasFocus()) {
        m_search->clear();
        m_text->setFocus();
    } else
        QWidget::keyPressEvent(event);
}

void LogsPage::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    if (m_follower)
        m_follower->start();
}

void LogsPage::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    if (m_follower)
        m_follower->stop(); // nobody looks
}

void LogsPage::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    markMatches();
}

void LogsPage::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        markMatches();
}

} // namespace Hephaestus
