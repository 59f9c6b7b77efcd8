// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/commandpalette.h"

#include "dashboard/model/displaytext.h"
#include "dashboard/ui/celldelegate.h"
#include "dashboard/ui/directedtext.h"
#include "dashboard/ui/theme.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QVBoxLayout>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype MostShown = 200;

enum PaletteRole { NoteRole = Qt::UserRole, EnabledRole };

/// The command at the left, its key or the reason at the right, quieter.
class EntryDelegate : public CellDelegate
{
public:
    explicit EntryDelegate(QObject *parent) : CellDelegate(EnabledRole, parent) {}

protected:
    void paintContent(QPainter &painter, const QRect &area, const QStyleOptionViewItem &option,
                      const QModelIndex &index) const override
    {
        const int left = std::min(option.fontMetrics.horizontalAdvance(option.text), area.width());
        const QRect rest = visual(option, area, area.adjusted(left + spacing(option.fontMetrics, 4), 0, 0, 0));
        CellDelegate::paintContent(painter, area, option, index);
        painter.setPen(Theme::of(option.palette).muted());
        paintText(painter, rest, Qt::AlignRight | Qt::AlignVCenter | Qt::TextSingleLine,
                  option.fontMetrics.elidedText(index.data(NoteRole).toString(), Qt::ElideRight, rest.width()));
    }
};

} // namespace

std::optional<int> looseMatch(const QString &text, const QString &typed)
{
    if (const qsizetype whole = text.indexOf(typed, 0, Qt::CaseInsensitive); whole >= 0)
        return int(whole);
    int gaps = 0;
    qsizetype at = -1;
    for (const QChar letter : typed) {
        if (letter.isSpace())
            continue;
        const qsizetype next = text.indexOf(letter, at + 1, Qt::CaseInsensitive);
        if (next < 0)
            return {};
        gaps += next > at + 1;
        at = next;
    }
    return 1000 + 10 * gaps;
}

CommandPalette::CommandPalette(const QList<PaletteCommand> &commands, More more, QWidget *parent)
    : QDialog(parent)
    , m_commands(commands)
    , m_more(std::move(more))
    , m_typed(new QLineEdit)
    , m_list(new QListWidget)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Commands"));
    m_typed->setPlaceholderText(tr("A command, a service, or both: restart gateway"));
    m_typed->setAccessibleName(tr("Command"));
    m_typed->setMaxLength(200);
    m_typed->installEventFilter(this);
    m_list->setItemDelegate(new EntryDelegate(m_list));
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setUniformItemSizes(true);
    m_list->setAccessibleName(tr("Matching commands"));
    connect(m_typed, &QLineEdit::textChanged, this, &CommandPalette::filter);
    connect(m_list, &QListWidget::itemActivated, this, &CommandPalette::run);
    connect(m_list, &QListWidget::itemClicked, this, &CommandPalette::run);
    auto *const layout = new QVBoxLayout(this);
    const int margin = spacing(fontMetrics(), 2);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->setSpacing(margin);
    layout->addWidget(m_typed);
    layout->addWidget(m_list);
    resize(QSize(fontMetrics().averageCharWidth() * 120, spacing(fontMetrics(), 7) * 14)
               .boundedTo(parent->window()->size() - QSize(2, 2) * margin));
    filter({});
}

void CommandPalette::filter(const QString &typed)
{
    const QString wanted = typed.trimmed();
    const QList<PaletteCommand> all = wanted.isEmpty() ? m_commands : m_commands + m_more(wanted);
    QList<std::pair<int, qsizetype>> found; // how well, which
    for (qsizetype each = 0; each < all.size(); ++each) {
        if (const std::optional<int> match = looseMatch(all[each].text, wanted))
            found.emplace_back(*match + (all[each].isEnabled ? 0 : 500), each);
    }
    if (!wanted.isEmpty())
        std::ranges::stable_sort(found);
    m_list->clear();
    m_found.clear();
    for (const auto &[match, each] : found.mid(0, MostShown)) {
        m_found << all[each];
        auto *const item = new QListWidgetItem(all[each].text, m_list);
        item->setData(NoteRole, all[each].note);
        item->setData(EnabledRole, all[each].isEnabled);
    }
    if (m_found.isEmpty())
        return sayNothingFound(wanted);
    m_list->setCurrentRow(0);
}

void CommandPalette::sayNothingFound(const QString &typed)
{
    auto *const item = new QListWidgetItem(tr("Nothing found for “%1”").arg(visibleText(typed, 80)), m_list);
    item->setFlags(Qt::NoItemFlags);
    item->setData(EnabledRole, false);
}

bool CommandPalette::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() != QEvent::KeyPress)
        return QDialog::eventFilter(watched, event);
    auto *const key = static_cast<QKeyEvent *>(event);
    const int rows = m_list->count();
    switch (key->key()) {
    case Qt::Key_Down: m_list->setCurrentRow(std::min(m_list->currentRow() + 1, rows - 1)); return true;
    case Qt::Key_Up: m_list->setCurrentRow(std::max(m_list->currentRow() - 1, 0)); return true;
    case Qt::Key_Return:
    case Qt::Key_Enter: run(); return true;
    default: return QDialog::eventFilter(watched, event);
    }
}

void CommandPalette::run()
{
    const int line = m_list->currentRow();
    if (line < 0 || line >= m_found.size() || !m_found[line].isEnabled)
        return; // the reason stands beside it
    const PaletteCommand command = m_found[line];
    accept();
    command.run();
}

} // namespace Hephaestus
