// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/confirmation.h"

#include "common/base/duration.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/ui/theme.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScreen>
#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>

#include <algorithm>

namespace Hephaestus {

namespace {

constexpr int ManyLines = 8;
constexpr int RoomForButtons = 52; ///< and for a delay, margins and the frame: steps of spacing()

/// The question; one that is too long for the screen scrolls, so that the buttons stay in view and nothing is cut.
QWidget *readable(QLabel *text, const QScreen *screen)
{
    const QFontMetrics metrics(text->font());
    const QSize free = screen->availableSize();
    const bool isLong = text->text().count(QChar::LineFeed) > ManyLines;
    const int wanted = metrics.averageCharWidth() * (isLong ? 100 : 60);
    const int width = std::min(wanted, free.width() * 4 / 5);
    const int most = free.height() - spacing(metrics, RoomForButtons);
    text->setMinimumSize(width, text->heightForWidth(width)); // else a dialog is two thirds of its screen at most
    if (text->minimumHeight() <= most)
        return text;
    auto *const area = new QScrollArea;
    area->setFrameShape(QFrame::NoFrame);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setWidgetResizable(true);
    area->setWidget(text);
    area->setMinimumSize(width + area->verticalScrollBar()->sizeHint().width(), most);
    area->setAccessibleName(text->text());
    return area;
}

} // namespace

Confirmation::Confirmation(const QString &question, const QString &verb, QWidget *parent)
    : QDialog(parent)
    , m_question(new QLabel)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(QString(verb).remove(u'&'));
    m_question->setTextFormat(Qt::PlainText);
    m_question->setWordWrap(true);
    ask(question);

    auto *const buttons = new QDialogButtonBox;
    m_accept = buttons->addButton(verb, QDialogButtonBox::AcceptRole);
    m_cancel = buttons->addButton(QDialogButtonBox::Cancel);
    m_accept->setAutoDefault(false);
    m_cancel->setDefault(true);
    m_cancel->setIcon({});
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);

    auto *const layout = new QVBoxLayout(this);
    const int margin = spacing(fontMetrics(), 4);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->setSpacing(margin);
    layout->addWidget(readable(m_question, parent ? parent->screen() : screen()));
    layout->addStretch();
    layout->addWidget(buttons);
    layout->setSizeConstraint(QLayout::SetMinimumSize);
    m_cancel->setFocus();
}

void Confirmation::ask(const QString &question)
{
    QStringList lines;
    for (const QString &line : question.split(QChar::LineFeed))
        lines << visibleText(line, 500);
    m_question->setText(lines.join(QChar::LineFeed));
    setAccessibleDescription(m_question->text());
}

void Confirmation::askDelay()
{
    m_delay = new QLineEdit;
    m_delay->setPlaceholderText(tr("as the service is configured"));
    m_delay->setAccessibleName(tr("Delay"));
    m_problem = new QLabel;
    m_problem->setTextFormat(Qt::PlainText);
    auto *const form = new QFormLayout;
    auto *const label = new QLabel(tr("&After:"));
    label->setBuddy(m_delay);
    form->addRow(label, m_delay);
    form->addRow(new QLabel, m_problem);
    static_cast<QVBoxLayout *>(layout())->insertLayout(1, form);
    connect(m_delay, &QLineEdit::textChanged, this, &Confirmation::check);
    m_delay->setFocus();
    check();
}

void Confirmation::check()
{
    const auto delay = parseDuration(m_delay->text());
    const bool usable = m_delay->text().isEmpty() || (delay && *delay <= std::chrono::hours(24));
    m_problem->setText(usable ? tr("Such as 10s or 5min.") : delay ? tr("At most 24 h.") : delay.problem().what);
    m_accept->setEnabled(usable);
    (m_delay->text().isEmpty() ? m_cancel : m_accept)->setDefault(true);
}

std::optional<std::chrono::duration<double>> Confirmation::delay() const
{
    if (!m_delay || m_delay->text().isEmpty())
        return {};
    const auto delay = parseDuration(m_delay->text());
    return delay ? std::optional<std::chrono::duration<double>>(*delay) : std::nullopt;
}

} // namespace Hephaestus
