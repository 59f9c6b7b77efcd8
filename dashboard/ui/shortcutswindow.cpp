// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/shortcutswindow.h"

#include "dashboard/ui/theme.h"

#include <QAction>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QHash>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// Keys at the left, what they do at the right, in two columns side by side.
class Sheet : public QWidget
{
public:
    Sheet() : m_grid(new QGridLayout(this))
    {
        m_grid->setHorizontalSpacing(spacing(fontMetrics(), 4));
        m_grid->setVerticalSpacing(spacing(fontMetrics(), 1));
    }

    void beginColumn(const QString &title)
    {
        m_column += 2;
        m_row = 0;
        auto *const label = new QLabel(title);
        QFont strong = label->font();
        strong.setWeight(QFont::DemiBold);
        label->setFont(strong);
        m_grid->addWidget(label, m_row++, m_column, 1, 2);
    }

    void add(const QString &keys, const QString &what)
    {
        auto *const left = new QLabel(keys);
        left->setTextFormat(Qt::PlainText);
        QPalette quiet = left->palette();
        quiet.setColor(QPalette::WindowText, Theme::of(quiet).muted());
        left->setPalette(quiet);
        auto *const right = new QLabel(what);
        right->setTextFormat(Qt::PlainText);
        m_things << right;
        m_grid->addWidget(left, m_row, m_column);
        m_grid->addWidget(right, m_row++, m_column + 1);
    }

    /// Where there is less room than that for each thing in one line, they wrap.
    QSize end()
    {
        m_grid->setRowStretch(m_grid->rowCount(), 1);
        const QSize wanted = sizeHint();
        QHash<int, int> widest; // of what is done, by column: each gets its share of the room
        for (QLabel *const label : std::as_const(m_things)) {
            int row = 0;
            int column = 0;
            int span = 0;
            m_grid->getItemPosition(m_grid->indexOf(label), &row, &column, &span, &span);
            m_grid->setColumnStretch(column, widest[column] = std::max(widest[column], label->sizeHint().width()));
            label->setWordWrap(true);
        }
        return wanted;
    }

private:
    QGridLayout *m_grid;
    QList<QLabel *> m_things;
    int m_row = 0;
    int m_column = -2;
};

} // namespace

ShortcutsWindow::ShortcutsWindow(const QList<QAction *> &actions, const QList<TableKeys::Key> &tableKeys,
                                 QWidget *parent)
    : QDialog(parent)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Keys"));
    const auto nameOf = [](const QAction *action) {
        const QVariant name = action->property(KeyName);
        return (name.isValid() ? name.toString() : action->text()).remove(u'&').remove(u'…');
    };
    auto *const sheet = new Sheet;
    sheet->beginColumn(tr("Everywhere"));
    for (const QAction *const action : actions) {
        if (!action->shortcut().isEmpty() && action->isVisible())
            sheet->add(action->shortcut().toString(QKeySequence::NativeText), nameOf(action));
    }
    sheet->beginColumn(tr("In the table"));
    sheet->add(tr("↑ ↓ or k j"), tr("Previous, next service"));
    sheet->add(tr("g, Shift+G"), tr("First, last service"));
    sheet->add(tr("Space"), tr("Mark, to act on several; fold a group"));
    sheet->add(tr("Shift+↑ ↓, Ctrl+A"), tr("Mark a range, all"));
    sheet->add(tr("← →"), tr("Fold, unfold a group"));
    sheet->add(tr("Enter"), tr("Go to the details"));
    sheet->add(tr("/"), tr("Filter; Enter returns to the table, Esc clears it"));
    for (const TableKeys::Key &key : tableKeys)
        sheet->add(key.key.toString(QKeySequence::NativeText), nameOf(key.action));
    const QSize wanted = sheet->end();

    auto *const scroll = new QScrollArea;
    scroll->setAccessibleName(windowTitle());
    scroll->setObjectName(u"keySheet"_s);
    scroll->setWidget(sheet);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto *const buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    buttons->button(QDialogButtonBox::Close)->setIcon({});
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto *const layout = new QVBoxLayout(this);
    layout->addWidget(scroll);
    layout->addWidget(buttons);
    const QSize most = parent->window()->size() - QSize(0, spacing(fontMetrics(), 8)); // with its frame
    resize((wanted + QSize(1, 4) * spacing(fontMetrics(), 12)).boundedTo(most));
}

} // namespace Hephaestus
