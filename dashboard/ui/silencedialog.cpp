// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/silencedialog.h"

#include "dashboard/ui/theme.h"

#include <QDateTimeEdit>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 SilenceOffered = 2 * 60 * 60; ///< seconds
constexpr int LongestComment = 1000;

} // namespace

SilenceDialog::SilenceDialog(const QString &question, const QString &author, QWidget *parent)
    : QDialog(parent)
    , m_end(new QDateTimeEdit)
    , m_author(new QLineEdit(author))
    , m_comment(new QLineEdit)
    , m_problem(new QLabel)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Silence alerts"));
    auto *const label = new QLabel(question);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setMinimumWidth(fontMetrics().averageCharWidth() * 60);
    const QDateTime now = QDateTime::currentDateTime();
    m_end->setAccessibleName(tr("Silenced until"));
    m_end->setCalendarPopup(true);
    m_end->setDisplayFormat(u"ddd d MMM yyyy HH:mm"_s);
    m_end->setDateTime(now.addSecs(SilenceOffered));
    m_end->setCurrentSection(QDateTimeEdit::HourSection);
    m_author->setMaxLength(200);
    m_author->setAccessibleName(tr("Author"));
    m_comment->setMaxLength(LongestComment);
    m_comment->setAccessibleName(tr("Comment"));
    m_comment->setPlaceholderText(tr("why, for those who find it"));
    m_problem->setTextFormat(Qt::PlainText);
    auto *const form = new QFormLayout;
    form->addRow(tr("&Until:"), m_end);
    form->addRow(tr("&Author:"), m_author);
    form->addRow(tr("&Comment:"), m_comment);
    form->addRow(QString(), m_problem);
    auto *const buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    buttons->button(QDialogButtonBox::Cancel)->setIcon({});
    buttons->button(QDialogButtonBox::Cancel)->setAutoDefault(false);
    m_accept = buttons->addButton(tr("&Silence"), QDialogButtonBox::AcceptRole);
    m_accept->setDefault(true);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_end, &QDateTimeEdit::dateTimeChanged, this, &SilenceDialog::check);
    for (QLineEdit *const edit : {m_author, m_comment})
        connect(edit, &QLineEdit::textChanged, this, &SilenceDialog::check);
    auto *const layout = new QVBoxLayout(this);
    const int margin = spacing(fontMetrics(), 4);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->setSpacing(spacing(fontMetrics(), 3));
    layout->addWidget(label);
    layout->addLayout(form);
    layout->addWidget(buttons);
    m_comment->setFocus();
    check();
}

Clock::WallTime SilenceDialog::end() const
{
    return Clock::WallTime(std::chrono::milliseconds(m_end->dateTime().toMSecsSinceEpoch()));
}

QString SilenceDialog::author() const { return m_author->text().simplified(); }

QString SilenceDialog::comment() const { return m_comment->text().simplified(); }

/// Empty: it can be accepted.
QString SilenceDialog::problem() const
{
    if (m_end->dateTime() <= QDateTime::currentDateTime())
        return tr("It would be over already.");
    if (author().isEmpty())
        return tr("Who silences it?");
    return comment().isEmpty() ? tr("Why is it silenced?") : QString();
}

void SilenceDialog::check()
{
    m_problem->setText(problem());
    m_accept->setEnabled(problem().isEmpty());
}

} // namespace Hephaestus
