// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/mutedialog.h"

#include "dashboard/ui/theme.h"

#include <QDateTimeEdit>
#include <QDialogButtonBox>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 OfferedSeconds = 4 * 60 * 60;

} // namespace

MuteDialog::MuteDialog(const QString &question, QWidget *parent) : QDialog(parent), m_until(new QDateTimeEdit)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Mute alerts"));
    auto *const label = new QLabel(question);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setMinimumWidth(fontMetrics().averageCharWidth() * 44);
    label->setBuddy(m_until);
    const QDateTime now = QDateTime::currentDateTime();
    m_until->setAccessibleName(tr("Muted until"));
    m_until->setCalendarPopup(true);
    m_until->setDisplayFormat(u"ddd d MMM yyyy HH:mm"_s);
    m_until->setMinimumDateTime(now.addSecs(60));
    m_until->setDateTime(now.addSecs(OfferedSeconds));
    m_until->setCurrentSection(QDateTimeEdit::HourSection);
    auto *const buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    buttons->button(QDialogButtonBox::Cancel)->setIcon({});
    buttons->button(QDialogButtonBox::Cancel)->setAutoDefault(false);
    buttons->addButton(tr("&Mute"), QDialogButtonBox::AcceptRole)->setDefault(true);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto *const layout = new QVBoxLayout(this);
    const int margin = spacing(fontMetrics(), 4);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->setSpacing(spacing(fontMetrics(), 3));
    layout->addWidget(label);
    layout->addWidget(m_until);
    layout->addWidget(buttons);
    m_until->setFocus();
}

Clock::WallTime MuteDialog::until() const
{
    return Clock::WallTime(std::chrono::milliseconds(m_until->dateTime().toMSecsSinceEpoch()));
}

} // namespace Hephaestus
