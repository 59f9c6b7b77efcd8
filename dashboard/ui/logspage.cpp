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
#include <QToolButton>
#include <QVBoxLayout>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr int MostMatches = 2000; ///< that are marked; more would be slow, and say no more

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
    m_text->setMaximumBlockCount(MostLines);
    m_text->setUndoRedoEnabled(false);
    m_text->setAccessibleName(tr("The log"));
    m_text->setPlaceholderText(tr("Nothing has been written yet."));

    connect(m_search, &QLineEdit::textChanged, this, &LogsPage::search);
    connect(m_search, &QLineEdit::returnPressed, this, [this] { find(true); }); // from the newest backwards
    connect(m_next, &QToolButton::clicked, this, [this] { find(false); });
    connect(m_previous, &QToolButton::clicked, this, [this] { find(true); });
    connect(m_follow, &QCheckBox::clicked, this, &LogsPage::setFollowing);
    connect(m_text->verticalScrollBar(), &QScrollBar::valueChanged, this, [this](int value) {
        if (!m_scrolling)
            m_follow->setChecked(value >= m_text->verticalScrollBar()->maximum());
    });

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
    setFocusProxy(m_text);
    search();
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
    m_follow->setChecked(true);
    m_follower = std::make_unique<LogFollower>(row.entry, m_offers, m_stateDirectory);
    m_note->setText(visibleText(m_follower->source()));
    connect(m_follower.get(), &LogFollower::appended, this, &LogsPage::append);
    connect(m_follower.get(), &LogFollower::failed, this, [this](const QString &why) {
        m_note->setText(visibleText(why.isEmpty() ? m_follower->source() : why, 1000));
    });
    if (isVisible())
        m_follower->start();
}

void LogsPage::append(const QStringList &lines)
{
    QStringList shown;
    for (const QString &line : lines)
        shown << visibleText(QString(line).replace(u'\t', u"    "_s), 4000);
    const int down = m_text->verticalScrollBar()->value();
    const int before = m_text->blockCount();
    m_scrolling = true;
    m_text->appendPlainText(shown.join(u'\n'));
    if (m_follow->isChecked()) {
        m_text->verticalScrollBar()->setValue(m_text->verticalScrollBar()->maximum());
    } else {
        // Lines that were dropped at the front must not move what is being read.
        const int dropped = std::max(0, before + int(shown.size()) - MostLines);
        m_text->verticalScrollBar()->setValue(std::max(0, down - dropped));
    }
    m_scrolling = false;
    markMatches();
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

void LogsPage::search()
{
    const bool any = !m_search->text().isEmpty();
    m_next->setEnabled(any);
    m_previous->setEnabled(any);
    markMatches();
}

void LogsPage::markMatches()
{
    const QString wanted = m_search->text();
    QList<QTextEdit::ExtraSelection> marks;
    if (!wanted.isEmpty()) {
        QTextEdit::ExtraSelection mark;
        QColor colour = Theme::of(palette()).accent(ServiceState::ShuttingDown);
        colour.setAlphaF(0.35F);
        mark.format.setBackground(colour);
        // The newest first: of too many the old ones stay unmarked.
        QTextCursor at(m_text->document());
        at.movePosition(QTextCursor::End);
        while (marks.size() < MostMatches) {
            at = m_text->document()->find(wanted, at, QTextDocument::FindBackward);
            if (at.isNull())
                break;
            mark.cursor = at;
            marks << mark;
        }
    }
    m_count->setText(wanted.isEmpty()                 ? QString()
                         : marks.isEmpty()            ? tr("none")
                         : marks.size() < MostMatches ? tr("%1 found").arg(marks.size())
                                                      : tr("more than %1").arg(MostMatches));
    m_text->setExtraSelections(marks);
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
    m_text->moveCursor(backward ? QTextCursor::End : QTextCursor::Start); // and round
    m_text->find(wanted, flags);
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

void LogsPage::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        markMatches();
}

} // namespace Hephaestus
