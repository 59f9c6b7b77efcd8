// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/logspage.h"

#include "common/fleet/keptoutput.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/ui/placecommands.h"
#include "dashboard/ui/theme.h"

#include <QAction>
#include <QCheckBox>
#include <QDesktopServices>
#include <QFileInfo>
#include <QFocusEvent>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <QToolButton>
#include <QUrl>
#include <QVBoxLayout>

#include <algorithm>
#include <limits>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr int LongestLine = 4000; ///< characters shown of it
constexpr int LongestName = 24;

LogLine shownLine(const OutputLine &line, const QString &name = {})
{
    QString text = QString::fromUtf8(line.text);
    if (text.endsWith(u'\n'))
        text.chop(1);
    return {line.position, name, styledLine(text, LongestLine)};
}

QList<LogLine> shownLines(const QList<OutputLine> &lines)
{
    QList<LogLine> shown;
    for (const OutputLine &line : lines)
        shown << shownLine(line);
    return shown;
}

QToolButton *arrow(Qt::ArrowType type, const QString &name, const QString &tip)
{
    auto *const button = new QToolButton;
    button->setArrowType(type);
    button->setAccessibleName(name);
    button->setToolTip(tip);
    return button;
}

} // namespace

LogsPage::LogsPage(QString stateDirectory, QWidget *parent)
    : QWidget(parent)
    , m_stateDirectory(std::move(stateDirectory))
    , m_search(new QLineEdit)
    , m_count(new QLabel)
    , m_next(arrow(Qt::DownArrow, tr("Next match"), tr("Next match (F3)")))
    , m_before(arrow(Qt::UpArrow, tr("Previous match"), tr("Previous match (Shift+F3)")))
    , m_follow(new QCheckBox(tr("F&ollow")))
    , m_more(new QPushButton)
    , m_text(new LogText)
    , m_note(new QLabel)
{
    for (QLabel *const label : {m_count, m_note})
        label->setTextFormat(Qt::PlainText);
    m_note->setWordWrap(true);
    prepareSearch();
    prepareActions();
    layOut();
}

void LogsPage::prepareSearch()
{
    m_search->setPlaceholderText(tr("Search in the log"));
    m_search->setAccessibleName(tr("Search in the log"));
    m_search->setClearButtonEnabled(true);
    m_search->setMaxLength(500);
    m_follow->setChecked(true);
    m_follow->setToolTip(tr("Keep the newest lines in view."));
    const auto setWanted = [this](const QString &wanted) {
        m_next->setEnabled(!wanted.isEmpty());
        m_before->setEnabled(!wanted.isEmpty());
        m_text->setWanted(wanted);
    };
    setWanted({});
    connect(m_search, &QLineEdit::textChanged, this, setWanted);
    connect(m_search, &QLineEdit::returnPressed, this, [this] { m_text->find(true); }); // from the newest backwards
    connect(m_next, &QToolButton::clicked, this, [this] { m_text->find(false); });
    connect(m_before, &QToolButton::clicked, this, [this] { m_text->find(true); });
    connect(m_follow, &QCheckBox::clicked, m_text, &LogText::setFollowing);
    connect(m_text, &LogText::followingChanged, m_follow, &QCheckBox::setChecked);
    connect(m_text, &LogText::topReached, this, &LogsPage::loadEarlier);
    connect(m_text, &LogText::trimmed, this, [this] { m_isAtBegin = false; });
    connect(m_text, &LogText::placeChanged, this, [this] { m_count->setText(m_text->place()); });
}

void LogsPage::prepareActions()
{
    auto *const menu = new QMenu(this);
    menu->setToolTipsVisible(true);
    const auto add = [this, menu](const QString &text, const QString &tip, const QString &key) {
        QAction *const action = menu->addAction(text);
        action->setCheckable(true);
        action->setToolTip(tip);
        if (!key.isEmpty()) {
            action->setShortcut(QKeySequence(key));
            action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
            addAction(action);
        }
        return action;
    };
    m_matchesOnly = add(tr("Only lines that &match"), tr("Hide the lines without what is searched for."), u"Alt+M"_s);
    m_wrap = add(tr("&Wrap long lines"), {}, u"Alt+Z"_s);
    m_previous = add(tr("&Previous instance"), tr("What the process before the present one wrote."), u"Alt+P"_s);
    menu->addSeparator();
    m_open = menu->addAction(tr("Open the &file"));
    connect(m_matchesOnly, &QAction::toggled, m_text, &LogText::setMatchesOnly);
    connect(m_wrap, &QAction::toggled, this, [this](bool wraps) {
        m_text->setLineWrapMode(wraps ? QPlainTextEdit::WidgetWidth : QPlainTextEdit::NoWrap);
        QSettings().setValue(u"logs/wrap"_s, wraps);
    });
    m_wrap->setChecked(QSettings().value(u"logs/wrap"_s, false).toBool());
    connect(m_previous, &QAction::toggled, this, &LogsPage::begin);
    connect(m_open, &QAction::triggered, this, &LogsPage::openFile);
    connect(menu, &QMenu::aboutToShow, this, [this] {
        const QString path = filePath();
        m_open->setEnabled(!path.isEmpty());
        m_open->setToolTip(path.isEmpty() ? tr("Its output is in no file of this machine.") : visibleText(path));
    });
    m_more->setText(tr("Sho&w"));
    m_more->setAutoDefault(false);
    m_more->setMenu(menu);
}

void LogsPage::layOut()
{
    auto *const bar = new QHBoxLayout;
    bar->setSpacing(spacing(fontMetrics(), 2));
    bar->addWidget(m_search, 1);
    bar->addWidget(m_count);
    bar->addWidget(m_before);
    bar->addWidget(m_next);
    bar->addWidget(m_follow);
    bar->addWidget(m_more);
    auto *const layout = new QVBoxLayout(this);
    const int margin = spacing(fontMetrics(), 2);
    const int gap = spacing(fontMetrics(), 1); // the lines keep the height
    layout->setContentsMargins(margin, gap, margin, gap);
    layout->setSpacing(gap);
    layout->addLayout(bar);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_note);
}

void LogsPage::show(const QList<const ServiceRow *> &rows)
{
    if (rows.isEmpty())
        return;
    QList<Shown> shown;
    QList<InterleavedLogs::Source> sources;
    for (const ServiceRow *const row : rows.size() > MostServices ? rows.first(1) : rows) {
        // What it offers is known once it has answered, and stays when it is gone.
        const auto known = std::ranges::find(m_shown, row->id, &Shown::id);
        const bool offers = row->report ? row->offers("logs"_L1) : known != m_shown.end() && known->offers;
        shown.append({row->id, row->entry.name, offers});
        sources.append({row->entry, offers, toldOf(*row)});
    }
    if (shown == m_shown) {
        m_sources = std::move(sources);
        if (m_follower)
            m_follower->setTold(m_sources.first().told);
        for (int each = 0; m_several && each < int(m_sources.size()); ++each)
            m_several->setTold(each, m_sources[each].told);
        return;
    }
    const bool isSameService = !m_shown.isEmpty() && m_shown.first().id == shown.first().id;
    m_shown = std::move(shown);
    m_sources = std::move(sources);
    if (!isSameService && m_previous->isChecked())
        return m_previous->setChecked(false); // which begins
    begin();
}

/// Without an answer what it said of its file stays.
ToldOutput LogsPage::toldOf(const ServiceRow &row) const
{
    ToldOutput told;
    const bool isHere = PlaceCommands::isHere(row.entry);
    const auto known = std::ranges::find(m_shown, row.id, &Shown::id);
    if (isHere && row.report && row.report->process)
        told.file = row.report->process->logFile;
    else if (isHere && !row.report && known != m_shown.end())
        told.file = m_sources[known - m_shown.begin()].told.file;
    told.pid = isHere && row.report ? row.report->pid : std::nullopt;
    told.began = row.report ? row.report->startTime : QDateTime();
    return told;
}

void LogsPage::begin()
{
    m_follower.reset();
    m_several.reset();
    m_readers.clear();
    m_text->clearLines();
    m_text->setKnown(!m_previous->isChecked());
    m_text->setFollowing(true);
    m_follow->setChecked(true);
    m_isAtBegin = false;
    if (m_sources.isEmpty())
        return;
    if (m_previous->isChecked())
        return beginPrevious();
    if (m_sources.size() > 1)
        beginSeveral();
    else
        beginOne();
    if (isVisible())
        start();
}

void LogsPage::beginOne()
{
    m_follower = std::make_unique<LogFollower>(m_sources.first().entry, m_sources.first().offers, m_stateDirectory);
    m_follower->setTold(m_sources.first().told);
    tell(m_follower->source());
    connect(m_follower.get(), &LogFollower::replaced, this, [this] {
        m_text->clearLines();
        m_text->setKnown(true);
        m_isAtBegin = false;
        tell(m_follower->source());
    });
    connect(m_follower.get(), &LogFollower::appended, this, [this](const QList<OutputLine> &lines) {
        const auto unfinished = std::ranges::count_if(lines, &OutputLine::isUnfinished);
        m_text->append(shownLines(lines), int(unfinished));
    });
    connect(m_follower.get(), &LogFollower::earlier, this, [this](const QList<OutputLine> &lines) {
        if (lines.isEmpty() || lines.last().position >= m_text->firstPosition())
            m_isAtBegin = m_isAtBegin || lines.isEmpty();
        else
            m_text->prepend(shownLines(lines));
    });
    connect(m_follower.get(), &LogFollower::noted, this, &LogsPage::note);
    connect(m_follower.get(), &LogFollower::begunAnew, m_text, &LogText::forgetPositions);
    connect(m_follower.get(), &LogFollower::failed, this, [this](const QString &why) {
        m_text->setKnown(why.isEmpty());
        tell(why.isEmpty() ? m_follower->source() : why);
    });
}

/// What stands before the lines of each.
QStringList LogsPage::prefixes() const
{
    if (m_shown.size() < 2)
        return {QString()};
    QStringList names;
    for (const Shown &each : m_shown)
        names << visibleText(each.name, LongestName);
    const qsizetype width = std::ranges::max(names, {}, &QString::size).size();
    for (QString &name : names)
        name = name.leftJustified(width) + u" │ "_s;
    return names;
}

void LogsPage::beginSeveral()
{
    QStringList names;
    for (const Shown &each : m_shown)
        names << visibleText(each.name, LongestName);
    m_several = std::make_unique<InterleavedLogs>(m_sources, m_stateDirectory);
    const QString source = tr("%n service(s), in the order of time.", nullptr, int(names.size()));
    tell(source);
    connect(m_several.get(), &InterleavedLogs::appended, this,
            [this, prefixes = prefixes()](const QList<NamedLine> &lines) {
                QList<LogLine> shown;
                for (const NamedLine &named : lines) {
                    shown << shownLine(named.line, prefixes[named.service]);
                    shown.last().position = LogLine::NoPosition; // each service counts its own
                }
                m_text->append(shown);
            });
    connect(m_several.get(), &InterleavedLogs::noted, this,
            [this, names](int service, const QString &what) { note(names[service] + u": "_s + what); });
    connect(m_several.get(), &InterleavedLogs::failed, this, [this, names, source](int service, const QString &why) {
        tell(why.isEmpty() ? source : names[service] + u": "_s + why);
    });
}

void LogsPage::beginPrevious()
{
    tell(tr("The previous instance is looked for…"));
    m_unread = int(m_sources.size());
    for (const InterleavedLogs::Source &source : std::as_const(m_sources))
        m_readers.push_back(
            std::make_unique<LogReader>(source.entry, std::numeric_limits<int>::max(), m_stateDirectory));
    for (const auto &reader : m_readers) {
        connect(reader.get(), &LogReader::finished, this, [this] {
            if (--m_unread == 0)
                showPrevious();
        });
    }
    for (const auto &reader : m_readers)
        reader->start();
}

/// All have been read.
void LogsPage::showPrevious()
{
    QList<NamedLine> lines;
    QStringList from;
    for (int service = 0; service < int(m_readers.size()); ++service) {
        const LogState &state = m_readers[std::size_t(service)]->state();
        const QList<OutputLine> previous = previousInstance(state.lines);
        for (const OutputLine &line : previous)
            lines.append({service, line});
        if (!previous.isEmpty())
            from << state.entry.name;
    }
    if (m_readers.size() > 1)
        sortByTime(lines);
    const QStringList prefixes = this->prefixes();
    QList<LogLine> shown;
    for (const NamedLine &named : std::as_const(lines).last(std::min<qsizetype>(lines.size(), LogText::FollowedLines)))
        shown << shownLine(named.line, prefixes[named.service]);
    m_text->append(shown);
    tell(from.isEmpty() ? tr("No instance before the present one is known: its lines are no longer kept.")
                        : tr("%1: what the process before the present one wrote.").arg(from.join(u", "_s)));
}

void LogsPage::start()
{
    if (m_follower)
        m_follower->start();
    if (m_several)
        m_several->start();
}

void LogsPage::note(const QString &what)
{
    m_text->append({LogLine{LogLine::NoPosition, {}, {u"— "_s + visibleText(what) + u" —"_s, {}}}});
}

void LogsPage::tell(const QString &what) { m_note->setText(visibleText(what, 1000)); }

void LogsPage::loadEarlier()
{
    if (m_follower && !m_isAtBegin && !m_text->isFull() && m_text->firstPosition() > 0)
        m_follower->askEarlier(m_text->firstPosition());
}

/// Of the current service; empty: there is none on this machine.
QString LogsPage::filePath() const
{
    QStringList paths;
    if (!m_sources.isEmpty())
        paths << m_sources.first().told.file;
    if (!m_sources.isEmpty() && PlaceCommands::isHere(m_sources.first().entry))
        paths << readKeptOutput(outputNameOf(m_sources.first().entry), m_stateDirectory, 0).path;
    const auto found = std::ranges::find_if(paths, [](const QString &path) { return QFileInfo(path).isFile(); });
    return found == paths.end() ? QString() : *found;
}

void LogsPage::openFile()
{
    const QString path = filePath();
    if (!QDesktopServices::openUrl(QUrl::fromLocalFile(path)))
        tell(tr("No program for %1 could be started.").arg(path));
}

void LogsPage::focusSearch()
{
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

/// No proxy: Tab would go to it past what stands before it.
void LogsPage::focusInEvent(QFocusEvent *event) { m_text->setFocus(event->reason()); }

/// While something on it has the focus, Ctrl+F is its own, and not the window's filter.
bool LogsPage::event(QEvent *event)
{
    if (event->type() == QEvent::ShortcutOverride && static_cast<QKeyEvent *>(event)->matches(QKeySequence::Find)) {
        event->accept();
        return true;
    }
    return QWidget::event(event);
}

void LogsPage::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_F3)
        m_text->find(event->modifiers().testFlag(Qt::ShiftModifier));
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
    start();
}

void LogsPage::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    if (m_follower) // nobody looks
        m_follower->stop();
    if (m_several)
        m_several->stop();
}

} // namespace Hephaestus
