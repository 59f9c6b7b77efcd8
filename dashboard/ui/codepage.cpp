// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/codepage.h"

#include "dashboard/model/displaytext.h"
#include "dashboard/ui/actionbutton.h"
#include "dashboard/ui/celldelegate.h"
#include "dashboard/ui/codediffdialog.h"
#include "dashboard/ui/fittingcolumns.h"
#include "dashboard/ui/icons.h"
#include "dashboard/ui/placecommands.h"
#include "dashboard/ui/tables.h"
#include "dashboard/ui/theme.h"
#include "dashboard/ui/wholetable.h"

#include <QAction>
#include <QDesktopServices>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QUrl>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype MostReasons = 5;

/// As the service says.
QString whyUnknown(const CodeReport &code, qint64 count)
{
    QStringList reasons;
    for (const QString &reason : code.reasons.mid(0, MostReasons))
        reasons << visibleText(reason, 300);
    if (code.reasons.size() > MostReasons)
        reasons << CodePage::tr("and %n more", nullptr, int(code.reasons.size() - MostReasons));
    if (!reasons.isEmpty())
        return CodePage::tr("Not known: %1.").arg(reasons.join(u"; "_s));
    return count > 0
        ? CodePage::tr("Not known: %1 file(s) could not be compared with what was loaded.", nullptr, int(count))
              .arg(formatCount(count))
        : CodePage::tr("Not known, and the service does not say why.");
}

QString sentenceOf(const CodeReport &code, qsizetype variables, bool isCurrent)
{
    const qint64 count = code.changed.size() + code.more - variables;
    switch (code.verdict) {
    case CodeVerdict::Fresh:
        return isCurrent ? CodePage::tr("Runs the code on disk.")
                         : CodePage::tr("Ran the code on disk when it last answered.");
    case CodeVerdict::Stale:
        if (count == 0 && variables > 0)
            return CodePage::tr(
                "Runs with an old environment: its fleet entry has changed since. A restart applies it.");
        return CodePage::tr("Runs old code: %1 file(s) on disk differ from what was loaded. A restart loads them.",
                            nullptr, int(count))
            .arg(formatCount(count));
    case CodeVerdict::Unknown: return whyUnknown(code, count);
    }
    Q_UNREACHABLE();
}

/// A look that found nothing to compare is no comparison.
bool wasCompared(const CodeReport &code)
{
    const CodeCoverage &of = code.coverage;
    return code.verdict != CodeVerdict::Unknown
        || of.executables + of.libraries + of.modules + of.watched + of.configuration > 0;
}

} // namespace

CodePage::CodePage(QWidget *parent)
    : QWidget(parent)
    , m_open(new QAction(tr("Open in the &editor"), this))
    , m_diff(new QAction(tr("What chan&ged"), this))
    , m_buttons(makeButtons())
    , m_icon(new QLabel)
    , m_verdict(new QLabel)
    , m_note(new QLabel)
    , m_table(new WholeTable)
{
    for (QLabel *const label : {m_verdict, m_note}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    m_table->setModel(&m_model);
    styleTable(m_table);
    new FittingColumns(m_table, {12, 14, 0}, {});
    auto *const path = new CellDelegate(-1, m_table); // of a long path the file's name must not be what is cut
    path->setElideMode(Qt::ElideMiddle);
    m_table->setItemDelegateForColumn(CodeModel::Path, path);
    m_table->setAccessibleName(tr("Changed files"));
    auto *const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, spacing(fontMetrics(), 1));
    layout->setSpacing(spacing(fontMetrics(), 1));
    layout->addWidget(scrollingPage(makeContent()), 1);
    layout->addWidget(m_buttons);
    connect(m_table, &QTableView::activated, m_open, &QAction::trigger);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentChanged, this, &CodePage::updateActions);
    connect(m_open, &QAction::triggered, this, &CodePage::openFile);
    connect(m_diff, &QAction::triggered, this, &CodePage::showDiff);
    updateActions();
}

QWidget *CodePage::makeContent()
{
    const int margin = spacing(fontMetrics(), 2);
    auto *const top = new QHBoxLayout;
    top->setContentsMargins(margin, 0, margin, 0);
    top->setSpacing(margin);
    top->addWidget(m_icon, 0, Qt::AlignTop);
    top->addWidget(m_verdict, 1);
    auto *const content = new QWidget;
    auto *const column = new QVBoxLayout(content);
    column->setContentsMargins(0, spacing(fontMetrics(), 1), 0, 0);
    column->setSpacing(spacing(fontMetrics(), 1));
    column->addLayout(top);
    column->addWidget(m_table);
    column->addWidget(m_note);
    column->addStretch();
    m_note->setContentsMargins(margin, 0, margin, 0);
    return content;
}

QWidget *CodePage::makeButtons()
{
    auto *const row = new QWidget;
    auto *const layout = new QHBoxLayout(row);
    const int margin = spacing(fontMetrics(), 2);
    layout->setContentsMargins(margin, 0, margin, 0);
    for (QAction *const action : {m_open, m_diff}) {
        auto *const button = new ActionButton;
        button->setDefaultAction(action);
        layout->addWidget(button);
    }
    layout->addStretch();
    return row;
}

/// Empty: no file of this machine is chosen.
QString CodePage::currentPath() const
{
    const QModelIndex current = m_table->currentIndex();
    if (!current.isValid() || !m_row.report || !m_row.report->code || !PlaceCommands::isHere(m_row.entry))
        return {};
    const QString path = m_row.report->code->changed.value(current.row()).path;
    return QFileInfo(path).isAbsolute() ? path : QString();
}

void CodePage::updateActions()
{
    const QString path = currentPath();
    const QString why = path.isEmpty() ? tr("Choose a file of this machine above.") : QString();
    const QString whyNoDiff = why.isEmpty() ? CodeDiff::whyNot(m_row, path) : why;
    const QString whyNotOpen = why.isEmpty() && !QFileInfo::exists(path) ? tr("The file is gone.") : why;
    m_open->setEnabled(whyNotOpen.isEmpty());
    m_open->setToolTip(whyNotOpen);
    m_diff->setEnabled(whyNoDiff.isEmpty());
    m_diff->setToolTip(whyNoDiff);
}

void CodePage::openFile()
{
    if (!QDesktopServices::openUrl(QUrl::fromLocalFile(currentPath())))
        m_note->setText(tr("No program for this file could be started."));
}

void CodePage::showDiff() { (new CodeDiffDialog(m_row, currentPath(), this))->open(); }

static QString whyNoCode(const ServiceRow &row)
{
    if (!row.report)
        return CodePage::tr("It has not answered yet: which code it runs is not known.");
    if (!row.report->owner.isEmpty())
        return CodePage::tr("Another service has its address. Which code that one runs says nothing of this one.");
    return CodePage::tr("This service does not say which code it runs.");
}

void CodePage::show(const ServiceRow &row)
{
    m_row = row;
    const bool says = row.report && row.report->code;
    const CodeReport code = says ? *row.report->code : CodeReport();
    const Theme &theme = Theme::of(parentWidget() ? parentWidget()->palette() : palette());
    const QColor colour = row.isCurrent() ? theme.accent(code.verdict) : theme.muted();
    QPalette quiet = palette();
    quiet.setColor(QPalette::WindowText, row.isCurrent() ? palette().color(QPalette::WindowText) : theme.muted());
    if (m_verdict->palette() != quiet)
        m_verdict->setPalette(quiet);
    m_icon->setVisible(says && code.verdict != CodeVerdict::Unknown);
    if (m_icon->isVisibleTo(this))
        m_icon->setPixmap(Icons::pixmap(code.verdict == CodeVerdict::Stale ? u"stale"_s : u"fresh"_s,
                                        spacing(fontMetrics(), 4), colour, devicePixelRatioF()));
    m_verdict->setText(says ? sentenceOf(code, row.variablesChanged(), row.isCurrent()) : whyNoCode(row));
    QStringList notes;
    if (says && code.checked && wasCompared(code) && row.isCurrent()) // its age is that of the answer
        notes << tr("Compared %1.").arg(formatAge(*code.checked));
    if (says && code.more > 0)
        notes << tr("%1 more change(s) are not listed.", nullptr, int(code.more)).arg(formatCount(code.more));
    if (says && !row.isCurrent())
        notes << tr("This is what it said before it was gone.");
    m_note->setText(notes.join(u' '));
    m_note->setVisible(!notes.isEmpty());
    m_model.show(code.changed);
    m_table->setVisible(!code.changed.isEmpty());
    m_buttons->setVisible(!code.changed.isEmpty());
    if (!code.changed.isEmpty() && !m_table->currentIndex().isValid())
        m_table->setCurrentIndex(m_model.index(0, 0));
    updateActions();
}

} // namespace Hephaestus
